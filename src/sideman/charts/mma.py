"""MMA (Musical MIDI Accompaniment): the chord lines of a song file, its tempo, metre, key and repeats.

A line is a bar, each of its words a beat: ``12 C / Am / * 2``. Directives that say nothing about chords are passed
over; what cannot be known without running the file (macros, jumps, conditions) is passed over as well, and said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from sideman.charts.faults import Faults
from sideman.charts.form import MAX_PLAYED
from sideman.charts.reading import Notes
from sideman.charts.sheet import MAX_TIMES, Measure, Sheet
from sideman.charts.source import Source
from sideman.charts.symbols import is_symbol
from sideman.errors import OptionError, UnreadableError
from sideman.music.key import Key
from sideman.music.notes import NOTE_NAMES
from sideman.music.progression import Chord
from sideman.music.song import Place
from sideman.music.time import Meter

NAME = "MMA"
MAX_TITLE = 200
MAX_CHARACTERS = 250_000
MAX_DEPTH = 20  # of repeats within one another
MAX_SHOWN = 32  # characters of what is passed over
_FIFTHS = 7  # semitones
_COUNT_IN = ("metronome", "intro")  # grooves that say nothing about the style

_GROOVE = re.compile(
    r"^[ \t]*(?:groove|repeat(?:end(?:ing)?)?|keysig|seqsize|seqclear|timesig)\b(?!\s*:)", re.IGNORECASE | re.MULTILINE
)
_TEMPO = re.compile(r"^[ \t]*tempo[ \t]+[0-9]", re.IGNORECASE | re.MULTILINE)
_TIMES_LINE = re.compile(r"^[ \t]*(?:[0-9]+[ \t]+)?[A-Gz][^\n|]{0,60}\*[ \t]*[0-9]+[ \t]*$", re.MULTILINE)
_COMMENT = re.compile(r"//.*+$|/\*(?:[^*]|\*(?!/))*+(?:\*/)?", re.MULTILINE)
_LINE = re.compile(r"(?:(?P<number>[0-9]{1,5})(?=\s|$))?(?P<chords>.*?)(?:\*\s*(?P<times>[0-9]{1,4}))?", re.DOTALL)
_PLAYED = re.compile(r"^[0-9]|\*\s*[0-9]+$")  # a line that is meant to be bars
_EXTRA = re.compile(r"\[[^\[\]]*+\]|\{[^{}]*+\}")  # words of the song and notes of a melody in a line of chords
_WORD = re.compile(r"\S+")
_MODIFIED = re.compile(
    r"[+-]{0,3}(?P<chord>[A-G][^\s@:>{}]*?|/)(?P<muted>z[A-Z!]*)?(?:[>:][^\s@]*)?(?:@(?P<at>[0-9]+(?:\.[0-9]+)?))?"
)
# Blocks that have no chords of the song in them, and the words that end them.
_BLOCKS = {"begin": "end", "mset": "msetend", "defcall": "enddefcall", "if": "endif"}
# What changes which bars are played, and can only be known by running the file.
_UNKNOWN = frozenset({"goto", "label", "if", "include", "use", "call", "mset"})


def recognises(source: Source) -> bool:
    """Whether the file is called so, or has directives of MMA and no bar lines."""
    if source.text is None:
        return False
    if source.name.lower().endswith(".mma"):
        return True
    text = _COMMENT.sub("", source.text)
    if "|" in text:
        return False
    if _TEMPO.search(text):
        return bool(_TIMES_LINE.search(text) or _GROOVE.search(text))
    return len(_GROOVE.findall(text)) > 1 and _TIMES_LINE.search(text) is not None


def read(source: Source, notes: Notes) -> Sheet:
    """Read a song file. Raises :class:`ChartError`, :class:`UnreadableError` where it has no chords."""
    text = source.text or ""
    if len(text) > MAX_CHARACTERS:
        raise UnreadableError(f"the MMA file is too long: at most {MAX_CHARACTERS:,} characters are read")
    reader = _Reader(notes, Faults(text, notes))
    reader.read(list(_lines(text)))
    reader.faults.check()
    measures = _unrolled(reader.root, 0)
    if not measures and any((noted.code, noted.read) == ("value", "times") for noted in notes.assumptions):
        raise UnreadableError("this MMA file plays no bars: all that it has is played 0 times")
    if not measures:
        raise UnreadableError("this MMA file has no chord lines: a line is a bar, 1 C / Am /")
    sheet = Sheet(measures, key=reader.key, tempo=reader.tempo, meter=reader.first_meter or Meter(), style=reader.style)
    for measure in measures:
        measure.meter = None if measure.meter == sheet.meter else measure.meter
    return sheet


class _Line(NamedTuple):
    """A line without its comment, and the character where it begins."""

    text: str
    start: int

    @property
    def place(self) -> Place:
        """Where its words stand."""
        start = self.start + len(self.text) - len(self.text.lstrip())
        return Place(start, start + len(self.text.strip()))


def _lines(text: str) -> Iterator[_Line]:
    """The lines; a comment becomes spaces, so that places stay, and a line that ends in a backslash goes on."""
    blank = _COMMENT.sub(lambda match: " " * len(match[0]), text)
    start, begin = 0, 0
    parts: list[str] = []
    for line in blank.splitlines(keepends=True):
        begin = begin if parts else start
        start += len(line)
        parts.append(line.replace("\\", " "))
        if not line.rstrip().endswith("\\"):
            yield _Line("".join(parts), begin)
            parts = []
    if parts:
        yield _Line("".join(parts), begin)


@dataclass(slots=True)
class _Repeat:
    """A repeated passage: its bars and passages, how often, and the endings with the times that each is played."""

    body: list[Measure | _Repeat] = field(default_factory=list)
    endings: list[tuple[int, list[Measure | _Repeat]]] = field(default_factory=list)
    times: int = 1


class _Reader:
    """Goes over the lines; what it found is below ``root``."""

    def __init__(self, notes: Notes, faults: Faults) -> None:
        self.notes, self.faults = notes, faults
        self.root = _Repeat()
        self.open = [self.root]
        self.key: Key | None = None
        self.tempo: float | None = None
        self.style = ""
        self.meter: Meter | None = None
        self.first_meter: Meter | None = None
        self.beats = 4
        self.bars = 0

    def read(self, lines: Sequence[_Line]) -> None:
        """Read all lines."""
        inside = ""  # the word that ends the block we are in
        for line in lines:
            command = line.text.split(maxsplit=1)[:1]
            word = command[0].lower() if command else ""
            if inside:
                inside = "" if word == inside else inside
            elif word in _BLOCKS:
                inside = _BLOCKS[word]
                self._pass(line)
            elif word and not self._directive(word, line.text.split()[1:], line.place) and not self._bar(line):
                self._pass(line)

    def _directive(self, command: str, values: Sequence[str], place: Place) -> bool:
        """Obey a directive that stands at a place; whether it is one that is known."""
        value = values[0] if values else ""
        match command:
            case "tempo":
                if self.tempo is None and re.fullmatch(r"[0-9]{1,9}(?:\.[0-9]+)?", value):
                    self.tempo = self.notes.tempo(float(value), place, value)
            case "time" | "timesig":
                self._time(command, values, place)
            case "keysig":
                self.key = self.key or _key(values)
            case "groove":
                name = re.sub(r"[0-9]+$", "", value)
                if not self.style and not any(word in value.lower() for word in _COUNT_IN):
                    self.style = name[:MAX_TITLE]
            case "repeat" if len(self.open) < MAX_DEPTH:
                self.open.append(_Repeat())
                self._inner(-2).append(self.open[-1])
            case "repeatending" if len(self.open) > 1:
                self.open[-1].endings.append((self._times(values, 1, place), []))
            case "repeatend" if len(self.open) > 1:
                self.open.pop().times = self._times(values, 2, place)
            case _:
                return command in ("repeat", "repeatend", "repeatending")
        return True

    def _times(self, values: Sequence[str], otherwise: int, place: Place) -> int:
        """How often a passage or an ending is played, ``3`` or ``NoWarn 3``; 0, and what is no count, is noted."""
        value = values[-1] if values and values[-1].lower() != "nowarn" else str(otherwise)
        times = int(value[:4]) if value.isdecimal() else otherwise
        if not value.isdecimal() or not 0 < times <= MAX_TIMES:
            self.notes.note("value", "count" if times else "times", (), place, value)
        return min(times, MAX_TIMES)

    def _inner(self, level: int) -> list[Measure | _Repeat]:
        """Where bars go: into the last ending of a passage, else into the passage."""
        passage = self.open[level]
        return passage.endings[-1][1] if passage.endings else passage.body

    def _time(self, command: str, values: Sequence[str], place: Place) -> None:
        text = "/".join(re.findall(r"[0-9]+", " ".join(values))[:2])
        text = text if "/" in text else f"{text}/4"
        try:
            meter = Meter.parse(text)
        except OptionError:
            self.notes.note("value", "meter", (), place, " ".join(values))
            return
        # Time counts beats, and TimeSig says how they are written: the beats of 6/8 may be six or two.
        if command == "time":
            self.beats = meter.beats
            if self.meter is not None and meter.beats in (self.meter.beats, self.meter.felt_beats):
                return
        elif self.beats == Meter().beats:
            self.beats = meter.beats
        self.meter = meter
        if not self.bars:
            self.first_meter = meter

    def _bar(self, line: _Line) -> bool:
        """Read a line of chords; whether it is one."""
        blank = _EXTRA.sub(lambda match: " " * len(match[0]), line.text)
        indent = len(blank) - len(blank.lstrip())
        match = _LINE.fullmatch(blank.strip())
        words = list(_WORD.finditer(match["chords"])) if match else []
        if match is None or not words or not self._is_chords(words, numbered=match["number"] is not None):
            return False
        meter = self.meter or Meter()
        offset = line.start + indent + match.start("chords")
        found: dict[int, Chord] = {}
        for number, word in enumerate(words):
            parts = _MODIFIED.fullmatch(word[0])
            beat = float(parts["at"]) - 1 if parts and parts["at"] else float(number)
            tick = round(beat * meter.ticks / self.beats)
            chord = self._chord(word[0], parts, offset + word.start())
            if tick >= meter.ticks:
                self.faults.add("more chords than beats from", word[0], offset + word.start(), "a word lasts a beat")
                break
            if chord is not None:
                found[tick] = chord
        place = Place(offset + words[0].start(), offset + words[-1].end())
        times = min(int(match["times"] or 1), MAX_PLAYED)
        if not times:
            self.notes.note("value", "times", (), line.place, match["times"])
        for _ in range(times):
            self.bars += 1
            if self.bars > MAX_PLAYED:
                raise OptionError(f"the chart has more than {MAX_PLAYED:,} bars")
            self._inner(-1).append(Measure(tuple(sorted(found.items(), key=_tick)), self.meter, place))
        return True

    def _is_chords(self, words: Sequence[re.Match[str]], *, numbered: bool) -> bool:
        """Whether the words of a line are chords: all of them, or the first, where there is no doubt about it."""
        read = [_is_chord(word[0]) for word in words]
        return all(read) or (numbered and any(read)) or (read[0] and len(words) > 1 and 2 * sum(read) > len(read))

    def _chord(self, word: str, parts: re.Match[str] | None, start: int) -> Chord | None:
        if word == "/":
            return None
        if word[0] == "z" and not (word[1:2].isupper() and word[1:2] in "ABCDEFG"):
            return Chord.no_chord()
        if parts is None or parts["chord"] is None:
            self.faults.add("unknown chord", word, start, "chords are written as in C, Am7, G7/B, B&7")
            return None
        return self.faults.chord(_spelled(parts["chord"]), start, word)

    def _pass(self, line: _Line) -> None:
        """Note a line that says something about the bars or their order, or nothing that is known."""
        text = line.text.strip()
        command = text.split(maxsplit=1)[0].lower()
        if command in _UNKNOWN or len(text.split()) == 1 or _PLAYED.search(text):
            self.notes.note("ignored", text[:MAX_SHOWN], (), line.place, text[:MAX_SHOWN])


def _tick(item: tuple[int, Chord]) -> int:
    return item[0]


def _is_chord(word: str) -> bool:
    if word == "/" or re.fullmatch(r"z[A-Z!]*", word):
        return True
    parts = _MODIFIED.fullmatch(word)
    return parts is not None and is_symbol(_spelled(parts["chord"]))


def _spelled(symbol: str) -> str:
    """A chord of MMA as it is written elsewhere: ``&`` is a flat, and ``dim`` has four tones, ``dim3`` three."""
    spelled = re.sub(r"dim(?![37])", "dim7", symbol.replace("&", "b"))
    return spelled.replace("dim3", "dim")


def _key(values: Sequence[str]) -> Key | None:
    """The key of ``G``, ``Bb Minor``, ``2#``, ``3b``."""
    text = values[0] if values else ""
    minor = any(value.lower().startswith("min") for value in values[1:]) or re.fullmatch(r"[A-G][#b&]?m(?:in.*)?", text)
    signs = re.fullmatch(r"([0-7])([#b&])", text)
    if signs:
        return Key.signed(int(signs[1]) * (1 if signs[2] == "#" else -1), minor=bool(minor))
    name = text[:2].rstrip("mM").replace("&", "b")
    return Key.of(name, bool(minor)) if name in NOTE_NAMES else None


