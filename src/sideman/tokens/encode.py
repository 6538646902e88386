"""A band on the token grid to ids. The mirror of decode; both follow the grammar.

song   := START [STYLE] [TEMPO] bar+ END
bar    := BAR CHORD [BASS] (POSITION CHORD [BASS])* CHORD [BASS] part*
          the last chord is the one that begins the next bar, told ahead
part   := REST | (TRACK | TRACK_DENSITY) [LOUDNESS] onset+     one for every track in every bar
onset  := POSITION ([LENGTH] PITCH+)+ | POSITION HIT+          LENGTH and LOUDNESS only where they change

Every token gets a sort key (bar, part, position, rank), so a whole song is a handful of numpy
operations.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from sideman.errors import TokenError
from sideman.music.band import DURATION, INSTRUMENTS, MIDI_VALUES, ONSET, PITCH, VELOCITY, Band, NoteArray, Role
from sideman.tokens.chart import NO_BASS, UNKNOWN, Change, Chart
from sideman.tokens.drum_hits import HIGHEST_DRUM, HIT_MASKS, HITS, LOWEST_DRUM
from sideman.tokens.form import bars_of
from sideman.tokens.grid import DRUM_DURATION
from sideman.tokens.vocabulary import DENSITIES, DENSITY_LIMITS, LENGTHS, LOUDNESS, STYLES, TEMPI, VOCABULARY

Ids = npt.NDArray[np.uint16]
_Ints = npt.NDArray[np.int64]

# Sort key of a token: bar, then slot (0: the bar's head, 1...: parts), then place (0: before the
# first onset, 1...: position + 1), then rank.
_SLOTS, _PLACES, _RANKS = 8, 64, 4096
_RANKS_PER_LENGTH = MIDI_VALUES + 1
_INDEX_OF_LENGTH = np.full(LENGTHS[-1] + 1, -1)
_INDEX_OF_LENGTH[list(LENGTHS)] = np.arange(len(LENGTHS))
_INDEX_OF_LOUDNESS = np.full(MIDI_VALUES, -1)
_INDEX_OF_LOUDNESS[list(LOUDNESS)] = np.arange(len(LOUDNESS))


def encode(
    band: Band,
    chart: Chart,
    *,
    order: Sequence[Role] | None = None,
    style: str | None = None,
    tempo: bool = True,
    density: bool = False,
) -> Ids:
    """Ids of a band that plays on a chart, uint16 (tokens,).

    ``order`` of the parts within each bar is the band's own unless given. Raises :class:`TokenError`
    where a note is off the token grid (see :func:`sideman.tokens.grid.to_grid`).
    """
    if not band.steps == chart.steps == chart.lines[-1]:
        raise TokenError(f"a band of {band.steps} steps on a chart of {chart.steps}: both want the same whole bars")
    order = band.roles if order is None else order
    if not order or sorted(order) != sorted(band.roles):
        raise TokenError(f"parts of [{', '.join(order)}] in a band of [{', '.join(band.roles)}]: want each role once")
    tracks = [(role, band[role].notes) for role in order]
    head = [VOCABULARY.id("start")]
    if style is not None:
        head.append(style_id(style))
    if tempo:
        head.append(VOCABULARY.id("tempo", tempo_level(band.tempo)))
    bars = encode_bars(tracks, chart, density=density)
    return np.concatenate([np.array(head, np.uint16), bars, np.array([VOCABULARY.id("end")], np.uint16)])


def encode_bars(tracks: Sequence[tuple[Role, NoteArray]], chart: Chart, *, density: bool = False) -> Ids:
    """Ids of all bars, without START, controls and END. Parts come in the order of ``tracks``."""
    keyed = [_head_tokens(chart)]
    for slot, (role, notes) in enumerate(tracks, 1):
        keyed.extend(_part_tokens(role, notes, slot, chart, density=density))
    keys = np.concatenate([key for key, _ in keyed])
    ids = np.concatenate([ids for _, ids in keyed])
    return ids[np.argsort(keys, kind="stable")].astype(np.uint16)


def style_id(style: str) -> int:
    """The token of a style by name. Raises :class:`TokenError` for one the vocabulary lacks."""
    if style not in STYLES:
        raise TokenError(f"unknown style {style!r}: one of {', '.join(STYLES)}")
    return VOCABULARY.id("style", STYLES.index(style))


def tempo_level(tempo: float) -> int:
    """Index of the nearest tempo in TEMPI, by ratio. Raises :class:`TokenError` for one that is not above 0."""
    if not 0 < tempo < np.inf:
        raise TokenError(f"a tempo of {tempo} beats a minute: wants one above 0")
    return int(np.abs(np.log(np.array(TEMPI) / tempo)).argmin())


def density_level(role: Role, onsets: _Ints) -> _Ints:
    """Density level, 0 to 4, of bars with so many onsets (at least 1)."""
    return np.searchsorted(np.array(DENSITY_LIMITS[role]), onsets, side="left").astype(np.int64)


@cache
def cover(mask: int) -> tuple[int, ...]:
    """Hits (indices into HITS, ascending) that together are the drum pitches of a bit mask, the largest first taken."""
    chosen = []
    for bits, hit in _BY_SIZE:
        if bits & mask == bits:
            chosen.append(hit)
            mask ^= bits
            if not mask:
                break
    return tuple(sorted(chosen))


_BY_SIZE = [(HIT_MASKS[hit], hit) for hit in sorted(range(len(HITS)), key=lambda hit: -len(HITS[hit]))]


def head_ids(head: Sequence[Change]) -> list[int]:
    """Ids of a bar's chords, as :meth:`Chart.heads` gives them: what follows BAR."""
    ids: list[int] = []
    for change in head:
        if 0 < change.onset < head[-1].onset:
            ids.append(VOCABULARY.id("position", change.onset))
        ids.append(VOCABULARY.id("unknown") if change.chord == UNKNOWN else VOCABULARY.id("chord", change.chord))
        if change.bass != NO_BASS:
            ids.append(VOCABULARY.id("bass", change.bass))
    return ids


