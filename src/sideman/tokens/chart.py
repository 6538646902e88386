"""The chart as the model reads it: chord changes on the step grid, in the normalised key.

Made from a typed progression (generation) or from recognised labels (training data), so both go
the same way. The key is estimated from the progression alone; ``shift`` moves the music so that it
reads in C major or A minor.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from sideman.errors import TokenError
from sideman.music.chords import REFERENCE_QUALITIES, Progression
from sideman.music.harmony import ChordLabels, label_spans
from sideman.music.key import Key, estimate_key
from sideman.music.time import STEPS_PER_BAR, STEPS_PER_BEAT, TICKS_PER_STEP, bars
from sideman.tokens.vocabulary import NO_CHORD, SEMITONES

NO_BASS = -1  # no slash bass: the bass is the root


@dataclass(frozen=True)
class Change:
    """A chord that begins at ``onset`` steps. ``chord`` is a vocabulary value, ``bass`` a pitch class or NO_BASS."""

    onset: int
    chord: int
    bass: int = NO_BASS

    @property
    def root(self) -> int:
        """Pitch class of the root, -1 for N.C."""
        return -1 if self.chord == NO_CHORD else self.chord // len(REFERENCE_QUALITIES)

    @property
    def quality(self) -> int:
        """Index into the reference qualities, -1 for N.C."""
        return -1 if self.chord == NO_CHORD else self.chord % len(REFERENCE_QUALITIES)


SILENCE = Change(0, NO_CHORD)


@dataclass(frozen=True)
class Chart:
    """Chord changes in the normalised key, the first at step 0, no two alike in a row; ``steps`` long."""

    changes: tuple[Change, ...]
    steps: int
    key: Key

    @property
    def shift(self) -> int:
        """Semitones from the sounding to the normalised key, -5 to 6."""
        return self.key.shift

    @property
    def bars(self) -> int:
        """Bars that the chart touches; the last may be shorter than 48 steps."""
        return bars(self.steps)

    def heads(self) -> list[tuple[Change, ...]]:
        """For each bar: the chord at its start, the changes within it, and last the chord that begins the next bar.

        Onsets count from the bar's start; the next bar's chord has onset 48. After the last bar comes N.C.
        """
        within: list[list[Change]] = [[] for _ in range(self.bars)]
        first = [SILENCE] * (self.bars + 1)
        index = -1
        for bar in range(self.bars):
            start = bar * STEPS_PER_BAR
            while index + 1 < len(self.changes) and self.changes[index + 1].onset < start + STEPS_PER_BAR:
                index += 1
                change = self.changes[index]
                if change.onset > start:
                    within[bar].append(Change(change.onset - start, change.chord, change.bass))
                else:
                    first[bar] = change
            if index + 1 < len(self.changes) and self.changes[index + 1].onset == start + STEPS_PER_BAR:
                first[bar + 1] = self.changes[index + 1]
            elif bar + 1 < self.bars:
                first[bar + 1] = self.changes[index]
        return [
            (
                Change(0, first[bar].chord, first[bar].bass),
                *within[bar],
                Change(STEPS_PER_BAR, first[bar + 1].chord, first[bar + 1].bass),
            )
            for bar in range(self.bars)
        ]


def _chart(spans: Iterable[tuple[int, int, int, int]], steps: int) -> Chart:
    """From (onset step, root or -1, quality, bass or -1); where two share a step the later one stands."""
    if steps < 1:
        raise TokenError("a chart has at least one step")
    by_onset = {onset: (root, quality, bass) for onset, root, quality, bass in spans if onset < steps}
    onsets = sorted(by_onset)
    if not onsets or onsets[0] != 0:
        raise TokenError("a chart begins with a chord at step 0")
    root, quality, bass = (np.array([by_onset[onset][k] for onset in onsets]) for k in range(3))
    key = estimate_key(root, quality, np.diff([*onsets, steps]))
    changes: list[Change] = []
    for i, onset in enumerate(onsets):
        if root[i] < 0:
            chord, slash = NO_CHORD, NO_BASS
        else:
            chord = int((root[i] + key.shift) % SEMITONES) * len(REFERENCE_QUALITIES) + int(quality[i])
            slash = NO_BASS if bass[i] in (-1, root[i]) else int((bass[i] + key.shift) % SEMITONES)
        if not changes or (changes[-1].chord, changes[-1].bass) != (chord, slash):
            changes.append(Change(onset, chord, slash))
    return Chart(tuple(changes), steps, key)


def chart_of_progression(progression: Progression) -> Chart:
    """The chart of a typed progression; changes between two steps move to the earlier one."""
    spans = []
    for span in progression.spans:
        chord = span.chord
        root, bass = (-1 if pc is None else pc for pc in (chord.root_pc, chord.bass_pc))
        spans.append((span.onset // TICKS_PER_STEP, root, chord.model_quality, bass))
    return _chart(spans, progression.steps)


def chart_of_labels(labels: ChordLabels) -> Chart:
    """The chart of labels that a recogniser gave, one a beat."""
    spans = [(start * STEPS_PER_BEAT, root, quality, bass) for start, _, root, quality, bass in label_spans(labels)]
    return _chart(spans, len(labels.root) * STEPS_PER_BEAT)
