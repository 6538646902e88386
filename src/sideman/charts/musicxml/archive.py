"""The score in an ``.mxl`` file: a zip archive whose container names it. Knows no music.

One entry is unpacked, up to a size and a ratio, and held in memory: nothing is written, no name becomes a path.
"""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from xml.etree.ElementTree import Element
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from sideman.charts.musicxml.markup import visit
from sideman.errors import UnreadableError

SIGNATURE = b"PK\x03\x04"
CONTAINER = "META-INF/container.xml"
MAX_ENTRIES = 1_000
MAX_CONTAINER = 64 << 10  # bytes, unpacked
MAX_UNPACKED = 32 << 20  # bytes
MAX_RATIO = 200  # unpacked to packed, from FREE_BYTES on; scores are at most some 40
FREE_BYTES = 1 << 20
SCORE_SUFFIXES = (".musicxml", ".xml")
_ENTRY = b"PK\x01\x02"  # begins each line of an archive's directory
_DAMAGED = (BadZipFile, EOFError, NotImplementedError, OSError, OverflowError, RuntimeError, ValueError)


def is_archive(data: bytes) -> bool:
    """Whether it is a zip archive."""
    return data.startswith(SIGNATURE)


def unpack(data: bytes) -> bytes:
    """The score of an archive. Raises :class:`UnreadableError` where there is none, or one that is too large."""
    if data.count(_ENTRY) > MAX_ENTRIES:
        raise UnreadableError(f"the archive holds more than {MAX_ENTRIES:,} files: a .mxl file holds one score")
    try:
        with ZipFile(BytesIO(data)) as archive:
            return _read(archive, _score(archive), MAX_UNPACKED)
    except (*_DAMAGED, struct.error, zlib.error) as error:
        raise UnreadableError("the archive is damaged: export the .mxl file again") from error


def _score(archive: ZipFile) -> ZipInfo:
    """The entry that the container names; where it names none, the first that looks like a score."""
    entries = {entry.filename: entry for entry in archive.infolist()}
    for name in _named(archive, entries):
        if name in entries:
            return entries[name]
    for name, entry in entries.items():
        if name.lower().endswith(SCORE_SUFFIXES) and not name.startswith(("META-INF/", "__MACOSX/")):
            return entry
    raise UnreadableError("the archive holds no score: a .mxl file has one that ends in .musicxml or .xml")


def _named(archive: ZipFile, entries: dict[str, ZipInfo]) -> list[str]:
    """The names in the container, none where it is missing or damaged: some programs don't escape theirs."""
    names: list[str] = []

    def handle(parent: Element, element: Element) -> None:
        if parent.tag == "rootfiles" and element.tag == "rootfile":
            names.append(element.get("full-path", ""))

    if CONTAINER in entries:
        try:
            visit(_read(archive, entries[CONTAINER], MAX_CONTAINER), ("container",), {"rootfiles", "rootfile"}, handle)
        except UnreadableError:
            return []
    return names


def _read(archive: ZipFile, entry: ZipInfo, limit: int) -> bytes:
    if entry.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
        raise UnreadableError("the archive is packed in an unusual way: export the .mxl file again, or unpacked")
    limit = min(limit, max(FREE_BYTES, MAX_RATIO * entry.compress_size))
    with archive.open(entry) as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise UnreadableError(f"the score in the archive is too large: at most {MAX_UNPACKED >> 20} MB are read")
    return data
