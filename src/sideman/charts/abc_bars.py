"""The music of an ABC tune as bars: which chords begin in each, how long its notes are, and the signs at it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from sideman.charts.abc_tunes import Token, Tune, field_of, tokens_of
from sideman.charts.faults import Faults
from sideman.charts.filling import length_of, meter_of_length
from sideman.charts.form import MAX_PLAYED
from sideman.charts.heads import counted
from sideman.charts.reading import Notes
from sideman.charts.sheet import Jump, Measure
from sideman.errors import OptionError
from sideman.music.progression import Chord
from sideman.music.song import Place
from sideman.music.time import COMMON_TIME, Meter

MAX_NAME = 200  # characters of a section
MAX_SHOWN = 32  # characters of what is passed over
MAX_TOKENS = 12 * MAX_PLAYED
FINEST = 40_320  # of a whole note, to which lengths are rounded
ONCE = Fraction(1)
_SYMBOL = re.compile(r"[A-G][#b♯♭]?(?:$|[^a-z]|m|aj|sus|dim|aug|add|alt|o)")
_UNPLAYED = "^_<>@"  # an annotation begins with one of these
# How many notes of a tuplet are played in the time of how many; in compound metres 5, 7 and 9 in that of three.
_TUPLETS = {2: 3, 3: 2, 4: 3, 5: 2, 6: 2, 7: 2, 8: 3, 9: 2}
_JUMPS: Mapping[str, Jump] = {
    "dc": Jump(),
    "dacapo": Jump(),
    "dcalfine": Jump(until="fine"),
    "dcalcoda": Jump(until="coda"),
    "ds": Jump("segno"),
    "dsalfine": Jump("segno", "fine"),
    "dsalcoda": Jump("segno", "coda"),
}
_PLACES: Mapping[str, str] = {
    "fine": "fine",
    "segno": "segno",
    "coda": "coda",
    "dacoda": "to_coda",
    "tocoda": "to_coda",
}


def fraction(text: str) -> Fraction | None:
    """The length of ``1/8``, None where it is not one."""
    match = re.match(r"\s*([0-9]{1,2})(?:/([0-9]{1,3}))?", text)
    over, under = (int(match[1]), int(match[2] or 1)) if match else (0, 0)
    return Fraction(over, under) if over and under else None


def meter_of(text: str) -> Meter | None:
    """The metre of ``3/4``, ``C``, ``C|``, ``2+3/8``; None where there is none, or none that is known."""
    text = text.strip()
    match = re.match(r"\(?([0-9+ ]{1,12})\)?\s*/\s*([0-9]{1,2})", text)
    if not match:
        return {"C": COMMON_TIME, "C|": Meter(2, 2)}.get(text)
    return counted(sum(int(part) for part in re.findall("[0-9]+", match[1])), int(match[2]))


@dataclass(slots=True)
class Bar:
    """A bar as it is written: chords at times in whole notes, how long its notes are, and the signs of its measure."""

    measure: Measure
    meter: Meter | None
    chords: list[tuple[Fraction, Chord]] = field(default_factory=list)
    length: Fraction = Fraction(0)
    begins_part: bool = False  # behind a repeat sign or a double bar line: it may be an upbeat
    ends_part: bool = False


class Bars:
    """Goes over the lines of a tune and collects its bars."""

    def __init__(self, tune: Tune, notes: Notes, faults: Faults) -> None:
        self.notes, self.faults = notes, faults
        self.headed = bool(tune.fields.get("M"))
        self.meter: Meter | None = None
        self.first_meter: Meter | None = None
        self.known: dict[tuple[str, Fraction], int] = {}  # how long notes are that are written so
        self.unit = Fraction(0)
        self.bars: list[Bar] = []
        self.tokens = 0
        self.at = 0  # in the bar, as the next two in parts of a whole note, FINEST to it
        self.last = 0  # how long the last note is
        self.longest = 0  # what the voices of the bar overlay
        self.factor = ONCE  # of the next note, by the broken rhythm before it
        self.tuplet = (0, ONCE)  # notes that are left of it, and how long each is
        self.passage = 0  # where a repeat without a sign goes back to
        self.repeat_begins = False
        self.begins_part = True
        self.in_ending = False
        self.bar = Bar(Measure(), None, begins_part=True)
        for letter in ("M", "L"):
            if tune.fields.get(letter):
                self._field(letter, tune.fields[letter], tune.places[letter])
        self.unit = self.unit or self._usual_unit()

    @property
    def scale(self) -> Fraction:
        """How many times as long the notes are as counted: without a head a short bar means longer notes."""
        common = self._common_length()
        return Fraction(2) if not self.headed and common <= Fraction(1, 2) else Fraction(1)

    def sheet_meter(self) -> Meter:
        """The metre of the tune: its own, or else what most of its bars have."""
        if self.first_meter is not None:
            return self.first_meter
        meter = meter_of_length(self._common_length() * self.scale) or COMMON_TIME
        self.notes.note("meter", str(meter))
        return meter

    def line(self, offset: int, line: str) -> None:
        """Read a line of music or a field."""
        known = field_of(line)
        if known:
            letter, value, start = known
            self._field(letter, value, Place(offset + start, offset + start + len(value)))
            return
        for token in tokens_of(line, offset):
            self.tokens += 1
            if self.tokens > MAX_TOKENS:
                raise OptionError(f"the tune is too long: at most {MAX_TOKENS:,} notes and signs are read")
            self._token(token)

    def _token(self, token: Token) -> None:
        match token.kind:
            case "field":
                self._field(token.text[1], token.text[3:-1].strip(), Place(token.start, token.end))
            case "quoted":
                self._quoted(token)
            case "decoration":
                self._sign(token.text.strip("!"))
            case "bar":
                self.flush(token.text)
            case "ending":
                self._ending(token.text)
            case "tuplet":
                self._tuplet(token.text)
            case "note":
                self._note(token)
            case "multirest":
                for number in range(min(int(token.text[1:] or 1), MAX_PLAYED)):
                    if number:
                        self.flush("|")
                    self.at = round(length_of(self.meter or COMMON_TIME) * FINEST)
            case "broken":
                share = Fraction(1, 2 ** len(token.text))
                longer, shorter = 2 - share, share
                first, second = (longer, shorter) if token.text[0] == ">" else (shorter, longer)
                self.at += round(self.last * (first - 1))
                self.factor = second
            case "overlay":
                self.longest, self.at = max(self.at, self.longest), 0
            case _:
                pass

    def _quoted(self, token: Token) -> None:
        """A chord name, or words."""
        text = token.text.strip('"').strip()
        if not text or text[0] in _UNPLAYED:
            return
        symbol = re.split(r"[;,]", text)[0].strip("()[] ")
        start = token.start + token.text.find(symbol)
        if self._sign(symbol):
            return
        if not _SYMBOL.match(symbol) and symbol.upper().replace(".", "") not in ("NC", "N"):
            self.notes.note("ignored", symbol[:MAX_SHOWN], (), Place(start, start + len(symbol)), symbol[:MAX_SHOWN])
            return
        chord = self.faults.chord(symbol, start)
        if chord is not None and not any(at == Fraction(self.at, FINEST) for at, _ in self.bar.chords):
            self.bar.chords.append((Fraction(self.at, FINEST), chord))
            self._extend(token)

    def _note(self, token: Token) -> None:
        written = token.length
        if token.text[0] == "[" and not written:
            inner = re.search(r"[A-Ga-g][,']*([0-9]{0,3}/{0,4}[0-9]{0,3})", token.text)
            written = inner[1] if inner else ""
        left, factor = self.tuplet
        factor = factor * self.factor if left else self.factor
        self.tuplet = (max(left - 1, 0), self.tuplet[1])
        self.factor = ONCE
        if (written, factor) not in self.known:
            self.known[written, factor] = round(self.unit * _times(written) * factor * FINEST)
        self.last = self.known[written, factor]
        self.at += self.last
        self._extend(token)

    def _extend(self, token: Token) -> None:
        place = self.bar.measure.place
        self.bar.measure.place = Place(place.start if place else token.start, token.end)

    def _tuplet(self, text: str) -> None:
        count, time, notes = [*text[1:].split(":"), "", ""][:3]
        compound = self.meter is not None and self.meter.is_compound
        usual = 3 if count in "579" and compound else _TUPLETS[int(count)]
        self.tuplet = (int(notes or count), Fraction(int(time or usual) or usual, int(count)))

    def flush(self, line: str) -> None:
        """End the bar under way at a bar line."""
        bar, signs = self.bar, line.rstrip("0123456789,-[ \t")
        bar.length = Fraction(max(self.longest, self.at), FINEST)
        repeat_ends, repeat_begins = signs.startswith(":"), signs.endswith(":")
        boundary = repeat_ends or repeat_begins or "||" in signs or "]" in signs or line.startswith("[|")
        if bar.length or bar.chords:
            if len(self.bars) >= MAX_PLAYED:
                raise OptionError(f"the tune has more than {MAX_PLAYED:,} bars")
            if self.repeat_begins:
                bar.measure.repeat = True
                self.passage = len(self.bars)
            bar.begins_part = self.begins_part
            self.bars.append(bar)
            self.repeat_begins = self.begins_part = False
            self.bar = Bar(Measure(), self.meter)
            self.at = self.longest = 0
        if self.bars:
            last = self.bars[-1]
            last.ends_part |= boundary
            if repeat_ends:
                last.measure.times = _plays(signs)
                self.bars[min(self.passage, len(self.bars) - 1)].measure.repeat = True
            if boundary and self.in_ending:
                last.measure.ending_stops = True
                self.in_ending = False
            if boundary and not re.search(r"[0-9]$", line):
                self.passage = len(self.bars)
        self.begins_part |= boundary
        self.repeat_begins |= repeat_begins
        self._ending(line[len(signs) :])

    def _ending(self, text: str) -> None:
        """The times of a bracket that begins: ``[1``, ``2,4``, ``1-3``."""
        numbers: list[int] = []
        for part in re.findall(r"[0-9]+(?:-[0-9]+)?", text):
            first, _, last = part.partition("-")
            numbers += range(int(first), min(int(last or first), int(first) + 20) + 1)
        if numbers:
            self.bar.measure.endings = tuple(numbers)
            self.begins_part = False
            self.in_ending = True

    def _sign(self, name: str) -> bool:
        """Note a sign at this bar; whether it is one."""
        words = re.sub(r"[\s.]", "", name.lower())
        if words in _JUMPS:
            target = self.bars[-1].measure if self.bars and not self.at else self.bar.measure
            target.jump = _JUMPS[words]
        elif words in _PLACES:
            setattr(self.bar.measure, _PLACES[words], True)
        return words in _JUMPS or words in _PLACES

    def _field(self, letter: str, value: str, place: Place) -> None:
        """A field; a metre or length that can't be is noted, and the one before holds."""
        if letter == "M":
            meter = meter_of(value)
            if meter is None and value.lower() not in ("", "none"):
                self.notes.note("value", "meter", (), place, value)
                return
            self.meter = meter
            self.first_meter = self.first_meter or self.meter
            self.headed |= self.meter is not None
            if not self.at:
                self.bar.meter = self.meter
        elif letter == "L":
            unit = fraction(value)
            if unit is None and value:
                self.notes.note("value", "length", (), place, value)
            self.unit = unit or self.unit
            self.known = {}
        elif letter == "P" and value:
            self.bar.measure.section = value[:MAX_NAME]
            self.begins_part = True
            self.passage = len(self.bars)

    def _usual_unit(self) -> Fraction:
        """A sixteenth in metres shorter than three quarters, else an eighth."""
        short = self.meter is not None and length_of(self.meter) < Fraction(3, 4)
        return Fraction(1, 16) if short else Fraction(1, 8)

    def _common_length(self) -> Fraction:
        lengths = Counter(bar.length for bar in self.bars)
        return lengths.most_common(1)[0][0] if lengths else Fraction(1)


def _plays(signs: str) -> int:
    """How often a passage is played that ends so: ``:|`` twice, ``::|`` three times; ``::`` ends one and begins one."""
    colons = len(signs) - len(signs.lstrip(":"))
    return 1 + (max(colons // 2, 1) if "|" not in signs else colons)


def _times(written: str) -> Fraction:
    """How many units a note has: ``3``, ``/2``, ``3/2``, ``/``, ``//``."""
    over, slash, under = written.partition("/")
    if not slash:
        return Fraction(int(over or 1))
    denominator = int(under.strip("/") or 0) or 2 ** (1 + under.count("/"))
    return Fraction(int(over or 1), denominator)
