"""FluidSynth through its C interface: loads a SoundFont, plays into arrays. Knows channels and pitches, no bands."""

from __future__ import annotations

import contextlib
import os
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt

from sideman.errors import DataError
from sideman.machine import processors
from sideman.render.libfluidsynth import library
from sideman.render.presets import DRUM_BANK
from sideman.render.soundfont import MELODIC_BANK, chosen_program

Stems = npt.NDArray[np.float32]  # (players, 2, frames), full scale is ±1
Event = tuple[int, int, int, int]  # frame, player, pitch, velocity: 0 ends a note

SAMPLE_RATE = 44_100  # frames a second
OK = 0
DECODED_INSTRUMENTS = 16  # as many as a synthesizer has channels
DECODED_FONT_BYTES = 1 << 25

BY_PLAYER = ("synth.audio-channels", "synth.audio-groups", "synth.effects-groups")
EFFECTS = 2  # reverb and chorus, in stereo each
# Explicit where defaults differ between versions, or where sound would depend on the machine.
SETTINGS: dict[str, float | int] = {
    "synth.sample-rate": float(SAMPLE_RATE),
    "synth.gain": 0.4,
    "synth.polyphony": 512,
    "synth.cpu-cores": 1,  # with more, voices are summed in any order: no longer the same bytes
    "synth.threadsafe-api": 0,  # one thread plays it
    "synth.dynamic-sample-loading": 1,  # decode only the instruments that play
    "synth.reverb.active": 1,
    "synth.reverb.room-size": 0.4,
    "synth.reverb.damp": 0.3,
    "synth.reverb.width": 0.8,
    "synth.reverb.level": 0.6,
    "synth.chorus.active": 1,
    "synth.chorus.nr": 3,
    "synth.chorus.level": 1.0,
    "synth.chorus.speed": 0.3,
    "synth.chorus.depth": 5.0,
}


class Closing(ABC):
    """A context that closes what it opened."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @abstractmethod
    def close(self) -> None:
        """Give the memory back. May be called twice."""


class FluidSynth(Closing):
    """A FluidSynth with one SoundFont loaded, to be closed after use. One thread at a time may play it.

    It plays for some players, each on the channel of their number, each with sound and reverb of their own.
    Raises :class:`MissingLibraryError` where there is no library, :class:`DataError` where it cannot load the font.
    """

    def __init__(self, soundfont: Path, players: int = 1) -> None:
        self._players = players
        self._library = library()
        self._soundfont = soundfont
        self._settings = self._library.new_fluid_settings()
        for name, value in {**SETTINGS, **dict.fromkeys(BY_PLAYER, players)}.items():
            put = self._library.fluid_settings_setint if isinstance(value, int) else self._library.fluid_settings_setnum
            put(self._settings, name.encode(), value)
        self._synth = self._library.new_fluid_synth(self._settings)
        # 0: no channel gets an instrument of the font yet, whose samples would have to be decoded.
        self._font_id = self._library.fluid_synth_sfload(self._synth, os.fsencode(soundfont), 0)
        if self._font_id < 0:
            self.close()
            version = self._library.fluid_version_str().decode()
            raise DataError(
                f"{soundfont} is damaged, or not a SoundFont that FluidSynth {version} can read: give another"
            )
        self._font = self._library.fluid_synth_get_sfont_by_id(self._synth, self._font_id)

    @property
    def handle(self) -> int:
        """The synthesizer, for FluidSynth's own functions."""
        handle: int = self._synth
        return handle

    def close(self) -> None:
        """Give the memory back. May be called twice."""
        if self._synth:
            self._library.delete_fluid_synth(self._synth)
            self._library.delete_fluid_settings(self._settings)
        self._synth = self._settings = None

    def select(self, channel: int, program: int, *, is_drum: bool) -> None:
        """Give ``channel`` a General MIDI program, or the font's closest; for drums, a kit.

        Raises :class:`DataError` where the font has no instrument of the sort.
        """
        bank = DRUM_BANK if is_drum else MELODIC_BANK
        available = self.programs(bank)
        if not available:
            sort = "drum kit" if is_drum else "General MIDI instrument"
            raise DataError(f"{self._soundfont} has no {sort} (bank {bank}): give another SoundFont")
        chosen = chosen_program(program, available, is_drum=is_drum)
        if not self.take(channel, bank, chosen):
            raise DataError(f"{self._soundfont}: program {chosen} of bank {bank} is damaged: give another SoundFont")
        if not self._soundfont.exists():  # its samples are read now: FluidSynth would play without, and crash
            raise DataError(f"{self._soundfont} was there a moment ago and is gone: put it back, or give another")
        DECODED.keep(self._soundfont, bank, chosen)

    def take(self, channel: int, bank: int, program: int) -> bool:
        """Give a channel a program that the font has; whether it did. Holds on to nothing after it is closed."""
        done: int = self._library.fluid_synth_program_select(self._synth, channel, self._font_id, bank, program)
        return done == OK

    def control(self, channel: int, controller: int, value: int) -> None:
        """Turn a MIDI controller."""
        self._library.fluid_synth_cc(self._synth, channel, controller, value)

    def render(self, out: Stems, events: Iterable[Event] = ()) -> None:
        """Add what sounds next to ``out``, whose frames lie side by side, with these events in their order.

        A note begins at the next of FluidSynth's blocks of 64 frames, 1.5 ms.
        """
        done = 0
        for frame, player, pitch, velocity in events:
            if frame > done:
                self._process(out[:, :, done:frame])
                done = frame
            if velocity:
                self._library.fluid_synth_noteon(self._synth, player, pitch, velocity)
            else:
                self._library.fluid_synth_noteoff(self._synth, player, pitch)
        if done < out.shape[2]:
            self._process(out[:, :, done:])

    def _process(self, out: Stems) -> None:
        players, channels, frames = out.shape
        rows = out.ctypes.data + np.arange(players)[:, None] * out.strides[0] + np.arange(channels) * out.strides[1]
        dry = np.ascontiguousarray(rows, np.uintp)
        wet = np.ascontiguousarray(np.tile(rows, EFFECTS), np.uintp)
        self._library.fluid_synth_process(self._synth, frames, wet.size, wet.ctypes.data, dry.size, dry.ctypes.data)

    def programs(self, bank: int) -> list[int]:
        """The programs that the font has in ``bank``: 0 for melodic instruments, 128 for drum kits."""
        return [program for program in range(128) if self._library.fluid_sfont_get_preset(self._font, bank, program)]


