"""What people call a MIDI file → the standard MIDI file in it, or why there is none. Knows bytes, no music.

Files come in a RIFF (.rmi) or MacBinary envelope, and some count frames a second in place of pulses a quarter.
"""

from __future__ import annotations

import struct
from pathlib import Path

from sideman.errors import DataError

HEADER, TRACK = b"MThd", b"MTrk"
MAC_BINARY = 128  # bytes before the file
HEADER_LENGTH = 8  # of a chunk's name and size
PULSES = struct.Struct(">h")
SECOND = b"\x00\xff\x51\x03\x0f\x42\x40"  # at once: a quarter lasts a second


def midi_of(data: bytes, where: str) -> bytes:
    """The standard MIDI file within what people call one. Raises :class:`DataError` where there is none."""
    if data[:4] == b"RIFF" and data[8:12] == b"RMID":
        data = data[data.find(HEADER) :] if HEADER in data else b""
    elif data[MAC_BINARY : MAC_BINARY + 4] == HEADER:
        data = data[MAC_BINARY:]
    if data[:4] != HEADER or len(data) < HEADER_LENGTH + 6:
        raise DataError(f"{where}: not a MIDI file, it does not begin as one: give a .mid file")
    if TRACK not in data:
        raise DataError(f"{where}: no track in it, the file is cut off: give a whole one")
    return _in_quarters(data, where)


def _in_quarters(data: bytes, where: str) -> bytes:
    """With pulses a quarter where it has frames a second: a quarter then lasts a second."""
    at = HEADER_LENGTH + 4
    (pulses,) = PULSES.unpack_from(data, at)
    if pulses > 0:
        return data
    frames, ticks = -(pulses >> 8), pulses & 0xFF
    if not pulses or not ticks:
        raise DataError(f"{where}: not a MIDI file that can be read (its beat has no length): give another")
    track = data.find(TRACK)
    size = struct.unpack_from(">I", data, track + 4)[0]
    head = data[:at] + PULSES.pack(frames * ticks) + data[at + PULSES.size : track]
    return head + TRACK + struct.pack(">I", size + len(SECOND)) + SECOND + data[track + HEADER_LENGTH :]


def read_file(path: Path) -> bytes:
    """The standard MIDI file in ``path``. Raises :class:`DataError` where it cannot be read or is none."""
    return midi_of(read_bytes(path), str(path))


def read_bytes(path: Path) -> bytes:
    """What is in ``path``. Raises :class:`DataError` where it cannot be read."""
    try:
        return path.read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise DataError(f"cannot read {path}: {reason}, give a MIDI file") from error
