"""Chords, and progressions of them in time. Knows no text but its own canonical form, no bands, ids or files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple, Self

import numpy as np

from sideman.errors import OptionError
from sideman.music import time
from sideman.music.key import Key, estimate_key
from sideman.music.notes import MAJOR_ROOTS, MINOR_ROOTS, NATURALS, NOTE_NAMES, fifths_of, move
from sideman.music.qualities import PITCH_CLASSES, QUALITIES, Quality

MAX_BEATS = 4_096  # of a progression: 1,024 bars
SHOWN = 60  # characters of a progression in a prompt
MAX_CHORDS = MAX_BEATS  # a chord a beat

MINOR_THIRD, MAJOR_THIRD = 3, 4
DECIMAL_DENOMINATORS = (2, 4, 8)  # of the beat fractions that ticks can make: 1, 2, 3, 4, 6, 8, 12, 24

SILENT = Quality("N.C.", (), 0, "")  # the quality of silence; its ``model`` means nothing


@dataclass(frozen=True, slots=True)
class Chord:
    """A chord as it is spelled: ``Db`` and ``C#`` are different chords with equal pitch classes.

    ``root`` and ``bass`` are names of :data:`NOTE_NAMES`; both are None where no chord sounds. A bass that is the root
    is not a slash chord and is kept as None. ``suffix`` is how the quality was spelled where somebody wrote the chord;
    it makes no difference between chords. Raises :class:`OptionError` for names that are unknown.
    """

    root: str | None
    quality: Quality = QUALITIES[0]
    bass: str | None = None
    suffix: str | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.root is None:
            if self.quality != SILENT or self.bass is not None:
                raise OptionError("a chord without a root is Chord.no_chord(): it has no quality and no bass")
            return
        if self.quality == SILENT:
            raise OptionError(f"a chord on {self.root} needs a quality: take one of SPELLINGS")
        for name in (self.root, self.bass or self.root):
            if name not in NOTE_NAMES:
                raise OptionError(f"unknown note {name[:8]!r}: notes are A to G with up to two '#' or 'b'")
        if self.bass == self.root:
            object.__setattr__(self, "bass", None)

    @classmethod
    def no_chord(cls) -> Self:
        """The chord ``N.C.``: a time without harmony."""
        return cls(None, SILENT)

    @property
    def root_pc(self) -> int | None:
        """Pitch class of the root, 0 (C) to 11; None for ``N.C.``."""
        return None if self.root is None else NOTE_NAMES[self.root]

    @property
    def bass_pc(self) -> int | None:
        """Pitch class of the lowest note: the slash bass, or the root; None for ``N.C.``."""
        return self.root_pc if self.bass is None else NOTE_NAMES[self.bass]

    @property
    def pitch_classes(self) -> frozenset[int]:
        """The exact chord tones of root and quality. A slash bass is not added: see :attr:`bass_pc`."""
        root = self.root_pc or 0  # N.C. has no intervals to add it to
        return frozenset((root + interval) % PITCH_CLASSES for interval in self.quality.intervals)

    @property
    def model_quality(self) -> int:
        """Index in :data:`MODEL_QUALITIES` of the quality that the model sees; 0 for ``N.C.``."""
        return self.quality.model

    @property
    def written(self) -> str:
        """The chord as its writer spelled the quality; as ``str()`` tells it where nobody did."""
        return self._with_suffix(self.quality.name if self.suffix is None else self.suffix)

    def transpose(self, semitones: int) -> Self:
        """This chord moved by ``semitones``: the root as commonly spelled, the bass as far from it on the staff."""
        if self.root is None or semitones % PITCH_CLASSES == 0:
            return self
        is_minor = MINOR_THIRD in self.quality.intervals and MAJOR_THIRD not in self.quality.intervals
        names = MINOR_ROOTS if is_minor else MAJOR_ROOTS
        root = names[(NOTE_NAMES[self.root] + semitones) % PITCH_CLASSES]
        if self.bass is None:
            return type(self)(root, self.quality, None, self.suffix)
        letters = "".join(NATURALS)
        letter = letters[(letters.index(self.bass[0]) - letters.index(self.root[0]) + letters.index(root[0])) % 7]
        target = (NOTE_NAMES[self.bass] + semitones) % PITCH_CLASSES
        spelled = (letter + sign for sign in ("", "b", "#") if NOTE_NAMES[letter + sign] == target)
        return type(self)(root, self.quality, next(spelled, MAJOR_ROOTS[target]), self.suffix)

    def move(self, fifths: int) -> Self:
        """This chord so many fifths up: root and bass as they are spelled there, or simpler where that is far."""
        if self.root is None:
            return self
        bass = None if self.bass is None else move(self.bass, fifths)
        return type(self)(move(self.root, fifths), self.quality, bass, self.suffix)

    def __str__(self) -> str:
        return self._with_suffix(self.quality.name)

    def _with_suffix(self, suffix: str) -> str:
        bass = "" if self.bass is None else f"/{self.bass}"
        return f"{self.root or ''}{suffix}{bass}"


class ChordSpan(NamedTuple):
    """A chord that sounds from ``onset`` for ``duration``, both in ticks (24 a beat)."""

    chord: Chord
    onset: int
    duration: int

    @property
    def written(self) -> str:
        """As ``str()``, with the chord as it was spelled."""
        return f"{self.chord.written}:{_format_duration(self.duration)}"

    def __str__(self) -> str:
        return f"{self.chord}:{_format_duration(self.duration)}"


@dataclass(frozen=True, slots=True, repr=False)
class Progression:
    """One chord after the other without a gap, from tick 0 on; ``lines`` tells where its bars begin.

    Raises :class:`OptionError` where there is a gap, no chord at all, or more than :data:`MAX_CHORDS` or
    :data:`MAX_BEATS`. ``str()`` gives the canonical form ``C:4|Am:4``.
    """

    spans: tuple[ChordSpan, ...]
    lines: time.BarLines = time.COMMON_BARS

    def __post_init__(self) -> None:
        if not self.spans:
            raise OptionError("a progression has at least one chord")
        end = 0
        for span in self.spans:
            if span.onset != end or span.duration < 1:
                raise OptionError(f"chord {span.chord} at tick {span.onset} must begin at {end} and last")
            end += span.duration
        if len(self.spans) > MAX_CHORDS or end > MAX_BEATS * time.TICKS_PER_BEAT:
            raise OptionError(f"a progression has at most {MAX_CHORDS} chords and {MAX_BEATS} beats")

    @classmethod
    def of(cls, chords: Iterable[tuple[Chord, int]], lines: time.BarLines = time.COMMON_BARS) -> Self:
        """The progression of these chords and their durations in ticks, one after the other."""
        spans, onset = [], 0
        for chord, duration in chords:
            spans.append(ChordSpan(chord, onset, duration))
            onset += duration
        return cls(tuple(spans), lines)

    @property
    def ticks(self) -> int:
        """Length in ticks, 24 a beat."""
        return self.spans[-1].onset + self.spans[-1].duration

    @property
    def beats(self) -> Fraction:
        """Length in beats, exact."""
        return Fraction(self.ticks, time.TICKS_PER_BEAT)

    @property
    def steps(self) -> int:
        """Length in steps (12 a beat); a step begun counts whole."""
        return -(-self.ticks // time.TICKS_PER_STEP)

    @property
    def bars(self) -> int:
        """Number of bars; a bar begun counts whole."""
        return self.lines.count(self.steps)

    @property
    def key(self) -> Key:
        """The key that its chords speak for."""
        weights = np.array([span.duration for span in self.spans], np.float64)
        roots = [-1 if span.chord.root_pc is None else span.chord.root_pc for span in self.spans]
        qualities = np.array([span.chord.model_quality for span in self.spans])
        return self.spelled(estimate_key(np.array(roots), qualities, weights))

    def spelled(self, key: Key) -> Key:
        """A key whose tonic is named as the first chord on it is."""
        written = (span.chord.root for span in self.spans if span.chord.root_pc == key.tonic)
        return Key.of(next(filter(None, written), key.tonic_name), key.minor)

    def transpose(self, semitones: int) -> Self:
        """All chords moved by ``semitones``, spelled from the new tonic as they were from the old one."""
        if semitones % PITCH_CLASSES == 0:
            return self
        key = self.key
        tonics = MINOR_ROOTS if key.minor else MAJOR_ROOTS
        written = (span.chord.root for span in self.spans if span.chord.root_pc == key.tonic)
        fifths = fifths_of(tonics[(key.tonic + semitones) % PITCH_CLASSES]) - fifths_of(
            next(filter(None, written), tonics[key.tonic])
        )
        return type(self)(
            tuple(ChordSpan(span.chord.move(fifths), span.onset, span.duration) for span in self.spans), self.lines
        )

    @property
    def written(self) -> str:
        """As ``str()``, with the chords as they were spelled."""
        return "|".join(span.written for span in self.spans)

    def __str__(self) -> str:
        return "|".join(map(str, self.spans))

    def __repr__(self) -> str:
        text = str(self)
        return f"<Progression {text if len(text) <= SHOWN else f'{text[:SHOWN]}…'}>"

    def __len__(self) -> int:
        return len(self.spans)

    def __iter__(self) -> Iterator[ChordSpan]:
        return iter(self.spans)


def _format_duration(ticks: int) -> str:
    """Beats: ``4``, ``1.5``, and ``1/3`` where no decimal is exact."""
    beats = Fraction(ticks, time.TICKS_PER_BEAT)
    return str(float(beats)) if beats.denominator in DECIMAL_DENOMINATORS else str(beats)
