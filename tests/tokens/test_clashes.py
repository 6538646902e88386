"""What rubs against a melody: which pitches, for how long, and how much of it the sampler is told."""

from __future__ import annotations

import numpy as np

from sideman.music.band import Note, Role, Track
from sideman.music.chords import parse
from sideman.tokens.chart import chart_of_progression
from sideman.tokens.clashes import AVOIDING, CHORD_TONES, LACKING, Clashes, lacking, rubbing
from sideman.tokens.leader import Leader
from sideman.tokens.prefix import Prefix
from sideman.tokens.vocabulary import LENGTHS, VOCABULARY

CHART = chart_of_progression(parse("D:4|G:4"))  # is heard in C, two semitones lower
MELODY = Track(Role.MELODY, [Note(0, 12, 74, 90), Note(48, 24, 79, 90)])


def at(role: Role, position: int, length: int, bar: int = 0) -> Prefix:
    """A player who has told a position and a length."""
    prefix = Leader(CHART, [role]).prefix()
    for number, head in enumerate(CHART.heads()[: bar + 1]):
        prefix.push(VOCABULARY.id("bar"))
        prefix.push(VOCABULARY.id("chord", head[0].chord))
        prefix.push(VOCABULARY.id("chord", head[-1].chord))
        if number < bar:
            prefix.push(VOCABULARY.id("rest", role.number))
    prefix.push(VOCABULARY.id("track", role.number))
    prefix.push(VOCABULARY.id("position", position))
    prefix.push(VOCABULARY.id("length", LENGTHS.index(length)))
    return prefix


def taken(prefix: Prefix) -> dict[int, float]:
    """What is taken from each pitch of an octave from middle C on; those that lose nothing are left out."""
    row = Clashes(CHART, MELODY.notes).row(prefix)
    if row is None:
        return {}
    pitches = row[VOCABULARY.range("pitch")]
    assert np.array_equal(pitches[60:72], pitches[48:60])
    assert np.count_nonzero(row) == np.count_nonzero(pitches)
    return {pitch: float(value) for pitch, value in enumerate(pitches[60:72].tolist(), 60) if value}


def test_neighbours_of_the_melody_rub_in_every_octave() -> None:
    rubs = rubbing(MELODY.notes, 96)
    assert np.flatnonzero(rubs[0]).tolist() == [1, 3]  # D
    assert not rubs[12:48].any()
    assert np.flatnonzero(rubbing(MELODY.notes, 96, CHART.shift)[0]).tolist() == [1, 11]  # as C


def test_what_rubs_is_taken_from_pitches_while_it_does() -> None:
    assert taken(at(Role.PIANO, 0, 12)) == {61: -AVOIDING, 71: -AVOIDING}
    assert taken(at(Role.PIANO, 0, 24)) == {61: -AVOIDING / 2, 71: -AVOIDING / 2}  # half of it
    assert taken(at(Role.PIANO, 12, 12)) == {}
    assert taken(at(Role.BASS, 0, 24, bar=1)) == {64: -AVOIDING, 66: -AVOIDING}


def test_tones_of_the_chord_rub_less() -> None:
    over_the_line = at(Role.PIANO, 36, 24)  # half of it beside F, in C, of which E is a tone
    assert taken(over_the_line) == {64: -AVOIDING / 2 * CHORD_TONES, 66: -AVOIDING / 2}


def test_a_tone_that_the_written_chord_lacks_rubs_most() -> None:
    chart = chart_of_progression(parse("N.C.|C5|C|Dsus2 Em7(no5)"))
    rows = lacking(chart)
    assert [np.flatnonzero(row).tolist() for row in rows[::24]] == [[], [], [4], [4], [], [], [6], [11]]
    assert not lacking(CHART).any()
    assert not lacking(chart_of_progression(parse("C5/E"))).any()
    assert not lacking(chart_of_progression(parse("C5:1/24|N.C.:1"))).any()  # the chord ends before the first step does
    assert Clashes(chart).sounded[96, 4] == LACKING * 48


def test_who_has_no_pitch_yet_or_none_at_all_is_left_alone() -> None:
    prefix = Leader(CHART, [Role.PIANO]).prefix()
    clashes = Clashes(CHART, MELODY.notes)
    assert clashes.row(prefix) is None
    for token in ("bar", 0), ("chord", 0), ("chord", 0), ("track", Role.DRUMS.number), ("position", 0):
        prefix.push(VOCABULARY.id(*token))
    assert clashes.row(prefix) is None
