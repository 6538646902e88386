"""The texts in a MIDI file's bytes: names, lyrics, markers and whatever else is written there. Knows no music.

What is damaged ends its track: these texts are beside the notes, which another reader takes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

TEXT, SEQUENCE_NAME, LYRIC, MARKER, CUE = 0x01, 0x03, 0x05, 0x06, 0x07  # kinds of meta events
KINDS = frozenset({TEXT, SEQUENCE_NAME, LYRIC, MARKER, CUE})
MAX_TEXTS = 20_000
LONGEST = 200  # characters of a text that are kept
_ANY = re.compile(rb"\xff[\x01\x03\x05\x06\x07]")
_META, _SYSEX, _SYSEX_END = 0xFF, 0xF0, 0xF7
_DATA_BYTES = {0x80: 2, 0x90: 2, 0xA0: 2, 0xB0: 2, 0xC0: 1, 0xD0: 1, 0xE0: 2}
_HEADER = 8  # bytes of a chunk's name and length
_STATUS = 0x80  # and above: not a data byte


class Text(NamedTuple):
    """A text in a track, ``tick`` in the file's own; ``silent`` where that track has no notes."""

    tick: int
    track: int
    kind: int
    text: str
    silent: bool


def read_texts(data: bytes) -> list[Text]:
    """The texts of a file, track by track."""
    found: list[Text] = []
    for number, track in enumerate(_tracks(data)):
        if _ANY.search(track):
            found += _texts(track, number, MAX_TEXTS - len(found))
    return found


def _tracks(data: bytes) -> Iterator[bytes]:
    at = data.find(b"MThd")
    while at >= 0 and at + _HEADER <= len(data):
        end = at + _HEADER + int.from_bytes(data[at + 4 : at + _HEADER], "big")
        if data[at : at + 4] == b"MTrk":
            yield data[at + _HEADER : end]
        at = end


def _texts(track: bytes, number: int, limit: int) -> list[Text]:
    found: list[Text] = []
    at = tick = status = 0
    silent = True
    try:
        while at < len(track):
            delta, at = _quantity(track, at)
            tick += delta
            if track[at] >= _STATUS:
                status = track[at]
                at += 1
            if status == _META:
                kind = track[at]
                length, at = _quantity(track, at + 1)
                if kind in KINDS and len(found) < limit:
                    found.append(Text(tick, number, kind, _decode(track[at : at + min(length, LONGEST)]), silent=True))
                at += length
            elif status in {_SYSEX, _SYSEX_END}:
                length, at = _quantity(track, at)
                at += length
            else:
                silent = silent and status & 0xF0 != 0x90  # noqa: PLR2004 - a note begins
                at += _DATA_BYTES[status & 0xF0]
    except (IndexError, KeyError):
        pass
    return [text._replace(silent=silent) for text in found]


def _quantity(track: bytes, at: int) -> tuple[int, int]:
    """A number of up to four bytes, seven bits each, and where it ends."""
    value = 0
    for place in range(at, at + 4):
        value = value << 7 | track[place] & 0x7F
        if track[place] < _STATUS:
            return value, place + 1
    raise IndexError


def _decode(text: bytes) -> str:
    try:
        decoded = text.decode("utf-8")
    except UnicodeDecodeError:
        decoded = text.decode("cp1252", "replace")
    return decoded.replace("\0", "").strip()
