"""A dataset on disk: uint16 token shards, one row a song in `songs.csv`, and `dataset.json`.

Knows ids and songs; not where they came from. Ids of a song are its bars alone, parts in LPD-5's
order with density; START, controls, END, another order of parts and which controls to leave out are
the reader's choice, anew each time.
"""

from __future__ import annotations

import contextlib
import csv
import json
import math
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import MISSING, asdict, dataclass, fields
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from sideman.errors import DataError, OptionError, SidemanError
from sideman.files import atomic_write, read_parsed
from sideman.music.time import COMMON_TIME, Meter
from sideman.tokens.encode import Ids
from sideman.tokens.form import Measure, measures_of
from sideman.tokens.vocabulary import VOCABULARY

INDEX, HEADER = "songs.csv", "dataset.json"
_BAR = VOCABULARY.id("bar")
_LARGEST = 1 << 40  # of a count
SHARD_TOKENS = 1 << 26  # 128 MiB a shard
FOLDS = ("train", "valid")


@dataclass(frozen=True, slots=True)
class SongRow:
    """One song of a dataset; ``tokens`` counts the ids of its bars, ``meter`` is what all of them are in.

    ``roles`` and ``tags`` are joined by `|`. Tags are as they were given, `source:tag`; ``style`` follows from them.
    """

    name: str
    fold: str
    cluster: str
    bars: int
    notes: int
    tempo: float
    key: str
    style: str
    roles: str
    shard: int
    offset: int
    tokens: int
    tags: str = ""
    meter: str = str(COMMON_TIME)

    @property
    def measures(self) -> tuple[Measure, ...]:
        """Its bars. Raises :class:`OptionError` for a metre that is not known."""
        parts = measures_of(Meter.parse(self.meter))
        return parts * (self.bars // len(parts))

    @property
    def has_band(self) -> bool:
        """Whether drums, bass and at least one of piano, guitar and strings play."""
        roles = set(self.roles.split("|"))
        return {"drums", "bass"} <= roles and bool(roles & {"piano", "guitar", "strings"})


def shard_name(number: int) -> str:
    """File name of a shard."""
    return f"tokens_{number:03d}.bin"


class Totals(NamedTuple):
    """How much a dataset holds."""

    songs: int
    tokens: int
    bars: int


def write_dataset(folder: Path, songs: Iterable[tuple[SongRow, Ids]], report: dict[str, Any]) -> Totals:
    """Write a dataset into an existing folder, song by song; shard and offset of the rows are set here."""
    shard = size = 0
    buffer: list[Ids] = []
    totals = Totals(0, 0, 0)
    with atomic_write(folder / INDEX) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(SongRow)])
        writer.writeheader()
        for row, ids in songs:
            if size and size + len(ids) > SHARD_TOKENS:
                _write_shard(folder, shard, buffer)
                buffer, size, shard = [], 0, shard + 1
            writer.writerow({**asdict(row), "shard": shard, "offset": size, "tokens": len(ids)})
            buffer.append(ids)
            size += len(ids)
            totals = Totals(totals.songs + 1, totals.tokens + len(ids), totals.bars + row.bars)
    _write_shard(folder, shard, buffer)
    with atomic_write(folder / HEADER) as temporary:
        header = {"vocabulary": VOCABULARY.fingerprint, "songs": totals.songs, **report}
        temporary.write_text(json.dumps(header, indent=2) + "\n", encoding="utf-8")
    return totals


def _write_shard(folder: Path, number: int, ids: Iterable[Ids]) -> None:
    with atomic_write(folder / shard_name(number)) as temporary, temporary.open("wb") as file:
        for each in ids:
            file.write(each.astype("<u2").tobytes())


