"""Which songs are copies or edits of one another, of their samples of phrases: on disk, so that there may be millions.

Two songs are linked when they share :data:`MIN_OVERLAP` of the smaller sample; a cluster is all that links reach.
A phrase of many songs is a commonplace, and no evidence. So the songs that were copied most, whose phrases all are
such, are looked for in another way: by MinHash (Broder 1997), in bands as of Leskovec, Rajaraman and Ullman, "Mining
of Massive Datasets", chapter 3; those that agree in a band are compared by all that they share.

Samples stand in one file. Phrases are dealt out into files by their value, sorted there one file at a time,
and the pairs of songs that share them into files by the first song, counted there one file at a time. What stays in
memory is a few numbers a song.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO, Self

import numpy as np
import numpy.typing as npt

from sideman.errors import DataError
from sideman.files import reason
from sideman.training.duplicates import Phrases, scramble

MIN_OVERLAP = 0.25  # of the smaller sample; see docs/experiments.md
MIN_SHARED = 5  # hashes; fewer say nothing
MAX_SONGS = 64  # a phrase of more distinct songs than this is a commonplace, and no evidence
MIN_COPIED = 0.5  # of a sample that is commonplace: such a song may be one of those that were copied most
COPIED_OVERLAP = 0.3  # of the smaller sample, commonplaces too: two of those are linked

BUFFER = 1 << 21  # hashes, or pairs, that are sorted at once
_FILES = 256  # at most, that are open together
_BANDS, _ROWS = 16, 2  # of MinHash
_SEEDS = scramble(np.arange(1, 1 + _BANDS * _ROWS, dtype=np.uint64))
_HASH = np.dtype([("hash", "<u8"), ("song", "<u4")])
_PAIR = np.dtype([("pair", "<u8"), ("shared", "<u2")])
_HALF = np.uint64(32)  # bits of a pair that are a song

_Integers = npt.NDArray[np.int64]
_Words = npt.NDArray[np.uint64]


class Clusters:
    """Takes the samples of songs one by one, into files of a folder that is there, then tells the clusters."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._path = folder / "samples.bin"
        self._lengths, self._digests = array("I"), array("Q")
        try:
            self._file: BinaryIO = self._path.open("wb")
        except OSError as error:
            raise _refused(self._path, error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._file.close()

    def add(self, sample: Phrases) -> None:
        """Take the next song's sample. Raises :class:`DataError` where the disk takes no more."""
        content = sample.tobytes()
        self._lengths.append(len(sample))
        self._digests.extend(np.frombuffer(hashlib.blake2b(content, digest_size=16).digest(), np.uint64).tolist())
        try:
            self._file.write(content)
        except OSError as error:
            raise _refused(self._path, error) from error

    def find(self) -> _Integers:
        """The cluster of each song, named by the position of its first member: (songs,).

        Which songs stand together does not depend on their order.
        """
        self._file.close()
        lengths: _Integers = np.frombuffer(self._lengths, np.uint32).astype(np.int64)
        begins = np.cumsum(lengths) - lengths
        groups = _Groups(len(lengths))
        distinct = self._distinct(lengths, groups)
        common = np.zeros(len(lengths), np.int64)
        telling = np.zeros(len(lengths), np.int64)
        samples = _Samples(self._path, begins, lengths)
        try:
            with _Spread(self.folder, "pairs", _PAIR, len(lengths)) as pairs:
                for found in self._by_hash(samples, distinct):
                    _count(found, telling, common, pairs)
                for part in pairs.parts():
                    groups.join(*_linked(part, telling))
        except OSError as error:
            raise _refused(self.folder, error) from error
        copied = distinct[common[distinct] >= MIN_COPIED * np.maximum(lengths[distinct], 2 * MIN_SHARED)]
        for one, other in _same_band(samples, copied):
            if not groups.are_one(one, other):
                first, second = samples[one], samples[other]
                shared = len(np.intersect1d(first, second, assume_unique=True))
                if shared >= max(MIN_SHARED, COPIED_OVERLAP * min(len(first), len(second))):
                    groups.join(np.array([one]), np.array([other]))
        samples.close()
        return groups.roots()

    def _distinct(self, lengths: _Integers, groups: _Groups) -> _Integers:
        """The songs with a sample that none before them has; exact copies are not evidence of commonplaces."""
        digests = np.frombuffer(self._digests, np.uint64).reshape(-1, 2)
        order = np.lexsort((np.arange(len(digests)), digests[:, 1], digests[:, 0]))
        is_first = np.r_[True, (digests[order[1:]] != digests[order[:-1]]).any(1)] if len(order) else np.zeros(0, bool)
        first = order[np.maximum.accumulate(np.where(is_first, np.arange(len(order)), 0))]
        copies = ~is_first & (lengths[order] > 0)
        groups.join(first[copies], order[copies])
        distinct: _Integers = np.sort(order[is_first & (lengths[order] > 0)])
        return distinct

    def _by_hash(self, samples: _Samples, distinct: _Integers) -> Iterator[npt.NDArray[np.void]]:
        """All hashes with their songs, those of a value together; within a value songs ascend."""
        lengths = samples.lengths
        total = int(lengths[distinct].sum())
        bits = min(max(0, (total // BUFFER).bit_length()), _FILES.bit_length() - 1)
        with _Spread(self.folder, "hashes", _HASH, 1 << bits) as spread:
            for songs in _blocks(distinct, lengths):
                counts = lengths[songs]
                found = np.empty(int(counts.sum()), _HASH)
                found["hash"] = np.concatenate([samples[song] for song in songs.tolist()])
                found["song"] = np.repeat(songs, counts)
                spread.add(found, found["hash"] >> np.uint64(64 - bits) if bits else np.zeros(len(found), np.uint64))
            for part in spread.parts():
                yield part[np.argsort(part["hash"], kind="stable")]


class _Samples:
    """Every song's sample, read from disk; mapped, they would count as memory."""

    def __init__(self, path: Path, begins: _Integers, lengths: _Integers) -> None:
        self.begins, self.lengths = begins, lengths
        self._file = path.open("rb")

    def __getitem__(self, song: int) -> Phrases:
        self._file.seek(int(self.begins[song]) * 8)
        return np.frombuffer(self._file.read(int(self.lengths[song]) * 8), np.uint64)

    def close(self) -> None:
        """Let the file go."""
        self._file.close()


class _Groups:
    """Sets of songs that are united pair by pair; the first of a set is its root."""

    def __init__(self, songs: int) -> None:
        self._parent = np.arange(songs, dtype=np.int64)

    def join(self, ones: _Integers, others: _Integers) -> None:
        """Unite the sets of each pair."""
        while len(ones):
            ones, others = self._roots_of(ones), self._roots_of(others)
            apart = ones != others
            ones, others = ones[apart], others[apart]
            low, high = np.minimum(ones, others), np.maximum(ones, others)
            np.minimum.at(self._parent, high, low)

    def are_one(self, one: int, other: int) -> bool:
        """Whether two songs are in one set."""
        first, second = self._roots_of(np.array([one, other])).tolist()
        return bool(first == second)

    def roots(self) -> _Integers:
        """The root of every song."""
        return self._roots_of(np.arange(len(self._parent)))

    def _roots_of(self, songs: _Integers) -> _Integers:
        roots = self._parent[songs]
        while True:
            above = self._parent[roots]
            if (above == roots).all():
                self._parent[songs] = roots  # the way is shortened for the next time
                return roots
            roots = above


class _Spread:
    """Records that are dealt out into files by a number, to be read again file by file."""

    def __init__(self, folder: Path, name: str, dtype: np.dtype[np.void], numbers: int) -> None:
        self._dtype = dtype
        self._a_file = max(1, -(-numbers // _FILES))  # so many numbers
        self._paths = [folder / f"{name}_{file:03d}.bin" for file in range(max(1, -(-numbers // self._a_file)))]
        self._files: list[BinaryIO] = [path.open("wb") for path in self._paths]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        for file, path in zip(self._files, self._paths, strict=True):
            file.close()
            path.unlink(missing_ok=True)

    def add(self, records: npt.NDArray[np.void], numbers: _Words) -> None:
        """Put each record into the file of its number."""
        files = (numbers // np.uint64(self._a_file)).astype(np.int64)
        order = np.argsort(files, kind="stable")
        ends = np.searchsorted(files[order], np.arange(len(self._files)), side="right").tolist()
        records = records[order]
        for file, begin, end in zip(self._files, [0, *ends[:-1]], ends, strict=True):
            if end > begin:
                file.write(records[begin:end].tobytes())

    def parts(self) -> Iterator[npt.NDArray[np.void]]:
        """What each file holds."""
        for file, path in zip(self._files, self._paths, strict=True):
            file.close()
            yield np.fromfile(path, self._dtype)


def _blocks(distinct: _Integers, lengths: _Integers) -> Iterator[_Integers]:
    """Songs, as many at a time as have about a buffer full of hashes."""
    block = np.cumsum(lengths[distinct]) // BUFFER
    for songs in np.split(distinct, np.flatnonzero(np.diff(block)) + 1):
        if len(songs):
            yield songs


def _count(found: npt.NDArray[np.void], telling: _Integers, common: _Integers, pairs: _Spread) -> None:
    """Count the hashes of each song that tell and those that are commonplaces; deal out pairs that share one."""
    hashes, owner = found["hash"], found["song"].astype(np.int64)
    first = np.flatnonzero(np.append(True, hashes[1:] != hashes[:-1])) if len(hashes) else np.zeros(0, np.int64)
    songs = np.diff(first, append=len(hashes))  # that have this hash
    is_telling = np.repeat(songs <= MAX_SONGS, songs)
    np.add.at(telling, owner[is_telling], 1)
    np.add.at(common, owner[~is_telling], 1)
    for count in range(2, MAX_SONGS + 1):
        begins = first[songs == count]
        one, other = np.triu_indices(count, 1)
        for part in np.array_split(begins, 1 + len(begins) * len(one) // BUFFER):
            owners = owner[part[:, None] + np.arange(count)]  # (hashes, count)
            pair, shared = np.unique(
                (owners[:, one].astype(np.uint64) << _HALF | owners[:, other].astype(np.uint64)).ravel(),
                return_counts=True,
            )
            records = np.empty(len(pair), _PAIR)
            records["pair"], records["shared"] = pair, shared
            pairs.add(records, pair >> _HALF)


def _linked(part: npt.NDArray[np.void], telling: _Integers) -> tuple[_Integers, _Integers]:
    """The pairs that share enough of what tells."""
    order = np.argsort(part["pair"], kind="stable")
    pair, counts = part["pair"][order], part["shared"][order].astype(np.int64)
    first = np.flatnonzero(np.append(True, pair[1:] != pair[:-1])) if len(pair) else np.zeros(0, np.int64)
    shared = np.add.reduceat(counts, first) if len(first) else counts
    pair, shared = pair[first][shared >= MIN_SHARED], shared[shared >= MIN_SHARED]
    one, other = (pair >> _HALF).astype(np.int64), (pair & np.uint64((1 << 32) - 1)).astype(np.int64)
    linked = shared >= MIN_OVERLAP * np.minimum(telling[one], telling[other])
    return one[linked], other[linked]


def _same_band(samples: _Samples, songs: _Integers) -> Iterable[tuple[int, int]]:
    """Pairs of these songs whose MinHashes agree in a band: each with the first of them, and with the one before it."""
    least = np.empty((len(songs), _BANDS * _ROWS), np.uint64)
    for place, song in enumerate(songs.tolist()):
        least[place] = scramble(samples[song] ^ _SEEDS[:, None]).min(1)
    for band in range(_BANDS):
        rows = least[:, band * _ROWS : (band + 1) * _ROWS]
        key = scramble(rows[:, 0]) ^ rows[:, 1]
        order = np.argsort(key, kind="stable")
        key, found = key[order], songs[order].tolist()
        ends = np.flatnonzero(key[1:] != key[:-1]) + 1
        for begin, end in pairwise([0, *ends.tolist(), len(found)]):
            for place in range(begin + 1, end):
                yield found[begin], found[place]
                if place - 1 > begin:
                    yield found[place - 1], found[place]


def _refused(path: Path, error: OSError) -> DataError:
    return DataError(f"cannot write {path}: {reason(error)}")
