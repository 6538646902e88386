"""The music is pinned: what the shipped weights play, note for note, and the decisions that make it music.

The kernel's numbers are the same bits on every processor, so a hash of the notes holds everywhere. Whoever changes the
weights, or means to change the music, writes the hashes anew with one command, and listens:

    SIDEMAN_WRITE_GOLDEN=1 pytest tests/test_pinned.py
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sideman import planning
from sideman.arranging import ArrangeOptions, Performance, Plan, default_model
from sideman.composer import Composer
from sideman.music import finishing
from sideman.music.band import DURATION, ONSET, PITCH, ROLES, VELOCITY, Band, Role
from sideman.music.chords import NOTE_NAMES, parse
from sideman.music.kit import BASS_DRUMS, backbeat
from sideman.music.styles import STYLES
from sideman.music.time import STEPS_PER_BAR
from sideman.tokens import leader
from sideman.tokens.chart import Chart
from sideman.tokens.chart_rules import BarRules, bar_rules
from sideman.tokens.decode import decode_bars
from sideman.tokens.kit import Kit
from sideman.tokens.leader import Leader
from sideman.tokens.slices import BEGINS_PART, ROLE, bars, parts

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("needs_kernel")]

GOLDEN = Path(__file__).parent / "golden" / "notes.json"
SEEDS = (1, 2, 3)


@dataclass(frozen=True)
class Piece:
    """A chart, and what else is asked for."""

    chords: str
    options: ArrangeOptions


PIECES = {
    "pop": Piece("C:4|Am:4|F:4|G7:4|C:4|Am:4|Dm7:4|G7:4", ArrangeOptions()),
    "jazz": Piece("Dm7 G7 | CM7 A7 | Dm7 G7 | CM7 | Gm7 C7 | FM7", ArrangeOptions(tempo=152, style="jazz")),
    "silence": Piece("Am | N.C. | F N.C. | E7", ArrangeOptions(tempo=90, style="rock", density=3)),
    "slash": Piece("D | D/F# | G/B A/C# | Bm | Em7/D | A7:3", ArrangeOptions(tempo=74)),
}


def perform(pieces: Mapping[str, Piece], seeds: tuple[int, ...] = SEEDS) -> dict[str, dict[int, Performance]]:
    """All of them, composed as one batch."""
    model = default_model()
    performances = {
        name: {
            seed: Performance(Plan(parse(piece.chords), replace(piece.options, seed=seed)), model.sampling)
            for seed in seeds
        }
        for name, piece in pieces.items()
    }
    every = [performance for by_seed in performances.values() for performance in by_seed.values()]
    composer = Composer(model.engine, model.columns, len(every))
    for performance in every:
        composer.join(performance.takes[0])
    while composer:
        composer.step()
    return performances


@cache
def played() -> dict[str, dict[int, Performance]]:
    """The pieces as they are."""
    return perform(PIECES)


def hashes(performances: Mapping[str, Mapping[int, Performance]]) -> dict[str, dict[str, dict[str, str]]]:
    """Of the notes of each track, by piece, seed and role."""
    return {
        name: {
            str(seed): {
                str(track.role): hashlib.sha256(np.ascontiguousarray(track.notes, "<i4").tobytes()).hexdigest()[:12]
                for track in performance.bands[0].tracks
            }
            for seed, performance in by_seed.items()
        }
        for name, by_seed in performances.items()
    }


def golden() -> Any:  # noqa: ANN401 - JSON
    return json.loads(GOLDEN.read_text("utf-8"))


def test_the_notes_are_those_that_were_heard() -> None:
    found = hashes(played())
    if os.environ.get("SIDEMAN_WRITE_GOLDEN"):
        GOLDEN.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    assert found == golden(), "other notes: if they are meant, listen and run this test with SIDEMAN_WRITE_GOLDEN=1"
    assert all([*tracks] == [*ROLES] for by_seed in found.values() for tracks in by_seed.values())


# Musical decisions that a test of types and lengths doesn't notice. Each must change what is heard.


def reverse_parts(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(planning, "PART_ORDER", planning.PART_ORDER[::-1])


def take_whole_songs(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(planning, "Leader", lambda *args, **options: Leader(*args, **(options | {"excerpt": False})))


def drop_accents(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(finishing, "touch", lambda bar, setting: {role: bar[role].copy() for role in bar})  # noqa: ARG005 - as the original


def draw_drums_twice(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Kit, "lacks", lambda *_: True)


def warm_up(patch: pytest.MonkeyPatch) -> None:
    model = default_model()
    patch.setattr(model, "sampling", replace(model.sampling, values={**model.sampling.values, "pitch": 1.0}))


def ignore_the_chart(patch: pytest.MonkeyPatch) -> None:
    rules = bar_rules  # those of the last bar also keep its end, without which there is no band

    def no_rules(chart: Chart, *, free_bass: bool, strict: bool) -> list[BarRules | None]:
        return [*[None] * (chart.bars - 1), *rules(chart, free_bass=free_bass, strict=strict)[-1:]]

    patch.setattr(leader, "bar_rules", no_rules)


MUTANTS = {
    reverse_parts: {*PIECES},
    take_whole_songs: {*PIECES},
    drop_accents: {*PIECES},
    draw_drums_twice: {name for name, piece in PIECES.items() if piece.options.style},
    warm_up: {*PIECES},
    ignore_the_chart: {"silence", "slash"},
}


@pytest.mark.parametrize(("mutate", "heard"), MUTANTS.items(), ids=lambda value: getattr(value, "__name__", ""))
def test_a_mutant_is_heard(
    mutate: Callable[[pytest.MonkeyPatch], None], heard: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    mutate(monkeypatch)
    seeds = SEEDS[: 2 if mutate is draw_drums_twice else 1]  # drums may have a kit at once
    found = hashes(perform(PIECES, seeds))
    other = {
        name for name, by_seed in found.items() if any(golden()[name][seed] != notes for seed, notes in by_seed.items())
    }
    assert other == heard


def every_band() -> list[tuple[Performance, Band]]:
    return [(performance, performance.bands[0]) for by_seed in played().values() for performance in by_seed.values()]


def test_in_each_bar_later_parts_hear_the_earlier_ones() -> None:
    order = [Role.DRUMS, Role.BASS, Role.PIANO, Role.GUITAR, Role.STRINGS]
    for performance, _ in every_band():
        ids = np.array(performance.takes[0].ids, np.uint16)
        for bar in bars(ids):
            if BEGINS_PART[bar].any():
                assert [ROLES[ROLE[part[0]]] for part in parts(bar)] == order


def test_everybody_plays_from_the_first_bar_and_somebody_in_the_last() -> None:
    for performance, band in every_band():
        lines = performance.plan.chart.lines
        for track in band.tracks:
            assert (track.notes[:, ONSET] < lines[1]).any()
        assert max(track.notes[:, ONSET].max() for track in band.tracks) >= lines[-2]


def test_drums_have_accents_that_their_ids_don_t_tell() -> None:
    compared = 0
    for performance, band in every_band():
        composed = decode_bars(performance.takes[0].ids, performance.plan.chart)[0].notes[Role.DRUMS]
        assert len({*composed[:, VELOCITY].tolist()}) == 1
        played = band[Role.DRUMS].notes
        kick = played[np.isin(played[:, PITCH], (35, 36)), VELOCITY]
        hats = played[played[:, PITCH] == 42, VELOCITY]
        if min(len(kick), len(hats)) > 1:
            assert kick.mean() > hats.mean()
            compared += 1
    assert compared > 3


def test_the_sparsest_plays_less_than_the_busiest() -> None:
    chords = PIECES["pop"].chords
    played = perform({str(level): Piece(chords, ArrangeOptions(density=level)) for level in (0, 4)})
    for seed in SEEDS:
        sparse, busy = (played[level][seed].bands[0] for level in ("0", "4"))
        for role in ROLES:
            assert len(np.unique(sparse[role].notes[:, ONSET])) < len(np.unique(busy[role].notes[:, ONSET]))


def test_under_no_chord_drums_alone_play() -> None:
    for seed in SEEDS:
        band = played()["silence"][seed].bands[0]
        # N.C. from the second bar on for a bar, and for the second half of the third.
        for first, last in ((48, 96), (120, 144)):
            for track in band.tracks:
                onset, duration = track.notes[:, ONSET], track.notes[:, DURATION]
                sounds = (onset < last) & (onset + duration > first)
                assert track.role is Role.DRUMS or not sounds.any()


def test_the_bass_begins_slash_chords_on_their_bass() -> None:
    slashes = {48: "F#", 96: "B", 120: "C#", 192: "D"}
    for seed in SEEDS:
        notes = played()["slash"][seed].bands[0][Role.BASS].notes
        for onset, name in slashes.items():
            first = notes[notes[:, ONSET] >= onset][0]
            assert first[PITCH] % 12 == NOTE_NAMES[name]


def test_power_chords_have_no_third() -> None:
    power = perform({"power": Piece("C5|G5|A5|F5|C5|G5|F5|C5", ArrangeOptions(style="rock"))})["power"]
    roots = np.array([NOTE_NAMES[name] for name in "CGAFCGFC"])
    thirds = []
    for performance in power.values():
        for track in performance.bands[0].tracks:
            if not track.is_drum:
                above = (track.notes[:, PITCH] - roots[track.notes[:, ONSET] // STEPS_PER_BAR]) % 12
                thirds += np.isin(above, (3, 4)).tolist()
    assert np.mean(thirds) < 0.03  # .17 over the same chords as triads


def test_drums_begin_with_a_kit_at_least_as_often_as_people_s() -> None:
    alone = {style: Piece("C:4|Am:4", ArrangeOptions(style=style, roles=(Role.DRUMS,))) for style in STYLES}
    whole = 0
    for style, by_seed in perform(alone, tuple(range(8))).items():
        heard = 0
        for performance in by_seed.values():
            notes = performance.bands[0][Role.DRUMS].notes
            drums = {*notes[notes[:, ONSET] < STEPS_PER_BAR, PITCH].tolist()}
            heard += bool(drums & {*BASS_DRUMS} and drums & {*backbeat(style)})
        assert heard >= 5, style
        whole += heard
    assert whole / (8 * len(STYLES)) > 0.85  # people have .78, drums that are drawn once .76, by benchmarks/kits.py
