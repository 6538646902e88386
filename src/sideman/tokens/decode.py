"""Ids back to a band, bar by bar as they come or a whole song at once, and to text for people.

The mirror of encode: both share the vocabulary's tables, and what the grammar forbids is an error
here. Knows where a song stands only through :class:`Prefix`. The chords of a song are the leader's
affair and are not read back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sideman.errors import TokenError
from sideman.music.band import ROLES, Band, NoteArray, Role, Track
from sideman.music.chords import MODEL_QUALITIES
from sideman.music.notes import MAJOR_ROOTS
from sideman.music.qualities import PITCH_CLASSES
from sideman.tokens.chart import Chart
from sideman.tokens.drum_hits import HITS
from sideman.tokens.form import Form, Measure, bar_lines
from sideman.tokens.grammar import Grammar
from sideman.tokens.grid import DRUM_DURATION
from sideman.tokens.prefix import Prefix, Stage
from sideman.tokens.vocabulary import DENSITIES, LENGTHS, LOUDNESS, NO_CHORD, STYLES, TEMPI, VOCABULARY

UNTOLD_TEMPO = 120.0  # beats a minute, of a song without TEMPO
_LABEL_WIDTH = 9  # of a line of a dump
_VALUE, _FIRST_HIT = VOCABULARY.values.tolist(), VOCABULARY.range("hit").start


class BarNotes(NamedTuple):
    """What a band plays in a bar: an array for each of its roles, empty where it rests.

    ``number`` counts from 0; onsets count from the start of the song.
    """

    number: int
    notes: dict[Role, NoteArray]


class Decoder:
    """Collects the notes of ids that follow the grammar.

    ``shift`` and ``lines`` as in :class:`Chart`: pitches are moved back, bars begin there.
    """

    def __init__(self, shift: int, lines: npt.NDArray[np.int64]) -> None:
        self.shift = shift
        self._lines: list[int] = lines.tolist()
        self.tempo = UNTOLD_TEMPO
        self._rows: dict[Role, list[tuple[int, int, int, int]]] = {}

    def push(self, prefix: Prefix, token: int) -> BarNotes | None:
        """Take the id that ``prefix`` has just taken. Gives the notes of a bar with the id that follows its last."""
        if prefix.stage is Stage.SOUND:
            self.sound(prefix, token)
            return None
        kind, value = VOCABULARY.kind(token), VOCABULARY.value(token)
        if kind in ("track", "track_density", "rest"):
            self._rows[ROLES[prefix.role]] = []
        elif kind == "tempo":
            self.tempo = float(TEMPI[value])
        elif kind == "end":
            return self._finish(prefix.bar)
        elif kind == "bar" and prefix.bar > 0:
            return self._finish(prefix.bar - 1)
        return None

    def sound(self, prefix: Prefix, token: int) -> None:
        """Take the id of a note, which ``prefix`` has just taken."""
        rows, value = self._rows[ROLES[prefix.role]], _VALUE[token]
        onset = self._lines[prefix.bar] + prefix.position
        velocity = LOUDNESS[prefix.loudness[prefix.role]]
        if token >= _FIRST_HIT:
            rows.extend([(onset, DRUM_DURATION, pitch, velocity) for pitch in HITS[value]])
        else:
            rows.append((onset, LENGTHS[prefix.length], value - self.shift, velocity))

    def _finish(self, number: int) -> BarNotes:
        """Hand out what was collected."""
        notes = {role: np.array(rows, np.int32).reshape(-1, 4) for role, rows in self._rows.items()}
        self._rows = {}
        return BarNotes(number, notes)


def decode(
    ids: Sequence[int] | npt.NDArray[np.integer], shift: int = 0, measures: Sequence[Measure] | None = None
) -> Band:
    """The band that a whole song's ids say, moved back by ``shift`` semitones as in :class:`Chart`.

    Its bars are of 4/4 unless ``measures`` are given, one a bar.

    Raises :class:`TokenError`, naming position and token, for ids outside the vocabulary, ids that
    the grammar forbids and a song without END.
    """
    form = _form(ids, measures)
    lines = bar_lines(form.measures)
    decoder = Decoder(shift, lines)
    bars: list[BarNotes] = []
    count, stage = 0, Stage.EMPTY
    for prefix, token in _walk(ids, shift, form):
        finished = decoder.push(prefix, token)
        if finished is not None:
            bars.append(finished)
        count, stage = prefix.length_of_ids, prefix.stage
    if stage is not Stage.END:
        raise TokenError(f"the song stops after {count} ids without {VOCABULARY.name(VOCABULARY.id('end'))}")
    tracks = [Track(role, np.concatenate([bar.notes[role] for bar in bars])) for role in bars[0].notes]
    return Band(tuple(tracks), int(lines[-1]), decoder.tempo)


def decode_bars(ids: Sequence[int] | npt.NDArray[np.integer], chart: Chart) -> list[BarNotes]:
    """The whole bars in the ids of a take of ``chart``; a bar is whole when the next one, or END, has begun.

    Raises :class:`TokenError` as :func:`decode` does, and where there are more bars than in the chart.
    """
    form = Form(chart.measures, more=1)
    if _form(ids, None).bars > chart.bars + 1:
        raise TokenError(f"ids of more bars than the {chart.bars} of the chart")
    decoder = Decoder(chart.shift, chart.lines)
    bars = (decoder.push(prefix, token) for prefix, token in _walk(ids, chart.shift, form))
    return [bar for bar in bars if bar is not None]


def dump(ids: Sequence[int] | npt.NDArray[np.integer], measures: Sequence[Measure] | None = None) -> str:
    """Ids for people, in the normalised key: one line for the song, each bar's chords and each part.

    Takes the beginning of a song too. Bars are of 4/4 unless ``measures`` are given, one a bar.
    Raises :class:`TokenError` as :func:`decode` does.
    """
    lines: list[tuple[str, list[str]]] = []
    for prefix, token in _walk(ids, 0, _form(ids, measures)):
        label, word = _words(prefix, token)
        if label:
            lines.append((label, []))
        if word:
            lines[-1][1].append(word)
    # A bass is written to its chord: C/E.
    texts = [f"{label:{_LABEL_WIDTH}}{' '.join(words)}".rstrip() for label, words in lines]
    return "\n".join(texts).replace(" /", "/")


def _words(prefix: Prefix, token: int) -> tuple[str, str]:
    """The label of the line that an id begins, if any, and its word."""
    kind, value = VOCABULARY.kind(token), VOCABULARY.value(token)
    match kind:
        case "start":
            return "song", ""
        case "end":
            return kind, ""
        case "bar":
            return f"bar {prefix.bar + 1}", ""
        case "track" | "rest":
            return ROLES[value], kind if kind == "rest" else ""
        case "track_density":
            return ROLES[value // DENSITIES], f"density:{value % DENSITIES}"
        case "style":
            return "", f"style:{STYLES[value]}"
        case "tempo":
            return "", f"tempo:{TEMPI[value]}"
        case "loudness":
            return "", f"loudness:{LOUDNESS[value]}"
        case "chord" | "unknown":
            name = chord_name(value) if kind == "chord" else "?"
            return "", f"then {name}" if prefix.stage is Stage.HEAD else name
        case "bass":
            return "", f"/{MAJOR_ROOTS[value]}"
        case "position":
            return "", f"@{value}"
        case "length":
            return "", f"{LENGTHS[value]}:"
        case "pitch":
            return "", f"{MAJOR_ROOTS[value % PITCH_CLASSES]}{value // PITCH_CLASSES - 1}"
        case _:
            return "", "+".join(map(str, HITS[value]))


def chord_name(value: int) -> str:
    """A chord of the vocabulary for people, in the normalised key: ``Am7``."""
    if value == NO_CHORD:
        return "N.C."
    root, quality = divmod(value, len(MODEL_QUALITIES))
    return MAJOR_ROOTS[root] + MODEL_QUALITIES[quality].name


def _form(ids: Sequence[int] | npt.NDArray[np.integer], measures: Sequence[Measure] | None) -> Form:
    """The form of ids, of as many bars as they have. Raises :class:`TokenError` where ``measures`` are fewer."""
    count = int((np.asarray(ids) == VOCABULARY.id("bar")).sum())
    if measures is not None and len(measures) != count:
        raise TokenError(f"{len(measures)} measures of {count} bars: give one a bar")
    return Form.plain(count) if measures is None else Form(tuple(measures))


def _walk(ids: Sequence[int] | npt.NDArray[np.integer], shift: int, form: Form) -> Iterator[tuple[Prefix, int]]:
    """Each id and the prefix that has taken it (one object, that changes). Raises :class:`TokenError`."""
    array = np.asarray(ids)
    if array.size and (array.ndim != 1 or array.dtype.kind not in "iu"):
        raise TokenError(f"ids are one row of whole numbers below {VOCABULARY.size}, not {array.dtype} {array.shape}")
    tokens: list[int] = array.tolist()
    prefix = Prefix(form)
    grammar = Grammar((shift,))
    for number, token in enumerate(tokens):
        if not 0 <= token < VOCABULARY.size:
            raise TokenError(f"id {token} at position {number} is outside the vocabulary of {VOCABULARY.size}")
        allowed = grammar.allowed(prefix)
        if not allowed[token]:
            kinds = [VOCABULARY.kinds[kind] for kind in np.unique(VOCABULARY.kind_numbers[allowed])]
            wanted = f"want a fitting {' or '.join(kinds)}" if kinds else "the song is over"
            raise TokenError(f"{VOCABULARY.name(token)} at position {number} is out of place: {wanted}")
        prefix.push(token)
        yield prefix, token
