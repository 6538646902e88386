"""Near-duplicates: what a song's phrases bear, and that clusters are the songs' own, not their order's."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sideman.music.band import NoteArray
from sideman.training import clusters as on_disk
from sideman.training.clusters import MAX_SONGS, Clusters
from sideman.training.duplicates import Phrases, sample_phrases
from sideman.training.song import Song, in_order

EMPTY = np.zeros((0, 4), np.int32)
BARS = 40


def clusters(samples: Iterable[Phrases]) -> npt.NDArray[np.int64]:
    with tempfile.TemporaryDirectory() as folder:
        with Clusters(Path(folder)) as index:
            for sample in samples:
                index.add(sample)
            found = index.find()
        assert [path.name for path in Path(folder).iterdir()] == ["samples.bin"]
    return found


def song(seed: int) -> Song:
    """A song with a melody, chords and a bass of its own."""
    rng = np.random.default_rng(seed)

    def line(step: int, low: int, high: int) -> NoteArray:
        onset = np.arange(0, BARS * 96, step)[rng.random(BARS * 96 // step) < 0.8]
        pitch = rng.integers(low, high, len(onset))
        velocity = rng.integers(40, 120, len(onset))
        return np.stack((onset, np.full(len(onset), step), pitch, velocity), axis=1).astype(np.int32)

    chords = in_order(np.concatenate([line(24, 48, 60), line(24, 60, 72)]))
    return Song(f"song {seed}", (line(12, 36, 50), chords, EMPTY, line(48, 28, 40), line(12, 65, 90)), BARS * 96, 120.0)


def changed(original: Song, change: Callable[[NoteArray], NoteArray]) -> Song:
    return Song("changed", tuple(change(notes) for notes in original.ticks), original.length, original.tempo)


def plus(column: int, amount: int) -> Callable[[NoteArray], NoteArray]:
    return lambda notes: notes + np.eye(4, dtype=np.int32)[column] * amount


def jittered(notes: NoteArray) -> NoteArray:
    shift = np.random.default_rng(9).integers(-1, 2, len(notes))
    moved = notes.copy()
    moved[:, 0] = np.maximum(notes[:, 0] + shift, 0)
    return in_order(moved)


def together(original: Song) -> Song:
    """All pitched tracks played by the piano."""
    drums, *pitched = original.ticks
    return Song("piano", (drums, in_order(np.concatenate(pitched)), EMPTY, EMPTY, EMPTY), original.length, 120.0)


def without(original: Song, *tracks: int) -> Song:
    kept = tuple(EMPTY if index in tracks else notes for index, notes in enumerate(original.ticks))
    return Song("part", kept, original.length, original.tempo)


ORIGINAL = song(0)


@pytest.mark.parametrize(
    "copy",
    [
        pytest.param(ORIGINAL, id="exact"),
        pytest.param(changed(ORIGINAL, plus(2, 3)), id="transposed"),
        pytest.param(changed(ORIGINAL, plus(3, -20)), id="softer"),
        pytest.param(changed(ORIGINAL, plus(0, 4 * 96)), id="later by four bars"),
        pytest.param(changed(ORIGINAL, plus(0, 30)), id="later by a beat and a 16th"),
        pytest.param(changed(ORIGINAL, jittered), id="jittered"),
        pytest.param(changed(ORIGINAL, lambda notes: notes[notes[:, 0] < 12 * 96]), id="excerpt"),
        pytest.param(without(ORIGINAL, 0), id="without drums"),
        pytest.param(without(ORIGINAL, 4), id="without strings"),
        pytest.param(without(ORIGINAL, 1, 3), id="strings alone"),
        pytest.param(together(ORIGINAL), id="all on the piano"),
        pytest.param(
            Song("other roles", tuple(ORIGINAL.ticks[index] for index in (0, 4, 1, 2, 3)), BARS * 96, 120.0), id="roles"
        ),
    ],
)
def test_a_copy_joins_its_original(copy: Song) -> None:
    songs = [song(1), ORIGINAL, song(2), copy, song(3)]
    assert clusters([sample_phrases(each) for each in songs]).tolist() == [0, 1, 2, 1, 4]


def test_different_songs_stand_apart() -> None:
    assert clusters([sample_phrases(song(seed)) for seed in range(30)]).tolist() == list(range(30))


def test_copies_of_copies_are_one_cluster() -> None:
    halves = [
        changed(ORIGINAL, lambda notes, low=low: notes[(notes[:, 0] >= low * 96) & (notes[:, 0] < (low + 20) * 96)])  # type: ignore[misc]
        for low in (0, 10, 20)
    ]
    prints = [sample_phrases(half) for half in halves]
    assert not np.intersect1d(prints[0], prints[2]).size
    assert clusters(prints).tolist() == [0, 0, 0]


def test_repeated_notes_and_drums_alone_are_no_phrases() -> None:
    repeated = np.array([(24 * index, 24, 60 + 5 * (index // 16 % 2), 80) for index in range(400)], np.int32)
    drums = without(ORIGINAL, 1, 2, 3, 4)
    assert not len(sample_phrases(Song("repeated", (EMPTY, repeated, EMPTY, EMPTY, EMPTY), 9_600, 120.0)))
    assert not len(sample_phrases(drums))
    assert not len(sample_phrases(without(ORIGINAL, 0, 1, 2, 3, 4)))
    assert clusters([sample_phrases(drums)] * 2).tolist() == [0, 1]  # nothing in common but silence


def prints(*hashes: range) -> list[Phrases]:
    return [np.array(numbers, np.uint64) for numbers in hashes]


def test_the_overlap_is_of_the_smaller_and_of_enough_hashes() -> None:
    assert clusters(prints(range(100), range(90, 130))).tolist() == [0, 0]  # 10 of 40
    assert clusters(prints(range(100), range(91, 131))).tolist() == [0, 1]  # 9 of 40
    assert clusters(prints(range(100), range(96, 102))).tolist() == [0, 1]  # 4 of 6
    assert clusters(prints(range(100), range(95, 101))).tolist() == [0, 0]  # 5 of 6


def test_a_commonplace_is_no_evidence_but_exact_copies_are_no_commonplace() -> None:
    common = [
        np.r_[np.arange(10), np.arange(20) + 100 * (1 + index)].astype(np.uint64) for index in range(MAX_SONGS + 1)
    ]
    assert clusters(common).tolist() == list(range(MAX_SONGS + 1))
    assert clusters(common[:-1]).tolist() == [0] * MAX_SONGS
    assert clusters([common[0], common[1]] + [common[0]] * 100).tolist() == [0] * 102


def test_no_songs_no_clusters() -> None:
    assert clusters([]).tolist() == []


@settings(max_examples=15)
@given(st.permutations(range(12)))
def test_clusters_do_not_depend_on_the_order(order: list[int]) -> None:
    base = [
        np.arange(start, start + 40, dtype=np.uint64)
        for start in (0, 25, 50, 200, 200, 230, 500, 900, 905, 1300, 1400, 1430)
    ]
    plain = clusters(base)
    shuffled = clusters([base[index] for index in order])
    groups = {frozenset(np.flatnonzero(plain == name).tolist()) for name in set(plain.tolist())}
    back = {frozenset(order[place] for place in np.flatnonzero(shuffled == name)) for name in set(shuffled.tolist())}
    assert groups == back
    assert all(shuffled[name] == name for name in set(shuffled.tolist()))


def edits(copies: int, dropped: float) -> list[Phrases]:
    """Samples of a song of which so many versions lack a share of the notes, each others."""
    rng = np.random.default_rng(1)
    return [
        sample_phrases(changed(ORIGINAL, lambda notes: notes[rng.random(len(notes)) >= dropped])) for _ in range(copies)
    ]


@pytest.mark.parametrize(("copies", "dropped"), [(MAX_SONGS + 40, 0.02), (200, 0.02), (200, 0.04)])
def test_the_songs_that_were_copied_most_are_one_cluster(copies: int, dropped: float) -> None:
    others = [sample_phrases(song(seed)) for seed in range(1, 20)]
    found = clusters([*others, *edits(copies, dropped)])
    assert found.tolist() == [*range(19), *[19] * copies]


def test_many_files_give_the_same_clusters_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    samples = [sample_phrases(song(seed)) for seed in range(8)]
    samples += [sample[:: 1 + number % 3] for number, sample in enumerate(samples)] + edits(70, 0.02)
    plain = clusters(samples)
    assert len(set(plain.tolist())) == 8
    monkeypatch.setattr(on_disk, "BUFFER", 100)
    assert clusters(samples).tolist() == plain.tolist()
