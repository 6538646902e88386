"""A mix as it goes into a file: at a loudness that people know, its peaks held down. Knows blocks, no music.

Streaming services play music at -14 LUFS; so do these files, whatever they hold. What that brings above the ceiling is
limited by numpy-audio-limiter, both channels alike, so that nobody moves in the stereo picture.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import IO

import numpy as np
import numpy.typing as npt
from numpy_audio_limiter import limit

from sideman.errors import DataError
from sideman.render.metering import LoudnessMeter, true_peak

Block = npt.NDArray[np.float32]  # (frames, 2), full scale is ±1

LOUDNESS = -14.0  # LUFS
CEILING = 10 ** (-1.5 / 20)  # of the true peak: MP3 adds up to half a decibel
THRESHOLD = 10 ** (-1.8 / 20)  # of the limiter: what its attack lets through stays below the ceiling
ATTACK_SECONDS, RELEASE_SECONDS, AHEAD_SECONDS = 0.0003, 0.12, 0.001
SETTLED = 0.01  # what is left of a change after these times
SETTLING_SECONDS = 1.0  # before a stretch: what the limiter remembers
STRETCH_SECONDS = 20  # of sound in memory at a time
PASSES = 3  # at most, to make up for what the limiter takes
CLOSE = 0.3  # LU
SILENCE = 1e-5  # -100 dBFS
SPOOL_BYTES = 64 * 2**20  # three minutes in memory, what is longer on disk
CHANNELS = 2
_HALFWAY = (np.sinc(np.arange(-6, 6) + 0.5) * np.cos(np.pi * (np.arange(-6, 6) + 0.5) / 13) ** 2).astype(np.float32)


def mastered(blocks: Iterable[Block], rate: int, frames: int, *, must_sound: Callable[[], bool]) -> Iterator[Block]:
    """``blocks`` again, after the last of them, at -14 LUFS and with a true peak of -1.5 dB; silence stays silence.

    ``frames`` is how many a block has that is given back. Whether it ``must_sound`` is asked when the last has come:
    raises :class:`DataError` where it must and doesn't.
    """
    meter, peak = LoudnessMeter(rate), 0.0
    with spooled(blocks) as spool:
        for block in spool:
            meter.add(block)
            peak = max(peak, float(np.abs(block).max(initial=0)))
        if peak <= SILENCE and must_sound():
            raise DataError("the SoundFont makes no sound for these notes: give another SoundFont or other programs")
        gain = _start(meter.integrated, peak)
        trim, missing = _left(spool, rate, gain)
        for _ in range(PASSES):
            if missing < CLOSE:
                break
            gain *= 10 ** (missing / 20)
            trim, missing = _left(spool, rate, gain)
        for stretch in _limited(spool, rate, gain):
            for start in range(0, len(stretch), frames):
                yield stretch[start : start + frames] * np.float32(trim)


def _left(blocks: Iterable[Block], rate: int, gain: float) -> tuple[float, float]:
    """What the limited sound has to be multiplied with to stay below the ceiling, and how many LU it then lacks."""
    meter, highest = LoudnessMeter(rate), 0.0
    for stretch in _limited(blocks, rate, gain):
        meter.add(stretch)
        highest = max(highest, true_peak(stretch))
    trim = min(1.0, CEILING / highest) if highest else 1.0
    missing = LOUDNESS - meter.integrated - 20 * math.log10(trim)
    return trim, missing if math.isfinite(missing) else 0.0


class Spool:
    """Arrays that were kept, to be read again and again."""

    def __init__(self, file: IO[bytes], shapes: list[tuple[int, ...]]) -> None:
        self._file = file
        self._shapes = shapes

    def __iter__(self) -> Iterator[npt.NDArray[np.float32]]:
        self._file.seek(0)
        for shape in self._shapes:
            data = self._file.read(math.prod(shape) * np.dtype(np.float32).itemsize)
            yield np.frombuffer(data, np.float32).reshape(shape)


@contextmanager
def spooled(blocks: Iterable[npt.NDArray[np.float32]]) -> Iterator[Spool]:
    """All ``blocks``, kept until the context ends: in memory or, where there are many, on disk."""
    shapes = []
    with tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES) as file:
        for block in blocks:
            shapes.append(block.shape)
            file.write(block.tobytes())
        yield Spool(file, shapes)


def _start(integrated: float, peak: float) -> float:
    """The gain to begin with; what is too short to have a loudness goes by its peak."""
    if np.isfinite(integrated):
        return float(10 ** ((LOUDNESS - integrated) / 20))
    return CEILING / peak if peak > SILENCE else 1.0


def _limited(blocks: Iterable[Block], rate: int, gain: float) -> Iterator[Block]:
    """The sound with a gain and the limiter, in stretches; each is begun a little earlier, for what it remembers."""
    before = round(SETTLING_SECONDS * rate)
    known = np.zeros((before, CHANNELS), np.float32)
    for stretch in _stretches(blocks, rate):
        whole = np.concatenate([known, stretch]) * np.float32(gain)
        yield (whole * _gains(whole, rate)[:, None])[before : before + len(stretch)]
        known = np.concatenate([known, stretch])[-before:]


def _stretches(blocks: Iterable[Block], rate: int) -> Iterator[Block]:
    waiting: list[Block] = []
    for block in blocks:
        waiting.append(block)
        if sum(map(len, waiting)) >= STRETCH_SECONDS * rate:
            yield np.concatenate(waiting)
            waiting = []
    if waiting:
        yield np.concatenate(waiting)


def _gains(sound: Block, rate: int) -> npt.NDArray[np.float32]:
    """What the limiter multiplies each frame with: by its loudest channel, between samples too."""
    loudest = np.full(len(sound), SILENCE, np.float32)
    for channel in sound.T.copy():  # frames side by side: several times as fast
        for samples in (channel, np.convolve(channel, _HALFWAY, "same")):
            np.maximum(loudest, np.abs(samples), out=loudest)
    if loudest.max() <= THRESHOLD:
        return np.ones(len(sound), np.float32)
    ahead = max(round(AHEAD_SECONDS * rate), 1)
    attack, release = (SETTLED ** (1 / (seconds * rate)) for seconds in (ATTACK_SECONDS, RELEASE_SECONDS))
    gains: npt.NDArray[np.float32] = limit(loudest[None], attack, release, ahead, THRESHOLD)[0] / loudest
    return gains
