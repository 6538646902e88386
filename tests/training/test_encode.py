"""`sideman encode` as a whole: nothing stops it, nothing leaks between folds, the same files make the same bytes."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from tests.cases import cases
from tests.training.conftest import TRAIN_SONGS, VALID_SONGS, LpdFile, band_file, metred_band
from tests.training.test_midi_folder import midi, signature

from sideman.errors import DataError, OptionError
from sideman.music.band import ONSET, PITCH, Role
from sideman.tokens.decode import decode
from sideman.tokens.vocabulary import VOCABULARY
from sideman.training import assemble, work
from sideman.training.encode import Part, Source, encode_dataset, encode_part
from sideman.training.encode_song import READERS
from sideman.training.listing import Listing
from sideman.training.lpd5 import read_lpd
from sideman.training.shards import Dataset
from sideman.training.song import Song


def content(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def transposed(file: LpdFile, semitones: int) -> LpdFile:
    """The same song in another key; its drums stay."""
    drums, *pitched = file.rolls
    return file.with_changes(
        rolls=[drums, *(None if roll is None else np.roll(roll, semitones, 1) for roll in pitched)]
    )


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A folder of four songs."""
    for seed in range(4):
        band_file(seed).write(tmp_path / "songs" / f"song{seed}.npz")
    return tmp_path / "songs"


def test_dataset_holds_the_songs(dataset: Path) -> None:
    data = Dataset(dataset)
    folds = {row.name: row.fold for row in data.rows}
    expected = {f"train/song{seed}": "train" for seed in TRAIN_SONGS}
    expected |= {f"valid/song{seed}": "valid" for seed in VALID_SONGS}
    assert folds == expected
    for row, ids in data:
        band = decode([VOCABULARY.id("start"), *ids.tolist(), VOCABULARY.id("end")])
        assert (row.bars, row.roles, row.tempo) == (12, "drums|piano|bass", 100.0)
        assert row.notes == band.note_count
        assert band.steps == row.bars * 48
        assert row.tokens == len(ids)
        assert row.has_band


@pytest.mark.parametrize(
    ("kind", "meter", "bar", "hats", "tempo"), [("waltz", "3/4", 36, 12, 100.0), ("six eight", "6/8", 24, 4, 66.67)]
)
def test_songs_in_three_have_bars_of_three(
    tmp_path: Path, kind: str, meter: str, bar: int, hats: int, tempo: float
) -> None:
    tracks = [track * [2, 2, 1, 1] for track in metred_band(kind, first=12)]  # ticks
    LpdFile.of(*(map(tuple, track.tolist()) for track in tracks), steps=96 * 80).write(tmp_path / "songs" / "a.npz")
    band_file(1).write(tmp_path / "songs" / "b.npz")
    encode_dataset([Source(tmp_path / "songs")], tmp_path / "data", workers=1)
    data = Dataset(tmp_path / "data")
    assert {row.name: row.meter for row in data.rows} == {"a": meter, "b": "4/4"}
    (row,) = (row for row in data.rows if row.name == "a")
    assert (row.bars, row.tempo, len(row.measures)) == (80, tempo, 80)
    ids = [VOCABULARY.id("start"), *data.ids(row).tolist(), VOCABULARY.id("end")]
    band = decode(ids, measures=row.measures)
    assert band.steps == 80 * bar
    assert band.note_count == row.notes
    drums = band[Role.DRUMS].notes
    assert len(drums) == len(tracks[0])
    assert [int(onset) for onset in drums[drums[:, PITCH] == 36][:, ONSET]] == [number * bar for number in range(80)]
    assert {int(onset) % hats for onset in drums[drums[:, PITCH] == 42][:, ONSET]} == {0}


@pytest.mark.parametrize(("told", "bar"), [((3, 4), 36), ((6, 8), 24)])
def test_a_metre_that_a_file_tells_is_its_metre(tmp_path: Path, told: tuple[int, int], bar: int) -> None:
    rows = [(96 * onset, 90, 48 + onset * 7 % 24, 80) for onset in range(200)]
    bass = [(onset, duration, pitch - 12, velocity) for onset, duration, pitch, velocity in rows]
    (tmp_path / "songs").mkdir()
    midi(tmp_path / "songs" / "a.mid", (0, 0, rows), (1, 33, bass), resolution=96, meta=(signature(*told),))
    encode_dataset([Source(tmp_path / "songs")], tmp_path / "data", workers=1)
    (row,) = Dataset(tmp_path / "data").rows
    assert row.meter == f"{told[0]}/{told[1]}"
    assert {measure.steps for measure in row.measures} == {bar}
    assert row.bars == 67


