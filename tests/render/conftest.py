from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt
import pytest

from sideman.errors import MissingLibraryError
from sideman.music.band import ONSET, Band, Note, NoteArray, Role, Track
from sideman.render import fluidsynth, libfluidsynth
from sideman.render.fluidsynth import Event, Stems

try:
    libfluidsynth.library()
    MISSING = ""
except MissingLibraryError as error:
    MISSING = str(error)
PERIOD = 441  # frames of a fake's sound: few are peaks, between which the true one is looked for
real = pytest.mark.skipif(bool(MISSING), reason=MISSING or "FluidSynth is there")


# Where pyloudnorm is asked: in one process, since it takes seconds to import scipy.
asks_pyloudnorm = pytest.mark.xdist_group("scipy")


def heard_by_pyloudnorm(sound: npt.NDArray[np.float32]) -> float:
    """The integrated loudness of frames by channels, in LUFS."""
    import pyloudnorm

    return float(pyloudnorm.Meter(fluidsynth.SAMPLE_RATE).integrated_loudness(sound))


class FakeSynthesizer:
    """Each player sounds all the time, a sawtooth up to ``level``, and remembers what it was told at which frame."""

    def __init__(self, level: float = 0.25) -> None:
        self.level = level
        self.frame = 0
        self.selected: dict[int, tuple[int, bool]] = {}
        self.controls: dict[tuple[int, int], int] = {}  # channel and controller: value
        self.played: list[tuple[int, int, int, int]] = []  # frame, channel, pitch, velocity

    def select(self, channel: int, program: int, *, is_drum: bool) -> None:
        self.selected[channel] = program, is_drum

    def control(self, channel: int, controller: int, value: int) -> None:
        assert 0 <= value <= 127
        self.controls[channel, controller] = value

    def render(self, out: Stems, events: Iterable[Event] = ()) -> None:
        begin = self.frame
        for frame, player, pitch, velocity in events:
            self.sound(out[:, :, self.frame - begin : frame])
            self.played.append((self.frame, player, pitch, velocity))
        self.sound(out[:, :, self.frame - begin :])

    def sound(self, out: Stems) -> None:
        frames = np.arange(self.frame, self.frame + out.shape[2])
        out += (self.level * (1 - frames % PERIOD / PERIOD)).astype(np.float32)
        self.frame += out.shape[2]


class SteadySynthesizer(FakeSynthesizer):
    """Each player sounds ``level`` all the time."""

    def sound(self, out: Stems) -> None:
        out += self.level
        self.frame += out.shape[2]


class Playing(FakeSynthesizer):
    """A fake that can be opened in the place of FluidSynth."""

    def __init__(self, soundfont: Path | None = None, players: int = 1) -> None:
        super().__init__()
        self.soundfont = soundfont
        self.players = players
        self.closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def render(self, out: Stems, events: Iterable[Event] = ()) -> None:
        assert not self.closed
        assert len(out) == self.players
        super().render(out, events)

    def sound(self, out: Stems) -> None:
        super().sound(out)
        out *= 1 + len(self.played) % 7  # so that a note out of place would be heard

    def close(self) -> None:
        self.closed = True


def piano(*notes: Note, steps: int = 48, tempo: float = 120.0) -> Band:
    return Band((Track(Role.PIANO, notes),), steps, tempo)


def bars_of(band: Band) -> list[dict[Role, NoteArray]]:
    """The notes of each bar, as a composer gives them."""
    return [
        {track.role: track.notes[band.lines.bars_at(track.notes[:, ONSET]) == bar] for track in band.tracks}
        for bar in range(band.lines.count(band.steps))
    ]


def chairs_of(band: Band) -> Band:
    """The band before anybody plays."""
    return replace(band, tracks=tuple(Track(role) for role in band.roles))


def ends_of(band: Band) -> list[int]:
    """Where these bars end."""
    return band.lines.onsets(band.lines.count(band.steps))[1:]


@pytest.fixture
def band() -> Band:
    """One bar of five at 120 beats a minute, two seconds."""
    return Band(
        (
            Track(Role.DRUMS, [Note(step, 3, 42, 90) for step in range(0, 48, 6)] + [Note(0, 3, 36, 110)]),
            Track(Role.PIANO, [Note(0, 24, pitch, 80) for pitch in (60, 64, 67)]),
            Track(Role.GUITAR, [Note(12, 8, 64, 70), Note(36, 12, 67, 75)]),
            Track(Role.BASS, [Note(0, 24, 36, 100), Note(24, 24, 43, 100)]),
            Track(Role.STRINGS, [Note(0, 48, 72, 60)]),
        ),
        48,
        120.0,
    )


@pytest.fixture
def golden() -> Callable[[str, str], None]:
    """Compare a text with a golden file beside the tests; with SIDEMAN_WRITE_GOLDEN set, write the file instead."""

    def compare(name: str, text: str) -> None:
        path = Path(__file__).parent / "golden" / name
        if os.environ.get("SIDEMAN_WRITE_GOLDEN"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, "utf-8")
        assert text == path.read_text("utf-8")

    return compare
