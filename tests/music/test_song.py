"""A song's sections, the order in which they are played, and the progression that comes of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cases import cases

from sideman.errors import OptionError
from sideman.music.chords import Chord, Progression, parse, parse_song
from sideman.music.song import Passage, Place, Section, Song, WrittenBar
from sideman.music.time import BarLines, Meter


def written(text: str) -> WrittenBar:
    return parse_song(text).sections[0].bars[0]


def section(name: str, *bars: str) -> Section:
    return Section(name, tuple(map(written, bars)))


CHORDS = st.sampled_from(["C", "Am7", "F#dim/A", "N.C."]).map(lambda text: parse(text).spans[0].chord)
METERS = st.sampled_from([Meter(4, 4), Meter(3, 4), Meter(6, 8), Meter(7, 8)])
PROGRESSIONS = st.builds(
    Progression.of,
    st.lists(st.tuples(CHORDS, st.integers(1, 300)), min_size=1, max_size=12),
    METERS.map(lambda meter: BarLines((meter,))),
)


@given(PROGRESSIONS)
def test_a_progression_is_a_song_of_one_section(progression: Progression) -> None:
    song = Song.of(progression)
    assert song.progression == progression
    assert len(song.played) == len(song.sections[0].bars) == progression.bars
    assert [bar.onset for bar in song.played] == progression.lines.onsets(progression.bars)[:-1]
    assert {bar.written.place for bar in song.played} == {None}


def test_a_bar_knows_its_place_in_the_text() -> None:
    text = "C:6 | Dm7-5 : 2\n% | F:2 G/B | Am:6"
    places = [bar.written.place for bar in parse_song(text).played]
    shown = [text[place.start : place.end] if place else "" for place in places]
    assert shown == ["C:6", "Dm7-5 : 2", "% | F:2", "G/B | Am:6", "Am:6"]


def test_sections_are_played_one_after_the_other() -> None:
    song = Song((section("Verse", "C", "Am F"), section("Chorus", "G")))
    assert str(song.progression) == "C:4|Am:2|F:2|G:4"
    assert [(bar.section.name, bar.passing, bar.onset) for bar in song.played] == [
        ("Verse", 0, 0),
        ("Verse", 0, 48),
        ("Chorus", 0, 96),
    ]


def test_repeats_and_endings_are_passages() -> None:
    verse = section("Verse", "C", "F", "G7", "C6")  # the third bar is the first ending, the fourth the second
    song = Song((verse, section("Bridge", "Am")), (Passage(0, (0, 1, 2)), Passage(1, (0,)), Passage(0, (0, 1, 3))))
    assert str(song.progression) == "C:4|F:4|G7:4|Am:4|C:4|F:4|C6:4"
    assert [(bar.section.name, bar.passing) for bar in song.played] == [
        *[("Verse", 0)] * 3,
        ("Bridge", 0),
        *[("Verse", 1)] * 3,
    ]
    assert song.played[4].written is song.played[0].written


def test_a_chord_is_held_into_bars_without_one() -> None:
    song = Song(
        (Section("", (written("C"), WrittenBar(()), written("F"))),), (Passage(0, (0, 1, 2)), Passage(0, (1, 0)))
    )
    assert str(song.progression) == "C:8|F:8|C:4"


def test_metres_change_within_a_song() -> None:
    waltz = WrittenBar(((0, Chord("F")),), Meter(6, 8))
    song = Song((Section("", (written("C"), waltz, WrittenBar(((0, Chord("G")),)))),), meter=Meter(4, 4), cut=24)
    assert str(song.progression) == "C:4|F:2|G:1"
    assert song.progression.lines == BarLines((Meter(4, 4), Meter(6, 8), Meter(4, 4)))
    assert song.progression.bars == 3
    assert parse("C | F G7/B Am", Meter(3, 4)) == Progression.of(
        [(span.chord, ticks) for span, ticks in zip(parse("C|F|G7/B|Am"), (72, 24, 24, 24), strict=True)],
        BarLines((Meter(3, 4),)),
    )


@cases(
    ("bars", "order", "cut"),
    [
        ((), (), None),
        ((WrittenBar(()),), (), None),
        ((WrittenBar(((24, Chord("C")),)),), (), None),
        ((WrittenBar(((0, Chord("C")),)),), (Passage(1, (0,)),), None),
        ((WrittenBar(((0, Chord("C")),)),), (Passage(0, (1,)),), None),
        ((WrittenBar(((0, Chord("C")), (96, Chord("F")))),), (), None),
        ((WrittenBar(((0, Chord("C")), (48, Chord("F")), (48, Chord("G")))),), (), None),
        ((WrittenBar(((0, Chord("C")), (48, Chord("F")))),), (), 48),
    ],
)
def test_a_song_without_sense_is_refused(
    bars: tuple[WrittenBar, ...], order: tuple[Passage, ...], cut: int | None
) -> None:
    with pytest.raises(OptionError):
        Song((Section("", bars),), order, cut=cut)


def test_place_of_a_bar_that_holds_its_chord() -> None:
    (_, second) = parse_song(" C:8").played
    assert second.written == WrittenBar((), None, Place(1, 4))
