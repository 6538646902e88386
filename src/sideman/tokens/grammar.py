"""Which ids may come next in any song; what a leader asks for besides is leader.py's.

Knows the state of a :class:`Prefix` and the kinds of tokens; no notes and no probabilities. A mask
is a row of precomputed tables with a few slices set, so a step costs microseconds. Every prefix
that follows the masks can be finished: before END there is always an id that may come next.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import numpy as np
import numpy.typing as npt

from sideman.music.band import INSTRUMENTS, MIDI_VALUES, ROLES
from sideman.music.qualities import PITCH_CLASSES
from sideman.tokens.drum_hits import HIT_MASKS, HITS
from sideman.tokens.form import Measure
from sideman.tokens.prefix import Prefix, Stage
from sideman.tokens.slices import are_of_kind
from sideman.tokens.vocabulary import DENSITIES, LENGTHS, LOUDNESS, NO_CHORD, POSITIONS, VOCABULARY

Mask = npt.NDArray[np.bool_]  # (vocab,)

_END, _BAR = VOCABULARY.id("end"), VOCABULARY.id("bar")
_BASSES, _LEVELS, _POSITIONS, _LENGTHS, _PITCHES, _HITS = (
    VOCABULARY.range(kind) for kind in ("bass", "loudness", "position", "length", "pitch", "hit")
)
_CHORD_IDS, _LEVEL_IDS = (
    range(ids.start, ids.stop) for ids in (VOCABULARY.range("chord"), VOCABULARY.range("loudness"))
)
_IS_DRUM = tuple(INSTRUMENTS[role].is_drum for role in ROLES)
_ALL_ROLES = (1 << len(ROLES)) - 1
_HIT_BITS = np.array(HIT_MASKS, np.uint64)


def _above(size: int) -> npt.NDArray[np.bool_]:
    """Row v + 1 holds the values above v; v = -1 means all. Shape (size + 1, size)."""
    return np.tri(size + 1, size, -1, np.bool_) ^ True


def _other(size: int) -> npt.NDArray[np.bool_]:
    """Row v + 1 holds the values that differ from v; v = -1 means all. Shape (size + 1, size)."""
    return np.eye(size + 1, size, -1, np.bool_) ^ True


def _part_masks() -> npt.NDArray[np.bool_]:
    """For each set of roles, as a bit mask: the ids that begin a part of one of them. Shape (32, vocab)."""
    masks = np.zeros((_ALL_ROLES + 1, VOCABULARY.size), np.bool_)
    for role in range(len(ROLES)):
        ids = [VOCABULARY.id("track", role), VOCABULARY.id("rest", role)]
        ids += [VOCABULARY.id("track_density", role * DENSITIES + level) for level in range(DENSITIES)]
        for roles in range(_ALL_ROLES + 1):
            masks[roles, ids] = bool(roles >> role & 1)
    return masks


_AFTER_KIND: dict[str, Mask] = {
    "start": are_of_kind("style", "tempo", "bar"),
    "style": are_of_kind("tempo", "bar"),
    "tempo": are_of_kind("bar"),
}
_ONLY_START, _ANY_CHORD, _ANY_HIT, _NOTHING = (
    are_of_kind(*kinds) for kinds in (["start"], ["chord", "unknown"], ["hit"], [])
)
_PARTS = _part_masks()
_POSITIONS_ABOVE, _LENGTHS_ABOVE, _PITCHES_ABOVE, _HITS_ABOVE = (
    _above(size) for size in (POSITIONS, len(LENGTHS), MIDI_VALUES, len(HITS))
)


@cache
def _positions_above(measure: Measure) -> npt.NDArray[np.bool_]:
    """Row v + 1 holds the positions of a bar above v; v = -1 means all. Shape (POSITIONS + 1, POSITIONS)."""
    return _POSITIONS_ABOVE & (np.arange(POSITIONS) < measure.steps)


_LENGTHS_OTHER, _LEVELS_OTHER, _BASSES_OTHER = (_other(size) for size in (len(LENGTHS), len(LOUDNESS), PITCH_CLASSES))


def _bits(mask: int) -> npt.NDArray[np.bool_]:
    """A bit mask of pitches as booleans, (128,)."""
    packed = np.frombuffer(mask.to_bytes(MIDI_VALUES // 8, "little"), np.uint8)
    return np.unpackbits(packed, bitorder="little").view(np.bool_)


class Grammar:
    """What may come next in any song whose pitches, moved back by each of ``shifts``, stay within MIDI's range."""

    def __init__(self, shifts: Iterable[int] = (0,)) -> None:
        self._mask: Mask = np.zeros(VOCABULARY.size, np.bool_)
        by_shift = list(shifts)
        lowest, end = max(0, *by_shift), MIDI_VALUES + min(0, *by_shift)
        self.in_range = sum(1 << pitch for pitch in range(lowest, end))
        self._free = _bits(self.in_range)
        self._pitches_above = _PITCHES_ABOVE & self._free
        self._any_pitch = are_of_kind()
        self._any_pitch[_PITCHES] = self._free

    def allowed(self, prefix: Prefix) -> Mask:
        """The ids that may follow, bool (vocab,). The array is this grammar's own and lives until the next call."""
        mask, stage = self._mask, prefix.stage
        if stage is Stage.SOUND:
            self._after_sound(prefix)
        elif stage is Stage.ONSET:
            self._after_position(prefix)
        elif stage is Stage.LENGTH:
            np.copyto(mask, self._any_pitch)
            if prefix.pitches:
                mask[_PITCHES] = self._free & ~_bits(prefix.pitches)
        elif stage is Stage.TRACK:
            self._after_track(prefix)
        elif stage is Stage.REST:
            self._after_part(prefix)
        elif stage in (Stage.CHORDS, Stage.HEAD):
            self._after_chord(prefix)
        elif stage in (Stage.BAR, Stage.CHANGE):
            np.copyto(mask, _ANY_CHORD)
        elif stage is Stage.CONTROLS:
            np.copyto(mask, _AFTER_KIND[VOCABULARY.kind(prefix.last)])
        else:
            np.copyto(mask, _ONLY_START if stage is Stage.EMPTY else _NOTHING)
        return mask

    def _after_chord(self, prefix: Prefix) -> None:
        """After CHORD or BASS: once a bass; then a later change, the chord told ahead or, when that is told, parts."""
        mask = self._mask
        if prefix.stage is Stage.HEAD:
            np.copyto(mask, _PARTS[_next_roles(prefix)])
        else:
            np.copyto(mask, _ANY_CHORD)
            mask[_POSITIONS] = _positions_above(prefix.measure)[prefix.head[-1].onset + 1]
        if prefix.last in _CHORD_IDS and prefix.chord.chord != NO_CHORD:
            mask[_BASSES] = _BASSES_OTHER[prefix.chord.root + 1]

    def _after_track(self, prefix: Prefix) -> None:
        """After TRACK or LOUDNESS: a change of loudness, if it was not that; the first onset, if loudness is known."""
        loudness = prefix.loudness[prefix.role]
        np.copyto(self._mask, _NOTHING)
        if loudness >= 0:
            self._mask[_POSITIONS] = _positions_above(prefix.measure)[0]
        if prefix.last not in _LEVEL_IDS:
            self._mask[_LEVELS] = _LEVELS_OTHER[loudness + 1]

    def _after_position(self, prefix: Prefix) -> None:
        """After the POSITION of an onset."""
        mask = self._mask
        if _IS_DRUM[prefix.role]:
            np.copyto(mask, _ANY_HIT)
            return
        np.copyto(mask, self._any_pitch if prefix.length >= 0 else _NOTHING)
        mask[_LENGTHS] = _LENGTHS_OTHER[prefix.length + 1]

    def _after_sound(self, prefix: Prefix) -> None:
        """After PITCH or HIT: more on this onset, always ascending; a later onset; or the end of the part."""
        mask, sounding = self._mask, prefix.pitches
        self._after_part(prefix)
        mask[_POSITIONS] = _positions_above(prefix.measure)[prefix.position + 1]
        if _IS_DRUM[prefix.role]:
            mask[_HITS] = _HITS_ABOVE[prefix.pitch + 1] & (_HIT_BITS & np.uint64(sounding) == 0)
            return
        mask[_PITCHES] = self._pitches_above[prefix.pitch + 1]
        if sounding >> prefix.pitch + 1:
            mask[_PITCHES] &= ~_bits(sounding)
        if sounding & self.in_range != self.in_range:  # a length wants one more pitch
            mask[_LENGTHS] = _LENGTHS_ABOVE[prefix.length + 1]

    def _after_part(self, prefix: Prefix) -> None:
        """After the last note of a part or REST: the next part, or the end of the bar."""
        np.copyto(self._mask, _PARTS[_next_roles(prefix)])
        if not prefix.band or len(prefix.played) == len(prefix.band):
            self._mask[_BAR] = self._mask[_END] = True


def _next_roles(prefix: Prefix) -> int:
    """Roles whose part may come next, as a bit mask: the first bar is free to choose, the others do the same."""
    band, played = prefix.band, prefix.played
    if band:
        return 1 << band[len(played)] if len(played) < len(band) else 0
    return _ALL_ROLES & ~sum(1 << role for role in played)
