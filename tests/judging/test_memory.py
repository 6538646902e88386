"""Bars that are found again in a song, whatever key they are in."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.judging.conftest import window

from sideman.judging.memory import Memory, window_ids
from sideman.judging.windows import Window
from sideman.tokens.encode import Ids

Notes = list[tuple[int, int, int]]
BARS = 8
CHORDS = "|".join(["C"] * BARS)


def tune(seed: int, bars: int = BARS) -> Notes:
    """Four notes a bar that no other seed plays."""
    random = np.random.default_rng(seed)
    return [(48 * bar + 12 * beat, 12, 60 + int(random.integers(24))) for bar in range(bars) for beat in range(4)]


def ids(chords: str = CHORDS, **notes: Notes) -> Ids:
    asked: Window = window(chords, song="song", seed=1, **notes)
    return window_ids(asked.band, asked)


def test_a_song_finds_itself_and_a_stranger_nothing() -> None:
    memory = Memory([ids(piano=tune(1)), ids(piano=tune(2))])
    assert memory.longest_run(ids(piano=tune(2))) == BARS
    assert memory.longest_run(ids(piano=tune(3))) == 0


@given(st.integers(-11, 11), st.integers(1, BARS))
def test_a_run_is_found_in_any_key(semitones: int, length: int) -> None:
    memory = Memory([ids(piano=tune(1))])
    borrowed = [note for note in tune(1) if note[0] >= 48 * (BARS - length)]
    own = [note for note in tune(5) if note[0] < 48 * (BARS - length)]
    mine = [(onset, duration, pitch + semitones) for onset, duration, pitch in [*own, *borrowed]]
    assert memory.longest_run(ids("F#m|" * BARS, piano=mine)) == length


def test_a_run_does_not_go_on_in_the_next_song_nor_over_a_gap() -> None:
    first, second = tune(1)[:16], tune(1)[16:]
    halves = [ids(piano=first, bass=tune(9)), ids(piano=[(on - 192, long, pitch) for on, long, pitch in second])]
    assert Memory(halves).longest_run(ids(piano=tune(1))) == 4
    gap = [note for note in tune(1) if not 144 <= note[0] < 192]
    assert Memory([ids(piano=tune(1))]).longest_run(ids(piano=gap)) == 4


def test_another_place_in_the_song_counts_and_another_role_does_not() -> None:
    later = [(onset + 96, duration, pitch) for onset, duration, pitch in tune(1, 4)]
    memory = Memory([ids(piano=later, bass=tune(2))])
    assert memory.longest_run(ids(piano=tune(1))) == 4
    assert memory.longest_run(ids(guitar=tune(1))) == 0


def test_a_run_is_moved_as_a_whole() -> None:
    """Each bar of the second tune is one of the first, but the bars climb where those stay."""
    figure = [(onset, 12, 60 + onset % 5) for onset in range(0, 48, 12)]
    level = [(48 * bar + onset, long, pitch) for bar in range(BARS) for onset, long, pitch in figure]
    climbing = [(onset, long, pitch + onset // 48) for onset, long, pitch in level]
    memory = Memory([ids(piano=level)])
    assert memory.longest_run(ids(piano=climbing)) == 1
    assert memory.longest_run(ids(piano=[(onset, long, pitch + 3) for onset, long, pitch in level])) == BARS
    both = Memory([ids(piano=level, bass=level)])
    third = [(onset, long, pitch - 3) for onset, long, pitch in level]
    assert both.longest_run(ids(piano=level, bass=third), several=True) == 0
    assert both.longest_run(ids(piano=third, bass=third), several=True) == BARS


def test_a_held_note_a_bar_and_drums_are_anybodys() -> None:
    held = [(48 * bar, 48, 60) for bar in range(BARS)]
    drums = [(12 * beat, 1, 36) for beat in range(4 * BARS)]
    assert Memory([ids(piano=held, drums=drums)]).longest_run(ids(piano=held, drums=drums)) == 0


def test_all_players_together() -> None:
    memory = Memory([ids(piano=tune(1), bass=tune(2), drums=[(0, 1, 36)])])
    assert memory.longest_run(ids(piano=tune(1), bass=tune(2)), several=True) == BARS
    assert memory.longest_run(ids(piano=tune(1), bass=tune(3)), several=True) == 0
    assert memory.longest_run(ids(piano=tune(1)), several=True) == 0  # one alone


def test_many_songs_are_read_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sideman.judging.memory._READ_AT_ONCE", 100)
    memory = Memory(ids(piano=tune(seed)) for seed in range(5))
    assert [memory.longest_run(ids(piano=tune(seed))) for seed in (0, 4, 6)] == [BARS, BARS, 0]


def test_no_songs_at_all() -> None:
    assert Memory([]).longest_run(ids(piano=tune(1))) == 0
