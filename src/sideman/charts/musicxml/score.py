"""A score as it is read, bar by bar: harmonies, notes, metres and signs, each with its time. Knows no form and no song.

Parts are read one after the other, or beside one another; what they say of a bar comes together in one :class:`Bar`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple
from xml.etree.ElementTree import Element

from sideman.charts.form import MAX_PLAYED
from sideman.charts.musicxml.harmony import chord_of
from sideman.charts.musicxml.signs import Signs, read_barline, read_sound, read_words, section_name
from sideman.charts.musicxml.timing import Number, Time, read_duration, read_metronome, read_number, read_time
from sideman.charts.reading import Notes
from sideman.charts.sheet import Measure
from sideman.charts.spotting import chord_in
from sideman.errors import OptionError, UnreadableError
from sideman.music.key import MAX_FIFTHS, Key
from sideman.music.notes import NATURALS, move
from sideman.music.progression import Chord
from sideman.music.qualities import PITCH_CLASSES

PARTWISE, TIMEWISE = "score-partwise", "score-timewise"
# fmt: off
TAGS = frozenset((
    "alter", "attributes", "backup", "barline", "bass", "bass-alter", "bass-step", "beat-type", "beat-unit",
    "beat-unit-dot", "beats", "chord", "chromatic", "coda", "creator", "credit", "credit-type", "credit-words", "cue",
    "degree", "degree-alter", "degree-type", "degree-value", "direction", "direction-type", "divisions", "duration",
    "ending", "fifths", "forward", "function", "grace", "harmony", "identification", "inversion", "key", "kind",
    "measure", "measure-repeat", "measure-style", "metronome", "mode", "movement-title", "note", "notehead", "numeral",
    "numeral-alter", "numeral-root", "octave", "octave-change", "offset", "part", "part-list", "part-name",
    "per-minute", "pitch", "rehearsal", "repeat", "root", "root-alter", "root-step", "score-part", "segno",
    "senza-misura", "sound", "step", "tie", "time", "transpose", "voice", "words", "work", "work-title",
))
# fmt: on
MAX_PARTS = 500
MAX_NOTES = 200_000
LONGEST_NAME = 200
SLASH = "slash"  # the head of notes that tell a rhythm, and no pitch
# Semitones from the tonic of a signature's major key to that of a mode, and whether it is a minor one.
MODES = {
    "major": (0, False),
    "ionian": (0, False),
    "dorian": (2, True),
    "phrygian": (4, True),
    "lydian": (5, False),
    "mixolydian": (7, False),
    "minor": (9, True),
    "aeolian": (9, True),
    "locrian": (11, True),
}
FIFTH = 7  # semitones


class Harmony(NamedTuple):
    """A chord at a time of a bar, in quarters from its beginning."""

    bar: int
    at: Fraction
    chord: Chord


class Note(NamedTuple):
    """A sounding note: where it begins in its bar and how long it is, in quarters, and its pitch as in MIDI.

    ``part`` is whose it is, ``voice`` which of that part's. A tie ``begins`` at it, or ``ends`` there: then it goes on
    with the note before.
    """

    bar: int
    at: Fraction
    quarters: Fraction
    pitch: int
    part: int | str
    voice: str
    begins: bool
    ends: bool


@dataclass(slots=True)
class Bar:
    """A bar of all parts: its signs, its metre, and how many quarters the notes fill."""

    measure: Measure
    time: Time = field(default_factory=Time)
    implicit: bool = False
    quarters: Fraction = Fraction(0)


@dataclass(slots=True)
class Part:
    """What one part says, and how it counts."""

    divisions: Number = 1  # of a quarter
    transposition: int = 0  # semitones from what is written to what sounds
    bars: int = 0
    repeats: int = 0  # a bar stands for the one so many before
    time: Time = field(default_factory=Time)
    fifths: int | None = None  # of its first key, as it is written
    mode: str = ""
    harmonies: list[Harmony] = field(default_factory=list)
    words: list[Harmony] = field(default_factory=list)  # chords that are written as words
    repeated: dict[int, int] = field(default_factory=dict)  # bars that stand for earlier ones
    voice: str | None = None  # of its first note or rest
    last_voice: str = ""  # of the note that another one may sound with

    @property
    def key(self) -> Key | None:
        """The first key as it is written; of a signature without a mode the major one."""
        if self.fifths is None:
            return None
        above, minor = MODES.get(self.mode, MODES["major"])
        if abs(self.fifths) > MAX_FIFTHS:
            return Key((self.fifths * FIFTH + above) % PITCH_CLASSES, minor)
        return Key.of(move("C", self.fifths + (above * FIFTH + 1) % PITCH_CLASSES - 1), minor)  # F is a fifth below C


@dataclass(slots=True)
class Score:
    """What is read; :meth:`handle` takes its pieces."""

    notes: Notes
    titles: dict[str, str] = field(default_factory=dict)
    bars: list[Bar] = field(default_factory=list)
    measures: list[Measure] = field(default_factory=list)
    parts: dict[int | str, Part] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)  # of parts, as the score lists them
    sounding: list[Note] = field(default_factory=list)
    signs: Signs = field(default_factory=Signs)
    tempo: Fraction | None = None  # quarters a minute
    style: str = ""
    _piece: int = 0  # parts or measures that are over

    def handle(self, parent: Element, element: Element) -> None:
        """Take a piece of the score: a bar of a part, or a part of its head."""
        if {parent.tag, element.tag} == {"part", "measure"}:
            outer, inner = (parent, element) if parent.tag == "part" else (element, parent)
            self._read_bar(outer.get("id") or self._piece, inner, element)
        elif element.tag in {"part", "measure"}:
            self._piece += 1
        elif element.tag == "score-part":
            name = " ".join((element.findtext("part-name") or "").split())
            self.names.setdefault(element.get("id", ""), name[:LONGEST_NAME])
        elif element.tag in {"work-title", "movement-title"}:
            self._name(element.tag, element.text)
        elif element.tag == "creator" and element.get("type", "composer") in {"composer", "music"}:
            self._name("composer", element.text)
        elif element.tag == "credit":
            self._name(f"credit {element.findtext('credit-type', '')}", element.findtext("credit-words"))

    def _name(self, what: str, text: str | None) -> None:
        if text and text.strip():
            self.titles.setdefault(what, " ".join(text.split())[:LONGEST_NAME])

    def _read_bar(self, name: int | str, head: Element, content: Element) -> None:
        if name not in self.parts and len(self.parts) >= MAX_PARTS:
            raise UnreadableError(f"the score has more than {MAX_PARTS:,} parts")
        part = self.parts.setdefault(name, Part())
        number = part.bars
        part.bars += 1
        if number == len(self.bars):
            if number >= MAX_PLAYED:
                raise OptionError(f"the score has more than {MAX_PLAYED:,} bars")
            self.measures.append(Measure())
            self.bars.append(Bar(self.measures[-1], part.time))
        bar = self.bars[number]
        bar.implicit |= head.get("implicit") == "yes" or head.get("number") == "0"
        if part.repeats:
            part.repeated[number] = part.repeats
        at: Number = 0  # in divisions
        last: Number = 0  # where the last note begins
        end: Number = 0
        for element in content:
            tag = element.tag
            if tag == "note":
                last, at = self._read_note(name, number, element, at, last)
            elif tag == "forward":
                at += read_duration(element)
            elif tag == "backup":
                at = max(at - read_duration(element), 0)
            elif tag == "attributes":
                self._read_attributes(part, bar, number, element)
            elif tag == "harmony":
                chord = chord_of(element, part.key, self.notes)
                if chord is None:
                    self.notes.note("ignored", "harmony", text=_shown(element))
                else:
                    part.harmonies.append(Harmony(number, _quarters(at + _offset(element), part), chord))
            elif tag == "direction":
                self._read_direction(part, number, element, at)
            elif tag == "barline":
                read_barline(element, self.measures, number, self.signs)
            elif tag == "sound":
                self._read_sound(number, element)
            end = max(end, at)
        bar.quarters = max(bar.quarters, _quarters(end, part))

    def _read_note(
        self, name: int | str, number: int, note: Element, at: Number, last: Number
    ) -> tuple[Number, Number]:
        """Take a note at ``at``, or with the one at ``last``. Returns where it begins, and where the next does."""
        part = self.parts[name]
        duration = 0 if note.find("grace") is not None else read_duration(note)
        is_with = note.find("chord") is not None
        begin = last if is_with else at
        if not is_with:
            part.last_voice = (note.findtext("voice") or "")[:LONGEST_NAME]
            part.voice = part.last_voice if part.voice is None else part.voice
        step = note.findtext("pitch/step")
        is_heard = note.find("cue") is None and note.findtext("notehead", "").strip() != SLASH
        if step in NATURALS and duration and is_heard and len(self.sounding) < MAX_NOTES:
            octave, alter = read_number(note.findtext("pitch/octave")), read_number(note.findtext("pitch/alter"))
            pitch = 12 * (int(octave or 0) + 1) + NATURALS[step] + int(alter or 0) + part.transposition
            if 0 <= pitch < 128:  # noqa: PLR2004 - what MIDI knows
                times = _quarters(begin, part), _quarters(duration, part)
                ties = {tie.get("type") for tie in note.iterfind("tie")}
                self.sounding.append(
                    Note(number, *times, pitch, name, part.last_voice, "start" in ties, "stop" in ties)
                )
        return begin, max(at, begin + duration)

    def _read_attributes(self, part: Part, bar: Bar, number: int, attributes: Element) -> None:
        divisions = read_number(attributes.findtext("divisions"))
        if divisions is not None and divisions > 0:
            part.divisions = divisions
        if attributes.find("transpose") is not None:
            semitones = read_number(attributes.findtext("transpose/chromatic")) or 0
            octaves = read_number(attributes.findtext("transpose/octave-change")) or 0
            part.transposition = int(semitones) + int(octaves) * PITCH_CLASSES
        fifths = read_number(attributes.findtext("key/fifths"))
        if fifths is not None and part.fifths is None:
            part.fifths, part.mode = int(fifths), (attributes.findtext("key/mode") or "").strip().lower()
        time = attributes.find("time")
        if time is not None:
            found = read_time(time, self.notes)
            part.time = found
            if part is next(iter(self.parts.values())) or number == len(self.bars) - 1:
                bar.time = found
        for repeat in attributes.iterfind("measure-style/measure-repeat"):
            bars = int(read_number(repeat.text) or 1)
            part.repeats = bars if repeat.get("type", "start") == "start" and 0 < bars <= number else 0
            if part.repeats:
                part.repeated[number] = part.repeats
            else:
                part.repeated.pop(number, None)

    def _read_direction(self, part: Part, number: int, direction: Element, at: Number) -> None:
        measure = self.measures[number]
        sound = direction.find("sound")
        is_told = sound is not None and self._read_sound(number, sound)
        for element in direction.iterfind("direction-type/*"):
            text = " ".join((element.text or "").split())
            if element.tag == "rehearsal" and text:
                measure.section = text[:LONGEST_NAME]
            elif element.tag == "segno":
                measure.segno = True
            elif element.tag == "coda" and not is_told:
                self.signs.codas.append(measure)
            elif element.tag == "metronome":
                self.tempo = self.tempo or read_metronome(element)
            elif element.tag == "words" and text:
                self._read_words(part, number, text, _quarters(at + _offset(direction), part))

    def _read_words(self, part: Part, number: int, text: str, at: Fraction) -> None:
        measure = self.measures[number]
        if read_words(text, self.measures, number, self.signs):
            return
        if name := section_name(text):
            measure.section = measure.section or name
        elif (chord := chord_in(text)) is not None:
            part.words.append(Harmony(number, at, chord))
        elif number == 0 and not self.style and re.fullmatch(r"[^\W\d][\w \-/().]{2,40}", text):
            self.style = text

    def _read_sound(self, number: int, sound: Element) -> bool:
        tempo = read_number(sound.get("tempo"))
        if tempo and self.tempo is None:
            self.tempo = Fraction(tempo)
        return read_sound(sound, self.measures, number, self.signs)


def _shown(harmony: Element) -> str:
    """What a harmony shows that has no root."""
    kind = harmony.find("kind")
    shown = harmony.findtext("function") or (kind.get("text") or kind.text if kind is not None else None) or "harmony"
    return shown.strip()[:40]


def _quarters(divisions: Number, part: Part) -> Fraction:
    """Quarters of so many divisions, none below 0."""
    return max(Fraction(divisions) / part.divisions, Fraction(0))


def _offset(element: Element) -> Number:
    return read_number(element.findtext("offset")) or 0
