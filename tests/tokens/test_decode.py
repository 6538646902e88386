"""Ids back to the band: whole songs, bars as they come, text for people, and everything that is no song."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cases import cases
from tests.tokens.conftest import Song, charts, songs, tokens, walk

from sideman.errors import TokenError
from sideman.music.band import ROLES, Band, Note, Role, Track
from sideman.tokens.chart import Chart
from sideman.tokens.decode import Decoder, decode, dump
from sideman.tokens.drum_hits import HITS
from sideman.tokens.encode import encode
from sideman.tokens.form import Form, bars_of
from sideman.tokens.leader import Leader
from sideman.tokens.prefix import Prefix
from sideman.tokens.vocabulary import DENSITIES, VOCABULARY

SHORTEST = "start bar chord:204 chord:204 rest:1 end"
HEAD = "start bar chord:0 chord:204"


@given(songs())
def test_round_trip(song: Song) -> None:
    assert decode(song.ids, song.chart.shift, song.chart.measures) == song.band


@given(songs())
def test_bars_as_they_come_are_those_of_the_song(song: Song) -> None:
    prefix, decoder = Prefix(Form(song.chart.measures)), Decoder(song.chart.shift, song.chart.lines)
    bars = []
    for token in song.ids.tolist():
        prefix.push(token)
        bar = decoder.push(prefix, token)
        # A bar is whole with the id that follows it.
        assert (bar is not None) == (
            VOCABULARY.kind(token) == "end" or (token == VOCABULARY.id("bar") and prefix.bar > 0)
        )
        bars += [bar] if bar else []
    assert [bar.number for bar in bars] == list(range(song.chart.bars))
    for bar in bars:
        assert list(bar.notes) == song.options["order"]
        for role, notes in bar.notes.items():
            whole = song.band[role].notes
            within = whole[bars_of(whole[:, 0], song.chart.lines) == bar.number]
            assert np.array_equal(Track(role, notes).notes, within)


def bare(token: int) -> str:
    """An id by its name, a part's without its density."""
    kind, value = VOCABULARY.kind(token), VOCABULARY.value(token)
    return f"track:{value // DENSITIES}" if kind == "track_density" else VOCABULARY.name(token)


@given(charts(whole=True), st.permutations(ROLES), st.integers(0, 2**32))
def test_what_the_grammar_allows_is_how_its_band_is_encoded(chart: Chart, roles: list[Role], seed: int) -> None:
    leader = Leader(chart, roles, tempo=98)
    ids = walk(leader.allowed, leader.prefix(), seed)
    again = encode(decode(ids, leader.chart.shift, chart.measures), leader.chart, order=roles, density=True)
    # What is left free: drums that sound together may be told in several ways, and a density need not be kept.
    kept, told = ([bare(token) for token in row if VOCABULARY.kind(token) != "hit"] for row in (ids, again.tolist()))
    assert kept == told


IDS = st.lists(st.integers(-2, VOCABULARY.size + 1), max_size=30)


@given(IDS)
def test_any_ids_decode_or_raise(ids: list[int]) -> None:
    for question in (decode, dump):
        with suppress(TokenError):
            question(ids)


@given(songs(), st.data())
def test_mutated_songs_decode_or_raise(song: Song, data: st.DataObject) -> None:
    ids = song.ids.tolist()
    place = data.draw(st.integers(0, len(ids) - 1))
    ids[place : place + data.draw(st.integers(0, 3))] = data.draw(
        st.lists(st.integers(0, VOCABULARY.size - 1), max_size=2)
    )
    try:
        band = decode(ids, song.chart.shift, song.chart.measures)
    except TokenError:
        return
    assert band.steps == song.chart.lines[-1]


@given(songs(), st.data())
def test_the_beginning_of_a_song_is_no_song_but_can_be_read(song: Song, data: st.DataObject) -> None:
    ids = song.ids[: data.draw(st.integers(0, len(song.ids) - 1))]
    with pytest.raises(TokenError, match=f"the song stops after {len(ids)} ids without end:0"):
        decode(ids, 0, song.chart.measures[: np.count_nonzero(ids == VOCABULARY.id("bar"))])
    assert dump(song.ids).startswith(dump(ids).rstrip())


def test_the_shortest_song() -> None:
    assert decode(tokens(SHORTEST)) == Band((Track(Role.PIANO),), 48, 120.0)


@cases(
    ("ids", "message"),
    [
        ([VOCABULARY.size], f"id {VOCABULARY.size} at position 0 is outside the vocabulary of {VOCABULARY.size}"),
        ([0, -1], "id -1 at position 1 is outside the vocabulary"),
        ([2**80], "whole numbers below"),
        ([[0]], "one row of whole numbers"),
        (np.array([0.5]), "whole numbers below"),
        ([], "the song stops after 0 ids"),
        (tokens(f"{SHORTEST} bar"), "bar:0 at position 6 is out of place: the song is over"),
        (tokens("start end"), "end:0 at position 1 is out of place: want a fitting bar or style or tempo"),
        (tokens(f"{HEAD} end"), "end:0 at position 4 is out of place: want a fitting track or track_density or rest"),
    ],
)
def test_errors_name_position_and_token(ids: list[int] | npt.NDArray[np.integer], message: str) -> None:
    with pytest.raises(TokenError, match=message):
        decode(ids)


def test_pitches_that_would_leave_midis_range() -> None:
    ids = tokens(f"{HEAD} track:1 loudness:0 position:0 length:0 pitch:3 end")
    assert decode(ids, 3)[Role.PIANO].notes[:, 2].tolist() == [0]
    with pytest.raises(TokenError, match="pitch:3 at position 8 is out of place"):
        decode(ids, 4)


def test_drums_are_united_and_not_moved() -> None:
    hats, kick = HITS.index((42, 46)), HITS.index((36,))
    low, high = sorted((hats, kick))
    ids = tokens(f"{HEAD} track:0 loudness:7 position:47 hit:{low} hit:{high} end")
    expected = [Note(47, 1, pitch, 116) for pitch in (36, 42, 46)]
    assert list(decode(ids, 5)[Role.DRUMS]) == expected


def test_dump() -> None:
    kick = HITS.index((36, 42))
    ids = tokens(
        f"start style:5 tempo:6 bar chord:0 position:24 chord:85 bass:0 chord:204"
        f" track:0 loudness:6 position:0 hit:{kick} track_density:8 loudness:4"
        " position:0 length:4 pitch:60 length:8 pitch:66 position:24 pitch:59 rest:3 end"
    )
    assert dump(ids).splitlines() == [
        "song     style:jazz tempo:98",
        "bar 1    C @24 F/C then N.C.",
        "drums    loudness:100 @0 36+42",
        "piano    density:3 loudness:76 @0 6: C4 24: F#4 @24 B3",
        "bass     rest",
        "end",
    ]
