"""MuseGAN's measures on bands whose values can be worked out."""

from __future__ import annotations

import math

import pytest
from tests.judging.conftest import band

from sideman.judging.musegan import MEASURES, musegan


def by_name(**notes: list[tuple[int, int, int]]) -> dict[str, float]:
    return dict(zip(MEASURES, musegan(band(96, **notes)).tolist(), strict=True))


def test_all_five_are_there() -> None:
    assert len(MEASURES) == 5 + 4 + 4 + 1 + 6
    assert {name.split()[0] for name in MEASURES} == {"EB", "UPC", "QN", "DP", "TD"}


def test_counts() -> None:
    values = by_name(piano=[(0, 96, 60), (0, 1, 64), (0, 2, 72)], bass=[(0, 12, 36)], drums=[(0, 1, 36), (4, 1, 42)])
    assert values["EB P"] == 0.0  # the first note rings through the second bar
    assert values["EB B"] == 0.5
    assert values["UPC P"] == (2 + 1) / 2
    assert values["UPC B"] == 0.5
    assert values["QN P"] == pytest.approx(2 / 3)
    assert values["DP"] == 0.5
    assert math.isnan(values["EB G"])
    assert math.isnan(values["TD P-G"])


def test_tonal_distance() -> None:
    same = by_name(piano=[(0, 48, 60)], strings=[(0, 48, 72)])
    assert same["TD P-S"] == pytest.approx(0)
    # A tritone apart: half a circle of fifths and of minor thirds away, at the same place of the major thirds'.
    tritone = by_name(piano=[(0, 48, 60)], strings=[(0, 48, 66)])
    assert tritone["TD P-S"] == pytest.approx(math.sqrt(2**2 + 2**2))
    # A fifth: a twelfth of the first circle, a quarter of the second, two thirds of the third, which is half as wide.
    fifth = by_name(piano=[(0, 48, 60)], strings=[(0, 48, 67)])
    chords = [2 * math.sin(angle / 2) for angle in (math.pi * 7 * 7 / 6, math.pi * 7 / 2, math.pi * 7 * 2 / 3)]
    assert fifth["TD P-S"] == pytest.approx(math.sqrt(chords[0] ** 2 + chords[1] ** 2 + (chords[2] / 2) ** 2))
