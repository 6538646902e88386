"""Whether the band obeys the chart: ``python -m benchmarks.obedience [--weights FILE] [--pieces 24] [--seed 1]``.

Composes charts of random chords: eight bars of one or two chords, of which half have a random slash bass, a third are
plain and a sixth are N.C.; with a bass that is free, with one that obeys, and with leaders that are more and less
strict. Prints how many slash chords the bass begins on their bass, how many plain ones on their root, the share of
chord tones, of all that sounds and of the notes that begin on a beat, the pitched notes that begin under N.C., and what
obeying costs: the probability that the chart's rules take from the choices, in bits a note. With a free bass that is
the cost of N.C.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sideman.arranging import DEFAULT_WEIGHTS, Model
from sideman.composer import Composer, Take
from sideman.model.sampling import SamplingOptions
from sideman.music.adherence import Harmony, bass_on_root, chord_tone_ratio, harmonies
from sideman.music.band import ONSET, PITCH, Band, NoteArray, Role, Track
from sideman.music.chords import Progression, parse
from sideman.music.notes import MAJOR_ROOTS
from sideman.music.qualities import PITCH_CLASSES
from sideman.music.time import STEPS_PER_BEAT, TICKS_PER_STEP
from sideman.options import AS_PEOPLE, STRICTEST
from sideman.planning import PART_ORDER
from sideman.tokens.chart import chart_of_progression
from sideman.tokens.leader import Leader
from sideman.tokens.vocabulary import STYLES

BARS, TEMPO = 8, 110.0
QUALITIES = ("", "", "m", "m7", "7", "M7")


class Figures(NamedTuple):
    """Of some pieces. Shares of chords, the share of chord tones, a count of notes, and bits a note."""

    on_slash: float
    on_root: float
    chord_tones: float
    on_beats: float
    under_silence: int
    bits: float


def random_chart(source: random.Random) -> Progression:
    """Bars of one or two random chords."""
    bars = []
    for _ in range(BARS):
        cells = []
        for beats in source.choice(((4,), (2, 2), (1.5, 2.5))):
            root, bass = source.sample(MAJOR_ROOTS, 2)
            kind = source.random()
            chord = f"{root}{source.choice(QUALITIES)}"
            cells.append(("N.C." if kind < 1 / 6 else chord if kind < 1 / 2 else f"{chord}/{bass}") + f":{beats}")
        bars.append(" ".join(cells))
    return parse("|".join(bars))


class WatchedTake(Take):
    """A take that sums the bits which the chart's rules take from what is drawn."""

    bits = 0.0

    def draw(self, logits: npt.NDArray[np.floating]) -> None:
        """As any take, and add up."""
        weights = np.exp(logits - logits[self.wished].max(), dtype=np.float64)
        self.bits += float(np.log2(weights[self.wished].sum() / weights[self.choices].sum()))
        super().draw(logits)


class Wish(NamedTuple):
    """What is asked of the band."""

    name: str
    free_bass: bool = False
    strict: float = AS_PEOPLE


WISHES = (
    Wish("free bass", free_bass=True),
    *(Wish(f"strict {strict:g}", strict=strict) for strict in (0, 0.5, 0.75, 1)),
)


def compose(model: Model, progression: Progression, seed: int, wish: Wish) -> tuple[Band, float]:
    """A band, and the bits that the chart's rules took."""
    chart = chart_of_progression(progression)
    style = STYLES[seed % len(STYLES)]
    leader = Leader(
        chart,
        PART_ORDER,
        style=style,
        tempo=TEMPO,
        free_bass=wish.free_bass,
        strict=wish.strict >= STRICTEST,
        excerpt=True,
    )
    take = WatchedTake(0, chart, leader, SamplingOptions(seed=seed), model.sampling.fitted(wish.strict / AS_PEOPLE))
    composer = Composer(model.engine, model.columns, 1)
    composer.join(take)
    while composer:
        composer.step()
    tracks = [Track(role, np.concatenate([bar.notes[role] for bar in take.bars])) for role in PART_ORDER]
    return Band(tuple(tracks), chart.steps, TEMPO), take.bits


def on_beats(pitched: Iterable[NoteArray], chords: Iterable[Harmony]) -> tuple[int, int]:
    """How many notes that begin on a beat are tones of their chord, and how many there are."""
    kept = count = 0
    for notes in pitched:
        for chord in chords:
            begun = notes[(notes[:, ONSET] >= chord.onset) & (notes[:, ONSET] < chord.end)]
            begun = begun[begun[:, ONSET] % STEPS_PER_BEAT == 0]
            count += len(begun)
            kept += int(np.isin(begun[:, PITCH] % PITCH_CLASSES, [*chord.pitch_classes, chord.bass]).sum())
    return kept, count


def measure(model: Model, pieces: list[Progression], first_seed: int, wish: Wish) -> Figures:
    """Figures of all pieces."""
    slashes = on_slash = under_silence = notes_of_all = 0
    bits = 0.0
    roots, tones, beats = [], [], np.zeros(2, np.int64)
    for seed, progression in enumerate(pieces, first_seed):
        band, taken = compose(model, progression, seed, wish)
        bits += taken
        notes_of_all += band.note_count
        bass = band[Role.BASS].notes
        spans = [span for span in progression.spans if span.chord.root_pc is not None]
        plain = []
        for span, harmony in zip(spans, harmonies(progression), strict=True):
            if span.chord.bass_pc == span.chord.root_pc:
                plain.append(harmony)
                continue
            slashes += 1
            played = bass[(bass[:, ONSET] >= harmony.onset) & (bass[:, ONSET] < harmony.end)]
            lowest = played[played[:, ONSET] == played[0, ONSET]][:, PITCH] if len(played) else np.empty(0)
            on_slash += int(len(lowest) > 0 and lowest.min() % PITCH_CLASSES == harmony.bass)
        roots.append(bass_on_root(bass, plain))
        pitched = [track.notes for track in band.tracks if not track.is_drum]
        tones.append(chord_tone_ratio(pitched, harmonies(progression)))
        beats += on_beats(pitched, harmonies(progression))
        for span in progression.spans:
            if span.chord.root_pc is None:
                first, last = (ticks // TICKS_PER_STEP for ticks in (span.onset, span.onset + span.duration))
                under_silence += sum(
                    int(((notes[:, ONSET] >= first) & (notes[:, ONSET] < last)).sum()) for notes in pitched
                )
    return Figures(
        on_slash / slashes,
        float(np.nanmean(roots)),
        float(np.nanmean(tones)),
        beats[0] / beats[1],
        under_silence,
        bits / notes_of_all,
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, default=DEFAULT_WEIGHTS)
    parser.add_argument("--pieces", type=int, default=24)
    parser.add_argument("--seed", type=int, default=1, help="of the charts and of the first piece")
    options = parser.parse_args()
    source = random.Random(options.seed)
    pieces = [random_chart(source) for _ in range(options.pieces)]
    model = Model.load(options.weights)
    for wish in WISHES:
        figures = measure(model, pieces, options.seed, wish)
        print(
            f"{wish.name}: slash chords begun on their bass {figures.on_slash:.3f}, "
            f"plain ones on their root {figures.on_root:.3f}, chord tones {figures.chord_tones:.3f}, "
            f"on beats {figures.on_beats:.3f}, "
            f"pitched notes begun under N.C. {figures.under_silence}, bits a note taken {figures.bits:.4f}"
        )


if __name__ == "__main__":
    main()
