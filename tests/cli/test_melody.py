"""`sideman arrange --melody`: a tune that plays along."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.charts.test_musicxml import harmony, score
from tests.charts.test_musicxml_tune import note
from tests.cli.conftest import Run
from tests.pieces.test_own import LINE, song

from sideman import Role, read_composition, read_midi

CHORDS = "C:4|Am:4"


def test_a_melody_plays_along(run: Run, weights: Path, tmp_path: Path) -> None:
    song(tmp_path / "tune.mid", ("Bass", 33, LINE), ("Tune", 71, [(0, 72), (485, 74), (9600, 76)]))
    arguments = ("arrange", CHORDS, "-o", "song.mid", "--piece", "song.json", "--weights", weights)
    code, out, err = run(*arguments, "--melody", "tune.mid#2", "--given", "bass=tune.mid#1", "--seed", 1)
    assert (code, out.split(":")[0]) == (0, "song.mid and song.json")
    assert err.splitlines()[1] == "your melody: 3 notes, 1 moved to the grid, 1 left out"
    melody = read_midi(tmp_path / "song.mid")[Role.MELODY]
    assert (melody.notes[:, 0].tolist(), melody.program) == ([0, 12], 71)
    assert read_composition(tmp_path / "song.json").band[Role.MELODY] == melody
    assert run(*arguments, "--melody", "tune.mid#2", "--program", "melody=65")[0] == 0
    assert read_midi(tmp_path / "song.mid")[Role.MELODY].program == 65
    code, out, _ = run("redo", "song.json", "--bars", "1", "--weights", weights, "-o", "a.json")
    assert code == 0
    assert read_composition(tmp_path / "a.json").band[Role.MELODY] == replace(melody, program=65)


def test_the_melody_of_a_score_plays_along_with_its_chords(run: Run, weights: Path, tmp_path: Path) -> None:
    (tmp_path / "tune.xml").write_text(score(harmony("C") + note("E5", 8), harmony("Am") + note("A4", 8)))
    arguments = ("arrange", "tune.xml", "-o", "song.mid", "--weights", weights, "--melody")
    code, _, err = run(*arguments, "tune.xml")
    assert (code, err.splitlines()[-1]) == (0, "your melody: 2 notes, all as they are")
    assert read_midi(tmp_path / "song.mid")[Role.MELODY].notes[:, :3].tolist() == [[0, 48, 76], [48, 48, 69]]
    assert run(*arguments, "tune.xml#P1").code == 0
    assert "choose one of 1 'P1'" in run(*arguments, "tune.xml#flute").err
    wish = ("--given", "bass=tune.xml")
    assert "only a melody can be taken from a score, give a MIDI file for bass" in run(*arguments[:-1], *wish).err


def test_a_melody_that_is_not_one(run: Run, weights: Path, tmp_path: Path) -> None:
    song(tmp_path / "two.mid", ("A", 33, LINE), ("B", 71, LINE))
    song(tmp_path / "late.mid", ("A", 33, [(9600, 60)]))
    arguments = ("arrange", CHORDS, "-o", "song.mid", "--weights", weights, "--melody")
    assert "2 tracks for melody, choose one of: 1 'A', 2 'B'" in run(*arguments, "two.mid").err
    assert "no note of it lies within the chart" in run(*arguments, "late.mid").err
    assert "cannot read missing.mid" in run(*arguments, "missing.mid").err
    assert "it is for a chart" in run("arrange", "--batch", "a.jsonl", "-o", "out", "--melody", "two.mid").err
