"""Charts to text and files: the door :func:`write`, and every format that is written, a row each."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import NamedTuple

from sideman.charts.reading import Reading
from sideman.errors import OptionError


class Writer(NamedTuple):
    """A format that is written: its name for people, the suffixes of its files, and the module whose ``write`` does it.

    That takes a sheet; where ``whole`` is set, all that was read.
    """

    name: str
    suffixes: tuple[str, ...]
    module: str
    whole: bool = False


WRITERS: Mapping[str, Writer] = MappingProxyType(
    {
        "text": Writer("text", (".txt",), "text_writing"),
        "reference": Writer("the reference form", (".chords",), "reference_writing", whole=True),
        "chordpro": Writer("ChordPro", (".cho", ".chordpro", ".chopro", ".crd", ".pro"), "chordpro_writing"),
        "ireal": Writer("iReal Pro", (".irealb",), "ireal"),
        "musicxml": Writer("MusicXML", (".musicxml", ".xml"), "musicxml"),
        "json": Writer("JSON", (".json",), "json_writing", whole=True),
    }
)

DRAWN: Mapping[str, tuple[str, ...]] = MappingProxyType({"pdf": (".pdf",), "svg": (".svg",)})  # by sideman.charts.paper


def write(reading: Reading, format_name: str = "text") -> str:
    """A chart that was read, in a format of :data:`WRITERS`.

    Raises :class:`OptionError` for another format, and for what it can't tell.
    """
    writer = WRITERS.get(format_name)
    if writer is None:
        raise OptionError(f"unknown format {format_name[:20]!r}: take {', '.join(WRITERS)}")
    written: str = import_module(f"sideman.charts.{writer.module}").write(reading if writer.whole else reading.sheet)
    return written if written.endswith("\n") else f"{written}\n"


def format_of(suffix: str) -> str:
    """The format of files with a suffix, ``.cho``: one of :data:`WRITERS` or :data:`DRAWN`.

    Raises :class:`OptionError` where none has it.
    """
    suffixes = {**{name: writer.suffixes for name, writer in WRITERS.items()}, **DRAWN}
    found = next((name for name, own in suffixes.items() if suffix.lower() in own), None)
    if found is None:
        known = " ".join(suffix for own in suffixes.values() for suffix in own)
        raise OptionError(f"unknown suffix {suffix[:20]!r}: take one of {known}, or name the format")
    return found
