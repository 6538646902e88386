"""Instruments are decoded once: who plays them next has them, as long as the font is the one that was read."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from tests.render.conftest import real

from sideman.errors import DataError
from sideman.music.band import Band
from sideman.render import fluidsynth
from sideman.render.audio import write_audio
from sideman.render.fluidsynth import DECODED_INSTRUMENTS, Decoded, FluidSynth
from sideman.render.soundfont import BUNDLED_SOUNDFONT, MELODIC_BANK

pytestmark = real


@pytest.fixture(autouse=True)
def decoded(monkeypatch: pytest.MonkeyPatch) -> Decoded:
    """Nothing is held yet."""
    monkeypatch.setattr(fluidsynth, "DECODED", Decoded())
    return fluidsynth.DECODED


@pytest.fixture
def font(tmp_path: Path) -> Path:
    """A SoundFont that may be damaged."""
    return Path(shutil.copy(BUNDLED_SOUNDFONT, tmp_path / "own.sf3"))


def damage(font: Path, *, seen: bool) -> None:
    """Overwrite all samples; ``seen``: as a program does, so that the file has another time."""
    data = bytearray(font.read_bytes())
    begin = data.index(b"smpl") + 8
    end = begin + int.from_bytes(data[begin - 4 : begin], "little")
    data[begin:end] = bytes(end - begin)
    status = font.stat()
    font.write_bytes(data)
    os.utime(font, ns=(status.st_atime_ns, status.st_mtime_ns + 1_000_000_000 * seen))


def sound(band: Band, font: Path) -> bytes | None:
    """What is heard; none where the font's samples cannot be read."""
    path = font.with_suffix(".wav")
    try:
        write_audio(band, path, soundfont=font)
    except DataError:
        return None
    return path.read_bytes()


def test_who_plays_next_need_not_decode(band: Band, font: Path) -> None:
    first = sound(band, font)
    assert first is not None
    damage(font, seen=False)
    assert sound(band, font) == first


def test_a_font_that_was_written_anew_is_read_anew(band: Band, font: Path) -> None:
    first = sound(band, font)
    damage(font, seen=True)
    assert sound(band, font) != first


def test_large_fonts_are_not_held(band: Band, font: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fluidsynth, "DECODED_FONT_BYTES", font.stat().st_size - 1)
    first = sound(band, font)
    damage(font, seen=False)
    assert sound(band, font) != first


def test_of_many_instruments_the_last_are_held(font: Path, decoded: Decoded) -> None:
    with FluidSynth(font) as synthesizer:
        programs = synthesizer.programs(MELODIC_BANK)
        for program in (*programs, programs[0], programs[-1]):
            synthesizer.select(0, program, is_drum=False)
    held = [program for _, program in decoded.held]
    assert held == [*programs[1 - DECODED_INSTRUMENTS :], programs[0]]


def test_a_font_that_is_gone_is_told(font: Path, decoded: Decoded) -> None:
    with FluidSynth(font) as synthesizer:
        synthesizer.select(0, 0, is_drum=False)
        font.unlink()
        with pytest.raises(DataError, match=r"own\.sf3 was there a moment ago and is gone"):
            synthesizer.select(0, 25, is_drum=False)
    assert decoded.held == [(MELODIC_BANK, 0)]


def test_what_was_decoded_is_played_when_the_font_is_gone(font: Path) -> None:
    with FluidSynth(font) as synthesizer:
        synthesizer.select(0, 0, is_drum=False)
        font.unlink()
        synthesizer.render(out := np.zeros((1, 2, 4_410), np.float32), [(0, 0, 60, 100)])
    assert np.abs(out).max() > 0.01
