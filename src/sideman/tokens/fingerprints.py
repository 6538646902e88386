"""Runs of bars that known songs have, as fingerprints: whether a take plays one of them. Knows ids, in numpy alone.

A run is :data:`RUN` bars in a row of one pitched player, in any key but the same for all of them. Of each run of a song
there are 40 bits of a hash: no notes, no names, nothing to play. Of LPD-5's runs, one of some six thousand pieces of 32
bars has one by chance. A run that several songs have is anybody's, and left out.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sideman.errors import CheckpointError
from sideman.files import atomic_write
from sideman.music.band import ROLES, Role
from sideman.tokens.encode import Ids
from sideman.tokens.figures import PITCHED, Figures, Hashes, Integers, figures

RUN = 5  # bars
ANYBODYS = 3  # songs that have a run
SUFFIX = ".memory.npz"  # of the file beside the weights
MAX_BYTES = 20 << 20
_BITS, _LOW_BITS, _BYTE = 40, 24, 8
_BUCKETS = 1 << _BITS - _LOW_BITS
_DIGITS = 16  # of the digest
_FIRST, _LATER, _MOVED, _OF_ROLE = (np.uint64(word) for word in np.random.default_rng(1).integers(2**63, size=4) | 1)
# Stafford's variant 13 of MurmurHash3's finaliser, as in SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
_MIXING = ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB), (31, 1))


class Run(NamedTuple):
    """Bars in a row that a known song has too."""

    role: Role
    first: int  # bar, from 0
    bars: int


class Fingerprints:
    """The runs of some songs: sorted hashes of 40 bits (runs,)."""

    def __init__(self, hashes: Hashes) -> None:
        self._hashes = hashes

    def __len__(self) -> int:
        """How many runs."""
        return len(self._hashes)

    @classmethod
    def of_hashes(cls, songs: Iterable[Hashes]) -> Fingerprints:
        """From what :func:`song_hashes` gives of each song, in any order, also of several songs at once."""
        hashes, songs_of = np.unique(np.concatenate([np.zeros(0, np.uint64), *songs]), return_counts=True)
        return cls(hashes[songs_of < ANYBODYS])

    @classmethod
    def load(cls, path: Path) -> Fingerprints:
        """From a file. Raises :class:`CheckpointError` where it is damaged, or not one of fingerprints."""
        try:
            with path.open("rb") as file:
                data = file.read(MAX_BYTES + 1)
            return cls(_unpacked(data))
        except (OSError, ValueError, LookupError, EOFError, zipfile.BadZipFile, zlib.error) as error:
            remedy = "make it again with `sideman fingerprint`, or delete it to do without"
            raise CheckpointError(f"the fingerprints {path} are damaged or can't be read: {remedy}") from error

    def save(self, path: Path) -> None:
        """Write the file, 5 bytes a run at most. Raises :class:`CheckpointError` where that is more than 20 MB."""
        counts = np.bincount((self._hashes >> np.uint64(_LOW_BITS)).astype(np.int64), minlength=_BUCKETS)
        low = np.stack([self._hashes >> np.uint64(_BYTE * byte) & np.uint64(0xFF) for byte in range(3)], 1)
        content = io.BytesIO()
        np.savez_compressed(content, counts=counts.astype(np.uint16), low=low.astype(np.uint8))
        if len(content.getvalue()) > MAX_BYTES:
            raise CheckpointError(f"{len(self):,} runs of bars take more than {MAX_BYTES >> 20} MB: give fewer songs")
        with atomic_write(path) as temporary:
            temporary.write_bytes(content.getvalue())

    @cached_property
    def digest(self) -> str:
        """A name for these."""
        return hashlib.sha256(self._hashes.astype("<u8").tobytes()).hexdigest()[:_DIGITS]

    def ends(self, ids: Sequence[int], role: int) -> bool:
        """Whether the last :data:`RUN` bars of these ids, which begin with a bar, end with a run of this role."""
        part = figures(np.array(ids, np.uint16))[role]
        if len(part.bars) < RUN or part.bars[-1] - part.bars[-RUN] != RUN - 1:
            return False
        last = Figures(part.bars[-RUN:], part.hashes[-RUN:], part.lowest[-RUN:])
        return bool(self._holds(_hashes(last, role)[1])[0])

    def runs(self, ids: Ids) -> list[Run]:
        """All that the ids of bars, or of a take, have in common with the songs, as long as they are."""
        found: list[Run] = []
        for role, first, hashes in _runs(ids):
            bars = first[self._holds(hashes)]
            rows = np.split(bars, np.flatnonzero(np.diff(bars) > 1) + 1)
            found += [Run(ROLES[role], int(row[0]), len(row) + RUN - 1) for row in rows if len(row)]
        return sorted(found, key=lambda run: (-run.bars, run.first))

    def _holds(self, hashes: Hashes) -> npt.NDArray[np.bool_]:
        if not len(self._hashes):
            return np.zeros(len(hashes), np.bool_)
        places = np.minimum(self._hashes.searchsorted(hashes), len(self._hashes) - 1)
        found: npt.NDArray[np.bool_] = self._hashes[places] == hashes
        return found


def song_hashes(ids: Ids) -> Hashes:
    """Hashes of 40 bits (runs,) of the runs of a song, each once, from the ids of its bars."""
    return np.unique(np.concatenate([hashes for _, _, hashes in _runs(ids)]))


def _unpacked(data: bytes) -> Hashes:
    """The hashes in the bytes of a file. Raises :class:`ValueError` where it holds something else."""
    if len(data) > MAX_BYTES:
        raise ValueError
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        counts, low = arrays["counts"], arrays["low"]
    is_ours = counts.dtype == np.uint16 and low.dtype == np.uint8 and counts.shape == (_BUCKETS,)
    if not is_ours or low.shape != (int(counts.sum()), 3):
        raise ValueError
    hashes = np.repeat(np.arange(_BUCKETS, dtype=np.uint64), counts) << np.uint64(_LOW_BITS)
    for byte in range(3):
        hashes |= low[:, byte].astype(np.uint64) << np.uint64(_BYTE * byte)
    return hashes


def _runs(ids: Ids) -> Iterator[tuple[int, Integers, Hashes]]:
    """For each pitched role the first bars (runs,) of its runs, and their hashes."""
    parts = figures(np.asarray(ids))
    for role in PITCHED:
        yield role, *_hashes(parts[role], role)


def _hashes(part: Figures, role: int) -> tuple[Integers, Hashes]:
    """The first bars of a role's runs, and their hashes."""
    count = max(len(part.bars) - RUN + 1, 0)
    first, lowest = part.bars[:count], part.lowest[:count]
    total = np.full(count, role + 1, np.uint64) * _OF_ROLE
    for number in range(RUN):
        moved = (part.lowest[number : number + count] - lowest).astype(np.uint64)  # it wraps, as all sums here do
        total = total * _LATER + _mixed(part.hashes[number : number + count] + moved * _MOVED)
    follow = part.bars[RUN - 1 :] - first == RUN - 1
    return first[follow], (_mixed(total) >> np.uint64(64 - _BITS))[follow]


def _mixed(words: Hashes) -> Hashes:
    for shift, factor in _MIXING:
        words = (words ^ words >> np.uint64(shift)) * np.uint64(factor)
    return words