def test_header_counts_what_was_lost(dataset: Path) -> None:
    header = Dataset(dataset).header
    assert header["vocabulary"] == VOCABULARY.fingerprint
    assert (header["files"], header["songs"], header["near_duplicates"], header["skipped"]) == (11, 11, 0, {})
    assert header["grid"]["notes"] == header["snapping"]["notes"] - header["snapping"]["merged"] > 0


def test_broken_files_are_counted_and_cost_nothing_else(source: Path, tmp_path: Path) -> None:
    (source / "empty.npz").touch()
    (source / "noise.npz").write_bytes(os.urandom(2_000))
    (source / "noise.mid").write_bytes(b"MThd" + os.urandom(200))
    (source / "half.npz").write_bytes((source / "song0.npz").read_bytes()[:3_000])
    (source / "folder.npz").mkdir()
    (source / "gone.npz").symlink_to(source / "nowhere")
    LpdFile.of([(0, 1, 36, 100)], []).write(source / "drums.npz")
    band_file(50, bars=4).write(source / "short.npz")
    band_file(51, bars=4).write(source / "short2.npz")
    report = encode_dataset([Source(source)], tmp_path / "out", workers=1)
    assert report["songs"] == 4
    assert sum(report["skipped"].values()) == report["files"] - 4
    assert report["skipped"]["fewer than 8 bars with notes"] == 2
    assert report["skipped"]["no pitched notes"] == 1
    assert report["files"] == 11  # neither the folder nor the link to nothing
    assert not any(str(tmp_path) in reason for reason in report["skipped"])
    header, *rows = csv.reader((tmp_path / "out" / "skipped.csv").read_text().splitlines())
    assert header == ["file", "reason"]
    told = {Path(name).relative_to(source).as_posix(): why for name, why in rows}
    assert sorted(told) == ["drums.npz", "empty.npz", "half.npz", "noise.mid", "noise.npz", "short.npz", "short2.npz"]
    assert told["short.npz"] == "fewer than 8 bars with notes"


def test_long_numbers_make_no_reason_of_their_own() -> None:
    reasons = {"cut short at tick 16608": 1, "is in 3/4": 1, "cut short at tick 9999": 1, "longer than 1,000 bars": 1}
    assert assemble._by_reason(reasons) == {"cut short at tick …": 2, "is in 3/4": 1, "longer than 1,000 bars": 1}


