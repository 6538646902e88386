"""An instrument by itself sounds as it does among all others."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.render.conftest import real

from sideman.errors import DataError
from sideman.music.band import INSTRUMENTS
from sideman.render.fluidsynth import FluidSynth
from sideman.render.presets import DRUM_BANK, SoundFont
from sideman.render.soundfont import BUNDLED_SOUNDFONT, OFFERED, preset_font

FRAMES = 8_000
WHOLE = SoundFont(BUNDLED_SOUNDFONT)


def sound(font: Path, program: int, pitches: tuple[int, ...], *, is_drum: bool) -> np.ndarray:
    with FluidSynth(font) as synthesizer:
        synthesizer.select(0, program, is_drum=is_drum)
        block = np.zeros((1, 2, FRAMES), np.float32)
        synthesizer.render(block, [(0, 0, pitch, 90) for pitch in pitches])
    return block


@real
@pytest.mark.parametrize(("bank", "program"), WHOLE.presets[::3], ids=str)
def test_an_instrument_sounds_the_same_by_itself(tmp_path: Path, bank: int, program: int) -> None:
    alone = tmp_path / "alone.sf3"
    alone.write_bytes(WHOLE.preset(bank, program))
    assert SoundFont(alone).presets == [(bank, program)]
    assert alone.stat().st_size < BUNDLED_SOUNDFONT.stat().st_size / 3
    is_drum = bank == DRUM_BANK
    pitches = (36, 38, 42, 49, 51) if is_drum else (40, 60, 79)
    heard = sound(alone, program, pitches, is_drum=is_drum)
    assert np.abs(heard).max() > 0.001
    np.testing.assert_array_equal(heard, sound(BUNDLED_SOUNDFONT, program, pitches, is_drum=is_drum))


def test_all_that_is_offered_can_be_had_and_the_five_are_small() -> None:
    for role, programs in OFFERED.items():
        for program in programs:
            assert len(preset_font(program, is_drum=INSTRUMENTS[role].is_drum)) > 10_000
    first = sum(len(preset_font(each.program, is_drum=each.is_drum)) for each in list(INSTRUMENTS.values())[:5])
    assert first < 3_600_000


def test_taken_twice_it_is_the_same(tmp_path: Path) -> None:
    (tmp_path / "guitar.sf3").write_bytes(WHOLE.preset(0, 25))
    assert SoundFont(tmp_path / "guitar.sf3").preset(0, 25) == WHOLE.preset(0, 25)


@pytest.mark.parametrize(("bank", "program"), [(0, 127), (DRUM_BANK, 1), (1, 0)])
def test_what_is_not_there_is_refused(bank: int, program: int) -> None:
    with pytest.raises(DataError, match="has no program"):
        WHOLE.preset(bank, program)


@pytest.mark.parametrize(
    "data", [b"", b"RIFF", b"RIFF\x04\0\0\0sfbk", b"RIFF\xff\xff\0\0sfbkLIST\x08\0\0\0pdta", b"x" * 99]
)
def test_what_is_no_soundfont_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "bad.sf3").write_bytes(data)
    with pytest.raises(DataError, match="cannot read the SoundFont"):
        SoundFont(tmp_path / "bad.sf3")
