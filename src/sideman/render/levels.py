"""How loud a player is heard, told from the notes alone; and the volume that makes it as loud as it should be.

How loud each instrument of the bundled SoundFont is was measured (``script/measure_loudness``). A player's loudness is
worked out from that as ITU-R BS.1770 would measure it, beat by beat, within about 1 LU of what the sound has; so files,
the page and a MIDI file have the same levels before anything is heard (docs/adr/0025-levels.md).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from sideman.music.band import INSTRUMENTS, NoteArray, Role
from sideman.music.time import STEPS_PER_BEAT
from sideman.render.soundfont import stand_in

TABLE = Path(__file__).parent / "data" / "loudness.json"
HITS = range(27, 88)  # pitches of a kit
PITCHES = range(24, 104, 6)  # that were measured
DURATIONS = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2)  # seconds, so too

FULL = 100  # velocity, and MIDI volume, of what was measured
# Where players stand in the mix of all five, in LU below it, and a melody above them: docs/adr/0025-levels.md.
TARGETS: Mapping[Role, float] = {
    Role.DRUMS: -4.5,
    Role.PIANO: -8.0,
    Role.GUITAR: -7.0,
    Role.BASS: -8.5,
    Role.STRINGS: -8.5,
    Role.MELODY: -4.0,
}
BAND = -24.0  # LUFS of that mix
DECIBELS = 40  # that a volume, or a velocity, of ten times as much is louder
HIGHEST = 500.0
OFFSET = -0.691  # LUFS of a mean square of 1, and the gates of ITU-R BS.1770-4
ABSOLUTE_GATE, RELATIVE_GATE = -70.0, -10.0
_Floats = npt.NDArray[np.float64]


def level(role: Role, program: int, notes: NoteArray, seconds_per_step: float, lift: float = 0) -> float:
    """The volume, in MIDI's scale but not ending at 127, that has a player stand where it should.

    A mix may ``lift`` it by some LU. ``notes`` is (notes, 4), in steps. Who doesn't play has 100.
    """
    heard = loudness(role, program, notes, seconds_per_step)
    if not np.isfinite(heard):
        return FULL
    return float(min(max(FULL * 10 ** ((BAND + TARGETS[role] + lift - heard) / DECIBELS), 1), HIGHEST))


def loudness(role: Role, program: int, notes: NoteArray, seconds_per_step: float) -> float:
    """In LUFS, at volume 100; minus infinity where nothing is heard."""
    if not len(notes):
        return -np.inf
    onset, duration, pitch, velocity = notes.T
    base, growth = _instrument(role, program, pitch)
    base = base * (velocity / FULL) ** 4
    first = onset // STEPS_PER_BEAT
    beats = np.maximum(-(-(onset + duration) // STEPS_PER_BEAT) - first, 1)
    energies = np.zeros(int((first + beats).max()))
    before = np.zeros(len(notes))
    for beat in range(int(beats.max())):
        holds = beats > beat
        sounded = np.minimum(duration[holds], (beat + 1) * STEPS_PER_BEAT)
        until = base[holds] * growth(sounded * seconds_per_step)
        np.add.at(energies, first[holds] + beat, until - before[holds])
        before[holds] = until
    powers = energies / (STEPS_PER_BEAT * seconds_per_step)
    powers = powers[powers > 10 ** ((ABSOLUTE_GATE - OFFSET) / 10)]
    if not len(powers):
        return -np.inf
    powers = powers[powers > powers.mean() * 10 ** (RELATIVE_GATE / 10)]
    return float(OFFSET + 10 * np.log10(powers.mean()))


def _instrument(role: Role, program: int, pitch: NoteArray) -> tuple[_Floats, Callable[[_Floats], _Floats]]:
    """The energy of notes of 0.4 s at velocity 100, weighted, and by what it is multiplied for another duration."""
    row = table()[key(role, program)]
    if INSTRUMENTS[role].is_drum:
        hits = np.array(row["hits"])[np.clip(pitch, HITS[0], HITS[-1]) - HITS[0]]
        return np.asarray(10 ** (hits / 100)), np.ones_like
    tenths = np.interp(pitch, PITCHES, row["pitches"])

    def growth(seconds: _Floats) -> _Floats:
        clipped = np.clip(seconds, DURATIONS[0], DURATIONS[-1])
        return np.asarray(10 ** (np.interp(np.log2(clipped), np.log2(DURATIONS), row["durations"]) / 100))

    return np.asarray(10 ** (tenths / 100)), growth


def key(role: Role, program: int) -> str:
    """The row of the table for an instrument, or for what stands in for it."""
    sort = "kit" if INSTRUMENTS[role].is_drum else "program"
    known = [int(name.split()[1]) for name in table() if name.startswith(sort)]
    return f"{sort} {stand_in(program, known) if sort == 'program' else min(known, key=lambda kit: kit != program)}"


@cache
def table() -> dict[str, dict[str, list[int]]]:
    """What was measured, in tenths of a decibel."""
    rows: dict[str, dict[str, list[int]]] = json.loads(TABLE.read_text("utf-8"))
    return rows
