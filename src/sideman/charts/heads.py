"""What stands above a chart: title, key, tempo, metre, capo. Knows no chords and no sections."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from sideman.charts.sheet import MAX_TEMPO, MIN_TEMPO, Sheet
from sideman.errors import OptionError
from sideman.music.key import Key
from sideman.music.notes import NOTE_NAMES
from sideman.music.time import Meter

MAX_TITLE = 200  # characters
MAX_LINE = 300  # of a line of the head

# What people call each, in the languages of the charts that were looked at.
FIELDS: Mapping[str, str] = MappingProxyType(
    {
        name: field
        for field, names in {
            "title": "title t song songtitle name titel titre titulo título titolo tytuł název",
            "composer": "composer composedby artist artista by author music written subtitle st interpret auteur autor",
            "key": "key dbkeysig keysig tonality tonart tom tono tonalité tonalidad tonalidade tonacja tonalità k",
            "tempo": "tempo bpm speed andamento",
            "meter": "time timesig timesignature signature sig metre meter takt taktart compás compasso mesure",
            "capo": "capo kapodaster capotasto capodastre cejilla",
            "style": "style groove feel rhythm genre",
            "other": "year album bars copyright ccli tuning duration level difficulty transpose form structure date "
            "lyrics lyricist words arranger source url transcribed transcription strumming pattern notes note comment "
            "version language tags tag number book page publisher key_signature last modified file",
        }.items()
        for name in names.split()
    }
)
_FIELD = re.compile(r"(?:[#%;@/*-]{1,2}\s*)?([^\W\d][\w ]{0,20}?)\s*(?:[:=]|\bof\b)\s*(\S.*)")
_METER = re.compile(r"[(\[]?\s*(\d{1,2})\s?[/ ]\s?(2|4|8|16)\s*(?:time)?[)\]]?", re.IGNORECASE)
_METER_LINE = re.compile(
    r"[(\[]?\s*\d{1,2}(?:\s?/\s?(?:2|4|8|16)|\s? \s?(?:(?:2|4)(?=\s*time)|8|16))\s*(?:time)?[)\]]?", re.IGNORECASE
)
_METER_OR_DEGREES = re.compile(r"\s*[(\[]?\s*\d{1,2}\s? \s?[24]\s*[)\]]?\s*")  # 3 4
_TEMPO = re.compile(r"(?<![\d.,])(\d{2,9}(?:\.\d+)?)(?!\d)")
_NUMBER = r"\d{2,9}(?:\.\d+)?"
_TEMPO_LINE = re.compile(
    rf"(?:(?:[♩♪𝅘𝅥]|q|quarter|tempo)\s*[=:]?\s*({_NUMBER})(?:\s*bpm)?|({_NUMBER}|\d)\s*bpm)\s*", re.IGNORECASE
)
_NOTE = r"[A-H](?:\s?(?:[#♯b♭]|flat|sharp|is|es))?"
# A field in short; several may stand in one line. Its group holds the value.
_SHORT = re.compile(
    rf"""
    (?: (?:[♩♪𝅘𝅥] | q(?:uarter)? | tempo | bpm) \s*[=:]?\s* (?P<tempo>{_NUMBER}) (?:\s*bpm)?
      | (?P<rate>{_NUMBER} | \d) \s*bpm
      | (?:(?:time | met(?:er|re)) (?:\s+signature)? \s*[=:]?\s*)? (?P<meter>\d{{1,2}}/(?:2|4|8|16)) (?:\s*time)?
      | key (?:\s+of\b)? \s*[=:]?\s* (?P<key>{_NOTE} (?:m | (?:\s|-)*(?:major|minor|maj|min|moll|dur))?)
      | (?P<scale>{_NOTE} (?:\s|-)(?:major|minor|moll|dur))
      | capo (?:\s+(?:on|at|in)\b)? \s*[=:]?\s* (?P<capo>\d{{1,9}})
    ) (?:\s+ | $)
    """,
    re.VERBOSE | re.IGNORECASE,
)
# Is in every line that tells a field.
_HINT = re.compile(r"[:=/♩♪𝅘𝅥q]|of|bpm|tempo|time|key|capo|\d\s? \s?(?:8|16)\b", re.IGNORECASE)
_FIELD_OF = {"rate": "tempo", "scale": "key"}  # other groups are named for their field
_PARTED = re.compile(r"\s*[,;|·•()\[\]]\s*|\s[-–—]\s|(?<![:=\s])\s{2,}")
_CAPO_LINE = re.compile(
    r"[(\[]?\s*capo\s*(?:on|at|in)?\s*[:=]?\s*((?:\d{1,9}(?:st|nd|rd|th)?|[ivx]{1,4})\b.{0,20})", re.IGNORECASE
)
_MINOR_MODES = ("minor", "min", "mi", "moll", "aeolian", "dorian", "phrygian", "locrian")
_MAJOR_MODES = ("major", "maj", "ma", "dur", "ionian", "lydian", "mixolydian")
_MODE = "|".join(_MAJOR_MODES + _MINOR_MODES) + "|m"
_KEY = re.compile(
    rf"([A-H])(is|es|(?<=[AE])s(?=\W*$|\s*-?\s*(?:{_MODE})\b)|(?:-(?=flat|sharp)|\s*)(?:#|♯|b|♭|sharp|flat))?"
    rf"(?:\s*-?\s*({_MODE})|(-)(?!-))?(?![^\W\d_])",
    re.IGNORECASE,
)
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10, "xi": 11}
MAX_CAPO = 11


def read_fields(line: str) -> tuple[tuple[str, str], ...]:
    """The fields and values of a line such as ``Key: C`` or ``Tempo 120 BPM, 4/4``; none for other lines.

    All that stands in the line is a field: ``Waltz in 3/4`` is a title.
    """
    line = line.strip()
    if len(line) > MAX_LINE or not _HINT.search(line):
        return ()
    whole = _field(line)
    if whole and whole[0][0] == "other":
        return whole
    found: list[tuple[str, str]] = []
    for part in filter(None, _PARTED.split(line)):
        fields = _in_short(part) or _field(part)
        if not fields:
            return whole
        found += fields
    is_chord = [name for name, _ in found] == ["scale"]  # alone, C major may be one
    fields = tuple((_FIELD_OF.get(name, name), value) for name, value in found)
    return fields if len(dict(fields)) == len(fields) and not is_chord else whole


def _in_short(text: str) -> tuple[tuple[str, str], ...]:
    """The groups and values of a text of fields in short, ``Tempo 120 4/4``; none for other texts."""
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(text) and (match := _SHORT.match(text, at)):
        group = match.lastgroup or ""
        found.append((group, match[group]))
        at = match.end()
    return tuple(found) if at == len(text) else ()


def _field(line: str) -> tuple[tuple[str, str], ...]:
    """The one field of a line such as ``Key: C``, ``Title = …``, ``3/4`` or ``120 bpm``; none for other lines."""
    for pattern, name in ((_METER_LINE, "meter"), (_TEMPO_LINE, "tempo"), (_CAPO_LINE, "capo")):
        match = pattern.fullmatch(line)
        if match:
            return ((name, line.strip(" ()[]") if name == "meter" else next(filter(None, match.groups()))),)
    match = _FIELD.fullmatch(line) if ":" in line or "=" in line or "of" in line else None
    if not match:
        return ()
    words = match[1].lower().split()
    field = FIELDS.get("".join(words)) or FIELDS.get(words[0])
    return ((field, match[2]),) if field else ()


def is_meter_or_degrees(line: str) -> bool:
    """Whether a line such as ``3 4`` is a metre among chords that have names, and degrees among numbers."""
    return _METER_OR_DEGREES.fullmatch(line) is not None


def put(field: str, value: str, sheet: Sheet) -> bool:
    """Write a field of the head into the sheet; whether the value was understood."""
    match field:
        case "title" if not sheet.title:
            sheet.title = value[:MAX_TITLE]
        case "composer" if not sheet.composer:
            sheet.composer = value[:MAX_TITLE]
        case "style" if not sheet.style:
            sheet.style = value[:MAX_TITLE]
        case "key":
            key = key_of(value)
            sheet.key = sheet.key or key
            return key is not None and key == sheet.key  # a chart has one
        case "tempo":
            match_ = _TEMPO.search(value)
            if not match_ or not MIN_TEMPO <= float(match_[1]) <= MAX_TEMPO:
                return False
            sheet.tempo = float(match_[1])
        case "meter":
            meter = meter_of(value)
            if meter is None:
                return False
            sheet.meter = meter
        case "capo":
            return capo_of(value) is not None
        case _:
            pass
    return True


def counted(beats: int, unit: int) -> Meter | None:
    """The metre of so many notes of 1/``unit``, sixteenths counted in eighths; None where it is not known."""
    if unit == 16 and beats % 2 == 0:  # noqa: PLR2004 - sixteenths
        beats, unit = beats // 2, 8
    try:
        return Meter(beats, unit)
    except OptionError:
        return None


def meter_of(value: str) -> Meter | None:
    """The metre of ``3/4``, ``6 8``, ``C`` or ``waltz``; None where it is not known."""
    match = _METER.fullmatch(value.strip())
    if match:
        return counted(int(match[1]), int(match[2]))
    words = {"c": Meter(4, 4), "common": Meter(4, 4), "cut": Meter(2, 2), "waltz": Meter(3, 4), "c|": Meter(2, 2)}
    return words.get(value.strip().lower())


def key_of(value: str) -> Key | None:
    """The key of ``C``, ``F#m``, ``Eb major``, ``CM``, ``a-moll``, ``C-``; None where it is not known."""
    match = _KEY.match(value.strip())
    if not match:
        return None
    letter, sign, mode = match[1], (match[2] or "").strip("-").strip().lower(), match[3] or match[4] or ""
    accidental = {"is": "#", "♯": "#", "sharp": "#", "es": "b", "s": "b", "♭": "b", "flat": "b"}.get(sign, sign)
    if letter in "Bb" and not sign and mode.lower() in ("moll", "dur"):
        accidental = "b"  # who says dur and moll says H for B natural
    name = ("B" if letter in "Hh" else letter.upper()) + accidental
    minor = mode in ("m", "-") or mode.lower() in _MINOR_MODES
    return Key.of(name, minor) if name in NOTE_NAMES else None


def capo_of(value: str) -> int | None:
    """The fret of ``2``, ``3rd fret``, ``III``; 0 where it tells none, None where it tells one that no capo is at."""
    match = re.search(r"\d{1,9}|\b[ivx]+\b", value.lower())
    if not match:
        return 0
    fret = int(match[0]) if match[0].isdecimal() else _ROMAN.get(match[0])
    return fret if fret is not None and fret <= MAX_CAPO else None