def _unrolled(passage: _Repeat, depth: int) -> list[Measure]:
    """The bars of a passage as they are played; a plain repeat keeps its signs."""
    body = _flat(passage.body, depth)
    if not passage.endings:
        if not passage.times:
            return []
        if depth != 1 or any(isinstance(part, _Repeat) for part in passage.body):
            return _bounded([replace(measure) for _ in range(passage.times if depth else 1) for measure in body])
        if body and passage.times > 1:
            body[0].repeat = True
            body[-1].times = passage.times
        return body
    played: list[Measure] = []
    endings = [_flat(ending, depth) for times, ending in passage.endings for _ in range(times)]
    for ending in [*endings, *[[]] * (passage.times - 1)]:  # the last time none of the endings is played
        played += map(replace, [*body, *ending])
        _bounded(played)
    return played


def _flat(parts: Sequence[Measure | _Repeat], depth: int) -> list[Measure]:
    found: list[Measure] = []
    for part in parts:
        found += _unrolled(part, depth + 1) if isinstance(part, _Repeat) else [part]
        _bounded(found)
    return found


def _bounded(measures: list[Measure]) -> list[Measure]:
    if len(measures) > MAX_PLAYED:
        raise OptionError(f"with its repeats played the chart has more than {MAX_PLAYED:,} bars")
    return measures
