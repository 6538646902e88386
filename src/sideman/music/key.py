"""The key of a progression, from its chords alone. Knows no notes and no ids."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from sideman.errors import OptionError
from sideman.music.notes import MAJOR_ROOTS, MINOR_ROOTS, NOTE_NAMES, fifths_of, move
from sideman.music.qualities import MODEL_QUALITIES, PITCH_CLASSES

__all__ = ["MAX_FIFTHS", "SHIFTS", "Key", "estimate_key"]

_MINOR_HOME = 9  # A minor has the tones of C major
MAX_FIFTHS = 7  # a key signature's most sharps or flats
_MINOR_FIFTHS = -3  # A minor has the signature of C major
SHIFTS = range(-5, 7)  # semitones by which music moves to C major or A minor

# What a chord is to a key depends on its kind, by quality.
_MAJOR, _MINOR, _DOMINANT, _DIMINISHED = _KINDS = range(4)
_KIND_NAMES: dict[int, tuple[str, ...]] = {
    _MAJOR: ("", "M7", "add9", "6"),
    _MINOR: ("m", "m7", "m7(9)", "m6", "mM7"),
    _DOMINANT: ("7", "7(9)", "sus4", "7sus4", "aug", "7-5"),
    _DIMINISHED: ("dim", "m7-5"),
}
_KIND_BY_NAME = {name: kind for kind, names in _KIND_NAMES.items() for name in names}
_KIND = np.array([_KIND_BY_NAME[quality.name] for quality in MODEL_QUALITIES])

# Evidence for a key when a whole song stands on one chord, by the chord's semitones above the tonic: the weights of a
# softmax regression on 171 songs of POP909 and 378 of Billboard with known keys, drawn to a plain diatonic prior.
# fmt: off
_DEGREE_EVIDENCE = np.array((
    # I    bII    II  bIII   III    IV    #IV     V   bVI    VI  bVII   VII
    (  # major
        (10.9, -2.1, -4.2,  0.5,  1.8,  5.5, -2.5,  3.2,  0.1,  0.2, -2.6,  3.1),
        ( 0.4,  0.5,  1.4, -2.0,  2.9,  1.4, -1.1, -2.0,  0.3,  2.7, -2.4, -2.2),
        ( 5.7, -0.7, -1.5, -2.7, -0.3,  2.4, -1.7,  5.0, -2.4,  0.5, -1.0, -0.7),
        (-2.5,  0.5,  0.9, -2.6,  0.5, -1.0,  0.6, -1.1, -1.0,  0.6, -2.3,  1.8),
    ),
    (  # minor
        (-1.7, -3.7, -2.1,  0.8, -2.6, -1.5, -3.4,  1.7,  2.0, -4.1,  1.6, -1.7),
        (10.5, -2.7, -2.6, -1.3, -2.1,  3.3, -3.9,  0.2, -1.2, -2.2, -2.3, -0.6),
        (-2.5, -2.3, -2.8, -1.0, -2.3, -1.4, -3.6,  2.9, -0.9, -3.7, -0.6, -2.1),
        (-1.6, -3.6,  1.0, -3.5, -0.6, -0.5, -3.5, -2.0, -2.0, -0.3, -2.0, -0.5),
    ),
))  # (mode, kind, degree)
# fmt: on
_FIRST_IS_TONIC = 1.2
_LAST_IS_TONIC = 0.9


@dataclass(frozen=True)
class Key:
    """A tonic as a pitch class, 0 to 11, and a mode.

    ``spelling`` is the tonic's name where the key is told otherwise than is common, such as Gb for F#. It is the same
    key.
    """

    tonic: int
    minor: bool = False
    spelling: str = field(default="", compare=False)

    @property
    def tonic_name(self) -> str:
        """The tonic's name, as it is spelled or else as is common: ``Eb``."""
        return self.spelling or (MINOR_ROOTS if self.minor else MAJOR_ROOTS)[self.tonic]

    @property
    def name(self) -> str:
        """The key in words: ``Eb major``, ``C# minor``."""
        return f"{self.tonic_name} {'minor' if self.minor else 'major'}"

    @property
    def fifths(self) -> int:
        """Sharps of its signature, -7 to 7; flats are below 0."""
        return fifths_of(self.tonic_name) + _MINOR_FIFTHS * self.minor

    @classmethod
    def of(cls, tonic: str, minor: bool = False) -> Key:
        """The key on a tonic that is named so; with more than seven signs it is spelled as is common."""
        named = cls(NOTE_NAMES[tonic], minor, tonic)
        return named if abs(named.fifths) <= MAX_FIFTHS else cls(named.tonic, minor)

    @classmethod
    def signed(cls, fifths: int, *, minor: bool) -> Key:
        """The key of a signature of so many sharps, -7 to 7; flats are below 0."""
        return cls.of(move("C", fifths - _MINOR_FIFTHS * minor), minor)

    @classmethod
    def named(cls, name: str) -> Key:
        """The key of a :attr:`name`, however it is spelled. Raises :class:`OptionError` where it is not one."""
        tonic, _, mode = name.partition(" ")
        if tonic not in NOTE_NAMES or mode not in {"major", "minor"}:
            raise OptionError(f"unknown key {name[:20]!r}: write it as Eb major or C# minor")
        return cls.of(tonic, mode == "minor")

    def transpose(self, semitones: int) -> Key:
        """The key so many semitones higher."""
        spelling = "" if semitones % PITCH_CLASSES else self.spelling
        return Key((self.tonic + semitones) % PITCH_CLASSES, self.minor, spelling)

    @property
    def shift(self) -> int:
        """Semitones, -5 to 6, that move the music to C major or A minor."""
        home = _MINOR_HOME if self.minor else 0
        return (home - self.tonic - SHIFTS.start) % PITCH_CLASSES + SHIFTS.start


def estimate_key(root: npt.NDArray[Any], quality: npt.NDArray[Any], weights: npt.NDArray[Any]) -> Key:
    """The key of a progression; C major where it has no chord.

    ``root`` holds pitch classes (-1: no chord), ``quality`` indices into ``MODEL_QUALITIES`` and ``weights``
    durations in any unit, one a chord. Everything is counted from the first chord's root, ties too: moving all roots by
    some semitones moves the tonic by as many, exactly.
    """
    sounding = np.flatnonzero(np.asarray(root) >= 0)
    if not len(sounding):
        return Key(0)
    reference = int(root[sounding[0]])
    degree = (np.asarray(root)[sounding].astype(np.int64) - reference) % PITCH_CLASSES
    kind = _KIND[np.asarray(quality)[sounding]]
    weight = np.asarray(weights, np.float64)[sounding]
    weight = weight / weight.sum() if weight.sum() > 0 else np.full(len(weight), 1 / len(weight))
    cells = np.bincount(kind * PITCH_CLASSES + degree, weight, len(_KINDS) * PITCH_CLASSES)
    spread = cells.reshape(len(_KINDS), PITCH_CLASSES)

    tonics = np.arange(PITCH_CLASSES)
    from_tonic = spread[:, (tonics[:, None] + tonics) % PITCH_CLASSES]  # (kind, tonic, degree above it)
    evidence = np.einsum("mkd,ktd->mt", _DEGREE_EVIDENCE, from_tonic)
    for chord, bonus in ((0, _FIRST_IS_TONIC), (-1, _LAST_IS_TONIC)):
        evidence[int(kind[chord] == _MINOR), degree[chord]] += bonus
    mode, tonic = divmod(int(evidence.argmax()), PITCH_CLASSES)
    return Key((tonic + reference) % PITCH_CLASSES, minor=mode == 1)
