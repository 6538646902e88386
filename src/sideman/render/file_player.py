"""FluidSynth's player of MIDI files, as a source of sound: it reads whatever a file holds. Knows channels, no bands."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sideman.errors import DataError
from sideman.render.fluidsynth import Closing, FluidSynth
from sideman.render.libfluidsynth import ON_EVENT, library

CHANNELS, DRUM_CHANNEL = 16, 9
NOTE_ON, PROGRAM_CHANGE = 0x90, 0xC0
ALL_NOTES_OFF, ALL_CONTROLLERS_OFF = 123, 121
PLAYING = 1  # of a player's states
OK = 0

TICKS = ("current_tick", "total_ticks")  # what the player tells of where it is


class FilePlayer(Closing):
    """A standard MIDI file that is being played, to be closed after use.

    Programs that the SoundFont lacks are stood in for. Raises, as does rendering, as :class:`FluidSynth`.
    """

    def __init__(self, soundfont: Path, midi: bytes) -> None:
        self.notes = 0  # that have begun so far
        self.programs: set[tuple[int, bool]] = set()  # that have played so far, and whether they are kits
        self._chosen = [0] * CHANNELS
        self._library = library()
        self._synth = FluidSynth(soundfont)
        for channel in range(CHANNELS):
            self._select(channel, 0)
        self._player = self._library.new_fluid_player(self._synth.handle)
        self._callback = ON_EVENT(self._hear)  # held as long as it may be called
        self._library.fluid_player_set_playback_callback(self._player, self._callback, None)
        self._library.fluid_player_add_mem(self._player, midi, len(midi))
        self._library.fluid_player_play(self._player)

    def close(self) -> None:
        """Give the memory back. May be called twice."""
        if self._player:
            self._library.delete_fluid_player(self._player)
        self._player = None
        self._synth.close()

    @property
    def is_playing(self) -> bool:
        """Whether something of the file is still to come; what rings then is no part of it."""
        if self._library.fluid_player_get_status(self._player) != PLAYING:
            return False
        ticks = (getattr(self._library, f"fluid_player_get_{name}") for name in TICKS)
        now, end = (read(self._player) for read in ticks)
        return bool(now < end or not end)  # it is read when it first sounds

    @property
    def share(self) -> float:
        """How much of the file was played, 0 to 1."""
        now, end = (getattr(self._library, f"fluid_player_get_{name}")(self._player) for name in TICKS)
        return min(now / end, 1.0) if end else 0.0

    def render(self, out: npt.NDArray[np.float32]) -> None:
        """Fill ``out``, (frames, 2), with what sounds next."""
        planar = np.zeros((1, out.shape[1], len(out)), np.float32)
        self._synth.render(planar)
        out[:] = planar[0].T

    def release(self) -> None:
        """End all notes, also those that the file doesn't end."""
        for channel in range(CHANNELS):
            for controller in (ALL_CONTROLLERS_OFF, ALL_NOTES_OFF):
                self._synth.control(channel, controller, 0)

    def _hear(self, _: Any, event: Any) -> int:  # noqa: ANN401 - pointers
        """Pass an event on to the synthesizer; programs are chosen here."""
        kind = self._library.fluid_midi_event_get_type(event)
        if kind == NOTE_ON and self._library.fluid_midi_event_get_velocity(event):
            self.notes += 1
            channel = self._library.fluid_midi_event_get_channel(event) % CHANNELS
            self.programs.add((self._chosen[channel], channel == DRUM_CHANNEL))
        if kind == PROGRAM_CHANGE:
            channel = self._library.fluid_midi_event_get_channel(event)
            self._select(channel, self._library.fluid_midi_event_get_program(event))
            return OK
        return int(self._library.fluid_synth_handle_midi_event(self._synth.handle, event))

    def _select(self, channel: int, program: int) -> None:
        self._chosen[channel % CHANNELS] = program & 0x7F
        with contextlib.suppress(DataError):  # a font without drums, or without anything else: that is silent
            self._synth.select(channel, program & 0x7F, is_drum=channel % CHANNELS == DRUM_CHANNEL)
