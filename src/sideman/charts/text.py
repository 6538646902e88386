"""Charts typed as text: the reference form ``C:4|Am:4``, grids, lines of chords, chords above or in words, ChordPro.

Lines are told apart (``lines``), cut into pieces (``lexing``) and written as measures (``bars``); this module keeps
what spans lines: the head, directives, degrees (``sections`` those that are only named, ``letters`` rehearsal letters).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sideman.charts import heads
from sideman.charts.bars import Bars
from sideman.charts.form import TARGETS, end_after
from sideman.charts.labels import Label, base
from sideman.charts.letters import name_letters
from sideman.charts.lexing import Lexer, Piece, Reads
from sideman.charts.lines import Line, classify, directive, is_long, split, symbols_of
from sideman.charts.numbers import are_diatonic, is_number, is_numeral, split_numbers
from sideman.charts.reading import Notes
from sideman.charts.sections import Sections
from sideman.charts.sheet import Measure, Sheet
from sideman.charts.source import Source
from sideman.charts.spelling import Degrees, Spelling
from sideman.charts.symbols import ANY, dialect_of, is_no_chord
from sideman.errors import ChartError, ChordSyntaxError, UnreadableError
from sideman.music.chords import MAX_TEXT, parse_song
from sideman.music.key import Key
from sideman.music.notes import MAJOR_ROOTS, MINOR_ROOTS
from sideman.music.progression import Chord
from sideman.music.song import Place

NAME = "text"

MAJOR_KEYS = tuple(f"{root} major" for root in MAJOR_ROOTS)
MINOR_KEYS = tuple(f"{root} minor" for root in MINOR_ROOTS)
MAX_LINES = 5_000
MAX_LONG_LINES = 20

_LONE = re.compile(r"(?:^|[\n\r])[^\S\n\r]*[(\[]?[A-Z]\d?[)\]]?[.:]?[^\S\n\r]*(?:[\n\r]|$|\|\|)")
_KEY_TAG = re.compile(r"\[\s*key\s*[:=]\s*([^\[\]\s]{1,12})\s*\]", re.IGNORECASE)
_DEGREE = re.compile("[1-7]")
_MINOR_TONIC = re.compile(r"i(?![iv])|1(?:-(?![1-7])|m(?!aj))")  # a degree that stands in a minor key
_TIMES = re.compile(r":\s*[\d.]")
_NO_WORDS = frozenset({"key", "tempo", "meter", "capo"})  # fields whose values are no words, which may be chords too
_SEMITONES = re.compile(r"\s*[+-]?\d{1,2}\s*")
# Directives of ChordPro that begin and end sections, by what stands behind ``start_of_`` and ``end_of_``, and in short.
_SECTIONS = {"c": "chorus", "v": "verse", "b": "bridge", "g": "grid", "t": "tab"}
_SKIPPED = frozenset({"tab", "abc", "ly", "svg", "textblock"})
_COMMENTS = frozenset(
    {"c", "comment", "ci", "comment_italic", "cb", "comment_box", "highlight", "gc", "guitar_comment"}
)


def recognises(source: Source) -> bool:
    """Whatever is text."""
    return source.text is not None


def read(source: Source, notes: Notes) -> Sheet:
    """Read a text. Raises :class:`ChartError` with all its faults."""
    text = source.text
    if text is None:
        raise UnreadableError("this is not a text")
    sheet = _read_reference(text)
    if sheet is not None:
        return sheet
    lines = split(text) if len(text) <= MAX_TEXT and text.count("\n") <= MAX_LINES else []
    if not 0 < len(lines) <= MAX_LINES or sum(map(is_long, lines)) > MAX_LONG_LINES:
        raise UnreadableError(f"too long a chart: at most {MAX_TEXT:,} characters and {MAX_LINES:,} lines are read")
    return _Reader(text, lines, notes).read()


def _read_reference(text: str) -> Sheet | None:
    """A chart in the reference form, with durations, as :func:`sideman.parse` reads it; None for others."""
    if len(text) > MAX_TEXT or _LONE.search(text):
        return None
    lines = [line for line in text.splitlines() if line.strip()]
    if not all(map(_TIMES.search, lines)):
        return None
    try:
        song = parse_song(text)
    except ChordSyntaxError:
        return None
    measures = [Measure(bar.chords, bar.meter, bar.place) for bar in song.sections[0].bars]
    return Sheet(measures, meter=song.meter, cut=song.cut)


class _Reader:
    """Reads one text."""

    def __init__(self, text: str, lines: list[Line], notes: Notes) -> None:
        self._text = text
        self._notes = notes
        self._sheet = Sheet()
        self._lines = lines
        self._capo = 0  # frets by which all sounds higher
        self._shifts: list[tuple[int, int]] = []  # from which measure on all is so many semitones higher

    def read(self) -> Sheet:
        self._classify()
        name_letters(self._lines, self._notes, Lexer(self._spelling.reads))
        bars = self._bars = Bars(self._notes, self._spelling, self._sheet.meter)
        self._sections = Sections(bars, self._notes)
        self._write()
        if bars.faults:
            raise ChartError(self._text, sorted(bars.faults, key=lambda fault: fault.position))
        if not bars.measures:
            raise ChartError(self._text, [self._nothing()])
        self._sheet.measures, self._sheet.meter = bars.measures, bars.meter
        self._finish()
        return self._sheet

    def _nothing(self) -> ChordSyntaxError:
        """Why there is no chord in the text: as the chord language tells it of a single line that is no head."""
        text = self._text.strip()
        has_fields = any(line.fields for line in self._lines)
        if "\n" not in text and not has_fields:
            try:
                parse_song(self._text)
            except ChordSyntaxError as error:
                return error
        remedy = "write chords in a line of their own" if has_fields else "paste a chart with chords"
        return ChordSyntaxError("no chords in", text[:32], 1, remedy)

    def _classify(self) -> None:
        """Say of each line what it is: first by whatever could be a chord, then in the chart's own spelling."""
        for match in _KEY_TAG.finditer(self._text):
            heads.put("key", match[1], self._sheet)
        body: list[Line] = []
        skipped = ""
        for line in self._lines:
            found = directive(line.text)
            if found:
                line.kind, (line.name, line.value) = "directive", found
                line.fields = (_field_of(*found),)
                section = _section_of(line.name)
                if section:
                    skipped = section[1] if section[0] == "start" and section[1] in _SKIPPED else ""
            elif skipped:
                line.kind = "nothing"
            elif not line.text.strip():
                line.kind = "blank"
            else:
                body.append(line)
        broad, english = Lexer(Spelling(Notes(), ANY).reads), Spelling(Notes())
        for line in body:
            line.fields = heads.read_fields(line.text)
            if line.fields:
                line.kind = "head"
            else:
                classify(line, broad)
        for line in self._lines:  # degrees are read in the key
            for name, value in line.fields:
                if name == "key":
                    heads.put(name, value, self._sheet)
        body = [line for line in body if line.kind != "head"]
        evidence = _evidence(body, english)
        self._spelling = Spelling(self._notes, dialect_of(evidence, self._notes))
        reads = self._spelling.reads
        unread = {symbol for line in body for symbol in symbols_of(line) if not reads(symbol)}
        if unread:
            _classify_again([line for line in body if unread.intersection(symbols_of(line))], reads)
        if all(map(is_no_chord, evidence)):
            self._read_degrees(body)
        else:
            _name_meters(body)

    def _read_degrees(self, body: list[Line]) -> None:
        """Where there are no chords by their names, look for numbers and numerals."""
        _classify_again(body, lambda text: is_number(text) or is_numeral(text) or is_no_chord(text))
        others = [symbol for line in body if not heads.is_meter_or_degrees(line.text) for symbol in symbols_of(line)]
        if any(map(is_numeral, others)) and not any(map(is_number, others)):
            body = _name_meters(body)
        degrees = [symbol for line in body for symbol in symbols_of(line) if not is_no_chord(symbol)]
        if not degrees:
            return
        key = self._sheet.key
        if key is None:
            first = body[0]
            keys = MINOR_KEYS + MAJOR_KEYS if any(map(_MINOR_TONIC.match, degrees)) else MAJOR_KEYS + MINOR_KEYS
            answer = self._notes.ask("key", keys, Place(first.start, first.start + len(first.text)), degrees[0])
            key = heads.key_of(answer) or Key(0)
        self._spelling = Spelling(self._notes, degrees=Degrees(key, are_diatonic(degrees, self._notes, key)))
        for line in body:
            line.pieces = [part for piece in line.pieces for part in _apart(piece)]

    def _write(self) -> None:
        """All lines, in their order."""
        bars = self._bars
        for line in self._lines:
            place = Place(line.start, line.start + len(line.text))
            match line.kind:
                case "label" | "plain" | "barred" | "inline" if line.label is not None:
                    self._sections.begin(line.label, place, line.wishes)
                case "directive":
                    self._direct(line, place)
                case "head":
                    self._head(line, place)
                case "blank":
                    bars.end_block()
                case "words" if not bars.measures and not self._sheet.title and line.text.strip():
                    self._sheet.title = line.text.strip()[: heads.MAX_TITLE]
                case _:
                    pass
            if line.pieces:
                bars.write_line(line.pieces, is_barred=line.kind == "barred")
            if line.kind == "inline":
                bars.end_block()
        self._sections.end()

    def _direct(self, line: Line, place: Place) -> None:
        """A directive of ChordPro."""
        edge, kind = _section_of(line.name) or ("", "")
        if edge == "start" and kind not in (*_SKIPPED, "grid"):
            self._sections.begin(Label(line.value or kind.title(), 1, 0, True), place, line.wishes)
        elif edge == "end":
            self._sections.end()
        elif line.name == "chorus":
            self._sections.play_chorus(line.value or "Chorus", place, line.wishes)
        elif line.name in _COMMENTS:
            probe = Line(line.value, line.start)
            classify(probe, Lexer(self._spelling.reads))
            if probe.label is not None and probe.label.certain and not probe.pieces:
                self._sections.begin(probe.label, place, line.wishes)
        elif line.name in ("transpose", "x_transpose") and _SEMITONES.fullmatch(line.value):
            if self._notes.ask("transpose", ("applied", "as written"), place, line.value) == "applied":
                self._shifts.append((len(self._bars.measures), int(line.value)))
        else:
            self._head(line, place)

    def _head(self, line: Line, place: Place) -> None:
        for name, value in line.fields:
            understood = heads.put(name, value, self._sheet)
            if name == "meter" and understood:
                self._bars.change_meter(self._sheet.meter)
            fret = heads.capo_of(value) if name == "capo" else 0
            if fret and self._notes.ask("capo", ("written", "sounding"), place, value) == "sounding":
                self._capo = fret
            if not understood:
                self._notes.note("value", name, (), place, value)
            chords = self._chords_in(value) if name in _NO_WORDS else ""
            if chords:
                self._notes.note("beside", "passed over", (), place, chords)

    def _chords_in(self, value: str) -> str:
        """What stands behind the first bar line of a value, or else its first word, if all of that is chords."""
        rest = value.partition("|" if "|" in value else " ")[2].strip(" |")
        words = rest.replace("|", " ").split()
        return rest if words and all(map(self._spelling.reads, words)) else ""

    def _finish(self) -> None:
        """What only the whole chart tells: where jumps lead, and what sounds before the first chord."""
        measures = self._sheet.measures
        if self._shifts or self._capo:
            self._transpose()
        self._lead()
        if not (measures[0].chords and measures[0].chords[0][0] == 0):
            self._notes.note("start", "silence")
            measures[0].chords = ((0, Chord.no_chord()), *measures[0].chords)

    def _lead(self) -> None:
        """Where the coda begins, and where a jump ends that doesn't say it: at the coda or Fine, where there is one."""
        measures = self._sheet.measures
        jumping = [measure for measure in measures if measure.jump]
        leaves = any(measure.to_coda for measure in measures)
        if jumping and (leaves or any(measure.jump and measure.jump.until == "coda" for measure in jumping)):
            named = next((measure for measure in measures if base(measure.section or "") == "coda"), None)
            if named is not None and not any(measure.coda for measure in measures):
                named.coda = True
        codas = [measure for measure in measures if measure.coda]
        if len(codas) > 1 and not leaves:
            codas[0].coda, codas[0].to_coda = False, True
        ends = {to: end_after(measures, to) for to in TARGETS}
        for measure in jumping:
            if measure.jump and measure.jump.until == "end":
                measure.jump = measure.jump._replace(until=ends[measure.jump.to])

    def _transpose(self) -> None:
        """All chords as they sound, and the key that the chart begins in."""
        measures = self._sheet.measures
        shifts = [0] * len(measures)
        for first, semitones in self._shifts:  # each holds until the next
            shifts[first:] = [semitones] * (len(measures) - first)
        for measure, shift in zip(measures, shifts, strict=True):
            measure.chords = tuple((tick, chord.transpose(shift + self._capo)) for tick, chord in measure.chords)
        if self._sheet.key is not None:
            self._sheet.key = self._sheet.key.transpose(shifts[0] + self._capo)


