from __future__ import annotations

from pathlib import Path

import pytest
from tests.cases import cases

from sideman.errors import DataError
from sideman.music.band import INSTRUMENTS, Role
from sideman.music.styles import STYLE_PROGRAMS, STYLES
from sideman.render.fluidsynth import FluidSynth
from sideman.render.presets import DRUM_BANK
from sideman.render.soundfont import BUNDLED_SOUNDFONT, MELODIC_BANK, OFFERED, STAND_INS, check_soundfont, stand_in

MEGABYTE = 1_000_000


@cases(
    ("program", "available", "chosen"),
    [
        (25, {24, 25, 48}, 25),  # itself
        (29, {24, 30, 33}, 30),  # the nearest of its family
        (58, {0, 61}, 61),  # of its family
        (20, {0, 16}, 16),
        (105, {0, 25, 48}, 25),  # the stand-in of another family
        (105, {0, 48}, 48),  # the nearest of all
        (2, {1, 3}, 1),  # of two as near, the lower
    ],
)
def test_who_stands_in(program: int, available: set[int], chosen: int) -> None:
    assert stand_in(program, available) == chosen


def test_the_bundled_font_has_every_stand_in_and_every_role() -> None:
    with FluidSynth(check_soundfont(None)) as synthesizer:
        melodic, kits = synthesizer.programs(MELODIC_BANK), synthesizer.programs(DRUM_BANK)
    assert set(STAND_INS) <= set(melodic)
    assert {instrument.program for instrument in INSTRUMENTS.values()} <= set(melodic)
    assert kits == sorted(OFFERED[Role.DRUMS])


def test_every_instrument_that_is_offered_is_in_the_bundled_font() -> None:
    assert tuple(OFFERED) == tuple(Role)
    with FluidSynth(check_soundfont(None)) as synthesizer:
        for role, instruments in OFFERED.items():
            bank = DRUM_BANK if INSTRUMENTS[role].is_drum else MELODIC_BANK
            assert set(instruments) <= set(synthesizer.programs(bank)), role
            assert INSTRUMENTS[role].program in instruments
            assert len({*instruments.values()}) == len(instruments)


def test_the_bundled_font_is_small_and_has_its_licence() -> None:
    assert BUNDLED_SOUNDFONT.stat().st_size < 9 * MEGABYTE
    notice = (BUNDLED_SOUNDFONT.parent / "LICENSE-FluidR3.txt").read_text("utf-8")
    assert "Frank Wen" in notice
    assert "Permission is hereby granted, free of charge" in notice


def test_a_missing_font(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"cannot read the SoundFont .*none\.sf2: No such file"):
        check_soundfont(tmp_path / "none.sf2")


def test_a_folder_is_no_font(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot read the SoundFont"):
        check_soundfont(tmp_path)


@pytest.mark.parametrize("content", [b"", b"RIFF", b"MThd" * 100, b"RIFF\0\0\0\0WAVE"])
def test_what_is_no_font(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.sf2").write_bytes(content)
    with pytest.raises(DataError, match="not a SoundFont"):
        check_soundfont(tmp_path / "x.sf2")


def test_every_instrument_of_a_style_is_offered() -> None:
    assert set(STYLE_PROGRAMS) < set(STYLES)
    for style, programs in STYLE_PROGRAMS.items():
        for role, program in programs.items():
            assert program in OFFERED[role], (style, role)
            assert program != INSTRUMENTS[role].program, (style, role)
