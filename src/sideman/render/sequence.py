"""A MIDI file as it is → its messages, each with its second: all tracks, tempos, controllers and bends.

Knows the bytes of standard MIDI files; no bands. What is written and can't be read ends in one error.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from operator import itemgetter

from sideman.errors import DataError
from sideman.music.time import SECONDS_PER_MINUTE
from sideman.render.midi import (
    CLOCKS_PER_QUARTER,
    DEFAULT_MIDI_TEMPO,
    END_OF_TRACK,
    META,
    MICROSECONDS,
    NOTE_ON,
    PROGRAM,
    TEMPO,
)

HEADER_BYTES = 14
CHUNK_BYTES = 8  # its name and its length
SECONDS_PER_QUARTER = SECONDS_PER_MINUTE / DEFAULT_MIDI_TEMPO  # until a tempo says otherwise
STATUS = 0x80  # from which on a byte is one
KIND = 0xF0  # of a status, without its channel
CHANNEL_PRESSURE = 0xD0
SYSTEM_EXCLUSIVE = (0xF0, 0xF7)
LONGEST_QUANTITY = 4  # bytes
_DAMAGED = "the MIDI file is damaged: save it anew in the program that made it"

Message = tuple[int, ...]


@dataclass(frozen=True)
class Sequence:
    """``messages`` of channels with their seconds, in order; ``tempi`` holds pulse, second and seconds a pulse of each.

    ``pulses`` is the file's length, of which a quarter has ``per_quarter``.
    """

    messages: tuple[tuple[float, Message], ...]
    tempi: tuple[tuple[int, float, float], ...]
    pulses: int
    per_quarter: int

    @property
    def seconds(self) -> float:
        """How long it plays."""
        return self.second(self.pulses)

    @property
    def notes(self) -> int:
        """How many notes it has."""
        return sum(message[0] & KIND == NOTE_ON and message[2] > 0 for _, message in self.messages)

    def clock(self) -> Iterator[float]:
        """The seconds of a MIDI clock, to the end."""
        count = self.pulses * CLOCKS_PER_QUARTER // self.per_quarter
        return (self.second(number * self.per_quarter / CLOCKS_PER_QUARTER) for number in range(count + 1))

    def second(self, pulse: float) -> float:
        """When a pulse is heard."""
        begin, second, length = self.tempi[bisect_right(self.tempi, pulse, key=itemgetter(0)) - 1]
        return second + (pulse - begin) * length


def sequence_of(data: bytes, where: str) -> Sequence:
    """What a standard MIDI file says, of type 0 or 1. Raises :class:`DataError` for a damaged one."""
    try:
        (per_quarter,) = struct.unpack_from(">H", data, HEADER_BYTES - 2)
        events = sorted((event for track in _tracks(data) for event in _events(track)), key=itemgetter(0))
    except (IndexError, struct.error) as error:
        raise DataError(f"{where}: {_DAMAGED}") from error
    changes = {0: SECONDS_PER_QUARTER}
    changes |= {
        pulse: int.from_bytes(bytes(message[2:])) / MICROSECONDS
        for pulse, message in events
        if message[:2] == (META, TEMPO)
    }
    tempi = [(0, 0.0, changes[0] / per_quarter)]
    for before, pulse in pairwise(changes):
        _, second, length = tempi[-1]
        tempi.append((pulse, second + (pulse - before) * length, changes[pulse] / per_quarter))
    end = max((pulse for pulse, _ in events), default=0)
    found = Sequence((), tuple(tempi), end, per_quarter)
    messages = tuple((found.second(pulse), message) for pulse, message in events if message[0] != META)
    return Sequence(messages, found.tempi, end, per_quarter)


def _tracks(data: bytes) -> Iterator[bytes]:
    at = HEADER_BYTES
    while at + CHUNK_BYTES <= len(data):
        name, length = struct.unpack_from(">4sI", data, at)
        at += CHUNK_BYTES
        if name == b"MTrk":
            yield data[at : at + length]
        at += length


def _events(track: bytes) -> Iterator[tuple[int, Message]]:
    """Pulse and bytes of each message of a channel, of each tempo, and of the track's end."""
    at = pulse = status = 0
    while at < len(track):
        wait, at = _quantity(track, at)
        pulse += wait
        if track[at] >= STATUS:
            status, at = track[at], at + 1
        if status in SYSTEM_EXCLUSIVE:
            length, at = _quantity(track, at)
            at += length
        elif status == META:
            kind = track[at]
            length, at = _quantity(track, at + 1)
            if kind == TEMPO:
                yield pulse, (META, TEMPO, *track[at : at + length])
            at += length
            if kind == END_OF_TRACK:
                yield pulse, (META, END_OF_TRACK)
                return
        elif status >= STATUS:
            size = 1 if status & KIND in (PROGRAM, CHANNEL_PRESSURE) else 2
            yield pulse, (status, *(track[at + place] & 0x7F for place in range(size)))
            at += size
        else:
            raise IndexError  # data without a status


def _quantity(data: bytes, at: int) -> tuple[int, int]:
    """A number of any size, and where it ends."""
    value = 0
    for _ in range(LONGEST_QUANTITY):
        byte = data[at]
        at += 1
        value = value << 7 | byte & 0x7F
        if byte < STATUS:
            return value, at
    raise IndexError
