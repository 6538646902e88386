"""What goes into files is as loud as it should be, and nowhere too loud."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pytest
from tests.cases import cases
from tests.render.conftest import asks_pyloudnorm, heard_by_pyloudnorm

from sideman.errors import DataError
from sideman.render import mastering
from sideman.render.mastering import LOUDNESS, mastered, spooled
from sideman.render.metering import true_peak

RATE, FRAMES = 44_100, 10_000
TIMES = np.arange(12 * RATE) / RATE


def music(crest: float) -> npt.NDArray[np.float32]:
    """Chords with drums: hits of noise ``crest`` times as loud as the chords, the right channel softer."""
    chord = sum(np.sin(2 * np.pi * pitch * TIMES) for pitch in (110, 277, 330))
    hits = np.random.default_rng(1).standard_normal(len(TIMES)) * np.exp(-(TIMES % 0.5) * 40)
    sound = 0.02 * (chord + crest * hits)
    return np.stack([sound, 0.7 * sound], 1).astype(np.float32)


def blocks(sound: npt.NDArray[np.float32]) -> Iterator[npt.NDArray[np.float32]]:
    return iter(np.split(sound, range(FRAMES, len(sound), FRAMES)))


def master(sound: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    given = list(mastered(blocks(sound), RATE, FRAMES, must_sound=lambda: True))
    assert {len(block) for block in given[:-1]} <= {FRAMES, len(given[0])}
    return np.concatenate(given)


@asks_pyloudnorm
@cases("crest", [0.0, 4.0, 12.0])
@cases("gain", [0.1, 20.0])
def test_a_file_has_its_loudness_and_no_peak_above_its_ceiling(crest: float, gain: float) -> None:
    sound = master(gain * music(crest))
    assert heard_by_pyloudnorm(sound) == pytest.approx(LOUDNESS, abs=1)
    assert 20 * np.log10(true_peak(sound)) <= -1.45


def test_what_needs_no_limiter_keeps_its_shape() -> None:
    sound = music(0.0)
    made = master(sound)
    np.testing.assert_allclose(made, sound * (made.max() / sound.max()), atol=2e-4)


def test_the_limiter_leaves_everybody_in_their_place() -> None:
    made = master(music(12.0))
    np.testing.assert_allclose(made[:, 1], 0.7 * made[:, 0], atol=1e-4)


def test_the_same_comes_of_the_same_however_it_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    sound = music(8.0)
    whole = master(sound)
    monkeypatch.setattr(mastering, "STRETCH_SECONDS", 3)
    np.testing.assert_allclose(master(sound), whole, atol=2e-3)


def test_silence_stays_silence_or_is_an_error() -> None:
    silence = np.zeros((3 * RATE, 2), np.float32)
    assert not np.concatenate(list(mastered(blocks(silence), RATE, FRAMES, must_sound=lambda: False))).any()
    with pytest.raises(DataError, match="makes no sound"):
        list(mastered(blocks(silence), RATE, FRAMES, must_sound=lambda: True))


@pytest.mark.parametrize("size", [1, 2**26])
def test_what_is_spooled_can_be_read_again(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(mastering, "SPOOL_BYTES", size)
    kept = [np.full(shape, number, np.float32) for number, shape in enumerate([(3, 2, 5), (3, 2, 5), (3, 2, 1)])]
    with spooled(kept) as spool:
        for _ in range(2):
            for one, other in zip(spool, kept, strict=True):
                np.testing.assert_array_equal(one, other)
