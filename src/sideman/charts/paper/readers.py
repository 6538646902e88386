"""For whom a chart is written: as it sounds, for instruments that sound lower, behind a capo, or as numbers.

Nothing that is played changes by it. The page offers the same (``frontend/src/music/display.ts``), and a golden file
holds both to one another.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import NamedTuple

from sideman.charts.sheet import Sheet
from sideman.errors import OptionError
from sideman.music.key import Key
from sideman.music.notes import ACCIDENTALS, NATURALS, NOTE_NAMES
from sideman.music.progression import Chord
from sideman.music.qualities import PITCH_CLASSES
from sideman.music.song import Song

CAPOS = range(1, 8)  # frets
NO_CHORD = "N.C."
LONGEST_NAME = 2  # a letter and a sign: what would take two stands on another letter
_LETTERS = "".join(NATURALS)
_SCALES = {False: (0, 2, 4, 5, 7, 9, 11), True: (0, 2, 3, 5, 7, 8, 10)}  # major, minor
_THIRD = re.compile(r"(m(?!aj)(?:in)?|-|dim|aug|°|ø|\+)?(.*)")


class Reader(NamedTuple):
    """Somebody who reads chords: so many semitones higher than they sound, or as degrees of the key."""

    name: str
    about: str  # what a sheet says of it
    shift: int = 0
    numbers: bool = False


CONCERT = Reader("concert", "")
READERS = {
    reader.name.lower(): reader
    for reader in (
        CONCERT,
        Reader("Bb", "for B♭ instruments", 2),
        Reader("Eb", "for E♭ instruments", 9),
        Reader("F", "for F instruments", 7),
        *(Reader(f"capo{fret}", f"capo {fret}", -fret) for fret in CAPOS),
        Reader("numbers", "Nashville numbers", numbers=True),
    )
}


class ShownChord(NamedTuple):
    """A chord as it is set: its root large, what it is in small, its bass behind a slash."""

    root: str
    third: str = ""  # "m", "dim": on the line
    more: str = ""  # "7", "maj7": raised
    bass: str | None = None

    def __str__(self) -> str:
        return self.root + self.third + self.more + ("" if self.bass is None else f"/{self.bass}")


def reader_of(name: str) -> Reader:
    """The reader of a name, in whatever case. Raises :class:`OptionError` for another."""
    reader = READERS.get(name.lower())
    if reader is None:
        names = ", ".join(reader.name for reader in READERS.values())
        raise OptionError(f"unknown reader {name[:20]!r}: give one of {names}")
    return reader


def key_of(sheet: Sheet) -> Key:
    """The key of a sheet: what it says, or what its chords tell."""
    return sheet.key or sheet.song().progression.key


def moved(sheet: Sheet, key: Key, shift: int) -> tuple[Sheet, str]:
    """A sheet so many semitones higher, and the tonic of its key there: spelled as is common."""
    tonic = _tonic(key, shift)
    if not shift:
        return sheet, tonic
    measures = [replace(measure, chords=_moved(measure.chords, key, shift)) for measure in sheet.measures]
    return replace(sheet, measures=measures, key=key.transpose(shift)), tonic


def moved_song(song: Song, key: Key, shift: int) -> Song:
    """A song so many semitones higher, spelled as its sheet is."""
    sections = tuple(
        replace(section, bars=tuple(bar._replace(chords=_moved(bar.chords, key, shift)) for bar in section.bars))
        for section in song.sections
    )
    return replace(song, sections=sections, key=None if song.key is None else song.key.transpose(shift))


def _tonic(key: Key, shift: int) -> str:
    tonic = key.transpose(shift).tonic_name
    return "Gb" if shift and tonic == "F#" and not key.minor and "b" in key.tonic_name else tonic


def _moved(chords: tuple[tuple[int, Chord], ...], key: Key, shift: int) -> tuple[tuple[int, Chord], ...]:
    letters = _place(_tonic(key, shift)) - _place(_tonic(key, 0))

    def note(name: str) -> str:
        pitch = (NOTE_NAMES[name] + shift) % PITCH_CLASSES
        letter = _LETTERS[(_place(name) + letters) % len(_LETTERS)]
        names = [each for each in NOTE_NAMES if NOTE_NAMES[each] == pitch]
        return min(names, key=lambda each: (len(each) > LONGEST_NAME or each[0] != letter, len(each), _place(each)))

    def chord_there(chord: Chord) -> Chord:
        if chord.root is None:
            return chord
        return replace(chord, root=note(chord.root), bass=None if chord.bass is None else note(chord.bass))

    return tuple((tick, chord_there(chord)) for tick, chord in chords)


def _place(note: str) -> int:
    return _LETTERS.index(note[0])


def shown(chord: Chord, tonic: str, *, minor: bool = False, numbers: bool = False) -> ShownChord:
    """A chord as it is set; as ``numbers`` in the key on ``tonic``. Spelled as its writer spelled it."""
    if chord.root is None:
        return ShownChord(NO_CHORD)
    quality = chord.quality.name if chord.suffix is None else chord.suffix

    def note(name: str) -> str:
        return printed(_degree(name, tonic, minor=minor) if numbers else name)

    if numbers:
        quality = re.sub("^dim", "°", re.sub(r"^m(?!aj)(?:in)?", "-", quality))
    found = _THIRD.fullmatch(quality)
    third, more = (found[1] or "", found[2]) if found is not None else ("", quality)
    return ShownChord(note(chord.root), third, _printed_quality(more), None if chord.bass is None else note(chord.bass))


def printed(note: str) -> str:
    """A note, or a degree, with its signs as they are printed: B♭."""
    return re.sub(r"(?<=.)b|^b(?=\d)", "♭", note).replace("#", "♯")


def _printed_quality(quality: str) -> str:
    signed = re.sub(r"b(?=\d)", "♭", quality).replace("#", "♯").replace("^", "△").replace("Δ", "△")
    signed = re.sub("^h", "ø", signed)
    return re.sub(r"-(?=(?:5|9|11|13)(?!\d))", "♭", signed)


def _degree(note: str, tonic: str, *, minor: bool) -> str:
    """The degree of a note in the key's own scale: ``b7``, in a minor key ``7``."""
    scale = _SCALES[minor]
    above = (NOTE_NAMES[note] - NOTE_NAMES[tonic]) % PITCH_CLASSES
    own = (_place(note) - _place(tonic)) % len(_LETTERS)
    for degree in (own, *range(len(scale))):
        off = (above - scale[degree] + PITCH_CLASSES // 2) % PITCH_CLASSES - PITCH_CLASSES // 2
        for sign, alter in ACCIDENTALS.items():
            if off == alter and abs(alter) <= 1:
                return f"{sign}{degree + 1}"
    return str(own + 1)
