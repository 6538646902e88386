"""Runs of bars of known songs: found again in any key, kept in a file, and not played by a take."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sideman.errors import CheckpointError
from sideman.music.band import Note, Role
from sideman.music.chords import parse
from sideman.tokens.chart import chart_of_progression
from sideman.tokens.encode import Ids, encode_bars
from sideman.tokens.fingerprints import ANYBODYS, RUN, Fingerprints, Run, song_hashes
from sideman.tokens.grid import to_grid

BARS = 8


def song(seed: int, bars: int = BARS, *, up: int = 0, role: Role = Role.PIANO, before: int = 0) -> Ids:
    """Bars of four notes that no other seed plays; ``before`` of them are another song's."""
    notes = []
    for begin, end, of in ((0, before, seed + 1000), (before, bars, seed)):
        random = np.random.default_rng(of)
        pitches = random.integers(48, 72, size=(bars, 4)) + up
        notes += [
            Note(48 * bar + 12 * beat, 12, int(pitches[bar, beat]), 76)
            for bar in range(begin, end)
            for beat in range(4)
        ]
    chart = chart_of_progression(parse("|".join(["C"] * bars)))
    return encode_bars([(role, to_grid(role, np.array(notes, np.int32), chart.steps, chart.shift)[0])], chart)


def test_a_song_is_found_and_a_stranger_is_not() -> None:
    known = Fingerprints.of_hashes(map(song_hashes, [song(1), song(2)]))
    assert len(known) == 2 * (BARS - RUN + 1)
    assert known.runs(song(2)) == [Run(Role.PIANO, 0, BARS)]
    assert known.runs(song(3)) == []
    assert known.runs(song(1, role=Role.GUITAR)) == []


@given(st.integers(-11, 11), st.integers(0, BARS))
def test_a_run_is_found_in_any_key_and_where_it_stands(up: int, before: int) -> None:
    known = Fingerprints.of_hashes([song_hashes(song(1))])
    found = known.runs(song(1, up=up, before=before))
    assert found == ([Run(Role.PIANO, before, BARS - before)] if BARS - before >= RUN else [])


def test_what_several_songs_have_is_anybodys() -> None:
    assert len(Fingerprints.of_hashes([song_hashes(song(1, RUN))] * (ANYBODYS - 1))) == 1
    assert len(Fingerprints.of_hashes([song_hashes(song(1, RUN))] * ANYBODYS)) == 0
    assert Fingerprints.of_hashes([]).runs(song(1)) == []


def test_the_last_bars_tell_whether_a_song_is_played_on() -> None:
    known = Fingerprints.of_hashes([song_hashes(song(1))])
    assert known.ends(song(1, RUN).tolist(), Role.PIANO.number)
    assert not known.ends(song(1, RUN - 1).tolist(), Role.PIANO.number)
    assert not known.ends(song(1, RUN).tolist(), Role.BASS.number)
    assert not known.ends(song(1, RUN, before=1).tolist(), Role.PIANO.number)


def test_a_file_holds_them(tmp_path: Path) -> None:
    known = Fingerprints.of_hashes(song_hashes(song(seed)) for seed in range(20))
    known.save(tmp_path / "a.memory.npz")
    again = Fingerprints.load(tmp_path / "a.memory.npz")
    assert (len(again), again.digest) == (len(known), known.digest)
    assert again.runs(song(7)) == [Run(Role.PIANO, 0, BARS)]
    assert Fingerprints.of_hashes([song_hashes(song(1))]).digest != known.digest


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 not a zip", b"half"])
def test_a_damaged_file_says_what_to_do(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "a.memory.npz"
    Fingerprints.of_hashes([song_hashes(song(1))]).save(path)
    path.write_bytes(path.read_bytes()[:-40] if damage == b"half" else damage)
    with pytest.raises(CheckpointError, match="damaged or can't be read: make it again with `sideman fingerprint`"):
        Fingerprints.load(path)


def test_arrays_of_something_else_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.memory.npz"
    np.savez(path, counts=np.ones(3, np.uint16), low=np.zeros((3, 3), np.uint8))
    with pytest.raises(CheckpointError, match="damaged"):
        Fingerprints.load(path)
