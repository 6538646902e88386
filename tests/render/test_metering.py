"""How loud sound is, beside pyloudnorm and what the recommendation says of a sine."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from tests.cases import cases
from tests.render.conftest import asks_pyloudnorm, heard_by_pyloudnorm

from sideman.render.metering import LoudnessMeter, loudness, true_peak

RATE = 44_100
TIMES = np.arange(20 * RATE) / RATE
NOISE = np.random.default_rng(0).standard_normal(len(TIMES))
SOUNDS = {
    "a low sine": 0.5 * np.sin(2 * np.pi * 50 * TIMES),
    "noise": 0.1 * NOISE,
    "a loud half": np.where(TIMES < 10, 0.3, 0.01) * NOISE,
    "bursts": np.where(TIMES % 3 < 0.5, 0.2, 0) * NOISE,
    "a high sine": 0.02 * np.sin(2 * np.pi * 9_000 * TIMES),
}


def stereo(left: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    return np.stack([left, 0.5 * left], 1).astype(np.float32)


@asks_pyloudnorm
@cases("name", SOUNDS)
def test_loudness_is_that_of_pyloudnorm(name: str) -> None:
    sound = stereo(SOUNDS[name])
    assert loudness(sound, RATE) == pytest.approx(heard_by_pyloudnorm(sound), abs=0.1)


def test_a_sine_has_the_loudness_that_the_recommendation_says() -> None:
    sine = np.sin(2 * np.pi * 997 * TIMES)
    assert loudness(np.stack([sine, 0 * sine], 1).astype(np.float32), RATE) == pytest.approx(-3.01, abs=0.02)


def test_blocks_of_any_length_are_one_sound() -> None:
    sound = stereo(SOUNDS["bursts"])
    meter = LoudnessMeter(RATE)
    for block in np.split(sound, [1, 100, 5_000, 123_456, 123_457]):
        meter.add(block)
    assert meter.integrated == pytest.approx(loudness(sound, RATE), abs=1e-9)


@pytest.mark.parametrize("frames", [0, 100, 10 * RATE])
def test_silence_and_less_than_a_block_have_no_loudness(frames: int) -> None:
    assert loudness(np.zeros((frames, 2), np.float32), RATE) == -np.inf


def test_a_peak_between_samples_is_found() -> None:
    # A quarter of the rate, an eighth of a period late: no sample is on the crest.
    sine = np.sin(2 * np.pi * RATE / 4 * TIMES[:RATE] + np.pi / 4)
    fade = np.minimum(1, np.minimum(TIMES[:RATE], TIMES[:RATE][::-1]) * 20)
    sound = stereo(0.5 * sine * fade)
    assert np.abs(sound).max() == pytest.approx(0.354, abs=0.001)
    assert true_peak(sound) == pytest.approx(0.5, abs=0.005)


def test_silence_has_no_peak() -> None:
    assert true_peak(np.zeros((50, 2), np.float32)) == 0
