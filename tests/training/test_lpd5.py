"""Piano-rolls as LPD publishes them, in the old and the new format, and every way to break them."""

from __future__ import annotations

import json
import random
import warnings
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.training.conftest import LPD5_TRACKS, LpdFile, Row, npy, write_zip

from sideman.errors import DataError
from sideman.music.band import ROLES
from sideman.training import npz
from sideman.training.lpd5 import read_lpd
from sideman.training.song import Loss, Song

DRUMS = [(0, 1, 36, 100), (24, 1, 38, 90), (24, 1, 42, 80)]
PIANO = [(0, 24, 60, 100), (0, 24, 64, 100), (24, 12, 60, 70)]
BASS = [(0, 47, 33, 110), (48, 48, 33, 110)]
FILE = LpdFile.of(DRUMS, PIANO, [], BASS, [])


def notes(song: Song) -> list[list[Row]]:
    return [[tuple(row) for row in track.tolist()] for track in song.ticks]


def spoilt(path: Path, **members: bytes | None) -> Path:
    """FILE with members replaced, or left out."""
    changes = {name if name == "info.json" else f"{name}.npy": data for name, data in members.items()}
    kept = {name: data for name, data in (FILE.members() | changes).items() if data is not None}
    return write_zip(path, kept)


def test_reads_the_old_format(tmp_path: Path) -> None:
    song = read_lpd(FILE.write(tmp_path / "abc.npz"))
    assert (song.name, song.length, song.tempo) == ("abc", 960, 100.0)
    assert notes(song) == [DRUMS, PIANO, [], BASS, []]
    assert all(track.dtype == np.int32 for track in song.ticks)


def test_reads_the_new_format_and_bool_data_is_of_one_velocity(tmp_path: Path) -> None:
    rolls = [None if roll is None else roll > 0 for roll in FILE.rolls]
    file = FILE.with_changes(rolls=rolls, new=True, tempo=np.array([90.0]))
    song = read_lpd(file.write(tmp_path / "new.npz"))
    assert song.tempo == 90.0
    assert notes(song)[0] == [(onset, 1, pitch, 100) for onset, _, pitch, _ in DRUMS]
    # Without velocities nothing parts two notes that touch.
    assert notes(song)[1] == [(0, 36, 60, 100), (0, 24, 64, 100)]


def test_a_change_of_velocity_begins_a_note(tmp_path: Path) -> None:
    rows = [(0, 6, 60, 80), (6, 6, 60, 81), (12, 6, 60, 80), (18, 6, 61, 80)]
    assert notes(read_lpd(LpdFile.of([], rows).write(tmp_path / "a.npz")))[1] == rows


def test_the_last_step_of_a_pitch_and_the_first_of_the_next_are_two_notes(tmp_path: Path) -> None:
    rows = [(0, 2, 61, 80), (94, 2, 60, 80)]
    assert notes(read_lpd(LpdFile.of([], rows, steps=96).write(tmp_path / "a.npz")))[1] == rows


@pytest.mark.parametrize(
    ("tempo", "median"),
    [
        (None, 120.0),
        (np.array([]), 120.0),
        (np.array([88.0]), 88.0),
        (np.full((960, 1), 88.0), 88.0),
        (np.repeat([60.0, 200.0, 100.0], [100, 300, 560]), 100.0),
        (np.array([90], np.int64), 90.0),
        (np.float64(77.0), 77.0),
    ],
)
def test_tempo_in_all_its_shapes(tmp_path: Path, tempo: Any, median: float) -> None:  # noqa: ANN401 - arrays, scalars
    file = FILE.with_changes(tempo=tempo)
    assert read_lpd(file.write(tmp_path / "a.npz")).tempo == median


@pytest.mark.parametrize(("resolution", "factor"), [(4, 6), (12, 2), (48, 0.5), (480, 0.05)])
def test_other_resolutions_become_ticks(tmp_path: Path, resolution: int, factor: float) -> None:
    rows = [(0, 480, 60, 80), (480, 240, 62, 80)]
    song = read_lpd(LpdFile.of([], rows).with_changes(resolution=resolution).write(tmp_path / "a.npz"))
    assert notes(song)[1] == [(0, 480 * factor, 60, 80), (480 * factor, 240 * factor, 62, 80)]
    assert song.length == 960 * factor


