"""Charts as people have them: text and files to songs, and back. The door is :func:`read`; one module a format.

    source      bytes and their encoding
    symbols     one chord symbol, whatever its spelling; dialects decide what has two meanings, numbers read degrees
    sheet       measures with signs; form follows the signs
    reading     what was read and assumed; questions has all that can be asked
    text        lines (labels, letters, heads), cut by lexing, written by bars and timing on a staff, in sections
    editing     other chords in a text: tried by rewriting (places in lines, pouring), read again, taken where right
    ireal …     the other formats; writing is the door to those that are written

Knows music; no ids, no notes of a band, no sound.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import ModuleType

from sideman.charts.questions import QUESTIONS, Question, question_of
from sideman.charts.reading import NO_CHOICES, Assumption, Notes, Reading, play
from sideman.charts.sheet import Jump, Measure, Sheet, sheet_of
from sideman.charts.source import Source
from sideman.errors import UnreadableError

__all__ = [
    "QUESTIONS",
    "Assumption",
    "Jump",
    "Measure",
    "Question",
    "Reading",
    "Sheet",
    "question_of",
    "read",
    "sheet_of",
]

# Each has NAME for people, ``recognises(source) -> bool`` and ``read(source, notes) -> Sheet``. The last takes all.
FORMATS = (
    "musicxml",
    "midi",
    "json_reading",
    "ireal",
    "lilypond",
    "abc",
    "mma",
    "timed",
    "listed",
    "strudel",
    "foreign",
    "text",
)
# Those that people write by hand. Of any other an editor shows another text, that is read the same.
BY_HAND = frozenset({"lilypond", "abc", "mma", "timed", "strudel", "text"})


def read(chart: str | bytes, *, name: str = "", choices: Mapping[str, str] = NO_CHOICES) -> Reading:
    """Read a chart, whatever it is written in.

    ``name`` is the file's name, where there is one: it helps to tell formats apart. ``choices`` are answers to
    questions that the chart leaves open, as :class:`Assumption` names them. Raises :class:`ChartError` with all faults
    of a text, :class:`UnreadableError` for what is no chart.
    """
    source = Source.of(chart, name)
    notes = Notes(choices)
    format_name, reader = _reader(source)
    sheet = reader.read(source, notes)
    song = play(sheet, notes)
    return Reading(song, sheet, reader.NAME, notes.assumptions, source.text or "", is_by_hand=format_name in BY_HAND)


def _reader(source: Source) -> tuple[str, ModuleType]:
    """The name of the first format that recognises a source, and its module."""
    for format_name in FORMATS:
        module = import_module(f"sideman.charts.{format_name}")
        if module.recognises(source):
            return format_name, module
    raise UnreadableError(
        "this is not a text, nor a file of a kind that is read: paste the chart, or save it as MusicXML"
    )