def _name_meters(lines: Sequence[Line]) -> list[Line]:
    """Make fields of the head of the lines that are metres or degrees; gives the others."""
    for line in lines:
        if heads.is_meter_or_degrees(line.text):
            line.kind, line.pieces, line.fields = "head", [], (("meter", line.text.strip(" ()[]")),)
            line.label = line.maybe = None
    return [line for line in lines if line.kind != "head"]


def _classify_again(lines: Sequence[Line], reads: Reads) -> None:
    lexer = Lexer(reads)
    for line in lines:
        line.kind, line.pieces, line.label, line.maybe = "words", [], None, None
        classify(line, lexer)


def _apart(piece: Piece) -> list[Piece]:
    """Numbers written together as pieces of their own: ``5411``, ``5-4-1-1``; those in parentheses stay in one."""
    if piece.kind == "optional":
        return [piece._replace(text=" ".join(part for text in piece.text.split() for part in split_numbers(text)))]
    parts = split_numbers(piece.text) if piece.kind == "chord" else ()
    if len(parts) < 2:  # noqa: PLR2004 - one
        return [piece]
    return [
        piece._replace(text=part, start=piece.start + place, end=piece.start + place + 1)
        for part, place in zip(parts, (match.start() for match in _DEGREE.finditer(piece.text)), strict=False)
    ]