def test_tracks_in_any_order_go_to_the_role_of_their_program(tmp_path: Path) -> None:
    file = LpdFile.of(BASS, PIANO, DRUMS).with_changes(tracks=[LPD5_TRACKS[3], LPD5_TRACKS[1], LPD5_TRACKS[0]])
    assert notes(read_lpd(file.write(tmp_path / "a.npz"))) == [DRUMS, PIANO, [], BASS, []]


def test_all_source_tracks_of_a_role_are_merged(tmp_path: Path) -> None:
    sax, organ = [(0, 24, 70, 90), (48, 24, 72, 90)], [(12, 24, 70, 80), (48, 12, 65, 80)]
    tracks = [{"program": program, "is_drum": False, "name": "x"} for program in (66, 17)]
    song = read_lpd(LpdFile.of(sax, organ).with_changes(tracks=tracks).write(tmp_path / "a.npz"))
    assert notes(song)[4] == [(0, 12, 70, 90), (12, 24, 70, 80), (48, 12, 65, 80), (48, 24, 72, 90)]
    assert song.loss == Loss()


def test_reading_counts_what_it_costs(tmp_path: Path) -> None:
    unison = [{"program": 48, "is_drum": False, "name": "x"}] * 2
    song = read_lpd(LpdFile.of(PIANO, PIANO).with_changes(tracks=unison).write(tmp_path / "a.npz"))
    assert song.loss == Loss(notes=len(PIANO), merged=len(PIANO))
    rows = [(0, 20, 60, 80), (20, 7, 62, 80), (41, 9, 64, 80)]  # of 40 a beat: on ticks; its end between; both between
    song = read_lpd(LpdFile.of(rows, rows).with_changes(resolution=40).write(tmp_path / "a.npz"))
    assert song.loss == Loss(resampled=1 + 2)  # a drum's end is nothing


@pytest.mark.parametrize(
    ("entry", "role"),
    [({"name": "Bass"}, "bass"), ({"name": "?"}, "drums"), ({"program": None}, "drums"), ({"is_drum": True}, "drums")],
)
def test_a_track_without_a_program_goes_by_its_name_then_its_place(tmp_path: Path, entry: Any, role: str) -> None:  # noqa: ANN401 - any JSON
    song = read_lpd(LpdFile.of(BASS).with_changes(tracks=[entry]).write(tmp_path / "a.npz"))
    assert [str(name) for name, track in zip(ROLES, song.ticks, strict=True) if len(track)] == [role]


def test_unsorted_cells_are_read_and_silent_ones_are_none(tmp_path: Path) -> None:
    path = spoilt(
        tmp_path / "a.npz",
        pianoroll_3_csc_data=npy(np.array([5, 9, 9, 0], np.int16)),
        pianoroll_3_csc_indices=npy(np.array([7, 3, 2, 5], np.int64)),
        pianoroll_3_csc_indptr=npy(np.repeat([0, 4], [40, 89])),
    )
    assert notes(read_lpd(path))[3] == [(2, 2, 39, 9), (7, 1, 39, 5)]


def test_loud_and_fractional_velocities_come_into_range(tmp_path: Path) -> None:
    roll = np.zeros((96, 128))
    roll[0, 60], roll[4, 60] = 200.0, 63.7
    song = read_lpd(LpdFile([roll], LPD5_TRACKS[:1]).write(tmp_path / "a.npz"))
    assert notes(song)[0] == [(0, 1, 60, 127), (4, 1, 60, 64)]


