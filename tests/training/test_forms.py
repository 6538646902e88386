"""Which earlier bar each bar resembles, where sections begin, and how a song is read with and without."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.tokens.conftest import tokens

from sideman.tokens.form import DISTANT, LIKE, NEAREST, NEW, SAME, Echo, Section
from sideman.tokens.prefix import FEATURE_NAMES, NONE
from sideman.tokens.vocabulary import VOCABULARY
from sideman.training.batches import Reading, group_rows, read_song, without_chords
from sideman.training.forms import echoes, likeness, sections, told_echoes
from sideman.training.shards import Dataset

HEAD = "bar chord:0 chord:0"


def bar(*pitches: int) -> str:
    """A bar in which the piano plays these pitches, one a beat."""
    notes = " ".join(f"position:{12 * beat} length:4 pitch:{pitch}" for beat, pitch in enumerate(pitches))
    return f"{HEAD} track:1 loudness:2 {notes}" if pitches else f"{HEAD} rest:1"


def song(*bars: str) -> np.ndarray[tuple[int], np.dtype[np.uint16]]:
    return np.array(tokens(" ".join(bars)), np.uint16)


def test_bars_are_alike_by_the_notes_that_they_share() -> None:
    alike = likeness(song(bar(60, 62), bar(60, 64), bar(60, 62), bar(), bar(62, 60)))
    assert alike[0].tolist() == pytest.approx([1, 1 / 3, 1, 0, 0])  # the last has them on other beats
    assert alike[3].tolist() == [0] * 5  # silence is like nothing
    np.testing.assert_array_equal(alike, alike.T)


def test_the_same_pitch_of_another_role_is_another_note() -> None:
    guitar = bar(60).replace("track:1", "track:2")
    assert likeness(song(bar(60), guitar))[0, 1] == 0


A, B, C, D = bar(60, 61), bar(62, 63), bar(64, 65), bar(66, 67)


def test_a_bar_points_to_the_one_that_it_resembles_most() -> None:
    alike = likeness(song(A, B, C, D, A, B, bar(64, 70), bar(1, 2, 3), A))
    told = echoes(alike, 0.0)
    assert told[:4] == [Echo(-1, NEW)] * 4  # nothing is so many bars back
    assert told[4:8] == [Echo(0, SAME), Echo(1, SAME), Echo(2, DISTANT), Echo(-1, NEW)]
    assert told[8].bar in (0, 4)
    assert all(echo.bar <= number - NEAREST for number, echo in enumerate(told) if echo.bar >= 0)


def test_where_several_are_alike_it_goes_on_in_order() -> None:
    told = echoes(likeness(song(A, B, A, B, A, A, A, B)), 0.1)
    assert [echo.bar for echo in told[4:]] == [0, 0, 2, 3]
    near = echoes(likeness(song(A, B, C, D, A, bar(62, 63, 64, 50), bar(62, 63, 64, 50), D)), 0.5)
    assert near[5] == Echo(1, LIKE)


def test_sections_begin_where_the_distance_changes_and_holds() -> None:
    told = [Echo(-1, NEW)] * 8 + [Echo(bar, SAME) for bar in (0, 1, 2, 3)] + [Echo(5, LIKE)] + [Echo(-1, NEW)] * 4
    assert [where.bar for where in sections(told)] == [1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 1, 2, 3, 4]
    assert sections(told)[0] == Section(1, 8)


def test_some_bars_do_not_tell() -> None:
    told = told_echoes([Echo(0, SAME)] * 1000, np.random.default_rng(0))
    assert 50 < told.count(Echo()) < 200
    assert {*told} == {Echo(), Echo(0, SAME)}


def test_chords_withheld_leave_the_parts() -> None:
    ids = song("bar chord:0 bass:4 position:24 chord:17 chord:3 track:1 loudness:2 position:0 length:3 pitch:60", bar())
    names = [VOCABULARY.name(token) for token in without_chords(ids).tolist()]
    part = ["track:1", "loudness:2", "position:0", "length:3", "pitch:60"]
    assert names == ["bar:0", "unknown:0", "unknown:0", *part, "bar:0", "unknown:0", "unknown:0", "rest:1"]


def test_what_is_withheld_does_not_reach_the_features(dataset: Path) -> None:
    data = Dataset(dataset, "train")
    row = data.rows[0]
    ids = data.ids(row)
    plain = Reading((0, 1, 2, 3, 4), style=False, tempo=False, density=False)
    told = Reading((0, 1, 2, 3, 4), False, False, False, recall=False, chords=False)
    column = FEATURE_NAMES.index
    for reading, recalls, chords in ((plain, True, True), (told, False, False)):
        _, features, _ = read_song(row, ids, reading)
        assert (features[:, column("recall")] != NONE).any() == recalls
        assert (features[:-1, column("chord")] > 0).any() == chords
        assert not features[:, column("likeness")].any()


def test_rows_for_training_tell_the_form_of_about_half_of_the_songs(dataset: Path) -> None:
    data = Dataset(dataset, "train")
    rows = group_rows(
        data, data.rows * 8, [0], 128, [FEATURE_NAMES.index(name) for name in ("likeness", "section", "metre")]
    )
    for index in (0, 1):
        share = (rows.features[:, :, index] > 0).any(1).mean()
        assert 0.2 < share < 0.8
    assert {*np.unique(rows.features[:, :, 2])} == {0, 3, 4}  # some are told in three
