"""Chords for bars that have notes and no chord symbols, by the recogniser. Knows no files.

How sure it is, it doesn't tell. A bar counts as doubtful where other roots are heard without its melody: in 60 songs of
POP909 those are 11 % of the bars, and the data set's own labels have the same roots in 66 % of them, and in 86 % of the
others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

import numpy as np
import numpy.typing as npt

from sideman.charts.reading import Notes
from sideman.music.band import DURATION, ONSET, PITCH, NoteArray
from sideman.music.chords import MODEL_QUALITIES
from sideman.music.key import Key, estimate_key
from sideman.music.notes import MAJOR_ROOTS
from sideman.music.progression import Chord
from sideman.music.qualities import PITCH_CLASSES
from sideman.music.recognition import UNLABELLED, Span, label_spans, recognise
from sideman.music.time import STEPS_PER_BEAT, TICKS_PER_STEP, Meter

Chords = tuple[tuple[int, Chord], ...]

MELODY_FROM = 66  # pitch
DOUBTFUL = 0.25  # share of a bar whose roots hang on the melody, above which its chords are in doubt
SHARP_ROOTS = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
SHARP_KEYS = frozenset({2, 4, 7, 9, 11})  # tonics of major keys with sharps: D, E, G, A, B


def recognise_bars(
    pitched: NoteArray, bass: NoteArray, meters: Sequence[Meter], key: Key | None, notes: Notes
) -> list[Chords]:
    """The chords of each bar, of a piece that sounds like this; that they are guessed is noted.

    ``pitched`` are the notes without drums and ``bass`` those of a bass, each (notes, 4) in steps from the first bar;
    bars follow one another, each as long as its metre. The text of what is noted tells how many are doubtful: ``4/32``.
    """
    spans = list(_spans(pitched, bass, meters))
    key = key or _key(spans)
    sharp = (key.tonic + 3 * key.minor) % PITCH_CLASSES in SHARP_KEYS
    bars: list[list[tuple[int, Chord]]] = [[] for _ in meters]
    onsets = np.concatenate(([0], np.cumsum([meter.steps for meter in meters])))
    for onset, span in spans:
        bar = int(np.searchsorted(onsets, onset, "right")) - 1
        bars[bar].append(((onset - int(onsets[bar])) * TICKS_PER_STEP, _chord(span, sharp=sharp)))
    notes.note("recognised", "notes", text=f"{_doubtful(pitched, bass, meters, spans)}/{len(meters)}")
    return [tuple(chords) for chords in bars]


def _spans(pitched: NoteArray, bass: NoteArray, meters: Sequence[Meter]) -> Iterator[tuple[int, Span]]:
    """The chords and the steps at which they begin, bars of one metre at a time."""
    onset = 0
    before: tuple[int, int, int] | None = None
    for meter, group in groupby(meters):
        steps = sum(bar.steps for bar in group)
        # Where a bar has half a beat over, half beats are heard as beats.
        scale = 1 if meter.felt_beats.denominator == 1 else 2
        in_bar = int(meter.felt_beats * scale)
        cycle = next((beats for beats in (4, 3, 2) if in_bar % beats == 0), 2)
        here = (_part(notes, onset, steps, scale) for notes in (pitched, bass))
        labels = recognise(next(here), next(here), steps * scale // STEPS_PER_BEAT, cycle)
        for span in label_spans(labels):
            if span[2:] != before:
                yield onset + span.start * STEPS_PER_BEAT // scale, span
            before = span[2:]
        onset += steps


def _part(notes: NoteArray, onset: int, steps: int, scale: int) -> NoteArray:
    """The notes that sound in some steps, cut there, and stretched."""
    begin = np.maximum(notes[:, ONSET], onset)
    end = np.minimum(notes[:, ONSET] + notes[:, DURATION], onset + steps)
    part: NoteArray = notes[end > begin].copy()
    part[:, ONSET] = (begin - onset)[end > begin] * scale
    part[:, DURATION] = (end - begin)[end > begin] * scale
    return part


def _chord(span: Span, *, sharp: bool) -> Chord:
    if span.root == UNLABELLED:
        return Chord.no_chord()
    names = SHARP_ROOTS if sharp else MAJOR_ROOTS
    return Chord(names[span.root], MODEL_QUALITIES[span.quality], names[span.bass])


def _key(spans: Sequence[tuple[int, Span]]) -> Key:
    table = np.array([(span.root, span.quality, span.end - span.start) for _, span in spans])
    return estimate_key(*table.T) if len(table) else Key(0)


def _doubtful(pitched: NoteArray, bass: NoteArray, meters: Sequence[Meter], spans: Sequence[tuple[int, Span]]) -> int:
    """The number of bars in which other roots are heard without the notes of a melody."""
    low = pitched[pitched[:, PITCH] < MELODY_FROM]
    lengths = [meter.steps for meter in meters]
    again = _roots(list(_spans(low, bass, meters)), sum(lengths))
    differs = np.bincount(np.repeat(np.arange(len(meters)), lengths), _roots(spans, sum(lengths)) != again)
    return int(np.count_nonzero(differs > DOUBTFUL * np.array(lengths)))


def _roots(spans: Sequence[tuple[int, Span]], steps: int) -> npt.NDArray[np.int64]:
    """The root at each step."""
    onsets = [*(onset for onset, _ in spans), steps]
    return np.repeat(np.array([span.root for _, span in spans], np.int64), np.diff(onsets))
