"""What charts come as and is not read: each kind is named, with what to do instead. A row a kind."""

from __future__ import annotations

import re
from typing import NamedTuple, NoReturn

from sideman.charts.reading import Notes
from sideman.charts.source import Source
from sideman.errors import UnreadableError

NAME = "not read"
HEAD = 4_096  # bytes and characters that are looked at
_ZIP = b"PK\x03\x04"
_PASTE = "paste the chart as text"
_EXPORT = "export it as MusicXML and open that"
_AUDIO = "chords are not heard from sound: type them, or open a chart"


class Kind(NamedTuple):
    """A kind of file: what it is called, how it is told, and the remedy."""

    name: str
    remedy: str
    suffixes: tuple[str, ...] = ()
    magic: tuple[bytes, ...] = ()  # how its bytes begin
    text: str = ""  # a pattern for how its text begins
    inside: tuple[bytes, ...] = ()  # names in its archive, where it is one


KINDS = (
    Kind("a PDF file", f"{_PASTE}; from a notation program, {_EXPORT}", (".pdf",), (b"%PDF-",)),
    Kind(
        "an image",
        _PASTE,
        (".png", ".jpg", ".jpeg", ".gif", ".webp", ".heic", ".tif", ".tiff", ".bmp", ".svg"),
        (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*", b"BM"),
        r"(?:<\?xml[^>]{0,200}>\s*)?<svg\b",
    ),
    Kind(
        "a Guitar Pro file",
        _EXPORT,
        (".gp", ".gp3", ".gp4", ".gp5", ".gpx", ".gtp"),
        (b"\x18FICHIER GUITAR PRO", b"BCFZ", b"BCFS"),
        inside=(b"score.gpif",),
    ),
    Kind("a MuseScore file", _EXPORT, (".mscz", ".mscx"), (), r"(?:<\?xml[^>]{0,200}>\s*)?<museScore\b", (b".mscx",)),
    Kind("a Sibelius file", _EXPORT, (".sib",), (b"\x0fSIBELIUS",)),
    Kind("a Finale file", _EXPORT, (".musx", ".mus"), (b"ENIGMA BINARY FILE",)),
    Kind("a Power Tab file", _EXPORT, (".ptb",), (b"ptab",)),
    Kind("a TuxGuitar file", _EXPORT, (".tg",), ()),
    Kind(
        "a Band-in-a-Box file",
        "in Band-in-a-Box copy the chords (Edit, Copy Chords to Clipboard) or export MusicXML",
        (".sgu", ".mgu", ".mgx", *(f".{kind}g{style}" for kind in "sm" for style in "123456789abcdefghijklmn")),
    ),
    Kind(
        "a Word document",
        _PASTE,
        (".docx", ".doc", ".odt"),
        (b"\xd0\xcf\x11\xe0",),
        inside=(b"word/", b"opendocument.text"),
    ),
    Kind("an RTF document", _PASTE, (".rtf",), (b"{\\rtf",)),
    Kind(
        "an audio file",
        _AUDIO,
        (".mp3", ".wav", ".flac", ".ogg", ".m4a", ".aac", ".aif", ".aiff", ".opus", ".wma"),
        (b"ID3", b"\xff\xfb", b"fLaC", b"OggS", b"FORM", b"RIFF"),
    ),
    Kind("a video", _AUDIO, (".mp4", ".mov", ".mkv", ".avi", ".webm"), (b"\x1aE\xdf\xa3",)),
    Kind("a spreadsheet", _PASTE, (".xlsx", ".xls", ".ods"), ()),
    Kind("a compressed file", "unpack it and open the chart in it", (".zip", ".gz", ".7z", ".rar", ".bz2", ".xz"),
         (_ZIP, b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zXZ")),
    Kind("the address of a web page", "nothing is fetched from the web: paste the chart itself", text=r"(?:https?|ftp)://\S+$"),
    Kind("a web page without a chart", _PASTE, text=r"(?:<!doctype html|<html)\b"),
    Kind("an XML file of another kind", f"if it is music, {_EXPORT}", text=r"<\?xml\b"),
    Kind(
        "a piece of Sideman, no chart",
        "`sideman redo`, `edit` and `history` open it, or the page by *Open a file…*",
        text=r"\{[\s\S]*?\"format\"\s*:\s*\"sideman piece\"",
    ),
    Kind(
        "a batch of charts",
        "`sideman arrange --batch FILE -o FOLDER` arranges every line of it",
        text=r"\{[^\n]*\"prompt\"\s*:\s*\"",
    ),
    Kind("JSON that is not a chart of Sideman", _PASTE, text=r"\{\s*\"[^\"\n]{0,60}\"\s*:|\[\s*\{\s*\""),
)  # fmt: skip
_UNKNOWN = Kind("a file of a kind that is not known", _PASTE)
_SOUND_OR_VIDEO = Kind("an audio or video file", _AUDIO)
_ISO_MEDIA = b"ftyp"  # from byte 4 on, of .mp4 and .m4a
_ALWAYS = (b"%PDF-", b"{\\rtf")  # begin no text that is a chart; what other kinds begin with may: BM7
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def recognises(source: Source) -> bool:
    """Whether it is one of the kinds, or bytes that are no text."""
    return _kind(source) is not None


def read(source: Source, notes: Notes) -> NoReturn:  # noqa: ARG001 - as every reader's
    """Raise :class:`UnreadableError` that names the kind and the remedy."""
    kind = _kind(source) or _UNKNOWN
    raise UnreadableError(f"this is {kind.name}: {kind.remedy}")


def _kind(source: Source) -> Kind | None:
    """The kind, by the file's name, else by how it begins. A text under any name is none, unless it is of one."""
    head, name = source.data[:HEAD], source.name.lower()
    if source.text is not None and not _CONTROL.search(source.text[:HEAD]) and not head.startswith(_ALWAYS):
        begin = source.text[:HEAD].strip()
        return next((kind for kind in KINDS if kind.text and re.match(kind.text, begin, re.IGNORECASE)), None)
    for kind in KINDS:
        if kind.suffixes and name.endswith(kind.suffixes):
            return kind
    for kind in KINDS:
        if any(inside in head for inside in kind.inside) and head.startswith(_ZIP):
            return kind
    for kind in KINDS:
        if kind.magic and head.startswith(kind.magic):
            return kind
    return _SOUND_OR_VIDEO if head[4:8] == _ISO_MEDIA else _UNKNOWN
