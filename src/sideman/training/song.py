"""A source song in ticks, what makes it unusable, and its snapping to the grid of steps.

Knows ticks, steps and notes; no file formats, chords or tokens. Every reader of a format makes a
:class:`Song`, everything after it sees only that.

LPD's onsets stand on 24 ticks a beat, the token grid on 12 steps. Most odd ticks are not music but
the publisher's rounding down: 23/24 is the next beat, 11/24 the half, 5 and 17 are 16ths, 15 is a
triplet. So ticks go to their musical neighbour by a table, never down by rule. Ticks 7, 9, 17 and
19 lie between a 16th and a triplet; the track itself tells which of the two it plays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass, field

import numpy as np
import numpy.typing as npt

from sideman.music.band import DURATION, INSTRUMENTS, MIDI_VALUES, ONSET, PITCH, ROLES, VELOCITY, NoteArray
from sideman.music.time import COMMON_TIME, STEPS_PER_BEAT, TICKS_PER_BEAT, TICKS_PER_STEP, Meter

TICKS_PER_DOTTED_BEAT = TICKS_PER_BEAT * 3 // 2  # 36
MAX_TICKS = 1 << 24  # of a song that a reader takes: 48 hours at 240 beats a minute
MIN_BARS = 8  # of 4/4, with an onset
MAX_BARS = 1_000
MIN_SONG_TEMPO, MAX_SONG_TEMPO = 30.0, 300.0  # beats a minute
MIN_ROLES = 2

# Tick in the beat -> step in the beat (12: the next beat). Both rows ascend, so no two notes of a
# pitch can change places or come to overlap.
_STRAIGHT = (0, 0, 1, 2, 2, 3, 3, 3, 4, 5, 5, 6, 6, 6, 7, 8, 8, 9, 9, 9, 10, 11, 11, 12)
_TRIPLET = (0, 0, 1, 2, 2, 3, 3, 4, 4, 4, 5, 6, 6, 6, 7, 8, 8, 8, 9, 10, 10, 11, 11, 12)
_STEPS = np.array((_STRAIGHT, _TRIPLET), np.int32)  # (feel, tick in the beat)
_STRAIGHT_TICKS = (5, 6, 18)  # what tells the two apart; 7 and 17 are the question
_TRIPLET_TICKS = (8, 15, 16)

_HIGH_BITS = 40  # of a sort key, above every onset x 128 + pitch
_DRUMS = tuple(index for index, role in enumerate(ROLES) if INSTRUMENTS[role].is_drum)


@dataclass(frozen=True)
class Loss:
    """What reading and the grid of steps cost: counts of notes as they were before; losses add up."""

    notes: int = 0  # all of them
    moved: int = 0  # onset between two steps
    merged: int = 0  # fell together with a note of the same pitch
    rounded: int = 0  # duration changed
    stretched: int = 0  # of these: shorter than a step, now a step
    resampled: int = 0  # onset or end between two ticks, in files of a finer or another resolution

    def __add__(self, other: Loss) -> Loss:
        return Loss(*(mine + theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))


@dataclass(frozen=True, eq=False)
class Song:
    """One song of the data: five tracks in LPD's order, bars from tick 0 on.

    ``ticks`` holds for each of :data:`sideman.music.band.ROLES` an int32 array (notes, 4) of onset,
    duration, pitch and velocity, in ticks of 24 a beat, sorted by onset, then pitch; notes of one
    pitch don't overlap. ``length`` is in ticks, ``tempo`` the median in beats a minute; ``loss`` is what
    reading cost. ``meter`` is what the source says; where that is 4/4, which it may be by decree, it is None.
    """

    name: str
    ticks: tuple[NoteArray, ...]
    length: int
    tempo: float
    loss: Loss = field(default_factory=Loss)
    meter: Meter | None = None

    @property
    def note_count(self) -> int:
        """Notes of all tracks together."""
        return sum(map(len, self.ticks))

    @property
    def bars(self) -> int:
        """Bars of 4/4 up to the last end of a note."""
        ends = [int((notes[:, ONSET] + notes[:, DURATION]).max()) for notes in self.ticks if len(notes)]
        return -(-max(ends, default=0) // COMMON_TIME.ticks)


def merge(parts: Sequence[NoteArray]) -> NoteArray:
    """One track from the notes of several, (notes, 4) each, in any order.

    Of notes with the same onset and pitch the longest duration and the loudest velocity stay. A note
    that still sounds when its pitch is struck again ends there, and the new one sounds for both: a
    pitch sounds exactly while one of the parts sounds it.
    """
    notes = np.concatenate([np.zeros((0, 4), np.int32), *parts]).astype(np.int32, copy=False)
    if not len(notes):
        return notes
    notes = _unite(notes, _strike(notes))
    strike = _strike(notes)
    end = np.maximum.accumulate(strike + notes[:, DURATION])  # of all so far; a lower pitch ends below every strike
    end[:-1] = np.minimum(end[:-1], strike[1:])
    notes[:, DURATION] = end - strike
    return in_order(notes)


def unite(parts: Sequence[NoteArray], resolution: int, *, is_drum: bool) -> tuple[NoteArray, Loss]:
    """One role's notes in ticks from its source tracks, in units of ``resolution`` a beat, and what that cost.

    A drum's end counts for nothing. The loss counts as notes only those that are no more.
    """
    track = merge([to_ticks(notes, resolution) for notes in parts])
    merged = sum(map(len, parts)) - len(track)
    resampled = 0
    for notes in parts:
        between = notes[:, ONSET].astype(np.int64) * TICKS_PER_BEAT % resolution != 0
        if not is_drum:
            end = notes[:, ONSET].astype(np.int64) + notes[:, DURATION]
            between |= end * TICKS_PER_BEAT % resolution != 0
        resampled += int(np.count_nonzero(between))
    return track, Loss(notes=merged, merged=merged, resampled=resampled)


def in_order(notes: NoteArray) -> NoteArray:
    """``notes`` (notes, 4) sorted by onset, then pitch."""
    return notes[np.argsort(notes[:, ONSET].astype(np.int64) * MIDI_VALUES + notes[:, PITCH], kind="stable")]


def to_ticks(notes: NoteArray, resolution: int) -> NoteArray:
    """``notes`` (notes, 4), in units of ``resolution`` a beat, in ticks: onsets and ends to the nearest."""
    if resolution == TICKS_PER_BEAT:
        return notes
    onset = notes[:, ONSET].astype(np.int64)
    bounds = np.stack((onset, onset + notes[:, DURATION]))
    start, end = (2 * bounds * TICKS_PER_BEAT + resolution) // (2 * resolution)
    columns = (start, np.maximum(end - start, 1), notes[:, PITCH], notes[:, VELOCITY])
    return np.stack(columns, axis=1).astype(np.int32)


def snap(song: Song) -> tuple[tuple[NoteArray, ...], Loss]:
    """The song's tracks on the grid of steps, and what reading it and that cost.

    Returns five arrays (notes, 4) of onset and duration in steps, pitch and velocity, sorted by
    onset, then pitch. A note lasts from its snapped onset to its snapped end, at least a step; a drum
    lasts one, which counts as no loss. Notes of one pitch that come to stand on one step become one.
    """
    counts = [len(track) for track in song.ticks]
    if not sum(counts):
        return tuple(np.zeros((0, 4), np.int32) for _ in song.ticks), song.loss
    notes = np.concatenate(song.ticks)
    track = np.repeat(np.arange(len(counts), dtype=np.int64), counts)
    onset_beat, onset_tick = np.divmod(notes[:, ONSET], TICKS_PER_BEAT)
    end_beat, end_tick = np.divmod(notes[:, ONSET] + notes[:, DURATION], TICKS_PER_BEAT)
    feel = _feel(track, onset_tick, len(counts))[track]
    onset = onset_beat * STEPS_PER_BEAT + _STEPS[feel, onset_tick]
    duration = end_beat * STEPS_PER_BEAT + _STEPS[feel, end_tick] - onset
    drum = np.isin(track, _DRUMS)
    stretched = (duration < 1) & ~drum
    duration = np.where(drum, 1, np.maximum(duration, 1))
    rounded = (duration * TICKS_PER_STEP != notes[:, DURATION]) & ~drum
    snapped = np.stack((onset, duration, notes[:, PITCH], notes[:, VELOCITY]), axis=1).astype(np.int32)
    key = (track << _HIGH_BITS) | (onset.astype(np.int64) * MIDI_VALUES + notes[:, PITCH])
    snapped, tracks = _unite_tracks(snapped, key)
    loss = Loss(
        notes=len(notes),
        moved=int(np.count_nonzero(onset_tick % TICKS_PER_STEP)),
        merged=len(notes) - len(snapped),
        rounded=int(np.count_nonzero(rounded)),
        stretched=int(np.count_nonzero(stretched)),
    )
    bounds = np.searchsorted(tracks, np.arange(1, len(counts)))
    return tuple(np.split(snapped, bounds)), song.loss + loss


def in_dotted_beats(song: Song) -> Song:
    """The song whose beats are a beat and a half of before: for 6/8 that was counted in quarters."""
    made = [
        unite([notes], TICKS_PER_DOTTED_BEAT, is_drum=INSTRUMENTS[role].is_drum)
        for role, notes in zip(ROLES, song.ticks, strict=True)
    ]
    tracks, losses = zip(*made, strict=True)
    length = -(-song.length * TICKS_PER_BEAT // TICKS_PER_DOTTED_BEAT)
    tempo = song.tempo * TICKS_PER_BEAT / TICKS_PER_DOTTED_BEAT
    return Song(song.name, tracks, length, tempo, sum(losses, song.loss))


def unusable(song: Song) -> str | None:
    """Why this song is of no use for training, in a few words, or None when it is."""
    present = [index for index, notes in enumerate(song.ticks) if len(notes)]
    if not set(present) - set(_DRUMS):
        return "no pitched notes"
    if len(present) < MIN_ROLES:
        return f"fewer than {MIN_ROLES} roles play"
    if song.bars > MAX_BARS:
        return f"longer than {MAX_BARS:,} bars"
    if not MIN_SONG_TEMPO <= song.tempo <= MAX_SONG_TEMPO:
        return f"tempo outside {MIN_SONG_TEMPO:g} to {MAX_SONG_TEMPO:g}"
    onsets = np.concatenate([notes[:, ONSET] for notes in song.ticks])
    if np.count_nonzero(np.bincount(onsets // COMMON_TIME.ticks)) < MIN_BARS:
        return f"fewer than {MIN_BARS} bars with notes"
    return None


def _feel(track: npt.NDArray[np.int64], tick: NoteArray, tracks: int) -> npt.NDArray[np.int64]:
    """(tracks,) 0 where a track plays 16ths, 1 where triplets; without evidence, what the song plays."""
    histogram = np.bincount(track * TICKS_PER_BEAT + tick, minlength=tracks * TICKS_PER_BEAT).reshape(tracks, -1)
    lead = histogram[:, _TRIPLET_TICKS].sum(1) - histogram[:, _STRAIGHT_TICKS].sum(1)  # (tracks,)
    feel: npt.NDArray[np.int64] = (np.where(lead, lead, lead.sum()) > 0).astype(np.int64)
    return feel


def _strike(notes: NoteArray) -> npt.NDArray[np.int64]:
    """(notes,) numbers that ascend by pitch, then onset, and leave room for every end between two pitches."""
    strike: npt.NDArray[np.int64] = notes[:, PITCH].astype(np.int64) << _HIGH_BITS | notes[:, ONSET]
    return strike


def _unite(notes: NoteArray, key: npt.NDArray[np.int64]) -> NoteArray:
    """``notes`` sorted by ``key``; those that share a key are one: the longest and the loudest."""
    return _unite_tracks(notes, key)[0]


def _unite_tracks(notes: NoteArray, key: npt.NDArray[np.int64]) -> tuple[NoteArray, npt.NDArray[np.int64]]:
    """As :func:`_unite`, with the track (the key's high bits) of each note that stays."""
    order = np.argsort(key, kind="stable")
    key, notes = key[order], notes[order]
    first = np.flatnonzero(np.r_[True, key[1:] != key[:-1]])
    if len(first) == len(key):
        return notes, key >> _HIGH_BITS
    united = notes[first]
    for column in (DURATION, VELOCITY):
        united[:, column] = np.maximum.reduceat(notes[:, column], first)
    return united, key[first] >> _HIGH_BITS
