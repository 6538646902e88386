"""SoundFonts: the one that comes with the package, and what stands in for an instrument that a font lacks.

Knows files and General MIDI programs, no synthesizer.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from sideman.errors import DataError

BUNDLED_SOUNDFONT = Path(__file__).parent / "data" / "sideman.sf3"
HEADER_BYTES = 12  # "RIFF", a length, "sfbk"
FAMILY_SIZE = 8  # General MIDI orders its 128 programs in families of eight

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


def check_soundfont(path: Path | str | None) -> Path:
    """``path``, or the bundled font's for None, after a look at its first bytes.

    Raises :class:`DataError` where there is no file or it is no SoundFont.
    """
    font = BUNDLED_SOUNDFONT if path is None else Path(path)
    try:
        with font.open("rb") as file:
            header = file.read(HEADER_BYTES)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise DataError(f"cannot read the SoundFont {font}: {reason}, give an .sf2 or .sf3 file") from error
    if header[:4] != b"RIFF" or header[8:] != b"sfbk":
        raise DataError(f"{font} is no SoundFont: give an .sf2 or .sf3 file")
    return font
