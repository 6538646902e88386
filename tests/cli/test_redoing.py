"""`sideman redo` and `sideman history`: what they write, what they say, what they refuse."""

from __future__ import annotations

import json
from pathlib import Path

import mido
import pytest
from tests.cli.conftest import Run
from tests.cli.test_arrange import assert_refused
from tests.pieces.test_own import LINE, song

from sideman import Composition, read_composition
from sideman.cli.giving import told
from sideman.cli.redoing import read_bars
from sideman.errors import OptionError
from sideman.music.band import ROLES, Role
from sideman.tokens.grid import GridLoss

CHORDS = "C:4|Am:4|F:4|G7:4"


@pytest.fixture
def piece(run: Run, weights: Path, tmp_path: Path) -> Path:
    code, out, err = run("arrange", CHORDS, "--piece", "song.json", "--weights", weights, "--seed", 7)
    assert (code, err) == (0, "")
    assert out.startswith("song.json: 4 bars in C major")
    return tmp_path / "song.json"


def changed(before: Composition, after: Composition) -> list[tuple[Role, int]]:
    """Parts that are not what they were."""
    pairs = zip(before.parts(), after.parts(), strict=True)
    return [(role, bar) for bar, (old, new) in enumerate(pairs) for role in ROLES if old[role] != new[role]]


def test_a_part_is_played_anew(run: Run, weights: Path, piece: Path, tmp_path: Path) -> None:
    before = read_composition(piece)
    code, out, err = run(
        *("redo", piece, "--tracks", "piano", "--bars", "2-3", "--seed", 5, "--weights", weights),
        *("-o", "other.json", "-o", "other.mid"),
    )
    after = read_composition(tmp_path / "other.json")
    assert (code, err) == (0, "")
    assert out == f"other.json and other.mid: piano, bars 2–3, seed {after.revisions[0].seed}\n"
    assert changed(before, after) == [(Role.PIANO, 1), (Role.PIANO, 2)]
    assert len(mido.MidiFile(tmp_path / "other.mid").tracks) > 1
    run("redo", piece, "--tracks", "piano", "--bars", "2-3", "--seed", 5, "--weights", weights, "-o", "again.json")
    assert read_composition(tmp_path / "again.json") == after


def test_a_piece_knows_its_title_key_and_instruments(run: Run, weights: Path, tmp_path: Path) -> None:
    (tmp_path / "sheet.txt").write_text("Title: Six Flats\nKey: Gb\n\n| Gb | B |\n")
    code, out, _ = run(
        *("arrange", "sheet.txt", "-o", "song.mid", "--score", "song.musicxml", "--piece", "song.json"),
        *("--program", "piano=4", "--weights", weights, "--seed", 7),
    )
    assert (code, "2 bars in Gb major" in out) == (0, True)
    outputs = ("-o", "song.json", "-o", "new.mid", "-o", "new.musicxml")
    assert run("redo", "song.json", "--bars", 2, "--weights", weights, *outputs).code == 0
    for name in ("song", "new"):
        told = [message for track in mido.MidiFile(tmp_path / f"{name}.mid").tracks for message in track]
        assert [message.key for message in told if message.type == "key_signature"] == ["Gb"]
        assert 4 in {message.program for message in told if message.type == "program_change"}
        score = (tmp_path / f"{name}.musicxml").read_text()
        assert "<work-title>Six Flats</work-title>" in score
        assert "<fifths>-6</fifths>" in score
    plan = read_composition(tmp_path / "song.json").plan
    assert (plan.title, plan.told_key.name, plan.programs) == ("Six Flats", "Gb major", {Role.PIANO: 4})


def test_ways_to_play_it_are_numbered(run: Run, weights: Path, piece: Path, tmp_path: Path) -> None:
    code, out, _ = run(
        *("redo", piece, "--bars", "4", "--takes", 3, "--seed", 5, "--weights", weights, "-o", "other.json", "--json")
    )
    report = json.loads(out)
    assert code == 0
    assert report["bars"] == 4
    assert [take["files"] for take in report["takes"]] == [[f"other_{number}.json"] for number in (1, 2, 3)]
    assert len({take["seed"] for take in report["takes"]}) == 3
    assert all((tmp_path / f"other_{number}.json").exists() for number in (1, 2, 3))


def test_other_chords_leave_bars_alone(run: Run, weights: Path, piece: Path, tmp_path: Path) -> None:
    before = read_composition(piece)
    code, out, _ = run("redo", piece, "--chords", "C:4|Am:4|Dm:4|F:4|G7:4", "--weights", weights, "-o", "longer.json")
    after = read_composition(tmp_path / "longer.json")
    assert (code, out.split(",")[0]) == (0, "longer.json: chords")
    assert [after.parts()[bar] for bar in (0, 1, 3, 4)] == [*before.parts()]
    code, _, _ = run(
        *("redo", piece, "--chords", "C:4|Am:4|Dm:4|G7:4", "--bars", 1, "--tracks", "bass", "--weights", weights),
        *("-o", "same.json"),
    )
    assert code == 0
    assert changed(before, read_composition(tmp_path / "same.json")) == [(Role.BASS, 0)]


