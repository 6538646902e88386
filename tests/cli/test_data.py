"""`sideman encode`, `inspect` and `render`: files of songs in, a dataset and sound out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import soundfile
from tests.cli.conftest import Run
from tests.training.conftest import band_file

from sideman.music.band import Band, Note, Role, Track
from sideman.render.midi import write_midi
from sideman.training.shards import Dataset


@pytest.fixture
def songs(tmp_path: Path) -> Path:
    """Three songs and a broken file."""
    for seed in range(3):
        band_file(seed).write(tmp_path / "songs" / f"song{seed}.npz")
    (tmp_path / "songs/broken.npz").write_bytes(b"PK")
    return tmp_path / "songs"


def test_encode_reports_what_it_kept_and_lost(run: Run, songs: Path, tmp_path: Path) -> None:
    code, out, err = run("encode", f"train={songs}", "-o", "data", "--workers", 1)
    assert (code, err) == (0, "")
    for words in ("files read", "songs kept", "near-duplicates", "tokens a bar", "Skipped", "duration rounded"):
        assert words in out
    assert [row.fold for row in Dataset(tmp_path / "data").rows] == ["train"] * 3


def test_encode_as_json(run: Run, songs: Path) -> None:
    code, out, _ = run("encode", songs, "-o", "data", "--workers", 1, "--json")
    report = json.loads(out)
    assert (code, report["files"], report["songs"], sum(report["skipped"].values())) == (0, 4, 3, 1)


def test_parts_and_their_merging(run: Run, songs: Path, tmp_path: Path) -> None:
    run("encode", songs, "-o", "whole", "--workers", 1)
    code, out, err = run("encode", songs, "-o", "data", "--part", "1/2", "--workers", 1)
    assert (code, err) == (0, "")
    assert out == "part 1/2: 4 files encoded; when all parts are, --merge makes data of them\n"
    code, out, _ = run("encode", songs, "-o", "data", "--part", "2/2", "--workers", 1, "--json")
    assert (code, json.loads(out)) == (0, {"files": 0, "chunks": 0})
    assert run("encode", songs, "-o", "data", "--merge").code == 0
    for path in (tmp_path / "whole").iterdir():
        assert (tmp_path / "data" / path.name).read_bytes() == path.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("missing", "-o", "data"), "missing"),
        (("empty", "-o", "data"), "empty"),
        (("songs", "-o", "empty"), "exists already"),
        (("songs", "-o", "data", "--workers", "0"), "workers"),
        (("songs", "-o", "data", "--tags", "missing.csv"), "missing.csv"),
        (("songs", "-o", "data", "--merge"), "1 of 1 chunks are not encoded"),
        (("songs", "-o", "data", "--merge", "--part", "1/2"), "leave out --part"),
        (("songs", "-o", "data", "--part", "3/2"), "unknown part '3/2'"),
        (("songs", "-o", "data", "--part", "1/2", "--tags", "tags.csv"), "give them with --merge"),
        (("songs", "-o", "data", "--workers", "2", "--cluster", "auto"), "leave one out"),
    ],
)
def test_encode_refuses(run: Run, songs: Path, arguments: tuple[str, ...], word: str) -> None:
    (songs.parent / "empty").mkdir()
    code, out, err = run("encode", *arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert word in err
    assert not (songs.parent / "data").exists()


def test_fingerprints_of_a_dataset(run: Run, songs: Path, tmp_path: Path) -> None:
    assert run("encode", f"train={songs}", "-o", "data").code == 0
    code, out, err = run("fingerprint", "data", "-o", "band.memory.npz")
    assert (code, err) == (0, "")
    assert out.startswith("band.memory.npz: ")
    report = json.loads(run("fingerprint", "data", "-o", "band.memory.npz", "--json").out)
    written = (tmp_path / "band.memory.npz").read_bytes()
    assert report["bytes"] == len(written)
    assert report["songs"] == len(Dataset(tmp_path / "data", "train"))
    assert run("fingerprint", "data", "-o", "alone.memory.npz", "--workers", 1).code == 0
    assert (tmp_path / "alone.memory.npz").read_bytes() == written
    for arguments, word in (
        (("data", "-o", "band.npz"), "must end in .memory.npz"),
        (("missing", "-o", "a.memory.npz"), "is not a dataset"),
        (("data", "-o", "missing/a.memory.npz"), "missing"),
    ):
        code, out, err = run("fingerprint", *arguments)
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert word in err


def test_inspect(run: Run, songs: Path, tmp_path: Path) -> None:
    run("encode", songs, "-o", "data", "--workers", 1)
    code, out, err = run("inspect", "data")
    assert (code, err) == (0, "")
    for words in ("tokens per bar", "tokens per note", "Chords", "Chord qualities", "Roles", "Bars of a song"):
        assert words in out
    # What was lost, in words and shares.
    for words in ("files read", "near-duplicates left out", "Skipped", "moved to the musical neighbour", " (0.0%)"):
        assert words in out
    assert json.loads(run("inspect", "data", "--json").out)["songs"] == 3
    code, out, _ = run("inspect", "data", "--song", "song1", "--bar", 2)
    assert (code, out.startswith("song1: "), "bar 2" in out) == (0, True, True)
    assert json.loads(run("inspect", "data", "--song", 1, "--json").out)["lines"]
    assert [
        run("inspect", *arguments).code
        for arguments in (
            ("missing",),
            ("data", "--song", "unknown"),
            ("data", "--song", "song1", "--bar", 0),
            ("data", "--song", "song1", "--bar", 1000),
            ("data", "--bar", 1),
            ("data", "--plot", "picture.gif"),
            ("data", "--plot", "missing/picture.png"),
        )
    ] == [2] * 7
    assert not [*tmp_path.rglob("picture*")]


@pytest.mark.slow
def test_inspect_draws(run: Run, songs: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    run("encode", songs, "-o", "data", "--workers", 1)
    assert run("inspect", "data", "--plot", "picture.png") == (0, "picture.png\n", "")
    assert (tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG")


@pytest.fixture
def song(tmp_path: Path) -> Path:
    """A short song as MIDI: one second at 240 beats a minute."""
    piano = Track(Role.PIANO, [Note(0, 24, pitch, 80) for pitch in (60, 64, 67)])
    write_midi(Band((piano,), 48, 240.0), tmp_path / "song.mid")
    return tmp_path / "song.mid"


@pytest.mark.parametrize("name", ["song.wav", "song.flac", "song.mp3"])
def test_render(run: Run, song: Path, name: str) -> None:
    code, out, err = run("render", song, "-o", name, "--program", "piano=4", "--json")
    assert (code, err) == (0, "")
    assert json.loads(out) == {"audio": name, "seconds": 1.0, "notes": 3}
    assert soundfile.info(song.parent / name).duration == pytest.approx(4, abs=0.2)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("missing.mid", "-o", "song.wav"), "missing.mid"),
        (("song.mid", "-o", "song.ogg"), ".ogg"),
        (("song.mid", "-o", "missing/song.wav"), "does not exist"),
        (("song.mid", "-o", "song.wav", "--soundfont", "song.mid"), "not a SoundFont"),
    ],
)
def test_render_refuses(run: Run, song: Path, arguments: tuple[str, ...], word: str) -> None:
    code, out, err = run("render", *arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert word in err
    assert [path.name for path in song.parent.iterdir()] == ["song.mid"]
