"""The one place where ids are made: ordered ranges, their values and the fingerprint.

Knows what a token stands for; knows neither in which order tokens come (grammar) nor how music
becomes tokens (encode, decode). Values are plain integers: a pitch, a step in the bar, or an index
into one of the tables here.

The language grows at its end alone: new ranges are appended, as a new generation. What was made with an earlier
generation, weights or datasets, means the same today.
"""

from __future__ import annotations

import hashlib
import json
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sideman.errors import TokenError
from sideman.music.band import MIDI_VALUES, ROLES
from sideman.music.chords import MODEL_QUALITIES
from sideman.music.qualities import PITCH_CLASSES
from sideman.music.styles import DENSITIES as DENSITIES  # noqa: PLC0414 - readers of this module find it here too
from sideman.music.styles import STYLES as STYLES  # noqa: PLC0414 - readers of this module find it here too
from sideman.music.time import STEPS_PER_BEAT
from sideman.tokens.drum_hits import HITS

MAX_BEATS = 4  # of a bar; longer metres are told as several bars
POSITIONS = MAX_BEATS * STEPS_PER_BEAT  # steps of the longest bar
# Note lengths in steps: a sextuplet to four bars. Others become the nearest by ratio.
LENGTHS = (1, 2, 3, 4, 6, 8, 12, 18, 24, 36, 48, 72, 96, 192)
# MIDI velocities of the loudness levels; one level a track and bar.
LOUDNESS = (24, 40, 52, 64, 76, 88, 100, 116)
# Beats a minute of the tempo levels.
TEMPI = (48, 58, 66, 74, 82, 90, 98, 106, 114, 122, 130, 140, 152, 168, 190, 220)
# Onsets a bar up to which a density level reaches, by role: quintiles of LPD-5's train fold.
DENSITY_LIMITS: dict[str, tuple[int, ...]] = {
    "drums": (7, 8, 9, 15),
    "piano": (2, 4, 7, 9),
    "guitar": (4, 6, 8, 11),
    "bass": (3, 4, 5, 8),
    "strings": (2, 4, 7, 9),
}
NO_CHORD = PITCH_CLASSES * len(MODEL_QUALITIES)  # chord value of N.C.; others: root * qualities + quality


class Range(NamedTuple):
    """Consecutive ids of one kind; the value of the first id is ``first``."""

    kind: str
    size: int
    first: int = 0


RANGES: tuple[Range, ...] = (
    Range("start", 1),
    Range("end", 1),
    Range("bar", 1),
    Range("style", len(STYLES)),
    Range("tempo", len(TEMPI)),
    Range("chord", NO_CHORD + 1),
    Range("bass", PITCH_CLASSES),  # pitch class of a slash bass
    Range("track", len(ROLES)),
    Range("track_density", len(ROLES) * DENSITIES),  # role * DENSITIES + level
    Range("rest", len(ROLES)),
    Range("loudness", len(LOUDNESS)),
    Range("position", POSITIONS),
    Range("length", len(LENGTHS)),
    Range("pitch", MIDI_VALUES),
    Range("hit", len(HITS)),
    Range("unknown", 1),  # in the place of a chord: it is not told
)
GENERATIONS = (15, 16)  # how many of the ranges each generation of the language has


class Vocabulary:
    """Ids of all tokens. ``vocabulary.id("pitch", 60)`` makes one, ``kind`` and ``value`` take it apart."""

    def __init__(self, ranges: tuple[Range, ...] = RANGES, generations: tuple[int, ...] = GENERATIONS) -> None:
        self.ranges = ranges
        self._generations = generations
        self.kinds = tuple(r.kind for r in ranges)
        self._start: dict[str, int] = {}
        kinds: list[npt.NDArray[np.int16]] = []
        values: list[npt.NDArray[np.int16]] = []
        size = 0
        for number, r in enumerate(ranges):
            self._start[r.kind] = size - r.first
            kinds.append(np.full(r.size, number, np.int16))
            values.append(np.arange(r.first, r.first + r.size, dtype=np.int16))
            size += r.size
        self.size = size
        self.kind_numbers = np.concatenate(kinds)  # (vocab,) index into `kinds`
        self.values = np.concatenate(values)  # (vocab,)
        self._by_kind = {r.kind: r for r in ranges}

    def id(self, kind: str, value: int = 0) -> int:
        """The id of a token. Raises :class:`TokenError` for an unknown kind or a value out of range."""
        r = self._by_kind.get(kind)
        if r is None or not r.first <= value < r.first + r.size:
            raise TokenError(f"no token {kind}:{value}")
        return self._start[kind] + value

    def ids(self, kind: str, values: npt.NDArray[np.integer]) -> npt.NDArray[np.int64]:
        """Ids of many tokens of one kind, as an array of the same shape. The values must be in range."""
        return values.astype(np.int64) + self._start[kind]

    def range(self, kind: str) -> slice:
        """The ids of a kind, as a slice of the vocabulary."""
        r = self._by_kind[kind]
        first = self._start[kind] + r.first
        return slice(first, first + r.size)

    def kind(self, token: int) -> str:
        """What kind of token an id is. Raises :class:`TokenError` outside the vocabulary."""
        if not 0 <= token < self.size:
            raise TokenError(f"id {token} is outside the vocabulary of {self.size}")
        return self.kinds[int(self.kind_numbers[token])]

    def value(self, token: int) -> int:
        """The value of an id within its kind."""
        self.kind(token)
        return int(self.values[token])

    def name(self, token: int) -> str:
        """An id for people: ``pitch:60``."""
        return f"{self.kind(token)}:{self.value(token)}"

    @cached_property
    def fingerprint(self) -> str:
        """16 hex digits that change whenever an id would mean something else."""
        return self._fingerprint(len(self.ranges))

    @cached_property
    def sizes(self) -> dict[str, int]:
        """How many ids each generation has, by its fingerprint: those that these ids begin with, and all of them."""
        counts = sorted({*(count for count in self._generations if count < len(self.ranges)), len(self.ranges)})
        return {self._fingerprint(count): sum(r.size for r in self.ranges[:count]) for count in counts}

    def _fingerprint(self, count: int) -> str:
        """Of the first ``count`` ranges."""
        qualities = [(quality.name, quality.intervals) for quality in MODEL_QUALITIES]
        tables = [self.ranges[:count], LENGTHS, LOUDNESS, TEMPI, STYLES, DENSITY_LIMITS, HITS, qualities]
        grid = [STEPS_PER_BEAT, MAX_BEATS]
        return hashlib.sha256(json.dumps([tables, grid]).encode()).hexdigest()[:16]


VOCABULARY = Vocabulary()