def test_a_fault_of_the_encoder_costs_one_file(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:

    def faulty(path: Path) -> Song:
        if path.stem == "song2":
            raise ZeroDivisionError
        return read_lpd(path)

    monkeypatch.setitem(READERS, ".npz", faulty)
    report = encode_dataset([Source(source)], tmp_path / "out", workers=1)
    assert report["skipped"] == {"fails the encoder: ZeroDivisionError": 1}
    assert report["songs"] == 3


@pytest.mark.parametrize("workers", [1, 2])
def test_same_bytes_whatever_the_workers_and_the_listing(
    workers: int, songs: Path, dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in sorted(songs.rglob("*.npz"), reverse=True):  # created in another order
        target = tmp_path / "songs" / path.relative_to(songs)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    monkeypatch.setattr(work, "CHUNK", 3)
    sources = [Source(tmp_path / "songs" / fold, fold) for fold in ("train", "valid")]
    encode_dataset(sources, tmp_path / "out", workers=workers)
    assert content(tmp_path / "out") == content(dataset)


def test_one_song_a_cluster_and_the_valid_fold_first(tmp_path: Path) -> None:
    for seed in range(3):
        band_file(seed).write(tmp_path / "train" / f"b{seed}.npz")
    transposed(band_file(0), 2).write(tmp_path / "valid" / "higher.npz")  # known to the train fold
    transposed(band_file(1), -3).write(tmp_path / "train" / "a1.npz")
    band_file(9).write(tmp_path / "valid" / "v.npz")
    sources = [Source(tmp_path / "train", "train"), Source(tmp_path / "valid", "valid")]
    report = encode_dataset(sources, tmp_path / "out", workers=1)
    rows = {row.cluster: row for row in Dataset(tmp_path / "out").rows}
    assert report["near_duplicates"] == 2
    assert {cluster: row.fold for cluster, row in rows.items()} == {
        "train/b0": "valid",
        "train/a1": "train",
        "train/b2": "train",
        "valid/v": "valid",
    }
    assert rows["train/b0"].name == "valid/higher"
    _, *skipped = csv.reader((tmp_path / "out" / "skipped.csv").read_text().splitlines())
    assert [str(tmp_path / "train" / "b0.npz"), "near-duplicate of valid/higher"] in skipped
    assert len(skipped) == 2


def test_the_fullest_of_a_cluster_is_kept(tmp_path: Path) -> None:
    whole = band_file(0)
    without_drums = whole.with_changes(rolls=[None, *whole.rolls[1:]])
    without_drums.write(tmp_path / "songs" / "z.npz")
    whole.write(tmp_path / "songs" / "a.npz")
    encode_dataset([Source(tmp_path / "songs")], tmp_path / "out", workers=1)
    (row,) = Dataset(tmp_path / "out").rows
    assert (row.name, row.cluster) == ("a", "a")


def test_folds_follow_from_the_cluster_where_none_is_given(source: Path, tmp_path: Path) -> None:
    encode_dataset([Source(source)], tmp_path / "out", workers=1)
    names = [f"song{seed}" for seed in range(4)]
    assert {assemble.fold_of(name) for name in names} == {"train"}
    # Too few for one in fifty: the one with the lowest hash is spared.
    assert {row.name for row in Dataset(tmp_path / "out", "valid").rows} == {min(names, key=assemble.hash_of)}
    assert len(Dataset(tmp_path / "out", "train").rows) == 3
    folds = [assemble.fold_of(f"cluster {number}") for number in range(3_000)]
    assert 0.01 < folds.count("valid") / len(folds) < 0.03


def test_tags_become_styles(source: Path, tmp_path: Path) -> None:
    tags = tmp_path / "tags.csv"
    tags.write_text("md5,tags\nsong0,amg:Jazz\nsong1,lastfm:whatever\nother,amg:Rock\n")
    encode_dataset([Source(source)], tmp_path / "out", tags=tags, workers=1)
    told = {row.name: (row.style, row.tags) for row in Dataset(tmp_path / "out").rows}
    assert told == {
        "song0": ("jazz", "amg:Jazz"),
        "song1": ("", "lastfm:whatever"),
        "song2": ("", ""),
        "song3": ("", ""),
    }
    deep = tmp_path / "deep" / "a" / "song0.npz"
    deep.parent.mkdir(parents=True)
    shutil.copy(source / "song0.npz", deep)
    encode_dataset([Source(tmp_path / "deep")], tmp_path / "out2", tags=tags, workers=1)
    assert [(row.name, row.style) for row in Dataset(tmp_path / "out2").rows] == [("a/song0", "jazz")]


@pytest.mark.skipif(os.name != "posix" or sys.platform == "darwin", reason="file names are Unicode here")
def test_a_file_whose_name_is_no_unicode_is_encoded(tmp_path: Path) -> None:
    (tmp_path / "songs").mkdir()
    band_file(0).write(tmp_path / "songs" / os.fsdecode(b"caf\xe9.npz"))
    encode_dataset([Source(tmp_path / "songs")], tmp_path / "out", workers=1)
    assert [row.name for row in Dataset(tmp_path / "out").rows] == ["caf?"]


def test_existing_output_is_refused_and_untouched(source: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(DataError, match="exists already"):
        encode_dataset([Source(source)], tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_files_of_which_none_is_a_song_are_an_error(tmp_path: Path) -> None:
    for number in range(3):
        LpdFile.of([(0, 1, 36, 100)], []).write(tmp_path / "songs" / f"{number}.npz")
    with pytest.raises(DataError, match="none of 3 files is a song to train on, mostly because: no pitched notes"):
        encode_dataset([Source(tmp_path / "songs")], tmp_path / "out", workers=1)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("sources", "message"),
    [
        pytest.param(["nowhere"], "nowhere does not exist", id="missing"),
        pytest.param(["empty"], "no .npz or .mid files", id="empty"),
    ],
)
def test_no_songs_is_an_error(sources: list[str], message: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=message):
        encode_dataset([Source(tmp_path / name) for name in sources], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_output_that_cannot_be_written_is_an_error(source: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match="cannot write"):
        encode_dataset([Source(source)], tmp_path / "file" / "out")


def test_progress_ends_at_all_files(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "CHUNK", 2)
    told: list[tuple[int, int]] = []
    encode_dataset([Source(source)], tmp_path / "out", workers=1, on_progress=lambda *each: told.append(each))
    assert told[0] == (0, 4)
    assert told[-1] == (4, 4)
    assert told == sorted(set(told))


def test_nothing_is_left_beside_the_dataset(source: Path, tmp_path: Path) -> None:
    encode_dataset([Source(source)], tmp_path / "out", workers=1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "songs"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "dataset.json",
        "skipped.csv",
        "songs.csv",
        "tokens_000.bin",
    ]


def listed(*sources: Source) -> list[tuple[str, str | None, str]]:
    listing = Listing(sources)
    return [(path, listing.fold(number), listing.name(number)) for number, path in enumerate(listing.paths)]


def test_files_are_listed_once_and_in_order(source: Path) -> None:
    (source / "A.MID").touch()
    (source / "note.txt").touch()
    names = ["A.MID", "song0.npz", "song1.npz", "song2.npz", "song3.npz"]
    expected = [(str(source / name), "valid", name.partition(".")[0]) for name in names]
    assert listed(Source(source, "valid")) == expected
    assert listed(Source(source / "song1.npz")) == [(str(source / "song1.npz"), None, "song1")]
    assert [fold for _, fold, _ in listed(Source(source, "train"), Source(source / "A.MID"))] == ["train"] * 5 + [None]


def test_songs_are_named_by_their_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a/1/song.npz", "a/2/song.npz", "a/2/song.mid", "b/song.npz"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    names = ["1/song", "2/song.mid", "2/song.npz"]
    assert [name for *_, name in listed(Source(tmp_path / "a"))] == names
    assert [name for *_, name in listed(Source(tmp_path / "a/1", "train"), Source(tmp_path / "b", "valid"))] == [
        "a/1/song",
        "b/song",
    ]
    monkeypatch.chdir(tmp_path / "a")
    assert [name for *_, name in listed(Source(Path()))] == names
    assert [name for *_, name in listed(Source(Path("1")), Source(Path("../b")), Source(Path("2/song.mid")))] == [
        "a/1/song",
        "b/song",
        "a/2/song",
    ]


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("songs", Source(Path("songs"))),
        ("valid=songs", Source(Path("songs"), "valid")),
        ("train=a=b", Source(Path("a=b"), "train")),
        ("test=songs", Source(Path("test=songs"))),
    ],
)
def test_source(text: str, source: Source) -> None:
    assert Source.parse(text) == source


# A run that is killed


class _Killed(BaseException):
    """Stands for the end of the process."""


def chunks(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in folder.glob("chunk_*")}


def test_a_run_goes_on_from_its_finished_chunks(
    songs: Path, dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "CHUNK", 2)
    sources = [Source(songs / fold, fold) for fold in ("train", "valid")]
    output = tmp_path / "out"

    def killed(done: int, total: int) -> None:  # noqa: ARG001
        if done >= 6:
            raise _Killed

    with pytest.raises(_Killed):
        encode_dataset(sources, output, workers=1, on_progress=killed)
    assert not output.exists()
    (tmp_path / ".out.partial" / "dataset").mkdir()  # and one was killed while it wrote the dataset
    (tmp_path / ".out.partial" / "dataset" / "tokens_007.bin").touch()
    told: list[int] = []
    encode_dataset(sources, output, workers=1, on_progress=lambda done, _: told.append(done))
    assert 6 <= told[0] < 11
    assert content(output) == content(dataset)
    assert list(tmp_path.iterdir()) == [output]


def test_a_file_that_changed_or_came_costs_its_own_chunk_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "CHUNK", 2)
    source = tmp_path / "songs"
    for seed in range(10):
        band_file(seed).write(source / f"song{seed}.npz")

    def killed(done: int, total: int) -> None:
        if done == total:
            raise _Killed

    def stopped() -> dict[Path, int]:
        with pytest.raises(_Killed):
            encode_dataset([Source(source)], tmp_path / "out", workers=1, on_progress=killed)
        return chunks(tmp_path / ".out.partial")

    first = stopped()
    assert len(first) > 3
    os.utime(source / "song4.npz", ns=(1, 1))
    second = stopped()
    assert (first.items() <= second.items(), len(second)) == (True, len(first) + 1)
    band_file(77).write(source / "song4b.npz")
    third = stopped()
    assert second.items() <= third.items()
    assert len(third) <= len(second) + 2
    (source / "song1.npz").write_bytes(b"broken since")
    report = encode_dataset([Source(source)], tmp_path / "out", workers=1)
    assert (report["songs"], sum(report["skipped"].values())) == (10, 1)
    encode_dataset([Source(source)], tmp_path / "anew", workers=1)
    assert content(tmp_path / "out") == content(tmp_path / "anew")


def test_parts_are_merged_to_the_same_bytes(
    songs: Path, dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "CHUNK", 2)
    sources = [Source(songs / fold, fold) for fold in ("train", "valid")]
    output = tmp_path / "out"
    files = [encode_part(sources, output, Part(number, 3), workers=1)["files"] for number in (3, 1)]
    with pytest.raises(DataError, match=r"chunks are not encoded, such as that of .*song.*--part"):
        encode_dataset(sources, output, merge=True)
    assert not output.exists()
    files.append(encode_part(sources, output, Part(2, 3), workers=1)["files"])
    assert sum(files) == 11
    assert min(files) > 0
    encode_dataset(sources, output, merge=True)
    assert content(output) == content(dataset)


@cases("text", ["0/3", "4/3", "3", "a/b", "1/0", "-1/2", "1/2/3"])
def test_what_is_not_a_part(text: str) -> None:
    assert Part.parse("3/16") == Part(3, 16)
    with pytest.raises(OptionError, match="unknown part"):
        Part.parse(text)


SCRIPT = """
import sys, time
from pathlib import Path
from sideman.training import encode, work
if __name__ == "__main__":
    work.CHUNK = 2
    sources = [encode.Source(Path(sys.argv[1]) / fold, fold) for fold in ("train", "valid")]
    def slow(done, total):
        print(done, flush=True)
        time.sleep(60 * (done >= 4))
    encode.encode_dataset(sources, Path(sys.argv[2]), workers=2, on_progress=slow)
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_a_killed_pool_leaves_finished_chunks_and_no_process(songs: Path, dataset: Path, tmp_path: Path) -> None:
    script, output = tmp_path / "encode_songs.py", tmp_path / "out"
    script.write_text(SCRIPT)
    with subprocess.Popen(
        [sys.executable, str(script), str(songs), str(output)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        while int(process.stdout.readline()) < 4:
            pass
        if Path("/proc").is_dir():
            children = {
                int(path.parent.name)
                for path in Path("/proc").glob("[0-9]*/stat")
                if path.read_text().rpartition(")")[2].split()[1] == str(process.pid)
            }
            assert children
        process.kill()
        process.wait()
    if Path("/proc").is_dir():
        end = time.monotonic() + 20
        while any(Path(f"/proc/{child}").exists() for child in children) and time.monotonic() < end:
            time.sleep(0.05)
        assert [child for child in children if Path(f"/proc/{child}").exists()] == []
    assert not output.exists()
    assert len(list((tmp_path / ".out.partial").glob("chunk_*"))) >= 2
    finished = {path: path.stat().st_mtime_ns for path in (tmp_path / ".out.partial").glob("chunk_*")}
    seen: dict[Path, int] = {}

    def look(done: int, total: int) -> None:  # noqa: ARG001
        seen.update({path: path.stat().st_mtime_ns for path in finished})

    chunk, work.CHUNK = work.CHUNK, 2
    try:
        encode_dataset([Source(songs / fold, fold) for fold in ("train", "valid")], output, workers=1, on_progress=look)
    finally:
        work.CHUNK = chunk
    assert seen == finished
    assert content(output) == content(dataset)
    assert json.loads((output / "dataset.json").read_text())["songs"] == 11
