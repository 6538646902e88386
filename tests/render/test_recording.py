"""Recordings: what threads write while bars come is what would be written afterwards, and no thread is left behind."""

from __future__ import annotations

import contextlib
import errno
import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest
from tests.render.conftest import Playing, bars_of, chairs_of, ends_of, piano, real

from sideman.errors import DataError
from sideman.music.band import Band, Note
from sideman.render import audio, fluidsynth, recording
from sideman.render.audio import write_audio
from sideman.render.recording import Recording

opened: list[Playing] = []


@pytest.fixture(autouse=True)
def clean() -> Iterator[None]:
    """No thread outlives a recording, and no synthesizer stays open."""
    opened.clear()
    before = {*threading.enumerate()}
    yield
    assert {*threading.enumerate()} <= before
    assert [player for player in opened if not player.closed] == []


@pytest.fixture
def fakes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fakes in the place of FluidSynth."""

    def open_fake(soundfont: Path, sides: list[int]) -> Playing:
        opened.append(Playing(soundfont, len(sides)))
        return opened[-1]

    monkeypatch.setattr(recording, "FluidSynthPair", open_fake)
    monkeypatch.setattr(audio, "FluidSynthPair", open_fake)


def takes(count: int) -> list[Band]:
    """Bands of three bars that differ; notes ring over the bar lines."""
    return [
        piano(*(Note(onset, 20, 60 + take, 80) for onset in range(0, 140, 7 + take)), steps=140)
        for take in range(count)
    ]


def record(folder: Path, bands: list[Band], shares: list[float] | None = None, suffix: str = ".wav") -> list[Path]:
    """All bands from their bars, which come in turn."""
    paths = [folder / f"live_{take}{suffix}" for take in range(len(bands))]
    with Recording(paths, chairs_of(bands[0]), ends_of(bands[0])) as making:
        for bars in zip(*map(bars_of, bands), strict=True):
            for take, notes in enumerate(bars):
                making.add(take, notes)
        making.finish((shares if shares is not None else []).append)
        assert making.written == paths
    return paths


def fill_disk(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Let nothing be written to files of this name."""

    def write(_: object, path: Path, bits: int) -> NoReturn:  # noqa: ARG001 - as the others take it
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    whole = audio.WRITERS[".wav"]
    monkeypatch.setitem(
        audio.WRITERS,
        ".wav",
        lambda blocks, path, bits: (write if path.name.startswith(f".{name}.") else whole)(blocks, path, bits),
    )


@pytest.mark.usefixtures("fakes")
@pytest.mark.parametrize(("count", "suffix"), [(1, ".mp3"), (5, ".wav")])
def test_every_take_is_what_it_would_be_afterwards(tmp_path: Path, count: int, suffix: str) -> None:
    bands = takes(count)
    shares: list[float] = []
    for band, path in zip(bands, record(tmp_path, bands, shares, suffix), strict=True):
        after = tmp_path / f"after{suffix}"
        write_audio(band, after, synthesizer=Playing())
        assert path.read_bytes() == after.read_bytes()
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(count)


@pytest.mark.usefixtures("fakes")
def test_sound_is_made_before_the_last_bar(tmp_path: Path) -> None:
    (band,) = takes(1)
    bars = bars_of(band)
    with Recording([tmp_path / "song.mp3"], chairs_of(band), ends_of(band)) as making:
        for notes in bars[:-1]:
            making.add(0, notes)
        deadline = time.monotonic() + 10
        while opened[0].frame < 3 * fluidsynth.SAMPLE_RATE and time.monotonic() < deadline:
            time.sleep(0.001)
        assert 3 * fluidsynth.SAMPLE_RATE <= opened[0].frame <= 4 * fluidsynth.SAMPLE_RATE
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("fakes")
@pytest.mark.parametrize("bars", [0, 1, 3])
def test_interrupted_it_leaves_no_file(tmp_path: Path, bars: int) -> None:
    bands = takes(3)
    paths = [tmp_path / f"{take}.wav" for take in range(3)]
    with (
        contextlib.suppress(KeyboardInterrupt),
        Recording(paths, replace(chairs_of(bands[0]), steps=4800), range(48, 4801, 48)) as making,
    ):
        for notes in bars_of(bands[0])[:bars]:
            making.add(0, notes)
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("fakes")
def test_a_second_interruption_does_not_leave_threads_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutdown, calls = ThreadPoolExecutor.shutdown, []

    def interrupted(pool: ThreadPoolExecutor) -> None:
        calls.append(pool)
        if len(calls) == 1:
            raise KeyboardInterrupt
        shutdown(pool)

    monkeypatch.setattr(ThreadPoolExecutor, "shutdown", interrupted)
    with (
        contextlib.suppress(RuntimeError),
        Recording([tmp_path / "a.wav", tmp_path / "b.wav"], replace(chairs_of(takes(1)[0]), steps=140), [48, 96, 144]),
    ):
        raise RuntimeError
    assert len(calls) == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("fakes")
def test_a_take_that_cannot_be_written_ends_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill_disk(monkeypatch, "live_1")
    with pytest.raises(DataError, match=r"cannot write .*live_1\.wav: the disk is full"):
        record(tmp_path, takes(40))
    assert "live_1.wav" not in {path.name for path in tmp_path.iterdir()}
    assert len(list(tmp_path.glob(".*"))) == 0


@pytest.mark.usefixtures("fakes")
def test_what_was_written_before_an_error_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sideman.render.recording.processors", lambda: 1)
    fill_disk(monkeypatch, "2")
    bands = takes(4)
    paths = [tmp_path / f"{take}.wav" for take in range(4)]
    with Recording(paths, chairs_of(bands[0]), ends_of(bands[0])) as making:
        for take, band in enumerate(bands):
            for notes in bars_of(band):
                making.add(take, notes)
        with pytest.raises(DataError, match="full"):
            making.finish(lambda _: None)
        assert making.written == paths[:2] == sorted(tmp_path.iterdir())


def test_a_font_that_is_none_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "font.sf2").write_bytes(b"RIFF    sfbk" + bytes(1000))
    with pytest.raises(DataError, match=r"font\.sf2 is damaged"):
        Recording([tmp_path / "a.mp3"], Band((), 48), [48], soundfont=tmp_path / "font.sf2")


@real
def test_fluidsynth_makes_the_same_bytes(tmp_path: Path, band: Band) -> None:
    write_audio(band, tmp_path / "after.mp3")
    for other in record(tmp_path, [band, band], suffix=".mp3"):
        assert other.read_bytes() == (tmp_path / "after.mp3").read_bytes()
