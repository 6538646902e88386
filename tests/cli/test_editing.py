"""`sideman edit`: notes of a file in bars of a piece, what it says, what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import mido
import pytest
from tests.cli.conftest import Run
from tests.cli.test_arrange import assert_refused
from tests.cli.test_redoing import CHORDS, changed
from tests.pieces.test_own import LINE, song

from sideman import Role, read_composition


@pytest.fixture
def piece(run: Run, weights: Path, tmp_path: Path) -> Path:
    run("arrange", CHORDS, "--piece", "song.json", "--weights", weights, "--seed", 7)
    song(tmp_path / "mine.mid", ("Bass", 33, [*LINE, (1920, 41), (2400, 43), (999_999, 5)]), ("Keys", 4, LINE[:2]))
    return tmp_path / "song.json"


def test_notes_of_a_file_stand_in_bars(run: Run, weights: Path, piece: Path, tmp_path: Path) -> None:
    before = read_composition(piece)
    code, out, err = run(
        "edit", piece, "--notes", "bass=mine.mid", "--bars", "2", "-o", "other.json", "-o", "other.mid"
    )
    assert (code, out) == (0, "other.json and other.mid: edited bass, bar 2\n")
    assert err == (
        "your bass: 2 notes, all as they are\n"
        "your bass: 2 notes of its file, all bars counted, were moved to the grid\n"
    )
    after = read_composition(tmp_path / "other.json")
    assert changed(before, after) == [(Role.BASS, 1)]
    notes = after.band[Role.BASS].notes
    assert notes[(notes[:, 0] >= 48) & (notes[:, 0] < 96)].tolist() == [[48, 6, 41, 80], [60, 6, 43, 80]]
    assert len(mido.MidiFile(tmp_path / "other.mid").tracks) > 1
    run("redo", "other.json", "--tracks", "drums", "--weights", weights, "-o", "other.json")
    assert read_composition(tmp_path / "other.json").band[Role.BASS] == after.band[Role.BASS]
    assert run("history", "other.json", "--at", 0).code == 0
    assert read_composition(tmp_path / "other.json").bands == before.bands


def test_all_bars_of_several_tracks(run: Run, piece: Path) -> None:
    wishes = ("--notes", "bass=mine.mid", "--notes", "piano=mine.mid#2")
    code, out, err = run("edit", piece, *wishes, "-o", piece, "--json")
    report = json.loads(out)
    assert (code, report["files"], report["name"]) == (0, [str(piece)], "edited bass, piano, bars 1–4")
    assert report["tracks"] == {"bass": {"notes": 5, "dropped": 0}, "piano": {"notes": 2, "dropped": 0}}
    assert "your piano: 2 notes, 1 moved to the grid" in err
    assert len(read_composition(piece).band[Role.BASS].notes) == 5


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--notes", "bass"), "TRACK=FILE"),
        (("--notes", "bass=missing.mid"), "cannot read missing.mid"),
        (("--notes", "bass=mine.mid#7"), "0 tracks for bass"),
        (("--notes", "bass=mine.mid", "--bars", "9"), "give bars from 1 to 4"),
        (("--notes", "bass=mine.mid", "--take", "2"), "take 2: there are 1 to 1"),
    ],
)
def test_what_cannot_be_edited(run: Run, piece: Path, tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    piece.rename(tmp_path / "file")
    (tmp_path / "mine.mid").rename(tmp_path / "file.mid")
    wanted = [each.replace("=mine.mid", "=file.mid") for each in arguments]
    result = run("edit", "file", *wanted, "-o", "a.json")
    assert result.code == 2
    assert words in result.err
    assert not (tmp_path / "a.json").exists()


def test_a_file_that_is_none(run: Run, piece: Path, tmp_path: Path) -> None:
    piece.rename(tmp_path / "file")
    (tmp_path / "mine.mid").unlink()
    assert_refused(run("edit", "file", "--notes", "bass=a.mid", "-o", "a.txt"), tmp_path, "unknown suffix")