def _keys(bar: _Ints, slot: int, place: _Ints | int, rank: _Ints | int) -> _Ints:
    return ((bar * _SLOTS + slot) * _PLACES + place) * _RANKS + rank


def _head_tokens(chart: Chart) -> tuple[_Ints, _Ints]:
    """Keys and ids of BAR and its chords."""
    keys: list[int] = []
    ids: list[int] = []
    for bar, head in enumerate(chart.heads()):
        row = [VOCABULARY.id("bar"), *head_ids(head)]
        base = bar * _SLOTS * _PLACES * _RANKS
        keys.extend(range(base, base + len(row)))
        ids.extend(row)
    return np.array(keys), np.array(ids)


def _part_tokens(role: Role, notes: NoteArray, slot: int, chart: Chart, *, density: bool) -> list[tuple[_Ints, _Ints]]:
    """Keys and ids of one track's parts."""
    bars = np.arange(chart.bars)
    if not len(notes):
        return [(_keys(bars, slot, 0, 0), np.full(len(bars), VOCABULARY.id("rest", role.number)))]
    rows = notes[np.lexsort((notes[:, PITCH], notes[:, DURATION], notes[:, ONSET]))].astype(np.int64)
    onset = rows[:, ONSET]
    if onset[0] < 0 or onset[-1] >= chart.steps:
        raise TokenError(f"{role}: an onset lies outside the chart's {chart.steps} steps")
    first = np.flatnonzero(np.r_[True, onset[1:] != onset[:-1]])  # first note of each onset
    onsets = onset[first]
    bar, position = _places(onsets, chart)
    played, begin = np.unique(bar, return_index=True)  # bars with notes, and their first onset
    out = [(_keys(bar, slot, position + 1, 0), VOCABULARY.ids("position", position))]

    if density:
        level = density_level(role, np.diff(np.r_[begin, len(onsets)]))
        track = VOCABULARY.ids("track_density", role.number * DENSITIES + level)
    else:
        track = np.full(len(played), VOCABULARY.id("track", role.number))
    out.append((_keys(played, slot, 0, 0), track))
    resting = np.setdiff1d(bars, played)
    out.append((_keys(resting, slot, 0, 0), np.full(len(resting), VOCABULARY.id("rest", role.number))))

    level = _INDEX_OF_LOUDNESS[rows[:, VELOCITY]]
    low, high = (extreme.reduceat(level, first[begin]) for extreme in (np.minimum, np.maximum))
    if (low < 0).any() or (low != high).any():
        raise TokenError(f"{role}: velocities want one level of {LOUDNESS} a bar")
    changed = np.r_[True, low[1:] != low[:-1]]
    out.append((_keys(played[changed], slot, 0, 1), VOCABULARY.ids("loudness", low[changed])))

    if INSTRUMENTS[role].is_drum:
        out.append(_hit_tokens(rows, first, slot, chart))
    else:
        out.extend(_pitch_tokens(role, rows, first, begin, slot, chart))
    return out