class Decoded:
    """The instruments that were played last, held for whoever plays them next: a band's take half a second to decode.

    FluidSynth decodes nothing that another synthesizer of the process has. Holds on to one font at a time, as it is on
    the disk now, and to none that is large: such are seldom compressed, so what they hold is read fast.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._font: tuple[Path, int] | None = None
        self._holder: FluidSynth | None = None
        self._channels: dict[tuple[int, int], int] = {}  # of each bank and program; in the order of their coming

    @property
    def held(self) -> list[tuple[int, int]]:
        """Bank and program of each, in the order of their coming."""
        return list(self._channels)

    def keep(self, soundfont: Path, bank: int, program: int) -> None:
        """Hold on to an instrument that a synthesizer has at the moment."""
        with self._lock, contextlib.suppress(OSError, DataError):  # the file is no longer what the synthesizer read
            holder = self._open(soundfont)
            if holder is None or (bank, program) in self._channels:
                return
            channel = len(self._channels)
            if channel == DECODED_INSTRUMENTS:
                channel = self._channels.pop(next(iter(self._channels)))
            self._channels[bank, program] = channel
            holder.take(channel, bank, program)

    def _open(self, soundfont: Path) -> FluidSynth | None:
        """The holder of the font, as it is on the disk now."""
        status = soundfont.stat()
        if status.st_size > DECODED_FONT_BYTES:
            return None
        font = (soundfont, status.st_mtime_ns)
        if self._font != font:
            if self._holder is not None:
                self._holder.close()
            self._holder, self._font = None, font
            self._channels.clear()
            self._holder = FluidSynth(soundfont)
        return self._holder


DECODED = Decoded()


class FluidSynthPair(Closing):
    """Two of them that work side by side, twice as fast where there are two processors; alike where there is one.

    ``sides`` says of each player which of the two, 0 or 1, plays for it. To be used as :class:`FluidSynth`, which tells
    what is raised; an instrument that can't be had is told by :meth:`render`, for instruments are decoded side by side.
    """

    def __init__(self, soundfont: Path, sides: Sequence[int]) -> None:
        self._players = [[player for player, on in enumerate(sides) if on == side] for side in (0, 1)]
        self._places = [(side, self._players[side].index(player)) for player, side in enumerate(sides)]
        self._both = [FluidSynth(soundfont, max(len(players), 1)) for players in self._players]
        self._pools = [ThreadPoolExecutor(1) for _ in self._both] if processors() > 1 else None
        self._begun: list[Future[None]] = []  # that nobody has waited for yet

    def close(self) -> None:
        """Give the memory back. May be called twice."""
        for pool in self._pools or ():
            pool.shutdown()
        for each in self._both:
            each.close()

    def select(self, player: int, program: int, *, is_drum: bool) -> None:
        """Give a player an instrument."""
        side, place = self._places[player]
        self._do(side, partial(self._both[side].select, place, program, is_drum=is_drum))

    def control(self, player: int, controller: int, value: int) -> None:
        """Turn a MIDI controller."""
        side, place = self._places[player]
        self._do(side, partial(self._both[side].control, place, controller, value))

    def render(self, out: Stems, events: Iterable[Event] = ()) -> None:
        """Add what sounds next to ``out``."""
        split: tuple[list[Event], list[Event]] = ([], [])
        for frame, player, pitch, velocity in events:
            side, place = self._places[player]
            split[side].append((frame, place, pitch, velocity))
        for side in (0, 1):
            self._do(side, partial(self._render, side, out, split[side]))
        begun, self._begun = self._begun, []
        for each in begun:
            each.result()

    def _do(self, side: int, work: Callable[[], None]) -> None:
        """Have it done by the thread of a side, one after the other; at once where there are no threads."""
        if self._pools is None:
            work()
        else:
            self._begun.append(self._pools[side].submit(work))

    def _render(self, side: int, out: Stems, events: Sequence[Event]) -> None:
        players = self._players[side]
        if players:
            own = np.zeros((len(players), *out.shape[1:]), np.float32)
            self._both[side].render(own, events)
            out[players] += own