def _evidence(lines: Sequence[Line], english: Spelling) -> list[str]:
    """The symbols that tell a chart's dialect: of lines with a chord that is one in English too, if there are some.

    A line of small letters or of solfège alone may as well be words.
    """
    symbols = [symbols_of(line) for line in lines]
    plain = [texts for texts in symbols if any(map(english.reads, texts))]
    has_words = any(line.kind == "words" and line.text.strip() for line in lines)
    count = sum(map(len, plain))
    chosen = plain if has_words and count >= sum(map(len, symbols)) / 4 else symbols
    return [text for texts in chosen for text in texts]


def _field_of(name: str, value: str) -> tuple[str, str]:
    """The field of the head that a directive tells, and its value: ``{key: G}``, ``{meta: key G}``."""
    if name == "meta":
        name, _, value = value.partition(" ")
    return heads.FIELDS.get(name, "other"), value


def _section_of(name: str) -> tuple[str, str] | None:
    """``start`` or ``end`` of which section a directive is, None where it is another one."""
    for edge in ("start", "end"):
        if name.startswith(f"{edge}_of_"):
            return edge, name.removeprefix(f"{edge}_of_")
        if len(name) == 3 and name[:2] == f"{edge[0]}o" and name[2] in _SECTIONS:  # noqa: PLR2004 - soc, eov
            return edge, _SECTIONS[name[2]]
    return None
