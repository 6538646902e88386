"""Windows of held-out songs: some bars that people played, and the chords to which they are played again.

Knows datasets and ids; measures nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sideman.errors import DataError
from sideman.music.band import DURATION, ONSET, ROLES, Band, Role, Track
from sideman.music.key import Key
from sideman.music.notes import MAJOR_ROOTS
from sideman.music.progression import Chord, Progression
from sideman.music.qualities import MODEL_QUALITIES, PITCH_CLASSES
from sideman.music.time import COMMON_TIME, TICKS_PER_STEP, BarLines, Meter
from sideman.options import MAX_TEMPO, MIN_TEMPO
from sideman.tokens import slices
from sideman.tokens.chart import NO_BASS, Change
from sideman.tokens.decode import decode
from sideman.tokens.encode import Ids
from sideman.tokens.form import measures_of
from sideman.tokens.vocabulary import NO_CHORD, VOCABULARY
from sideman.training.excerpts import excerpt
from sideman.training.shards import Dataset, SongRow

LENGTHS = (8, 12, 16)  # bars of a window
GRID = 4  # bars; windows begin on multiples of it, as phrases do
MIN_ROLES = 2
_PLAYS = slices.are_of_kind("track", "track_density")
_START, _END = VOCABULARY.id("start"), VOCABULARY.id("end")
_KEYS = {key.name: key for tonic in range(PITCH_CLASSES) for key in (Key(tonic), Key(tonic, minor=True))}


@dataclass(frozen=True)
class Window:
    """Some bars of a song.

    ``band`` is what people play in them, of the roles that play there, from step 0 on; what rings past the end is cut
    there, as in a composed band. ``seed`` is that of whoever composes for this window.
    """

    song: str
    first: int  # bar of the song, from 0
    style: str | None
    progression: Progression
    band: Band
    seed: int

    @property
    def roles(self) -> tuple[Role, ...]:
        """Who plays."""
        return self.band.roles

    @property
    def bars(self) -> int:
        """How many bars."""
        return self.progression.bars


def choose_windows(dataset: Dataset, count: int, seed: int = 0, meter: Meter = COMMON_TIME) -> list[Window]:
    """So many windows of as many songs of a dataset in a metre, the same for the same seed.

    A window is 8, 12 or 16 bars in which at least two roles play, one of them with pitches; where a song has any in
    which all of them play from the first bar on, as composed bands do, it is one of those. A song gives a second
    window, that shares no bar with the first, only where all have given one, and so on; of a dataset that
    has fewer windows all are taken. The metre is short: one bar of the language. Raises :class:`DataError` where there
    is none.
    """
    order = np.random.default_rng(seed).permutation(len(dataset.rows))
    rows = [dataset.rows[number] for number in order]
    songs = [_song_windows(dataset, row, seed) for row in rows if row.meter == str(meter)]
    windows: list[Window] = []
    while songs and len(windows) < count:
        found = [(song, next(song, None)) for song in songs[: count - len(windows)]]
        windows += [window for _, window in found if window is not None]
        # Those that had one go to the end of the queue.
        songs = songs[len(found) :] + [song for song, window in found if window is not None]
    if not windows:
        raise DataError(f"{dataset.folder} has no song in {meter} with {LENGTHS[0]} bars of two roles: encode some")
    return windows


def _song_windows(dataset: Dataset, row: SongRow, seed: int) -> Iterator[Window]:
    """Windows of a song in a random order, none of which share a bar."""
    ids = dataset.ids(row)
    playing = playing_of(ids, row.bars)
    random = np.random.default_rng(seed_of(f"{seed} {row.name}"))
    places = [
        (int((playing[first : first + bars].any(0) & ~playing[first]).sum()), first, bars)  # roles that enter later
        for bars in LENGTHS
        for first in range(0, row.bars - bars + 1, GRID)
        if is_band(playing[first : first + bars])
    ]
    while places:
        fewest = [place for place in places if place[0] == min(places)[0]]
        _, first, bars = fewest[int(random.integers(len(fewest)))]
        yield window_of(row, ids, first, bars, seed_of(f"{seed} {row.name} {first}"))
        places = [place for place in places if place[1] + place[2] <= first or place[1] >= first + bars]


def is_band(playing: npt.NDArray[np.bool_]) -> bool:
    """Whether who plays in these bars (bars, 5) is enough of a band to be judged."""
    roles = np.flatnonzero(playing.any(0)).tolist()
    return len(roles) >= MIN_ROLES and roles != [Role.DRUMS.number]


def playing_of(ids: Ids, bars: int) -> npt.NDArray[np.bool_]:
    """Which roles begin a note in each bar: (bars, 5)."""
    bar = np.cumsum(slices.BEGINS_BAR[ids]) - 1
    begins = np.flatnonzero(_PLAYS[ids])
    playing = np.zeros((bars, len(ROLES)), np.bool_)
    playing[bar[begins], slices.ROLE[ids[begins]]] = True
    return playing


def window_of(row: SongRow, ids: Ids, first: int, bars: int, seed: int) -> Window:
    """So many bars of a song, which has these ids, from its bar ``first`` on."""
    shift = _KEYS[row.key].shift
    cut = excerpt(ids, first, first + bars)
    meter = Meter.parse(row.meter)
    whole = decode([_START, *cut.tolist(), _END], shift, measures_of(meter) * bars)
    tempo = min(max(row.tempo, MIN_TEMPO), MAX_TEMPO)
    tracks = tuple(_cut(track, whole.steps) for track in whole.tracks if len(track))
    band = Band(tracks, whole.steps, tempo, BarLines((meter,)))
    return Window(row.name, first, row.style or None, _progression(cut, shift, meter), band, seed)


def _cut(track: Track, steps: int) -> Track:
    """The track without what rings past the end."""
    notes = track.notes.copy()
    notes[:, DURATION] = np.minimum(notes[:, DURATION], steps - notes[:, ONSET])
    return Track(track.role, notes)


def _progression(ids: Ids, shift: int, meter: Meter) -> Progression:
    """The chords of whole bars, moved back by ``shift`` semitones."""
    changes: list[tuple[int, Chord]] = []
    bars = slices.bars(ids)
    for number, bar in enumerate(bars):
        for change in slices.changes(bar)[:-1]:  # the last begins the next bar
            chord = _chord(change, shift)
            if not changes or changes[-1][1] != chord:
                changes.append((number * meter.steps + change.onset, chord))
    ends = [onset for onset, _ in changes[1:]] + [len(bars) * meter.steps]
    return Progression.of(
        ((chord, (end - onset) * TICKS_PER_STEP) for (onset, chord), end in zip(changes, ends, strict=True)),
        BarLines((meter,)),
    )


def _chord(change: Change, shift: int) -> Chord:
    """A chord of the vocabulary, moved back."""
    if change.chord == NO_CHORD:
        return Chord.no_chord()
    low = None if change.bass == NO_BASS else MAJOR_ROOTS[(change.bass - shift) % PITCH_CLASSES]
    return Chord(MAJOR_ROOTS[(change.root - shift) % PITCH_CLASSES], MODEL_QUALITIES[change.quality], low)


def seed_of(text: str) -> int:
    """A seed that follows from a text."""
    return int.from_bytes(hashlib.sha256(text.encode(errors="replace")).digest()[:7])
