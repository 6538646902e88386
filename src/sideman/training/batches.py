"""Songs of a dataset to batches of rows for the network. Knows ids and features; no torch.

Each time a song is read its parts get another order, and what a leader may tell or not (style, tempo,
density, form, chords) is left out at random, so that each is optional. Songs are read in groups: the
rows of a group are cut, shuffled and dealt out. Order and choices follow from (seed, epoch, group), so
a run resumes exactly by naming the place where it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sideman.model.threads import one_blas_thread
from sideman.music.band import ROLES
from sideman.music.time import COMMON_TIME, Meter
from sideman.tokens.drum_hits import HITS
from sideman.tokens.encode import Ids, style_id, tempo_level
from sideman.tokens.form import MIDDLE, OPENING, Echo, Form, Section, measures_of
from sideman.tokens.prefix import FEATURE_NAMES, NONE, Features, Prefix
from sideman.tokens.slices import BEGINS_BAR, BEGINS_PART, ROLE, are_of_kind, bar_starts
from sideman.tokens.vocabulary import DENSITIES, VOCABULARY
from sideman.training.excerpts import cuts, excerpt
from sideman.training.forms import GOES_ON, echoes, likeness, sections, told_echoes
from sideman.training.retelling import IN_THREE, in_three
from sideman.training.shards import Dataset, SongRow

KEEP_CONTROL = 0.5  # how often a control is told in training
KEEP_FORM = 0.5  # how often echoes, and how often sections
KEEP_RECALL = 0.85  # how often what followed the last time; against bands that only ever go on as they began
KEEP_CHORDS = 0.9  # how often the chords; so that a band with them can be compared with one without
TOLD_IN_THREE = 0.04  # how often an excerpt in 4/4; hardly one song in two hundred is in three
GROUP = 96  # songs
_UNKNOWN = VOCABULARY.id("unknown")
_TRACK_COLUMN = FEATURE_NAMES.index("track")
_RECALL_COLUMNS = [FEATURE_NAMES.index(name) for name in ("recall", "recall_chord")]
_ALWAYS_FORCED = are_of_kind("start", "style", "tempo", "chord", "bass", "unknown")
_FORCED_IN_HEAD = are_of_kind("position", "bar")
NOTES_OF = np.where(are_of_kind("pitch"), 1, 0)  # (vocab,) notes that an id stands for
NOTES_OF[VOCABULARY.range("hit")] = [len(hit) for hit in HITS]


class Rows(NamedTuple):
    """Rows of a batch.

    ``ids`` and ``targets`` (rows, steps), ``features`` (rows, steps, feature), ``weight`` (rows, steps) 0 where the
    target is forced or padding.
    """

    ids: npt.NDArray[np.uint16]
    features: Features
    targets: npt.NDArray[np.uint16]
    weight: npt.NDArray[np.bool_]

    def take(self, index: slice | npt.NDArray[Any]) -> Rows:
        """Some of the rows, by a slice, their numbers or a mask."""
        return Rows(self.ids[index], self.features[index], self.targets[index], self.weight[index])

    def of_features(self, columns: Sequence[int]) -> Rows:
        """The same rows with some of the features."""
        return self._replace(features=self.features[:, :, list(columns)])

    @property
    def notes(self) -> int:
        """Notes among the targets that count."""
        return int(NOTES_OF[self.targets][self.weight].sum())

    @property
    def bars(self) -> int:
        """Bars that end within the targets."""
        return int((BEGINS_BAR[self.targets] & self.weight).sum())


@dataclass(frozen=True)
class Reading:
    """How a song is read: the order of its roles (indices), which controls are told, and what is known of it.

    ``echoes`` and ``sections`` one a bar, or none where they aren't told; without ``recall`` or ``chords`` these are
    withheld. ``middle`` says that the first bar is not the song's.
    """

    order: Sequence[int]
    style: bool
    tempo: bool
    density: bool
    echoes: tuple[Echo, ...] = ()
    sections: tuple[Section, ...] = ()
    recall: bool = True
    chords: bool = True
    middle: bool = False

    @classmethod
    def random(cls, rng: np.random.Generator, ids: Ids, *, middle: bool) -> Reading:
        """A random order for a song; each control told half of the time, and so on."""
        style, tempo, density = (rng.random(3) < KEEP_CONTROL).tolist()
        echoed, sectioned, recall, chords = (rng.random(4) < (KEEP_FORM, KEEP_FORM, KEEP_RECALL, KEEP_CHORDS)).tolist()
        alike = likeness(ids) if echoed or sectioned else None
        return cls(
            rng.permutation(len(ROLES)).tolist(),
            style,
            tempo,
            density,
            told_echoes(echoes(alike, rng.choice(GOES_ON)), rng) if echoed and alike is not None else (),
            sections(echoes(alike, max(GOES_ON))) if sectioned and alike is not None else (),
            recall,
            chords,
            middle,
        )


def read_song(row: SongRow, ids: Ids, reading: Reading) -> tuple[Ids, Features, int]:
    """All ids of a song (or an excerpt) with their features, and how many ids come before its first bar."""
    told = [VOCABULARY.id("start")]
    if reading.style and row.style:
        told.append(style_id(row.style))
    if reading.tempo:
        told.append(VOCABULARY.id("tempo", tempo_level(row.tempo)))
    bars = reorder(ids, reading.order)
    if not reading.density:
        bars = without_density(bars)
    if not reading.chords:
        bars = without_chords(bars)
    song = np.concatenate([np.array(told, np.uint16), bars, np.array([VOCABULARY.id("end")], np.uint16)])
    measures = measures_of(Meter.parse(row.meter))
    form = Form(
        measures * (len(bar_starts(ids)) // len(measures)),
        reading.echoes,
        reading.sections,
        origin=MIDDLE if reading.middle else OPENING,
    )
    features = Prefix(form).read(song.tolist())
    if not reading.recall:
        features[:, _RECALL_COLUMNS] = NONE
    return song, features, len(told)


def reorder(ids: Ids, order: Sequence[int]) -> Ids:
    """The bars with their parts in another order of roles; ``order`` holds role indices."""
    rank = np.zeros(len(ROLES) + 1, np.int64)  # the last is the head's, whose role is -1
    rank[list(order)] = np.arange(1, len(ROLES) + 1)
    bar = BEGINS_BAR[ids]
    begins = np.flatnonzero(bar | BEGINS_PART[ids])
    key = np.cumsum(bar[begins]) * (len(ROLES) + 1) + rank[ROLE[ids[begins]]]
    key = np.repeat(key, np.diff(begins, append=len(ids)))
    return ids[np.argsort(key, kind="stable")]


def without_density(ids: Ids) -> Ids:
    """The same bars with plain TRACK tokens."""
    told = VOCABULARY.range("track_density")
    is_told = (ids >= told.start) & (ids < told.stop)
    plain = VOCABULARY.range("track").start + (ids.astype(np.int64) - told.start) // DENSITIES
    return np.where(is_told, plain, ids).astype(np.uint16)


def without_chords(ids: Ids) -> Ids:
    """The same bars whose chords are not told."""
    is_part, is_bar = BEGINS_PART[ids], BEGINS_BAR[ids]
    # A bar's head goes from its BAR up to its first part.
    boundary = np.flatnonzero(is_bar | is_part)
    in_head = np.repeat(is_bar[boundary], np.diff(np.r_[boundary, len(ids)]))
    kept = ids[~in_head | is_bar]
    places = bar_starts(kept) + 1
    return np.insert(kept, np.repeat(places, 2), _UNKNOWN).astype(np.uint16)


def cut_rows(song: Ids, features: Features, head: int, steps: int, *, fill: bool = False) -> Rows:
    """Rows of ``steps`` that each begin with START and the controls, then at a bar.

    Each row begins at the first bar that begins after the end of the row before. The last is padded: as it stands,
    or with ``fill`` by less than a bar, for it begins at the first bar from which it reaches the end. What it shares
    with the row before counts in both. A song shorter than a row is padded either way.
    """
    body = song[head:]
    starts = bar_starts(body) + head
    room = steps + 1 - head
    begins: list[int] = []
    index = 0
    while index < len(starts) and starts[index] < len(song) - 1:
        begins.append(int(starts[index]))
        index = int(np.searchsorted(starts, starts[index] + room))
    if fill and begins[-1] + room > len(song):
        begins[-1] = int(starts[np.searchsorted(starts, len(song) - room)])
    window = np.array(begins)[:, None] + np.arange(room)  # (rows, room)
    inside = window < len(song)
    window = np.where(inside, window, len(song) - 1)
    leading = np.broadcast_to(np.arange(head), (len(begins), head))
    place = np.concatenate([leading, window], 1)  # (rows, steps + 1)
    ids, columns = song[place], features[place[:, :-1]]
    targets = ids[:, 1:]
    forced = _ALWAYS_FORCED[targets] | (_FORCED_IN_HEAD[targets] & (columns[:, :, _TRACK_COLUMN] == 0))
    valid = np.concatenate([np.ones((len(begins), head), bool), inside], 1)[:, 1:]
    return Rows(ids[:, :-1], columns, targets, valid & ~forced)


def join(parts: Sequence[Rows]) -> Rows:
    """Rows of several songs, one after the other."""
    return Rows(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def group_rows(
    dataset: Dataset, rows: Sequence[SongRow], seed: Sequence[int], steps: int, columns: Sequence[int]
) -> Rows:
    """Rows of a group of songs, read anew and shuffled; ``columns`` are the features wanted."""
    rng = np.random.default_rng(seed)
    parts = []
    for row in rows:
        ids = dataset.ids(row)
        with dataset.read(row):
            for first, last in cuts(row.bars, rng):
                part, told = excerpt(ids, first, last), row
                if row.meter == str(COMMON_TIME) and rng.random() < TOLD_IN_THREE:
                    part, told = in_three(part), replace(row, meter=IN_THREE)
                song, features, head = read_song(told, part, Reading.random(rng, part, middle=first > 0))
                parts.append(cut_rows(song, features, head, steps, fill=True).of_features(columns))
    return join(parts).take(rng.permutation(sum(len(part.ids) for part in parts)))


class Groups:
    """The groups of each epoch, in order. Rows of group g of epoch e follow from the seed alone.

    Of several processes (``world``) each reads songs of its own (``rank``): as many groups are taken together as there
    are processes, and dealt out so that each gets about as many ids.
    """

    def __init__(
        self,
        dataset: Dataset,
        rows: Sequence[SongRow],
        seed: int,
        steps: int,
        columns: Sequence[int],
        *,
        rank: int = 0,
        world: int = 1,
    ) -> None:
        self.dataset, self.songs, self.seed = dataset, list(rows), seed
        self.steps, self.columns = steps, list(columns)
        self.rank, self.world = rank, world
        self.count = -(-len(self.songs) // GROUP)

    def rows(self, epoch: int, group: int) -> Rows:
        """This process's rows of a group, shuffled; with several processes, of as many groups from this one on."""
        order = np.random.default_rng([self.seed, epoch]).permutation(len(self.songs))
        chosen = [self.songs[index] for index in order[group * GROUP : (group + self.world) * GROUP]]
        seed = [self.seed, epoch, group]
        if self.world > 1:
            chosen = self._dealt(chosen)
            seed.append(self.rank)
        with one_blas_thread():  # more would wait for one another over these small products
            return group_rows(self.dataset, chosen, seed, self.steps, self.columns)

    def following(self, epoch: int, group: int) -> tuple[int, int]:
        """The epoch and group that are read after these."""
        after = group + self.world
        return (epoch, after) if after < self.count else (epoch + 1, 0)

    def _dealt(self, songs: Sequence[SongRow]) -> list[SongRow]:
        """This process's share: songs by length go round, there and back; of fewer songs than processes, one."""
        if len(songs) <= self.world:
            return [songs[self.rank % len(songs)]]
        by_length = sorted(songs, key=lambda row: -row.tokens)
        turn = 2 * self.world
        return [row for place, row in enumerate(by_length) if place % turn in (self.rank, turn - 1 - self.rank)]


def validation_rows(dataset: Dataset, rows: Sequence[SongRow], steps: int, columns: Sequence[int]) -> Iterator[Rows]:
    """Rows of each song of a fold, always the same ones: random order of parts, style and tempo told, no density."""
    for index, row in enumerate(rows):
        rng = np.random.default_rng([0, index])
        reading = Reading(rng.permutation(len(ROLES)).tolist(), style=True, tempo=True, density=False)
        ids = dataset.ids(row)
        with dataset.read(row):
            song, features, head = read_song(row, ids, reading)
            cut = cut_rows(song, features, head, steps).of_features(columns)
        yield cut
