"""A SoundFont with one instrument of another: what a player needs, and no more. Knows the format; makes no sound.

SoundFont 2.04 (Creative Technology, 2006): nine tables of fixed rows, in which presets point to instruments, and these
to samples. In a .sf3 file the samples are Ogg streams, and a sample's header tells bytes in place of frames.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from os import SEEK_CUR
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sideman.errors import DataError

DRUM_BANK = 128
RIFF_HEAD, CHUNK_HEAD, NAME = 12, 8, 4  # bytes
_COMPRESSED = 0x10  # of a sample's type
_INSTRUMENT, _SAMPLE = 41, 53  # generators that point on
_BAG = np.dtype([("generator", "<u2"), ("modulator", "<u2")])
_GENERATOR = np.dtype([("kind", "<u2"), ("amount", "<u2")])
_MODULATOR = np.dtype("V10")
_TABLES = {
    "phdr": np.dtype([("name", "S20"), ("program", "<u2"), ("bank", "<u2"), ("bag", "<u2"), ("more", "V12")]),
    "pbag": _BAG,
    "pmod": _MODULATOR,
    "pgen": _GENERATOR,
    "inst": np.dtype([("name", "S20"), ("bag", "<u2")]),
    "ibag": _BAG,
    "imod": _MODULATOR,
    "igen": _GENERATOR,
    "shdr": np.dtype(
        [
            ("name", "S20"),
            *((name, "<u4") for name in ("start", "end", "loop_start", "loop_end", "rate")),
            ("tuning", "V2"),
            ("link", "<u2"),
            ("type", "<u2"),
        ]
    ),
}
Table = npt.NDArray[Any]


def presets_of(path: Path) -> list[tuple[int, int]]:
    """Bank and program of each instrument of a SoundFont, whose sounds are not read; bank 128 are the kits.

    Raises :class:`DataError` where it is not one.
    """
    try:
        with path.open("rb") as file:
            file.seek(RIFF_HEAD)
            while len(head := file.read(CHUNK_HEAD)) == CHUNK_HEAD:
                size = int.from_bytes(head[4:], "little")
                if head[:4] == b"LIST" and file.read(NAME) == b"pdta":
                    rows = np.frombuffer(dict(_chunks(file.read(size - NAME)))["phdr"], _TABLES["phdr"])[:-1]
                    return list(zip(rows["bank"].tolist(), rows["program"].tolist(), strict=True))
                file.seek(size + size % 2 - (NAME if head[:4] == b"LIST" else 0), SEEK_CUR)
    except (OSError, KeyError, ValueError, struct.error) as error:
        raise DataError(f"cannot read the SoundFont {path}: {error}") from error
    raise DataError(f"the SoundFont {path} has no instruments")


class SoundFont:
    """A file of compressed samples, read. Raises :class:`DataError` where it is not one."""

    def __init__(self, path: Path) -> None:
        try:
            data = path.read_bytes()
            lists = dict(_lists(data))
            tables = dict(_chunks(lists["pdta"]))
            self._samples = dict(_chunks(lists["sdta"]))["smpl"]
            self._tables = {name: np.frombuffer(tables[name], row) for name, row in _TABLES.items()}
            self._info = lists["INFO"]
        except (OSError, KeyError, ValueError, struct.error) as error:
            raise DataError(f"cannot read the SoundFont {path}: {error}") from error
        if not (self._tables["shdr"]["type"][:-1] & _COMPRESSED).all():
            raise DataError(f"{path} has samples that are not compressed: give a .sf3 file")

    @property
    def presets(self) -> list[tuple[int, int]]:
        """Bank and program of each instrument; bank 128 are the kits."""
        rows = self._tables["phdr"][:-1]
        return list(zip(rows["bank"].tolist(), rows["program"].tolist(), strict=True))

    def preset(self, bank: int, program: int) -> bytes:
        """A SoundFont of one instrument. Raises :class:`DataError` where the file has it not."""
        if (bank, program) not in self.presets:
            raise DataError(f"the SoundFont has no program {program} in bank {bank}")
        number = self.presets.index((bank, program))
        tables = self._zoned(("phdr", "pbag", "pmod", "pgen"), [number])
        instruments = _pointed(tables["pgen"], _INSTRUMENT)
        tables |= self._zoned(("inst", "ibag", "imod", "igen"), instruments)
        samples = self._with_links(_pointed(tables["igen"], _SAMPLE))
        tables["pgen"] = _renumbered(tables["pgen"], _INSTRUMENT, instruments)
        tables["igen"] = _renumbered(tables["igen"], _SAMPLE, samples)
        tables["shdr"], sound = self._sound(samples)
        parts = [
            _list(b"INFO", self._info),
            _list(b"sdta", _chunk(b"smpl", sound)),
            _list(b"pdta", b"".join(_chunk(name.encode(), tables[name].tobytes()) for name in _TABLES)),
        ]
        return _chunk(b"RIFF", b"sfbk" + b"".join(parts))

    def _zoned(self, names: tuple[str, str, str, str], chosen: list[int]) -> dict[str, Table]:
        """Some presets or instruments, with their zones, at their new places; each table keeps its last row."""
        owners, zones, modulators, generators = (self._tables[name] for name in names)
        kept, places, parts = [], [(0, 0)], [(modulators[:0], generators[:0])]
        for number in chosen:
            row = owners[number : number + 1].copy()
            row["bag"] = len(places) - 1
            kept.append(row)
            for zone in range(int(owners["bag"][number]), int(owners["bag"][number + 1])):
                here, following = zones[zone], zones[zone + 1]
                part = (
                    modulators[here["modulator"] : following["modulator"]],
                    generators[here["generator"] : following["generator"]],
                )
                parts.append(part)
                places.append((places[-1][0] + len(part[1]), places[-1][1] + len(part[0])))
        last = owners[-1:].copy()
        last["bag"] = len(places) - 1
        return dict(
            zip(
                names,
                (
                    np.concatenate([*kept, last]),
                    np.array(places, _BAG),
                    np.concatenate([*(part for part, _ in parts), modulators[-1:]]),
                    np.concatenate([*(part for _, part in parts), generators[-1:]]),
                ),
                strict=True,
            )
        )

    def _with_links(self, samples: list[int]) -> list[int]:
        """The samples and, of stereo ones, their other halves."""
        rows = self._tables["shdr"]
        linked = [int(rows["link"][number]) for number in samples if rows["type"][number] & 0b110]
        return sorted({*samples, *(number for number in linked if number < len(rows) - 1)})

    def _sound(self, samples: list[int]) -> tuple[Table, bytes]:
        """Headers of samples that stand one behind the other, and their streams."""
        rows = self._tables["shdr"][[*samples, len(self._tables["shdr"]) - 1]].copy()
        streams = []
        place = 0
        for row in rows[:-1]:
            stream = self._samples[int(row["start"]) : int(row["end"])]
            row["start"], row["end"] = place, place + len(stream)
            row["link"] = samples.index(int(row["link"])) if int(row["link"]) in samples else 0
            streams.append(stream)
            place += len(stream)
        return rows, b"".join(streams)


def _pointed(generators: Table, kind: int) -> list[int]:
    """What is pointed at, each once, in order."""
    return sorted({*generators["amount"][:-1][generators["kind"][:-1] == kind].tolist()})


def _renumbered(generators: Table, kind: int, kept: list[int]) -> Table:
    """Generators that point at the new places of what is kept."""
    places = generators.copy()
    points = places["kind"] == kind
    points[-1] = False
    places["amount"][points] = np.searchsorted(kept, places["amount"][points])
    return places


def _lists(data: bytes) -> Iterator[tuple[str, bytes]]:
    """The lists of a file, by their names."""
    if data[:4] != b"RIFF" or data[8:12] != b"sfbk":
        raise ValueError("it is not a SoundFont")
    for name, body in _chunks(data[12 : 8 + struct.unpack_from("<I", data, 4)[0]]):
        if name == "LIST":
            yield body[:4].decode("ascii"), body[4:]


def _chunks(data: bytes) -> Iterator[tuple[str, bytes]]:
    place = 0
    while place + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, place)
        yield name.decode("ascii"), data[place + 8 : place + 8 + size]
        place += 8 + size + size % 2


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack("<4sI", name, len(data)) + data + b"\0" * (len(data) % 2)


def _list(name: bytes, data: bytes) -> bytes:
    return _chunk(b"LIST", name + data)
