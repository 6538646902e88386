r"""LilyPond: the chords of ``\chordmode { c1 a:m7 f2. g4:7/b }``, from a whole file or the bare block.

Lengths are parts of a whole note and hold until the next. ``\repeat volta`` becomes signs; ``unfold``, ``percent``
and what is repeated within a repeat are written out. Key, metre and tempo are the chords'
own, or else the first of the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from sideman.charts.faults import Faults
from sideman.charts.filling import Filling, beats_a_minute
from sideman.charts.lilypond_chords import SHORTEST, Found, Names, key_of, names_of, read_chord, read_length, read_notes
from sideman.charts.lilypond_files import BLOCK, File, Token
from sideman.charts.reading import Notes
from sideman.charts.sheet import MAX_TIMES, Jump, Measure, Sheet
from sideman.charts.source import Source
from sideman.errors import OptionError, UnreadableError
from sideman.music.key import Key
from sideman.music.progression import Chord
from sideman.music.time import Meter

NAME = "LilyPond"
MAX_CHARACTERS = 250_000
MAX_DEPTH = 20  # of repeats and names within one another
MAX_STEPS = 100_000  # tokens gone over, with all that is repeated
MAX_BLOCKS = 100
MAX_TITLE = 200

_CHORD = re.compile(
    r"(?P<note>[^\W\d_]+(?:-(?:sharp|flat))?)[',]*[!?]*(?P<length>[0-9]*)(?P<dots>\.*)(?P<factors>(?:\*[0-9]+(?:/[0-9]+)?)*)"
    r"(?::(?P<quality>[^/]*))?(?:/\+?(?P<bass>[^\W\d_]+(?:-(?:sharp|flat))?)[',]*)?"
)
_LENGTH = re.compile(r"(?P<length>[0-9]+)(?P<dots>\.*)(?P<factors>(?:\*[0-9]+(?:/[0-9]+)?)*)")
_HEADER = re.compile(r'\b(title|composer)\s*=\s*(?:\\markup\b[^"\n]{0,80})?"((?:[^"\\]|\\.)*+)"')
_LONG = {"\\breve": Fraction(2), "\\longa": Fraction(4)}
_UNTIL: Mapping[str, Literal["end", "fine", "coda"]] = {"end": "end", "fine": "fine", "coda": "coda"}
_JUMP = re.compile(r"d\.?\s?(c|s)\.?(?:\s+al\s+(fine|coda))?", re.IGNORECASE)
# Commands that take a block in which there are no chords, and those that take a single word.
_BLOCKS = frozenset(
    {"\\header", "\\layout", "\\midi", "\\paper", "\\with", "\\lyricmode", "\\markup", "\\new", "\\context"}
)
_WORDS = frozenset(
    {"\\clef", "\\bar", "\\language", "\\include", "\\version", "\\unset", "\\revert", "\\omit", "\\hide"}
)
_SETTINGS = frozenset({"\\set", "\\override", "\\tweak"})


def recognises(source: Source) -> bool:
    """Whether there is a block of chords, or the file is called so."""
    text = source.text
    return text is not None and (source.name.lower().endswith((".ly", ".ily")) or BLOCK.search(text) is not None)


def read(source: Source, notes: Notes) -> Sheet:
    """Read the chords. Raises :class:`ChartError`, :class:`UnreadableError` where there are none."""
    text = source.text or ""
    if len(text) > MAX_CHARACTERS:
        raise UnreadableError(f"the LilyPond file is too long: at most {MAX_CHARACTERS:,} characters are read")
    file = File(text)
    blocks = file.blocks()
    if not blocks:
        raise UnreadableError("this LilyPond file has no chords: they stand in \\chordmode { … }")
    reader = _Reader(file, notes, names_of(text), Faults(text, notes))
    reader.take_from_file([begin for _, begin in blocks])
    for name, begin in blocks:
        reader.section = name if len(blocks) > 1 else None
        reader.music(begin + 1, file.end(begin))
        reader.filling.close()
    reader.faults.check()
    measures = reader.filling.measures
    if not measures:
        raise UnreadableError("this LilyPond file plays no bars: chords are written as in \\chordmode { c1 g2:7 }")
    if not (measures[0].chords and measures[0].chords[0][0] == 0):
        notes.note("start", "silence", (), measures[0].place)
    sheet = Sheet(measures, key=reader.key, meter=reader.filling.sheet_meter)
    if reader.tempo:
        notes_a_minute, note, told = reader.tempo
        sheet.tempo = notes.tempo(beats_a_minute(notes_a_minute, note, sheet.meter), told.place, told.text)
    for field_name, value in reversed(_HEADER.findall(text)):  # the first of each holds
        setattr(sheet, field_name, " ".join(value.replace("\\", "").split())[:MAX_TITLE])
    return sheet


@dataclass(slots=True)
class _Reader:
    """Goes over the tokens of a file, and fills measures with the chords of its blocks."""

    file: File
    notes: Notes
    names: Names
    faults: Faults
    filling: Filling = field(default_factory=Filling)
    length: Fraction = Fraction(1, 4)  # what a chord lasts that tells no length
    section: str | None = None  # the name of what begins with the next bar
    tempo: tuple[float, Fraction, Token] | None = None  # so many notes a minute, of this length; where it is told
    key: Key | None = None
    steps: int = 0
    depth: int = 0
    repeats: int = 0  # around this place
    marks: int = 0

    def take_from_file(self, blocks: list[int]) -> None:
        """Metre, key, tempo and upbeat, where they first stand in the file; the chords may tell their own.

        Repeats that only another voice has are noted: there is no telling which bars are theirs.
        """
        found: set[str] = set()
        repeats: dict[bool, Token] = {}
        for number, token in enumerate(self.file.tokens):
            if token.text in ("\\time", "\\key", "\\tempo", "\\partial") and token.text not in found:
                found.add(token.text)
                self._command(number)
            elif token.text == "\\repeat" and self.file[number + 1].text.strip('"') == "volta":
                repeats.setdefault(any(begin < number < self.file.end(begin) for begin in blocks[:MAX_BLOCKS]), token)
        if False in repeats and True not in repeats:
            self.notes.note("ignored", "repeats of another voice", (), repeats[False].place, "\\repeat volta")

    def music(self, number: int, end: int) -> None:
        """Read the tokens from ``number`` to before ``end``."""
        self.depth += 1
        while number < end:
            self.steps += 1
            if self.steps > MAX_STEPS or self.depth > MAX_DEPTH:
                raise OptionError("the LilyPond file is too long with its repeats, or nested too deep")
            token = self.file[number]
            match token.kind:
                case "chord":
                    number = self._chord(number)
                case "number":
                    self._add(None, self._length_of(_LENGTH.match(token.text), token), token)
                    number += 1
                case "command":
                    number = self._command(number)
                case "notes":
                    number = self._notes(number)
                case _:
                    number += 1
        self.depth -= 1

    def _chord(self, number: int) -> int:
        token = self.file[number]
        match = _CHORD.fullmatch(token.text)
        if match is None:
            self.faults.add("unknown chord", token.text, token.start, "chords are written as in c1:m7 or f2./a")
            return number + 1
        after = number + 1
        if self.file[after].text in _LONG:
            self.length = _LONG[self.file[after].text]
            after += 1
        elif match["length"]:
            self.length = self._length_of(match, token)
        note = match["note"]
        if note in ("s", "skip"):
            self._add(None, self.length, token)
        elif note in ("r", "R"):
            self._add(Chord.no_chord(), self.length, token)
        else:
            found = read_chord(note, match["quality"] or "", match["bass"] or "", self.names)
            self._add(self._chord_of(found, token), self.length, token)
        return after

    def _notes(self, number: int) -> int:
        """A chord of notes, ``<a cis e b>2``."""
        token, behind = self.file[number], self.file[number + 1]
        has_length = behind.kind == "number" and behind.start == token.place.end
        if has_length:
            self.length = self._length_of(_LENGTH.match(behind.text), behind)
        self._add(self._chord_of(read_notes(token.text, self.names), token), self.length, token)
        return number + 1 + has_length

    def _chord_of(self, found: Found, token: Token) -> Chord | None:
        """The chord that was found; what is wrong with it is noted."""
        if found.chord is None:
            self.faults.add("unknown chord", token.text, token.start, found.remedy)
        return found.chord

    def _add(self, chord: Chord | None, length: Fraction, token: Token) -> None:
        first = len(self.filling.measures)
        self.filling.add(chord, length, token.place)
        if self.section is not None and len(self.filling.measures) > first:
            self.filling.measures[first].section = self.section
            self.section = None

    def _length_of(self, match: re.Match[str] | None, token: Token) -> Fraction:
        """The length of ``2.``, ``1*3/4``; a quarter where there is none. One that can't be is a fault."""
        length = read_length(*match.group("length", "dots", "factors")) if match else None
        if match and length is None:
            remedy = f"lengths are 1 (a whole note) to {SHORTEST}, as in c1, c4. or c1*3/4"
            self.faults.add("unknown length", token.text, token.start, remedy)
        return Fraction(1, 4) if length is None else length

    def _command(self, number: int) -> int:
        """What a command says; gives the number of the token behind it."""
        command, argument = self.file[number].text, self.file[number + 1]
        match command:
            case "\\repeat":
                return self._repeat(number)
            case "\\time":
                at = number + 1 if "/" in argument.text else number + 2  # a first argument tells how beats are grouped
                self._time(self.file[at])
                return at + 1
            case "\\key":
                self.key = self.key or key_of(argument.text, self.file[number + 2].text[1:], self.names)
                return number + 3
            case "\\tempo":
                return self._tempo(number + 1)
            case "\\partial":
                self.filling.pickup(self._length_of(_LENGTH.match(argument.text), argument))
                return number + 2
            case "\\skip":
                self._add(None, self._length_of(_LENGTH.match(argument.text), argument), argument)
                return number + 2
            case "\\mark" | "\\sectionLabel" | "\\segnoMark" | "\\codaMark" | "\\fine" | "\\jump":
                return self._mark(number)
            case _ if command[1:] in self.file.variables:
                begin = self.file.variables[command[1:]]
                self.music(begin + 1, self.file.end(begin))
                return number + 1
            case _:
                return self._pass(number)

    def _pass(self, number: int) -> int:
        """The token behind a command that says nothing about chords."""
        command, at = self.file[number].text, number + 1
        if command in _SETTINGS:
            at = next((place + 1 for place in range(at, at + 6) if self.file[place].text == "="), at)
            if self.file[at].kind == "scheme" and self.file[at + 1].text == "(":
                return self.file.end(at + 1) + 1
            return at + 1
        if command in _WORDS:
            return at + 1
        if command in _BLOCKS:
            at += self.file[at].kind in ("chord", "string")
            return self.file.end(at) + 1 if self.file[at].text == "{" and command not in ("\\new", "\\context") else at
        return at

    def _time(self, token: Token) -> None:
        try:
            self.filling.change_meter(Meter.parse(token.text))
        except OptionError as error:
            self.faults.add("unknown metre", token.text, token.start, str(error).partition(": ")[2])

    def _tempo(self, at: int) -> int:
        """``4 = 120``, with words before it or instead."""
        at += self.file[at].kind == "string"
        match = _LENGTH.fullmatch(self.file[at].text)
        if match is None or self.file[at + 1].text != "=":
            return at
        beats = re.match(r"[0-9]{1,9}", self.file[at + 2].text)
        if beats:
            self.tempo = self.tempo or (float(beats[0]), self._length_of(match, self.file[at]), self.file[at + 2])
        return at + 3

    def _mark(self, number: int) -> int:
        """A rehearsal mark: a letter or name of a section, or the words of a jump."""
        command, at = self.file[number].text, number + 1
        before = self.filling.measures[-1] if self.filling.measures else Measure()
        if command == "\\fine":
            before.fine = True
            return at
        end = at + 1
        if self.file[at].text == "\\markup":
            end = self.file.end(at + 1) + 1 if self.file[at + 1].text == "{" else at + 2
        inside = [self.file[place] for place in range(at, min(end, at + 40))]
        words = " ".join(token.text.strip('"') for token in inside if token.kind == "string").strip()
        if self.file[at].text == "\\default" and command == "\\mark":
            words = chr(ord("A") + self.marks % 26)
            self.marks += 1
        jump = _JUMP.fullmatch(words.rstrip("."))
        if jump:
            before.jump = Jump("segno" if jump[1] in "sS" else "beginning", _UNTIL[(jump[2] or "end").lower()])
        elif words.lower() == "fine":
            before.fine = True
        elif words and "musicglyph" not in "".join(token.text for token in inside):
            self.section = words[:MAX_TITLE]
        return end

    def _repeat(self, number: int) -> int:
        r"""``\repeat volta 2 { … } \alternative { {…} {…} }``; gives the number of the token behind it."""
        kind, told = self.file[number + 1].text.strip('"'), self.file[number + 2]
        body = number + 3
        if self.file[body].text != "{" or not told.text.isdecimal():
            return number + 1
        times = int(told.text[:4])
        count = min(times, MAX_TIMES)
        if not 0 < times <= MAX_TIMES:
            self.notes.note("value", "count" if times else "times", (), told.place, told.text)
        end = self.file.end(body)
        inside = next((at for at in self._children(body) if self.file[at].text == "\\alternative"), None)
        after = end + 1 if inside is None else inside
        endings = self._endings(after, max(count, 1)) if self.file[after].text == "\\alternative" else []
        last = end if inside is None else inside
        behind = end + 1 if inside is not None or not endings else self.file.end(after + 1) + 1
        if not count or kind not in ("volta", "segno") or self.repeats:
            self._write_out(body + 1, last, endings, count)
            return behind
        self.repeats += 1
        self.filling.close()
        measures = self.filling.measures
        start = len(measures)
        self.music(body + 1, last)
        self.filling.close()
        for turns, begin in endings:
            first = len(measures)
            self.music(begin + 1, self.file.end(begin))
            self.filling.close()
            if len(measures) > first:
                measures[first].endings = turns
                measures[-1].ending_stops = True
        self.repeats -= 1
        if len(measures) > start and count > 1:
            measures[start].repeat = True
            if not endings:
                measures[-1].times = count
        return behind

    def _write_out(self, begin: int, end: int, endings: list[tuple[tuple[int, ...], int]], count: int) -> None:
        for turn in range(1, count + 1):
            before = len(self.filling.measures), self.filling.at
            self.music(begin, end)
            for turns, ending in endings:
                if turn in turns:
                    self.music(ending + 1, self.file.end(ending))
            if before == (len(self.filling.measures), self.filling.at):
                return  # nothing in it lasts

    def _endings(self, number: int, count: int) -> list[tuple[tuple[int, ...], int]]:
        r"""The braces of ``\alternative`` and the times for which each is; the first is for all that are more."""
        begins = [at for at in self._children(number + 1) if self.file[at].text == "{"][:count]
        spare = count - len(begins)
        turns = [tuple(range(1, spare + 2)), *((turn,) for turn in range(spare + 2, count + 1))]
        for place, begin in enumerate(begins):
            if self.file[begin - 2].text == "\\volta":
                named = tuple(int(turn) for turn in re.findall(r"[0-9]{1,2}", self.file[begin - 1].text))
                turns[place] = named or turns[place]
        return list(zip(turns, begins, strict=False))

    def _children(self, begin: int) -> Iterator[int]:
        """The tokens within braces that are in no inner ones."""
        at, end = begin + 1, self.file.end(begin)
        while at < end:
            yield at
            at = self.file.end(at) + 1 if self.file[at].kind == "open" else at + 1
