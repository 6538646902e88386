"""The chart as the model reads it: chord changes on the step grid, in the normalised key.

Made from a typed progression (generation) or from recognised labels (training data), so both go
the same way. The key is estimated from the progression alone; ``shift`` moves the music so that it
reads in C major or A minor.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate, pairwise
from operator import attrgetter
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from sideman.errors import TokenError
from sideman.music.chords import MODEL_QUALITIES, Progression
from sideman.music.key import Key, estimate_key
from sideman.music.qualities import PITCH_CLASSES
from sideman.music.recognition import ChordLabels, label_spans
from sideman.music.time import STEPS_PER_BEAT, TICKS_PER_STEP
from sideman.tokens.form import Measure, bar_lines, common_time, measures_of
from sideman.tokens.vocabulary import NO_CHORD

NO_BASS = -1  # no slash bass: the bass is the root
UNKNOWN = -1  # in the place of a chord: it is not told


@dataclass(frozen=True)
class Change:
    """A chord that begins at ``onset`` steps.

    ``chord`` is a vocabulary value or UNKNOWN, ``bass`` a pitch class or NO_BASS.
    """

    onset: int
    chord: int
    bass: int = NO_BASS

    @property
    def root(self) -> int:
        """Pitch class of the root, -1 for N.C. and where no chord is told."""
        return self.chord // len(MODEL_QUALITIES) if 0 <= self.chord < NO_CHORD else -1

    @property
    def quality(self) -> int:
        """Index in :data:`MODEL_QUALITIES`, -1 for N.C. and where no chord is told."""
        return self.chord % len(MODEL_QUALITIES) if 0 <= self.chord < NO_CHORD else -1


SILENCE = Change(0, NO_CHORD)


class Tones(NamedTuple):
    """The pitch classes of a chord as it is written, which begins at ``onset`` steps: C5 has no third."""

    onset: int
    classes: frozenset[int]


Beginning = TypeVar("Beginning", Change, Tones)


def in_force(rows: Sequence[Beginning], step: int) -> Beginning:
    """The last of some rows, in their order, that has begun at a step; the first has."""
    return rows[bisect_right(rows, step, key=attrgetter("onset")) - 1]


@dataclass(frozen=True)
class Chart:
    """Chord changes in the normalised key, the first at step 0, no two alike in a row; ``steps`` long.

    ``measures`` are its bars' lengths; the chart may fill a part of the last alone. ``grouping`` tells how many of them
    each bar of the piece has, as people count; without it that is one. ``tones`` are those of chords as they are
    written, in the normalised key too; none where the language's chords are all that is known. Raises
    :class:`TokenError` where measures are too short or too long for the chart, or don't add up to the piece's bars.
    """

    changes: tuple[Change, ...]
    steps: int
    key: Key
    measures: tuple[Measure, ...]
    grouping: tuple[int, ...] = ()
    tones: tuple[Tones, ...] = ()

    def __post_init__(self) -> None:
        if self.grouping and (min(self.grouping) < 1 or sum(self.grouping) != len(self.measures)):
            raise TokenError(f"{len(self.measures)} bars in groups of {self.grouping}: give groups that add up")
        if not self.measures or not self.lines[-2] < self.steps <= self.lines[-1]:
            raise TokenError(
                f"a chart of {self.steps} steps in bars that end at step {self.lines[-1]}: give bars that fit it"
            )

    @property
    def shift(self) -> int:
        """Semitones from the sounding to the normalised key, -5 to 6."""
        return self.key.shift

    @property
    def bars(self) -> int:
        """Bars that the chart touches; the last may be longer than what is left of it."""
        return len(self.measures)

    @cached_property
    def spans(self) -> tuple[range, ...]:
        """For each bar of the piece the bars of the chart that it is told as: 5/4 is two."""
        ends = [*accumulate(self.grouping or (1,) * self.bars)]
        return tuple(map(range, [0, *ends], ends))

    def told(self, bars: Iterable[int]) -> list[int]:
        """The bars of the chart that these bars of the piece are told as."""
        return [measure for bar in bars for measure in self.spans[bar]]

    def whole(self, measures: int) -> int:
        """How many bars of the piece end within the first ``measures`` bars of the chart."""
        return bisect_right(self.spans, measures, key=lambda span: span.stop)

    @cached_property
    def lines(self) -> npt.NDArray[np.int64]:
        """The onset of each bar in steps and the end of the last, (bars + 1,)."""
        return bar_lines(self.measures)

    def heads(self) -> list[tuple[Change, ...]]:
        """For each bar: the chord at its start, the changes within it, and last the chord that begins the next bar.

        Onsets count from the bar's start; the next bar's chord has the bar's length. After the last bar comes N.C.
        """
        heads: list[tuple[Change, ...]] = []
        within: list[Change] = []
        changes = list(self.changes)
        lines = self.lines.tolist()
        current = SILENCE
        for start, end in pairwise(lines):
            while changes and changes[0].onset <= start:
                current = changes.pop(0)
            within = [replace(current, onset=0)]
            while changes and changes[0].onset < end:
                current = changes.pop(0)
                within.append(replace(current, onset=current.onset - start))
            ahead = changes[0] if changes and changes[0].onset == end else current if end < lines[-1] else SILENCE
            heads.append((*within, replace(ahead, onset=end - start)))
        return heads


def _chart(
    spans: Iterable[tuple[int, int, int, int]],
    steps: int,
    measures: Sequence[Measure] | None,
    key: Key | None = None,
    grouping: Sequence[int] = (),
) -> Chart:
    """From (onset step, root or -1, quality, bass or -1); where two share a step the later one stands."""
    if steps < 1:
        raise TokenError("a chart has at least one step")
    by_onset = {onset: (root, quality, bass) for onset, root, quality, bass in spans if onset < steps}
    onsets = sorted(by_onset)
    if not onsets or onsets[0] != 0:
        raise TokenError("a chart begins with a chord at step 0")
    root, quality, bass = (np.array([by_onset[onset][k] for onset in onsets]) for k in range(3))
    key = key or estimate_key(root, quality, np.diff([*onsets, steps]))
    changes: list[Change] = []
    for i, onset in enumerate(onsets):
        if root[i] < 0:
            chord, slash = NO_CHORD, NO_BASS
        else:
            chord = int((root[i] + key.shift) % PITCH_CLASSES) * len(MODEL_QUALITIES) + int(quality[i])
            slash = NO_BASS if bass[i] in (-1, root[i]) else int((bass[i] + key.shift) % PITCH_CLASSES)
        if not changes or (changes[-1].chord, changes[-1].bass) != (chord, slash):
            changes.append(Change(onset, chord, slash))
    bars = common_time(steps) if measures is None else tuple(measures)
    return Chart(tuple(changes), steps, key, bars, tuple(grouping))


def chart_of_progression(progression: Progression, key: Key | None = None) -> Chart:
    """The chart of a typed progression, in its own key unless another is given.

    Changes between two steps move to the earlier one.
    """
    spans = []
    for span in progression.spans:
        chord = span.chord
        root, bass = (-1 if pc is None else pc for pc in (chord.root_pc, chord.bass_pc))
        spans.append((span.onset // TICKS_PER_STEP, root, chord.model_quality, bass))
    lines = progression.lines
    told = [list(measures_of(lines.meter(bar))) for bar in range(progression.bars)]
    measures = [part for bar in told for part in bar]
    while sum(measure.steps for measure in measures[:-1]) >= progression.steps:  # a last bar that is cut short
        measures.pop()
        told[-1].pop()
    chart = _chart(
        spans, progression.steps, measures, key, [len(bar) for bar in told] if len(measures) > len(told) else ()
    )
    tones = {span.onset // TICKS_PER_STEP: span.chord.pitch_classes for span in progression.spans}
    moved = (
        Tones(onset, frozenset((tone + chart.shift) % PITCH_CLASSES for tone in classes))
        for onset, classes in tones.items()
        if onset < chart.steps
    )
    return replace(chart, tones=tuple(moved))


def chart_of_labels(labels: ChordLabels, measures: Sequence[Measure] | None = None) -> Chart:
    """The chart of labels that a recogniser gave, one a beat; of 4/4 unless its bars are given."""
    spans = [(start * STEPS_PER_BEAT, root, quality, bass) for start, _, root, quality, bass in label_spans(labels)]
    return _chart(spans, len(labels.root) * STEPS_PER_BEAT, measures)
