"""What stands above a chart: title, key, tempo, metre, capo. Knows no chords and no sections."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from sideman.charts.sheet import Sheet
from sideman.errors import OptionError
from sideman.music.key import Key
from sideman.music.notes import NOTE_NAMES
from sideman.music.time import Meter

MAX_TITLE = 200  # characters
MAX_LINE = 300  # of a line of the head
SLOWEST, FASTEST = 20.0, 500.0  # beats a minute that are believed

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
_TEMPO = re.compile(r"(?:(?:[♩♪𝅘𝅥]|\bq|quarter)\s*=\s*|tempo\s*[:=]?\s*)?(\d{2,3}(?:\.\d+)?)\s*(?:bpm)?", re.IGNORECASE)
_TEMPO_LINE = re.compile(
    r"(?:(?:[♩♪𝅘𝅥]|q|quarter|tempo)\s*[=:]?\s*(\d{2,3}(?:\.\d+)?)(?:\s*bpm)?|(\d{2,3}(?:\.\d+)?)\s*bpm)\s*",
    re.IGNORECASE,
)
_CAPO_LINE = re.compile(r"[(\[]?\s*capo\s*(?:on|at|in)?\s*[:=]?\s*(\d{1,2}|[ivx]{1,4})\b.{0,20}", re.IGNORECASE)
_KEY = re.compile(
    r"([A-Ha-h])\s*(is|es|#|♯|b|♭|sharp|flat)?\s*-?\s*(major|minor|maj|min|moll|dur|m(?![aj])|M|-)?", re.IGNORECASE
)
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10, "xi": 11}
MAX_CAPO = 11


def read_field(line: str) -> tuple[str, str] | None:
    """The field and value of a line such as ``Key: C``, ``Title = …``, ``3/4`` or ``120 bpm``; None for other lines."""
    line = line.strip()
    if len(line) > MAX_LINE:
        return None
    for pattern, name in ((_METER, "meter"), (_TEMPO_LINE, "tempo"), (_CAPO_LINE, "capo")):
        match = pattern.fullmatch(line)
        if match:
            return name, line.strip(" ()[]") if name == "meter" else next(filter(None, match.groups()))
    match = _FIELD.fullmatch(line) if ":" in line or "=" in line or "of" in line else None
    if not match:
        return None
    words = match[1].lower().split()
    field = FIELDS.get("".join(words)) or FIELDS.get(words[0])
    return (field, match[2]) if field else None


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
            sheet.key = sheet.key or key_of(value)
            return key_of(value) is not None
        case "tempo":
            match_ = _TEMPO.search(value)
            if not match_ or not SLOWEST <= float(match_[1]) <= FASTEST:
                return False
            sheet.tempo = float(match_[1])
        case "meter":
            meter = meter_of(value)
            if meter is None:
                return False
            sheet.meter = meter
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
    letter, sign, mode = match[1], (match[2] or "").lower(), match[3] or ""
    accidental = {"is": "#", "♯": "#", "sharp": "#", "es": "b", "♭": "b", "flat": "b"}.get(sign, sign)
    german = letter in "Hh"
    name = ("B" if german else letter.upper()) + accidental
    minor = (
        mode in ("m", "-") or mode.lower() in ("minor", "min", "moll") or (letter.islower() and mode.lower() == "moll")
    )
    return Key(NOTE_NAMES[name], minor) if name in NOTE_NAMES else None


def capo_of(value: str) -> int:
    """The fret of ``2``, ``3rd fret``, ``III``; 0 where there is none."""
    match = re.match(r"\s*(\d{1,2}|[ivx]+)", value.lower())
    if not match:
        return 0
    fret = int(match[1]) if match[1].isdigit() else _ROMAN.get(match[1], 0)
    return fret if fret <= MAX_CAPO else 0
