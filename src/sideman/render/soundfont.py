"""SoundFonts: the one that comes with the package and who can play what on it; what stands in where a font lacks it.

Knows files and General MIDI programs, no synthesizer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cache
from pathlib import Path

from sideman.errors import DataError
from sideman.music.band import Role
from sideman.render.installed_fonts import named_font, remedy
from sideman.render.presets import DRUM_BANK, SoundFont, presets_of

BUNDLED_SOUNDFONT = Path(__file__).parent / "data" / "sideman.sf3"
MELODIC_BANK = 0
HEADER_BYTES = 12  # "RIFF", a length, "sfbk"
FAMILY_SIZE = 8  # General MIDI orders its 128 programs in families of eight

# What each role may play on the bundled font: General MIDI programs, of drums kits, and what people call them.
OFFERED: dict[Role, dict[int, str]] = {
    Role.DRUMS: {
        0: "Standard kit",
        16: "Power kit",
        24: "Electronic kit",
        25: "Drum machine",
        32: "Jazz kit",
        40: "Brushes",
    },
    Role.PIANO: {
        0: "Grand piano",
        1: "Bright piano",
        3: "Honky-tonk piano",
        4: "Electric piano",
        7: "Clavinet",
        11: "Vibraphone",
        16: "Organ",
        17: "Percussive organ",
        18: "Rock organ",
    },
    Role.GUITAR: {
        24: "Nylon-string guitar",
        25: "Steel-string guitar",
        26: "Jazz guitar",
        27: "Clean electric guitar",
        28: "Muted electric guitar",
        29: "Overdriven guitar",
        30: "Distorted guitar",
    },
    Role.BASS: {
        32: "Double bass",
        33: "Electric bass",
        34: "Picked bass",
        36: "Slapped bass",
        38: "Synth bass",
        39: "Round synth bass",
    },
    Role.STRINGS: {
        16: "Organ",
        18: "Rock organ",
        44: "Tremolo strings",
        48: "Strings",
        49: "Slow strings",
        50: "Synth strings",
        51: "Soft synth strings",
        61: "Brass section",
        66: "Tenor saxophone",
        88: "Bright pad",
        89: "Warm pad",
        90: "Poly synth",
    },
    Role.MELODY: {
        0: "Grand piano",
        11: "Vibraphone",
        16: "Organ",
        25: "Steel-string guitar",
        26: "Jazz guitar",
        48: "Strings",
        56: "Trumpet",
        57: "Trombone",
        65: "Alto saxophone",
        66: "Tenor saxophone",
        73: "Flute",
        80: "Square lead",
        81: "Saw lead",
    },
}

# Who plays for a family of which a font has no member, by the family's place in General MIDI.
STAND_INS: tuple[int, ...] = (
    0,  # piano: grand
    11,  # chromatic percussion: vibraphone
    16,  # organ: drawbar
    25,  # guitar: steel
    33,  # bass: fingered
    48,  # strings
    48,  # ensemble: strings
    61,  # brass: section
    65,  # reed: alto sax
    73,  # pipe: flute
    81,  # lead: saw
    89,  # pad: warm
    89,  # effects: warm pad
    25,  # ethnic, mostly plucked: steel guitar
    11,  # percussive: vibraphone
    89,  # sound effects: warm pad
)


def stand_in(program: int, available: Collection[int]) -> int:
    """The program of ``available`` (not empty) that comes closest to ``program``, itself where it is there.

    First the nearest of its own family, then the family's stand-in, then the nearest of all.
    """
    family = program // FAMILY_SIZE
    relatives = [other for other in available if other // FAMILY_SIZE == family]
    if not relatives and STAND_INS[family] in available:
        return STAND_INS[family]
    return min(relatives or available, key=lambda other: (abs(other - program), other))


def chosen_program(program: int, available: Collection[int], *, is_drum: bool) -> int:
    """What plays for a program, or for a kit, on a font that has those ``available`` (not empty)."""
    return min(available, key=lambda kit: (kit != program, kit)) if is_drum else stand_in(program, available)


def stand_ins(path: Path, wanted: Iterable[tuple[int, bool]]) -> dict[tuple[int, bool], int]:
    """Programs, and whether they are kits, that a font lacks, with what plays for them; of those that are ``wanted``.

    Raises :class:`DataError` where the font can't be read.
    """
    presets = presets_of(check_soundfont(path))
    found = {}
    for program, is_drum in sorted({*wanted}):
        available = [number for bank, number in presets if bank == (DRUM_BANK if is_drum else MELODIC_BANK)]
        if available and program not in available:
            found[program, is_drum] = chosen_program(program, available, is_drum=is_drum)
    return found


@cache
def bundled_presets() -> SoundFont:
    """The bundled font, to take single instruments from."""
    return SoundFont(BUNDLED_SOUNDFONT)


@cache
def preset_font(program: int, *, is_drum: bool = False) -> bytes:
    """A SoundFont of one program of the bundled one, or of a kit. Raises :class:`DataError` where there is none."""
    return bundled_presets().preset(DRUM_BANK if is_drum else 0, program)


def check_soundfont(path: Path | str | None) -> Path:
    """``path``, or the bundled font's for None, after a look at its first bytes; also by the name of an installed one.

    Raises :class:`DataError` where there is no file or it is not a SoundFont.
    """
    font = BUNDLED_SOUNDFONT if path is None else Path(path)
    if not font.exists():
        font = named_font(font) or font
    try:
        with font.open("rb") as file:
            header = file.read(HEADER_BYTES)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise DataError(f"cannot read the SoundFont {font}: {reason}, {remedy()}") from error
    if header[:4] != b"RIFF" or header[8:] != b"sfbk":
        raise DataError(f"{font} is not a SoundFont: give an .sf2 or .sf3 file")
    return font
