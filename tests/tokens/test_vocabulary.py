"""Ids and what they stand for."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from sideman.errors import TokenError
from sideman.tokens.drum_hits import HIGHEST_DRUM, HIT_MASKS, HITS, LOWEST_DRUM
from sideman.tokens.prefix import FEATURE_NAMES
from sideman.tokens.vocabulary import (
    DENSITIES,
    DENSITY_LIMITS,
    LENGTHS,
    LOUDNESS,
    RANGES,
    TEMPI,
    VOCABULARY,
    Range,
    Vocabulary,
)

DOCUMENT = (Path(__file__).parents[2] / "docs" / "tokens.md").read_text("utf-8")


def test_every_id_is_made_of_its_kind_and_value() -> None:
    for token in range(VOCABULARY.size):
        assert VOCABULARY.id(VOCABULARY.kind(token), VOCABULARY.value(token)) == token


def test_ranges_follow_one_another() -> None:
    ids = [token for r in RANGES for token in range(VOCABULARY.size)[VOCABULARY.range(r.kind)]]
    assert ids == list(range(VOCABULARY.size))
    assert VOCABULARY.size == sum(r.size for r in RANGES)


def test_many_ids_at_once() -> None:
    assert VOCABULARY.ids("pitch", np.array([0, 60])).tolist() == [VOCABULARY.id("pitch"), VOCABULARY.id("pitch", 60)]


def test_a_range_may_begin_above_zero() -> None:
    vocabulary = Vocabulary((Range("a", 3), Range("b", 2, first=27)))
    assert [vocabulary.id("b", 27), vocabulary.id("b", 28)] == [3, 4]
    assert vocabulary.name(4) == "b:28"
    assert vocabulary.range("b") == slice(3, 5)


@pytest.mark.parametrize(("kind", "value"), [("pitch", 128), ("pitch", -1), ("start", 1), ("melody", 0)])
def test_no_id_for(kind: str, value: int) -> None:
    with pytest.raises(TokenError, match=f"no token {kind}:{value}"):
        VOCABULARY.id(kind, value)


@pytest.mark.parametrize("token", [-1, VOCABULARY.size])
def test_outside_of_the_vocabulary(token: int) -> None:
    for question in (VOCABULARY.kind, VOCABULARY.value, VOCABULARY.name):
        with pytest.raises(TokenError, match=f"id {token} is outside the vocabulary"):
            question(token)


def test_fingerprint() -> None:
    # Weights and datasets carry it. A new generation adds its own; none of these may ever change.
    assert VOCABULARY.sizes == {"9fa228ae94c1b74a": 739, "20942f08aef48f1b": 740}
    assert VOCABULARY.fingerprint == "20942f08aef48f1b"
    assert Vocabulary(RANGES[::-1]).fingerprint != VOCABULARY.fingerprint


def test_tables_ascend() -> None:
    for table in (LENGTHS, LOUDNESS, TEMPI, *DENSITY_LIMITS.values()):
        assert sorted(set(table)) == list(table)
    assert {len(limits) for limits in DENSITY_LIMITS.values()} == {DENSITIES - 1}


def test_hits_are_all_single_drums_and_combinations_of_them() -> None:
    singles = [(pitch,) for pitch in range(LOWEST_DRUM, HIGHEST_DRUM + 1)]
    assert list(HITS[: len(singles)]) == singles
    assert len(set(HITS)) == len(HITS)
    assert [hit for hit in HITS if list(hit) != sorted({*hit} & {*range(LOWEST_DRUM, HIGHEST_DRUM + 1)})] == []


def test_hit_masks() -> None:
    for hit, mask in zip(HITS, HIT_MASKS, strict=True):
        assert [pitch for pitch in range(128) if mask << LOWEST_DRUM >> pitch & 1] == list(hit)


def test_every_kind_is_documented_with_its_count() -> None:
    rows = re.findall(r"^\| `([a-z_]+)` \| (\d+) \|", DOCUMENT, re.MULTILINE)
    assert [(kind, int(size)) for kind, size in rows] == [(r.kind, r.size) for r in RANGES]
    assert f"{VOCABULARY.size} ids" in DOCUMENT


def test_tables_are_documented() -> None:
    for table in (LENGTHS, LOUDNESS, TEMPI):
        assert ", ".join(map(str, table)) in DOCUMENT


def test_every_context_feature_is_documented() -> None:
    section = DOCUMENT.split("## Context features")[1]
    assert [name for name in FEATURE_NAMES if f"`{name}`" not in section] == []
