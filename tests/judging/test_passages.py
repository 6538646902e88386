"""Sections are found by their chords, and passages that are the same are as alike as can be."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.judging.conftest import song
from tests.tiny import tiny_checkpoint

from sideman.arranging import ArrangeOptions, Model
from sideman.errors import DataError
from sideman.judging.form import judge_form
from sideman.judging.passages import Chords, alike, choose_loops, choose_stretches, chords_of, sections_of
from sideman.judging.report import MODEL, PEOPLE, TOLD
from sideman.judging.windows import Window
from sideman.music.band import Band, Note, Role, Track
from sideman.music.chords import parse
from sideman.training.shards import Dataset, write_dataset

VERSE, CHORUS = "C|Am|F|G7|C|Am|F|G7", "F|F|C|C|F|F|G7|G7"
SONG = [VERSE, CHORUS, VERSE, CHORUS]
BAR, OFF = 48, 6


def written(folder: Path, name: str, passages: list[str], starts: list[int]) -> Dataset:
    """A dataset of one song, whose passages begin their bars with a bass note on these steps."""
    progression = parse("|".join(passages))
    bass = [Note(bar * BAR + starts[bar // 8], 24, 40, 80) for bar in range(progression.bars)]
    piano = [Note(bar * BAR, 24, 60, 80) for bar in range(progression.bars)]
    band = Band((Track(Role.BASS, bass), Track(Role.PIANO, piano)), progression.steps, 120)
    folder.mkdir(exist_ok=True)
    write_dataset(folder, [song(Window(name, 0, None, progression, band, 1), band)], {})
    return Dataset(folder, "valid")


def test_passages_with_the_same_chords_are_of_a_section() -> None:
    c: Chords = ((0, 1),)
    d: Chords = ((0, 2),)
    bars = [c] * 8 + [d] * 8 + [c] * 7 + [d] + [d] * 6 + [c] * 2 + [c] * 3
    assert sections_of(bars) == (0, 1, 0, 2)


def test_a_section_that_comes_again_as_it_was_is_alike_and_another_is_not(tmp_path: Path) -> None:
    dataset = written(tmp_path, "song", SONG, [0, 6, 0, 6])
    (stretch,) = choose_stretches(dataset, 5)
    assert stretch.sections == (0, 1, 0, 1)
    assert [section.name for section in stretch.played] == ["Section 0", "Section 1", "Section 0", "Section 1"]
    assert stretch.window.bars == 32
    assert alike(stretch.ids, stretch.sections).within == pytest.approx(1.0)
    assert alike(stretch.ids, stretch.sections).all < 0.6
    other = written(tmp_path / "other", "song", SONG, [0, 6, 12, 18])
    (stretch,) = choose_stretches(other, 5)
    assert alike(stretch.ids, stretch.sections).within == pytest.approx(1 / 3)  # of three notes the piano's is shared


def test_a_song_without_a_section_that_comes_again_has_no_stretch(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="in which a section comes again"):
        choose_stretches(written(tmp_path, "song", [VERSE] * 4, [0] * 4), 5)


def test_the_longest_loop_of_a_song_is_found(tmp_path: Path) -> None:
    dataset = written(tmp_path, "song", ["C|C|C|D", VERSE, VERSE, VERSE, "C|Am|F|E7|F|E7"], [0] * 5)
    (loop,) = choose_loops(dataset)
    assert (loop.first, loop.bars) == (4, 27)
    chords = chords_of(dataset.ids(dataset.rows[0]))
    assert all(chords[bar] == chords[bar - 4] for bar in range(8, 31))
    assert choose_loops(written(tmp_path / "short", "song", [CHORUS, VERSE, VERSE, CHORUS], [0] * 4)) == []


def test_form_of_people_and_of_a_model(tmp_path: Path) -> None:
    dataset = written(tmp_path, "song", SONG, [0, 6, 0, 6])
    told: list[float] = []
    form = judge_form(
        dataset, Model(tiny_checkpoint(512)), ArrangeOptions(), 1, 0, lambda done, _: told.append(done), 7
    )
    assert (form.songs, form.loops) == (1, 0)
    people, ours, led = form.rows
    assert [row.name for row in form.rows] == [PEOPLE, MODEL, TOLD]
    assert people.values["within"].value == pytest.approx(1.0)
    assert people.values["ratio"].value == pytest.approx(1 / people.values["all"].value)
    assert np.isnan(ours.values["loop 4"].value)
    assert 0 < ours.values["within"].value < 1
    assert led.values.keys() == {"within", "all", "ratio"}
    assert (told[0], told[-1]) == (7, 9)