class Dataset:
    """Songs of a dataset, their ids mapped from disk. ``fold`` keeps one fold alone.

    Raises :class:`DataError` where the folder is not a dataset or was made with another vocabulary.
    """

    def __init__(self, folder: Path, fold: str | None = None) -> None:
        self.folder = folder
        try:
            self.header: dict[str, Any] = read_parsed(folder / HEADER, json.loads)
            rows = list(_rows(folder / INDEX))
        except DataError as error:
            raise DataError(f"{folder} is not a dataset ({error}): make one with `sideman encode`") from error
        if not isinstance(self.header, dict):
            raise DataError(f"{folder / HEADER} is damaged: encode the dataset again")
        if self.header.get("vocabulary") not in [*VOCABULARY.sizes]:  # it may be anything, a list too
            raise DataError(
                f"{folder} was encoded with vocabulary {self.header.get('vocabulary')}, "
                f"this version has {VOCABULARY.fingerprint}: encode it again"
            )
        if self.header.get("songs") != len(rows):
            raise DataError(f"{folder / INDEX} has {len(rows)} songs of {self.header.get('songs')}: encode it again")
        self.rows = [row for row in rows if fold in (None, row.fold)]
        self._shards: dict[int, Any] = {}

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_shards": {}}  # another process maps the shards itself

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[tuple[SongRow, Ids]]:
        return ((row, self.ids(row)) for row in self.rows)

    def ids(self, row: SongRow) -> Ids:
        """Ids of a song's bars. Raises :class:`DataError` where the shard is missing or not what the index says."""
        if row.shard not in self._shards:
            path = self.folder / shard_name(row.shard)
            try:
                self._shards[row.shard] = np.memmap(path, "<u2", "r")
            except (OSError, ValueError) as error:
                raise DataError(f"cannot read {path}: {error}") from error
        shard = self._shards[row.shard]
        if row.offset + row.tokens > len(shard):
            raise DataError(f"{self.folder / shard_name(row.shard)} is shorter than its index says: encode it again")
        ids = np.asarray(shard[row.offset : row.offset + row.tokens])
        if ids.max(initial=0) >= VOCABULARY.size or np.count_nonzero(ids == _BAR) != row.bars:
            raise self._damaged(row)
        return ids

    @contextlib.contextmanager
    def read(self, row: SongRow) -> Iterator[None]:
        """Around what is made of a song's ids: where they are not music that raises :class:`DataError`."""
        try:
            yield
        except SidemanError:
            raise
        except (LookupError, ValueError, TypeError, AssertionError, ArithmeticError) as error:
            raise self._damaged(row) from error

    def _damaged(self, row: SongRow) -> DataError:
        where = f"{self.folder / shard_name(row.shard)}: the {row.tokens} ids of {row.name} from {row.offset} on"
        return DataError(f"{where} are not {row.bars} bars: encode the dataset again")


def _rows(path: Path) -> Iterator[SongRow]:
    """Rows of an index. Raises :class:`DataError`, which names the line, for what is not one."""
    line = 1
    try:
        with path.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            for values in reader:
                line = reader.line_num
                yield _row(values)
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from error
    except (ValueError, TypeError, KeyError, OverflowError, csv.Error, OptionError) as error:
        raise DataError(f"{path}, line {line}: {error}") from error


def _row(values: dict[str, str]) -> SongRow:
    """A row of the index. Columns may be missing that have a default."""
    # Of millions of rows most texts are the same few.
    casts: dict[str, Callable[[str], Any]] = {"int": int, "float": float, "str": sys.intern}
    known = [field for field in fields(SongRow) if field.default is MISSING or field.name in values]
    row = SongRow(**{field.name: casts[str(field.type)](values[field.name]) for field in known})
    for name in ("bars", "notes", "shard", "offset", "tokens"):
        if not 0 <= getattr(row, name) < _LARGEST:
            raise ValueError(f"{name} is {getattr(row, name)}")
    if not 0 < row.tempo < math.inf:
        raise ValueError(f"tempo is {row.tempo}")
    Meter.parse(row.meter)
    return row
