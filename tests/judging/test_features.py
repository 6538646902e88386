"""Features of bands whose numbers can be counted."""

from __future__ import annotations

import math

import numpy as np
import pytest
from tests.cases import cases
from tests.judging.conftest import band

from sideman.judging.features import FEATURES, apply_to, features
from sideman.music.band import ROLES, Role

PIANO = [(0, 12, 60), (0, 12, 64), (12, 24, 62), (48, 12, 60), (48, 12, 64), (60, 24, 62)]  # two bars alike
DRUMS = [(0, 1, 36), (12, 1, 38), (36, 1, 40), (60, 1, 38), (3, 1, 42), (84, 1, 49), (84, 1, 45)]


def by_name(**notes: list[tuple[int, int, int]]) -> dict[str, float]:
    return dict(zip(FEATURES, features(band(96, **notes)).tolist(), strict=True))


def test_there_are_enough_and_each_has_a_name() -> None:
    assert len(set(FEATURES)) == len(FEATURES) >= 50
    assert len(features(band(96, piano=PIANO))) == len(FEATURES)


@cases(
    ("name", "value"),
    [
        ("piano: onsets a bar", 2),
        ("piano: notes an onset", 6 / 4),
        ("piano: bars without an onset", 0),
        ("piano: bars repeated", 1),
        ("piano: onsets on the beat", 1),
        ("piano: onsets off the eighths", 0),
        ("piano: spread of onsets over the bars", 0),
        ("piano: length (log2 steps)", (4 * math.log2(12) + 2 * math.log2(24)) / 6),
        ("piano: time sounding", 36 / 48),
        ("piano: pitch", 62),
        ("piano: spread of pitches", math.sqrt(8 / 3)),
        ("piano: pitch classes a bar", 3),
        ("piano: steps of the top line", 2),
        ("piano: top line on one pitch", 0),
        ("drums: bass drum a bar", 0.5),
        ("drums: snare a bar", 1.5),
        ("drums: hi-hat a bar", 0.5),
        ("drums: cymbals a bar", 0.5),
        ("drums: other drums a bar", 0.5),
        ("drums: kinds of drums", 6),
        ("drums: snare on two and four", 3 / 4),
        ("drums: onsets off the eighths", 1 / 6),
        ("bass: onsets a bar", 1),
        ("bass: bars without an onset", 0.5),
        ("band: bass with the bass drum", 0.5),
        ("band: pitched notes in one scale", 1),
        ("band: players together", (4 + 6 + 2) / 8 / 3),
        ("band: growth of density", math.log2((3 + 3 + 1) / (3 + 4 + 2 + 1))),
    ],
)
def test_value(name: str, value: float) -> None:
    assert by_name(piano=PIANO, drums=DRUMS, bass=[(0, 6, 36), (6, 6, 43)])[name] == pytest.approx(value)


def test_a_role_that_is_not_in_the_band_has_no_value_and_one_that_is_silent_does() -> None:
    values = by_name(piano=PIANO, guitar=[])
    assert all(math.isnan(value) for name, value in values.items() if name.startswith(("bass", "strings", "drums")))
    assert (values["guitar: onsets a bar"], values["guitar: bars without an onset"]) == (0.0, 1.0)
    assert math.isnan(values["guitar: pitch"])


def test_an_empty_band_breaks_nothing() -> None:
    values = features(band(96, **{role: [] for role in ROLES}))
    assert np.isnan(values).sum() == len(FEATURES) - 2 * len(ROLES) - 4 - 1  # "growth of density" is 0


def test_which_features_a_band_can_have() -> None:
    due = apply_to([Role.PIANO])
    assert {name.split(":")[0] for name, yes in zip(FEATURES, due, strict=True) if yes} == {"piano", "band"}