def test_changes_are_listed_undone_and_done_again(run: Run, weights: Path, piece: Path) -> None:
    first = read_composition(piece)
    for role in ("piano", "bass"):
        run("redo", piece, "--tracks", role, "--bars", 1, "--weights", weights, "-o", piece)
    last = read_composition(piece)
    lines = run("history", piece).out.splitlines()
    assert lines == [f"{piece}: 2 changes of 2", "*   1  piano, bar 1", "*   2  bass, bar 1"]
    code, out, err = run("history", piece, "--at", 1)
    assert (code, out.splitlines()[-1], err) == (0, "    2  bass, bar 1", f"written: {piece}\n")
    run("history", piece, "--at", 0, "-o", "first.json")
    assert read_composition(piece.with_name("first.json")).band == first.band
    assert len(read_composition(piece).revisions) == 1
    run("history", piece, "--at", 2)
    assert read_composition(piece) == last
    report = json.loads(run("history", piece, "--name", "walking", "--json").out)
    assert [entry["name"] for entry in report["changes"]] == ["piano, bar 1", "walking"]
    assert report["position"] == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--bars", "9"), "give bars from 1 to 4"),
        (("--bars", "3-2"), "give bars from 1 to 4"),
        (("--bars", "x"), "bars 'x'"),
        (("--bars", "0"), "give bars from 1"),
        (("--tracks", "banjo"), "unknown tracks 'banjo'"),
        (("--take", "2"), "take 2: there are 1 to 1"),
        (("--chords", "C:4", "--bars", "1"), "longer or shorter"),
        (("--seed", str(2**64)), "out of range"),
    ],
)
def test_what_cannot_be_redone(run: Run, piece: Path, tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    piece.rename(tmp_path / "file")
    assert_refused(run("redo", "file", *arguments, "-o", "a.json"), tmp_path, words)


def test_files_that_are_none(run: Run, piece: Path, tmp_path: Path) -> None:
    assert "unknown suffix" in run("redo", piece, "-o", "a.txt").err
    assert "not a piece of Sideman" in run("redo", _written(tmp_path / "b.json", "{}"), "-o", "a.json").err
    assert "cannot be read" in run("history", "missing.json").err
    assert "there are 0 to 0" in run("history", piece, "--at", 1).err
    assert "no change stands in song.json" in run("history", "song.json", "--name", "a").err
    assert run("arrange", "--batch", "-", "-o", "out", "--piece", "a.json").code == 2
    assert "unknown suffix" in run("arrange", CHORDS, "--piece", "a.mid").err


def _written(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_long_bars_are_counted_as_people_do(run: Run, weights: Path, tmp_path: Path) -> None:
    (tmp_path / "five.txt").write_text("Meter: 5/4\n\n| C | F |\n")
    run("arrange", "five.txt", "--piece", "five.json", "--weights", weights)
    assert read_bars("2", 2) == [1]
    assert read_bars("1-2", 2) == read_bars(None, 2) == [0, 1]
    with pytest.raises(OptionError, match="from 1 to 2"):
        read_bars("3", 2)
    before = read_composition(tmp_path / "five.json").band
    report = json.loads(run("redo", "five.json", "--bars", "2", "-o", "five.json", "--weights", weights, "--json").out)
    assert (report["bars"], report["takes"][0]["name"]) == (2, "everybody, bar 2")
    after = read_composition(tmp_path / "five.json").band
    for one, other in zip(before.tracks, after.tracks, strict=True):
        assert [note for note in one if note.onset < 60] == [note for note in other if note.onset < 60]


def test_the_band_plays_around_a_part_of_your_own(run: Run, weights: Path, tmp_path: Path) -> None:
    song(tmp_path / "mine.mid", ("Bass", 33, LINE), ("Keys", 4, LINE[:2]))
    arguments = ("arrange", CHORDS, "-o", "song.mid", "--piece", "song.json", "--weights", weights)
    code, out, err = run(*arguments, "--given", "bass=mine.mid", "--given", "piano=mine.mid#2", "--seed", 1)
    assert (code, out.split(":")[0]) == (0, "song.mid and song.json")
    assert err == "your bass: 3 notes, 1 moved to the grid\nyour piano: 2 notes, 1 moved to the grid\n"
    band = read_composition(tmp_path / "song.json").band
    assert band[Role.BASS].notes[:, 0].tolist() == [0, 12, 24]
    assert len(band[Role.PIANO].notes) == 2
    assert "bass: somebody's own part stays" in run("redo", "song.json", "--tracks", "bass", "-o", "a.json").err
    code, out, _ = run("redo", "song.json", "--bars", "1", "--weights", weights, "-o", "a.json")
    assert (code, out.split(",")[0]) == (0, "a.json: drums")
    for wrong in ("bass", "tuba=mine.mid", "melody=mine.mid", "bass="):
        assert "TRACK=FILE" in run(*arguments, "--given", wrong).err
    assert "bass has two files" in run(*arguments, "--given", "bass=mine.mid", "--given", "Bass=mine.mid#2").err
    assert "cannot read missing.mid" in run(*arguments, "--given", "bass=missing.mid").err
    assert "0 tracks for bass" in run(*arguments, "--given", "bass=mine.mid#7").err
    assert (
        "bass doesn't play, add it to the tracks"
        in run(*arguments, "--tracks", "piano", "--given", "bass=mine.mid").err
    )


def test_what_the_grid_changed_is_told() -> None:
    assert told(GridLoss(notes=1), 0) == "1 note, all as they are"
    assert told(GridLoss(12, 1, 2, 3, 4), 5) == (
        "12 notes, 5 moved to the grid, 1 of another length, 2 of another velocity, 4 of another octave, 3 left out"
    )
