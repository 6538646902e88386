"""How loud sound is, after ITU-R BS.1770-4: integrated loudness in LUFS, and the true peak. Knows blocks, no music.

The K weighting is applied to spectra: a segment of 100 ms is short beside the filters' bandwidth and long beside their
ringing, so the power is that of the filtered sound to within 0.1 LU (tests compare with pyloudnorm).
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]  # (frames, channels), full scale is ±1

SEGMENT_SECONDS = 0.1
SEGMENTS_PER_BLOCK = 4  # a gating block lasts 400 ms, one begins with each segment
ABSOLUTE_GATE = -70.0  # LUFS
RELATIVE_GATE = -10.0  # LU
OFFSET = -0.691  # LUFS of a mean square of 1
# The two filters of the K weighting (De Man 2014): frequency in hertz and quality, and the shelf's gain in dB.
SHELF = 1681.9744509555319, 0.7071752369554193, 3.99984385397
HIGH_PASS = 38.13547087613982, 0.5003270373253953
SHELF_SLOPE = 0.4996667741545416
NEIGHBOURS = 12  # samples on each side that an interpolated one is made of
PHASES = (-0.75, -0.5, -0.25, 0.25, 0.5, 0.75)  # of a sample: four times oversampled
NEAR_PEAK = 0.75  # of the highest sample: only there can the true peak be


class LoudnessMeter:
    """Measures what is added, block by block; ``rate`` in frames a second."""

    def __init__(self, rate: int) -> None:
        self._length = round(SEGMENT_SECONDS * rate)
        self._weights = _weights(rate, self._length)
        self._rest = np.zeros((0, 0), np.float32)
        self._powers: list[npt.NDArray[np.float64]] = []

    def add(self, block: Samples) -> None:
        """The next frames, (frames, channels)."""
        frames = np.concatenate([self._rest, block]) if len(self._rest) else block
        count = len(frames) // self._length
        whole = frames[: count * self._length]
        spectra = np.fft.rfft(whole.reshape(count, self._length, whole.shape[1]), axis=1)
        powers = np.einsum("sfc,f->s", spectra.real**2 + spectra.imag**2, self._weights)
        self._powers.append(powers)
        self._rest = frames[count * self._length :].copy()

    @property
    def integrated(self) -> float:
        """In LUFS, of all that was added, gated; minus infinity where it is silent."""
        segments = np.concatenate([np.zeros(0), *self._powers])
        if len(segments) < SEGMENTS_PER_BLOCK:
            return -np.inf
        blocks = np.convolve(segments, np.full(SEGMENTS_PER_BLOCK, 1 / SEGMENTS_PER_BLOCK), "valid")
        return _gated(blocks)


def loudness(sound: Samples, rate: int) -> float:
    """Of a whole sound, (frames, channels), in LUFS."""
    meter = LoudnessMeter(rate)
    meter.add(sound)
    return meter.integrated


def energy(sound: Samples, rate: int) -> float:
    """Of a short sound, (frames, channels), weighted: its mean squares, summed, times its seconds."""
    spectrum = np.fft.rfft(sound, axis=0)
    return float(np.einsum("fc,f->", np.abs(spectrum) ** 2, _weights(rate, len(sound))) * len(sound) / rate)


def true_peak(sound: Samples) -> float:
    """The highest value between samples too, as a share of full scale."""
    magnitude = np.abs(sound)
    highest = float(magnitude.max(initial=0))
    if highest == 0:
        return 0.0
    edged = np.pad(magnitude, ((1, 1), (0, 0)))
    tops = (magnitude >= edged[:-2]) & (magnitude >= edged[2:]) & (magnitude > NEAR_PEAK * highest)
    frames, channels = np.nonzero(tops)
    padded = np.pad(sound, ((NEIGHBOURS, NEIGHBOURS), (0, 0)))
    around = padded[frames[:, None] + np.arange(2 * NEIGHBOURS + 1), channels[:, None]]
    between = around @ _interpolators()
    return max(highest, float(np.abs(between).max(initial=0)))


def _gated(blocks: npt.NDArray[np.float64]) -> float:
    """The loudness of blocks of these mean squares."""
    with np.errstate(divide="ignore"):
        levels = OFFSET + 10 * np.log10(blocks)
    heard = levels > ABSOLUTE_GATE
    if not heard.any():
        return -np.inf
    threshold = OFFSET + 10 * np.log10(blocks[heard].mean()) + RELATIVE_GATE
    return float(OFFSET + 10 * np.log10(blocks[heard & (levels > threshold)].mean()))


@cache
def _weights(rate: int, length: int) -> npt.NDArray[np.float64]:
    """Of the bins of a segment: their K weighting as power, so that their sum is the mean square."""
    bins = np.fft.rfftfreq(length)
    unit = np.exp(-2j * np.pi * bins)  # z to the minus one
    response = np.abs(_shelf(rate, unit) * _high_pass(rate, unit)) ** 2
    both_sides = np.where((bins == bins[0]) | (2 * bins == 1), 1, 2)
    weights: npt.NDArray[np.float64] = response * both_sides / length**2
    return weights


def _shelf(rate: int, unit: npt.NDArray[np.complex128]) -> npt.NDArray[np.complex128]:
    frequency, quality, gain = SHELF
    k = np.tan(np.pi * frequency / rate)
    high, band = 10 ** (gain / 20), 10 ** (gain / 20 * SHELF_SLOPE)
    over = [high + band * k / quality + k * k, 2 * (k * k - high), high - band * k / quality + k * k]
    under = [1 + k / quality + k * k, 2 * (k * k - 1), 1 - k / quality + k * k]
    return _ratio(over, under, unit)


def _high_pass(rate: int, unit: npt.NDArray[np.complex128]) -> npt.NDArray[np.complex128]:
    frequency, quality = HIGH_PASS
    k = np.tan(np.pi * frequency / rate)
    scale = 1 + k / quality + k * k
    return _ratio([scale, -2 * scale, scale], [scale, 2 * (k * k - 1), 1 - k / quality + k * k], unit)


def _ratio(over: list[float], under: list[float], unit: npt.NDArray[np.complex128]) -> npt.NDArray[np.complex128]:
    top, bottom = (row[0] + row[1] * unit + row[2] * unit**2 for row in (over, under))
    return top / bottom


@cache
def _interpolators() -> Samples:
    """(2 NEIGHBOURS + 1, phases): what a sample between two is made of: windowed sinc functions."""
    at = np.arange(-NEIGHBOURS, NEIGHBOURS + 1)[:, None] - np.array(PHASES)
    window = np.cos(np.pi * at / (2 * NEIGHBOURS + 2)) ** 2
    kernels: Samples = (np.sinc(at) * window).astype(np.float32)
    return kernels
