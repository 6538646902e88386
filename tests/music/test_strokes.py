"""What the notes of a bar tell about how hard they are struck."""

from __future__ import annotations

import numpy as np
from tests.cases import cases

from sideman.music.band import Note, NoteArray, Role, Track
from sideman.music.strokes import Setting, Strokes, settings, sizes, strokes
from sideman.music.styles import STYLES

KICK, SNARE, HAT, CRASH = 36, 38, 42, 49


def setting(steps: int = 48, style: str | None = None) -> Setting:
    return Setting(2, 96, steps, style)


def bar(role: Role, *notes: tuple[int, int, int, int]) -> NoteArray:
    """Notes of a bar that begins at step 96; onsets count from it."""
    return Track(role, [Note(96 + onset, *rest) for onset, *rest in notes]).notes


def told(role: Role, read: Strokes, name: str) -> list[int]:
    return [int(number) for number in read.classes[:, [*sizes(role)].index(name)]]


def test_a_note_s_place_and_neighbours() -> None:
    notes = bar(Role.PIANO, (0, 12, 60, 88), (0, 12, 64, 88), (12, 6, 67, 88), (18, 30, 67, 88))
    read = strokes(Role.PIANO, notes, setting())
    assert read.onset.tolist() == [0, 0, 1, 2]
    assert read.voice.tolist() == [1, 0, 0, 0]
    assert (read.first.tolist(), read.count.tolist()) == ([0, 2, 3], [2, 1, 1])
    assert told(Role.PIANO, read, "step") == [0, 0, 0, 6]
    assert told(Role.PIANO, read, "again") == [0, 0, 0, 1]
    before, after = told(Role.PIANO, read, "before"), told(Role.PIANO, read, "after")
    assert before[:2] == [0, 0]
    assert before[2] == after[0] == after[1]
    assert before[3] == after[2] < after[0] < after[3]
    interval = told(Role.PIANO, read, "interval")
    assert interval[0] == interval[1] == max(interval)
    assert interval[2] - interval[3] == 3


def test_drums_tell_what_is_struck_with_them_and_how_often() -> None:
    notes = bar(Role.DRUMS, *((step, 1, HAT, 88) for step in (0, 6, 12)), (0, 1, KICK, 88), (12, 1, SNARE, 88))
    read = strokes(Role.DRUMS, notes, setting())
    assert told(Role.DRUMS, read, "drum") == [KICK, HAT, HAT, SNARE, HAT]
    together = told(Role.DRUMS, read, "with")
    assert together[0] == together[1] == 0b0101
    assert together[3] == together[4] == 0b0110
    since = told(Role.DRUMS, read, "since")
    assert [since[0], since[1], since[3]] == [0, 0, 0]
    assert since[2] == since[4] > 0
    often = told(Role.DRUMS, read, "strokes")
    assert often[0] == often[3] < often[1] == often[2] == often[4]


@cases("role", Role)
@cases("steps", [7, 12, 24, 36, 48])
def test_every_class_is_within_its_feature(role: Role, steps: int) -> None:
    random = np.random.default_rng(steps)
    for style in (None, *STYLES):
        columns = (random.integers(96, 96 + steps, 40), random.integers(1, 200, 40), random.integers(0, 128, 40))
        notes = np.stack([*columns, random.integers(1, 128, 40)], 1).astype(np.int32)
        read = strokes(role, notes, setting(steps, style))
        assert (read.classes >= 0).all()
        assert (read.classes < np.array([*sizes(role).values()])).all()


def test_notes_may_be_in_any_order() -> None:
    notes = bar(Role.GUITAR, (0, 12, 60, 88), (0, 12, 64, 88), (12, 6, 67, 88), (18, 30, 67, 88))
    read = strokes(Role.GUITAR, notes[::-1], setting())
    assert read.order.tolist() == [3, 2, 1, 0]
    assert np.array_equal(read.classes, strokes(Role.GUITAR, notes, setting()).classes)


def test_bars_know_where_they_stand() -> None:
    first, second = settings([0, 24, 60], ["rock", "jazz"], 7)
    assert (first.number, first.start, first.steps) == (0, 0, 24)
    assert (second.number, second.start, second.steps, second.style, second.seed) == (1, 24, 36, "jazz", 7)