def _places(onsets: _Ints, chart: Chart) -> tuple[_Ints, _Ints]:
    """The bar of each onset, and the step in it."""
    bar = bars_of(onsets, chart.lines)
    return bar, onsets - chart.lines[bar]


def _pitch_tokens(
    role: Role, notes: _Ints, first: _Ints, begin: _Ints, slot: int, chart: Chart
) -> list[tuple[_Ints, _Ints]]:
    """Keys and ids of pitches, and of lengths where they change. Notes are sorted by onset, duration, pitch."""
    shift = chart.shift
    pitch, duration = notes[:, PITCH] + shift, notes[:, DURATION]
    length = _INDEX_OF_LENGTH[np.clip(duration, 0, LENGTHS[-1])]
    if (length < 0).any() or (duration > LENGTHS[-1]).any():
        raise TokenError(f"{role}: durations want a length of {LENGTHS}")
    if pitch.min() < 0 or pitch.max() >= MIDI_VALUES:
        raise TokenError(f"{role}: a pitch leaves MIDI's range in the normalised key ({shift:+} semitones)")
    place = np.sort(notes[:, ONSET] * MIDI_VALUES + pitch)
    if (place[1:] == place[:-1]).any():
        raise TokenError(f"{role}: two notes of one pitch on one onset")
    bar, position = _places(notes[:, ONSET], chart)
    rank = 1 + length * _RANKS_PER_LENGTH
    # The length in force before a note is the note before it; a part starts with none.
    before = np.r_[-1, length[:-1]]
    before[first[begin]] = -1
    changed = length != before
    return [
        (_keys(bar, slot, position + 1, rank + 1 + pitch), VOCABULARY.ids("pitch", pitch)),
        (
            _keys(bar[changed], slot, position[changed] + 1, rank[changed]),
            VOCABULARY.ids("length", length[changed]),
        ),
    ]


def _hit_tokens(notes: _Ints, first: _Ints, slot: int, chart: Chart) -> tuple[_Ints, _Ints]:
    """Keys and ids of drum hits."""
    pitch = notes[:, PITCH]
    if pitch.min() < LOWEST_DRUM or pitch.max() > HIGHEST_DRUM:
        raise TokenError(f"drums: pitches want {LOWEST_DRUM} to {HIGHEST_DRUM}")
    if (notes[:, DURATION] != DRUM_DURATION).any():
        raise TokenError("drums: a hit lasts one step")
    bit = np.int64(1) << (pitch - LOWEST_DRUM)
    masks = np.bitwise_or.reduceat(bit, first)
    if (np.add.reduceat(bit, first) != masks).any():
        raise TokenError("drums: two hits of one pitch on one onset")
    unique, index = np.unique(masks, return_inverse=True)
    covers = [cover(mask) for mask in unique.tolist()]
    count = np.array([len(hits) for hits in covers])
    flat = np.array([hit for hits in covers for hit in hits])
    start = np.cumsum(count) - count
    onset = np.repeat(np.arange(len(masks)), count[index])
    within = np.arange(len(onset)) - np.repeat(np.cumsum(count[index]) - count[index], count[index])
    hit = flat[start[index][onset] + within]
    bar, position = _places(notes[first, ONSET][onset], chart)
    return _keys(bar, slot, position + 1, 1 + hit), VOCABULARY.ids("hit", hit)
