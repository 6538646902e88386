"""Bars, heads and parts of ids, against the chart and the band that they were made of."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from tests.tokens.conftest import Song, songs

from sideman.tokens.slices import ROLE, bar_starts, bars, changes, head, parts
from sideman.tokens.vocabulary import VOCABULARY


@given(songs())
def test_bars_are_the_song_without_what_is_around_them(song: Song) -> None:
    ids = song.ids[:-1]  # without END
    found = bars(ids)
    assert len(found) == song.chart.bars
    assert np.concatenate([ids[: bar_starts(ids)[0]], *found]).tolist() == ids.tolist()
    assert {VOCABULARY.kind(int(bar[0])) for bar in found} == {"bar"}


@given(songs())
def test_a_bar_is_its_head_and_its_parts(song: Song) -> None:
    for bar in bars(song.ids[:-1]):
        assert np.concatenate([head(bar), *parts(bar)]).tolist() == bar.tolist()
        assert [int(ROLE[part[0]]) for part in parts(bar)] == [role.number for role in song.options["order"]]


@given(songs())
def test_chords_of_a_bar_are_those_of_the_chart(song: Song) -> None:
    found = [changes(bar, measure.steps) for bar, measure in zip(bars(song.ids[:-1]), song.chart.measures, strict=True)]
    assert found == song.chart.heads()


def test_ids_without_a_bar_and_a_bar_without_a_part() -> None:
    start, chord = (np.array([VOCABULARY.id(kind)], np.uint16) for kind in ("start", "chord"))
    bar = np.concatenate([np.array([VOCABULARY.id("bar")], np.uint16), chord, chord])
    assert (bars(start), parts(bar), head(bar).tolist()) == ([], [], bar.tolist())