def test_a_stored_archive_is_read_too(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.npz", FILE.members(), zipfile.ZIP_STORED)
    assert notes(read_lpd(path)) == [DRUMS, PIANO, [], BASS, []]


RUNS = st.lists(
    st.tuples(st.integers(0, 5), st.integers(1, 9), st.integers(1, 127)), max_size=12
)  # gap, duration, velocity


@given(st.lists(st.dictionaries(st.integers(0, 127), RUNS, max_size=4), min_size=5, max_size=5))
def test_runs_come_back_as_they_were_written(
    scratch: Path, tracks: list[dict[int, list[tuple[int, int, int]]]]
) -> None:
    wanted: list[list[Row]] = []
    for pitches in tracks:
        rows: list[Row] = []
        for pitch, runs in pitches.items():
            at, before = 0, 0
            for gap, duration, velocity in runs:
                at += gap or (velocity == before)  # two that touch and are as loud would be one
                rows.append((at, duration, pitch, velocity))
                at, before = at + duration, velocity
        wanted.append(sorted(rows, key=lambda row: (row[0], row[2])))
    assert notes(read_lpd(LpdFile.of(*wanted, steps=200).write(scratch / "runs.npz"))) == wanted


def test_agrees_with_pypianoroll(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pypianoroll = pytest.importorskip("pypianoroll")
        path = FILE.write(tmp_path / "a.npz")
        oracle = pypianoroll.load(path)
    song = read_lpd(path)
    for track, ticks in zip(oracle.tracks, song.ticks, strict=True):
        roll = np.zeros((len(track.pianoroll), 128), int)
        for onset, duration, pitch, velocity in ticks.tolist():
            roll[onset : onset + duration, pitch] = velocity
        assert np.array_equal(roll, track.pianoroll)
    assert song.tempo == np.median(oracle.tempo)


INTS = np.zeros(6, np.int32)


def npy_of_shape(shape: str) -> bytes:
    """An npy file of no numbers that claims a shape."""
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"info.json": None}, "has no info.json"),
        ({"info.json": b"{"}, "info.json cannot be read"),
        ({"info.json": b"\xff"}, "info.json cannot be read"),
        ({"info.json": b"[" * 100_000}, "info.json cannot be read"),
        ({"info.json": b"[]"}, "not an object"),
        ({"info.json": b"{}"}, "no resolution"),
        ({"info.json": b'{"resolution": 0}'}, "no resolution"),
        ({"info.json": b'{"resolution": true}'}, "no resolution"),
        ({"info.json": json.dumps({"resolution": 24, "9": {}}).encode()}, "track 9, which has no pianoroll_9"),
        ({"pianoroll_0_csc_shape": None}, "pianoroll_0: pianoroll_0_csc_shape.npy is missing"),
        ({"pianoroll_0_csc_shape": npy(np.array([960, 88]))}, "shape (960, 88)"),
        ({"pianoroll_0_csc_shape": npy(np.array([-1, 128]))}, "shape (-1, 128)"),
        ({"pianoroll_0_csc_shape": npy(np.array([1 << 40, 128]))}, "shape (1099511627776, 128)"),
        ({"pianoroll_0_csc_shape": npy(np.array([960]))}, "not the four parts"),
        ({"pianoroll_0_csc_shape": npy(np.array([10, 128]))}, "an index is outside its 10 steps"),
        ({"pianoroll_0_csc_indices": npy(np.array([0, -1, 24], np.int32))}, "an index is outside"),
        ({"pianoroll_0_csc_indices": npy(np.zeros(3))}, "indices are not integers"),
        ({"pianoroll_0_csc_indices": npy(np.zeros((3, 1), int))}, "not the four parts"),
        ({"pianoroll_0_csc_indices": npy(np.zeros(4, int))}, "3 values for 4 indices"),
        ({"pianoroll_0_csc_indptr": npy(np.zeros(3, int))}, "indptr does not ascend"),
        ({"pianoroll_0_csc_indptr": npy(np.zeros(0, int))}, "indptr does not ascend"),
        ({"pianoroll_0_csc_indptr": npy(np.repeat([0, 5, 3], [9, 9, 111]))}, "indptr does not ascend"),
        ({"pianoroll_0_csc_indptr": npy(np.repeat([0, 99], [9, 120]))}, "indptr ends at 99"),
        ({"pianoroll_0_csc_data": npy(np.array([1, -1, 1], np.int8))}, "a velocity is below 0"),
        ({"pianoroll_0_csc_data": npy(np.array([1, np.nan, 1]))}, "a velocity is not a number"),
        ({"pianoroll_0_csc_data": npy(np.array(["1", "2", "3"]))}, "not an array of plain numbers"),
        (
            {"pianoroll_0_csc_data": npy(np.array([{}, 1, 2], object), allow_pickle=True)},
            "not an array of plain numbers",
        ),
        ({"pianoroll_0_csc_data": b"\x93NUMPY\x01\x00"}, "not an npy array"),
        ({"pianoroll_0_csc_data": npy(np.zeros(3, np.uint8))[:-1]}, "2 bytes of data do not fill the shape (3,)"),
        (
            {"pianoroll_0_csc_indptr": npy(np.repeat([0, 3], [9, 120])), "pianoroll_0_csc_indices": npy(INTS[:3])},
            "twice",
        ),
        ({"tempo": npy(np.array([100.0, np.inf]))}, "tempo is not a number"),
        ({"tempo": npy_of_shape(f"(0, {1 << 63})")}, f"tempo: no array has the shape (0, {1 << 63})"),
        ({"pianoroll_0_csc_data": npy_of_shape(f"(0, {10**30})")}, "pianoroll_0 data: no array has the shape"),
        ({"tempo": npy(np.array([1 + 2j]))}, "not an array of plain numbers"),
    ],
)
def test_a_fault_inside_is_named(tmp_path: Path, members: dict[str, bytes | None], reason: str) -> None:
    path = spoilt(tmp_path / "a.npz", **members)
    with pytest.raises(DataError) as caught:
        read_lpd(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_pickle_is_never_loaded(tmp_path: Path) -> None:
    witness = tmp_path / "ran"

    class Trap:
        def __reduce__(self) -> tuple[Any, ...]:
            return Path.touch, (witness,)

    path = spoilt(tmp_path / "a.npz", tempo=npy(np.array([Trap()], object), allow_pickle=True))
    with pytest.raises(DataError, match="plain numbers"):
        read_lpd(path)
    assert not witness.exists()


def test_a_bomb_is_refused_by_what_it_claims(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(npz, "MAX_BYTES", 1 << 20)
    path = spoilt(tmp_path / "a.npz", tempo=npy(np.zeros(1 << 18)))
    with pytest.raises(DataError, match="unpacks to more than 1 MB"):
        read_lpd(path)


def test_a_bomb_that_claims_less_is_not_inflated(tmp_path: Path) -> None:
    honest = spoilt(tmp_path / "a.npz", tempo=npy(np.zeros(1 << 17)))
    with zipfile.ZipFile(honest) as archive:
        size = archive.getinfo("tempo.npy").file_size.to_bytes(4, "little")
    honest.write_bytes(honest.read_bytes().replace(size, (100).to_bytes(4, "little")))
    with pytest.raises(DataError, match=r"tempo.npy is damaged"):
        read_lpd(honest)


def test_a_large_file_is_not_read_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(npz, "MAX_FILE_BYTES", 1 << 10)
    with pytest.raises(DataError, match="larger than"):
        read_lpd(FILE.write(tmp_path / "a.npz"))


@pytest.mark.parametrize("content", [b"", b"PK", b"PK\x05\x06" + bytes(18), b"hello" * 100])
def test_what_is_no_archive(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.npz"
    path.write_bytes(content)
    with pytest.raises(DataError):
        read_lpd(path)


def test_what_is_no_file(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing.npz"):
        with pytest.raises(DataError, match="cannot be read"):
            read_lpd(path)


def test_a_long_song_is_read(tmp_path: Path) -> None:
    song = read_lpd(
        LpdFile.of([(959_000, 4, 60, 80)], steps=959_040).with_changes(tempo=None).write(tmp_path / "a.npz")
    )
    assert song.length == 959_040
    assert notes(song)[0] == [(959_000, 4, 60, 80)]


def assert_read_or_refused(path: Path) -> None:
    message = f"{path}: "
    try:
        assert len(read_lpd(path).ticks) == len(ROLES)
    except DataError as error:
        message = str(error)
    assert message.startswith(f"{path}: ")


@given(st.data())
def test_spoilt_bytes_raise_our_error_only(scratch: Path, data: st.DataObject) -> None:
    path = write_zip(scratch / "fuzz.npz", FILE.members(), data.draw(st.sampled_from([0, 8])))
    content = bytearray(path.read_bytes())
    rng = random.Random(data.draw(st.integers(0, 1 << 32)))
    for _ in range(data.draw(st.integers(0, 20))):
        # The directory at the end is the smaller part, and the more interesting one.
        low = data.draw(st.sampled_from([0, len(content) * 3 // 4]))
        content[rng.randrange(low, len(content))] = rng.randrange(256)
    path.write_bytes(content[: data.draw(st.one_of(st.just(len(content)), st.integers(0, len(content))))])
    assert_read_or_refused(path)


@given(st.dictionaries(st.sampled_from(sorted(FILE.members())), st.binary(max_size=200), max_size=3))
def test_spoilt_members_raise_our_error_only(scratch: Path, members: dict[str, bytes]) -> None:
    path = write_zip(scratch / "members.npz", FILE.members() | members)
    assert_read_or_refused(path)
