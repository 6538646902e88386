"""Which files a dataset is made of: in an order that is everywhere the same, with folds and names. Reads none of them.

Millions of files are paths as texts, and nothing beside them: their names are made when they are asked for.
"""

from __future__ import annotations

import hashlib
import os
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sideman.errors import DataError
from sideman.files import paths_below
from sideman.training.encode_song import READERS
from sideman.training.shards import FOLDS


@dataclass(frozen=True)
class Source:
    """A folder or file of songs; all its songs go to ``fold``, or by their cluster where it is None."""

    path: Path
    fold: str | None = None

    @classmethod
    def parse(cls, text: str) -> Source:
        """`PATH`, or `train=PATH` and `valid=PATH`."""
        fold, equals, path = text.partition("=")
        if equals and fold in FOLDS:
            return cls(Path(path), fold)
        return cls(Path(text))


class Listing:
    """The songs' files of some sources.

    Raises :class:`DataError` where a source is missing or none has a song.
    """

    def __init__(self, sources: Sequence[Source]) -> None:
        self.paths: list[str] = []
        self._starts: list[int] = []  # of each source's files
        self._folds = [source.fold for source in sources]
        for source in sources:
            if not source.path.exists():
                raise DataError(f"{source.path} does not exist: give a folder of LPD npz files or of MIDI files")
            self._starts.append(len(self.paths))
            below = paths_below(source.path, READERS)
            self.paths += [path for path in below if os.path.splitext(path)[1].lower() in READERS]  # noqa: PTH122
        if not self.paths:
            raise DataError(f"no .npz or .mid files under {', '.join(str(source.path) for source in sources)}")
        # Names begin at the folder that all sources have in common.
        tops = [os.path.abspath(each.path.parent if each.path.is_file() else each.path) for each in sources]  # noqa: PTH100 - links stay
        top = os.path.commonpath(tops)
        self._cuts = [
            (_length(source.path.parent if source.path.is_file() else source.path), os.path.relpath(own, top))
            for source, own in zip(sources, tops, strict=True)
        ]
        self._same = self._same_but_for_suffix()

    def __len__(self) -> int:
        return len(self.paths)

    def fold(self, number: int) -> str | None:
        """The fold that was asked for a file."""
        return self._folds[self._source(number)]

    @property
    def has_folds(self) -> bool:
        """Whether a file's fold was asked for."""
        ends = [*self._starts[1:], len(self.paths)]
        return any(
            fold is not None and end > start for fold, start, end in zip(self._folds, self._starts, ends, strict=True)
        )

    def name(self, number: int) -> str:
        """A song's name: its path from there, without its suffix unless two would be the same; always Unicode."""
        path = self._whole(number)
        if not self._same[number]:
            path = os.path.splitext(path)[0]  # noqa: PTH122
        return readable(path)

    def below(self, number: int) -> str:
        """A file's path from its source on, wherever that lies."""
        return self.paths[number][self._cuts[self._source(number)][0] :].lstrip(os.sep)

    def _source(self, number: int) -> int:
        return bisect_right(self._starts, number) - 1

    def _whole(self, number: int) -> str:
        """A file's path from the folder that all sources have in common."""
        begin, rest = self._cuts[self._source(number)][1], self.below(number)
        return (rest if begin == os.curdir else os.path.join(begin, rest)).replace(os.sep, "/")  # noqa: PTH118

    def _same_but_for_suffix(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """(files,) whether another file has the same path but for its suffix."""
        digests = np.fromiter(map(_digest, self._stems()), np.uint64, len(self.paths))
        _, place, count = np.unique(digests, return_inverse=True, return_counts=True)
        return np.asarray(count[place] > 1)

    def _stems(self) -> Iterator[str]:
        return (os.path.splitext(self._whole(number))[0] for number in range(len(self.paths)))  # noqa: PTH122


def _length(folder: Path) -> int:
    """How many characters of the paths below a folder name it: none of the working folder's."""
    return 0 if str(folder) == os.curdir else len(str(folder))


def readable(name: str) -> str:
    """A file's name may be no Unicode, the dataset's tables are."""
    return name.encode(errors="replace").decode()


def _digest(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(errors="surrogateescape"), digest_size=8).digest(), "little")
