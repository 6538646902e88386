"""What the kernel composes is what Python does id for id: the same ids, features and bars, whatever is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from tests.cases import cases
from tests.model.test_kernel import runnable_variants
from tests.tiny import tiny_checkpoint

from sideman.arranging import ArrangeOptions, Performance, Plan
from sideman.charts import read
from sideman.composer import STEPS, Composer
from sideman.errors import TokenError
from sideman.model import kernel
from sideman.model.kernel import FOLDER, KernelEngine, load_library, open_library
from sideman.model.sampling import SamplingDefaults
from sideman.music.band import Role, Track
from sideman.music.chords import parse
from sideman.music.wishes import PlayedSection, Wishes
from sideman.take import Take
from sideman.tokens.prefix import FEATURE_NAMES

pytestmark = pytest.mark.usefixtures("needs_kernel")

COLUMNS = range(len(FEATURE_NAMES))
CONTEXT, SMALL_CONTEXT = 512, 96
# All that is added to logits, and temperatures of several kinds.
EVERYTHING = SamplingDefaults(
    kind=0.9,
    value=0.92,
    values={"pitch": 0.95, "track_density": 1.1},
    top_p=0.98,
    repeats={"drums": (0.3, 0.6), "piano": (0.3, 0.9)},
    fitting={"piano": 2.0, "guitar": 1.0},
    styling={"position": 1.5, "length": 1.5, "track_density": 1.5, "hit": 1.5},
    moving={"piano": 0.5, "bass": 0.2},
    steady={"drums": 0.3, "piano": 0.5},
    register={"piano": 0.5, "bass": 2.0},
    fullness={"drums": (0.3, 0.1, 0, -0.2, -0.4), "guitar": (0.3, 0, 0, 0, -0.7)},
    resting={"piano": 0.7, "bass": -0.3},
    thickness={"drums": 0.3, "strings": -0.4},
)
MELODY = Track(Role.MELODY, np.array([[0, 24, 61, 90], [30, 40, 66, 90], [96, 48, 70, 90]], np.int32))
OWN = Track(Role.BASS, np.array([[0, 12, 40, 90], [24, 12, 43, 60], [60, 30, 45, 90]], np.int32))
SECTIONS = (
    PlayedSection("A", (0, 1), Wishes(style="rock", density={Role.PIANO: 3})),
    PlayedSection("B", (2,), Wishes(style="jazz", roles=(Role.DRUMS, Role.BASS))),
    PlayedSection("A", (0, 1), Wishes(loudness="f")),
)


def plan(chords: str, sections: Sequence[PlayedSection] = (), **options: Any) -> Plan:  # noqa: ANN401 - by name
    return Plan(parse(chords), ArrangeOptions(**{"seed": 3, **options}), sections=tuple(sections))


PLANS = {
    "plain": lambda: plan("C:4|Am:4|F:4|G7:4", takes=3),
    "style": lambda: plan("C:4|Am:4|F:4|G7:4", style="latin", takes=2),
    "slashes": lambda: plan("C | C/E | F G/B | Am/G D7/F#", style="rock", takes=2),
    "silence": lambda: plan("C | N.C. | F N.C. | G/B", takes=2),
    "power": lambda: plan("G5 | Esus2 | C5 D7 | G5", takes=2),
    "free bass": lambda: plan("C/E | F/A | N.C. | G", free_bass=True),
    "sections": lambda: plan("C|Am|F|C|Am", SECTIONS),
    "read": lambda: Plan(read("[A]\nC | F\n[B]\nG | G\n[A]\n").song.progression, ArrangeOptions(seed=5)),
    "melody": lambda: plan("C|Am|F", style="pop").with_melody(MELODY)[0],
    "own": lambda: plan("C|Am|F").with_own({Role.BASS: OWN})[0],
    "ending": lambda: plan("C|Am", ending="ring", density=2),
    "alone": lambda: plan("C:4|Eb:4|F#m:4", roles=(Role.DRUMS,), style="jazz", takes=2),
    "likeliest": lambda: plan("C:4|F:4", temperature=0.0),
    "daring": lambda: plan("C:4|F:4", temperature=1.7, top_p=1.0, takes=2),
    "cautious": lambda: plan("C:4|F:4", temperature=0.5, top_p=0.5, takes=2),
    "intro": lambda: plan("C:4|F:4", intro=True),
    "short": lambda: plan("C:3"),
}


def engine(context: int = CONTEXT) -> KernelEngine:
    return KernelEngine(tiny_checkpoint(context), 1)


def composed(wanted: Plan, context: int, steps: int, sampling: SamplingDefaults = EVERYTHING) -> tuple[Take, ...]:
    performance = Performance(wanted, sampling)
    for _ in Composer(engine(context), COLUMNS, 2, steps=steps).run(performance.takes):
        pass
    return performance.takes


def told(takes: Sequence[Take]) -> list[Any]:
    """Ids, features and bars of takes."""
    return [
        (
            take.ids,
            np.asarray(take.features).tolist(),
            [{role: notes.tolist() for role, notes in bar.notes.items()} for bar in take.bars],
        )
        for take in takes
    ]


@cases("context", [CONTEXT, SMALL_CONTEXT])
@cases("name", PLANS)
def test_the_kernel_composes_what_python_does(name: str, context: int) -> None:
    one_by_one = told(composed(PLANS[name](), context, 0))
    for steps in (1, STEPS):
        takes = composed(PLANS[name](), context, steps)
        assert all(take.kernel for take in takes)
        assert told(takes) == one_by_one


@cases("seed", range(8))
def test_it_does_without_anything_that_is_added(seed: int) -> None:
    wanted = [plan("C:4|Dm7:2|G7:2", seed=seed, takes=2) for _ in range(2)]
    one_by_one, together = (
        told(composed(each, CONTEXT, steps, SamplingDefaults())) for each, steps in zip(wanted, (0, STEPS), strict=True)
    )
    assert together == one_by_one


def test_a_take_goes_on_without_the_kernel_and_with_it_again() -> None:
    (expected,) = composed(PLANS["slashes"](), CONTEXT, 0)[:1]
    take = Performance(PLANS["slashes"](), EVERYTHING).takes[0]
    turns = 0
    while not take.done:
        composer = Composer(engine(), COLUMNS, 1, steps=3 * (turns % 2))
        composer.join(take)
        for _ in range(5):
            composer.step()
        if composer:
            composer.leave(take)
        turns += 1
    assert turns > 4
    assert told([take]) == told([expected])


def test_takes_of_both_sorts_share_a_batch() -> None:
    class Other(Take):
        """One that decides for itself what is drawn; the kernel leaves it alone."""

    first, second = Performance(PLANS["plain"](), EVERYTHING).takes[:2]
    expected = composed(PLANS["plain"](), CONTEXT, 0)[:2]
    second.__class__ = Other
    composer = Composer(engine(), COLUMNS, 2)
    for _ in composer.run([first, second]):
        pass
    assert (bool(first.kernel), bool(second.kernel)) == (True, False)
    assert told([first, second]) == told(expected)


def test_all_variants_compose_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    best = load_library()
    assert best is not None
    expected = told(composed(PLANS["style"](), CONTEXT, STEPS))
    for name in runnable_variants(best.sideman_level()):
        library = open_library(FOLDER / f"_kernel_{name}.so")
        if library is not None:
            monkeypatch.setattr(kernel, "load_library", lambda library=library: library)
            assert told(composed(PLANS["style"](), CONTEXT, STEPS)) == expected


def test_logits_that_are_not_finite_are_told() -> None:
    broken = tiny_checkpoint()
    broken.weights["transformer.ln_f.weight"][:] = np.nan
    take = Performance(PLANS["plain"](), EVERYTHING).takes[0]
    composer = Composer(KernelEngine(broken, 1), COLUMNS, 1)
    composer.join(take)
    with pytest.raises(TokenError, match="not finite"):
        composer.step()
