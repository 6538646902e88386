"""Whoever plays under the leader's masks rests under N.C., and the bass begins slash chords on their bass."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.obedience import assert_bass_on_slash, assert_silent_under_no_chord, assert_strict
from tests.tokens.conftest import MEASURES, tokens, walk

from sideman.music.band import ROLES, Role
from sideman.music.chords import parse
from sideman.music.key import Key
from sideman.music.qualities import PITCH_CLASSES
from sideman.tokens.chart import NO_BASS, Change, Chart, chart_of_progression
from sideman.tokens.chart_rules import bar_rules
from sideman.tokens.decode import decode
from sideman.tokens.form import bar_lines
from sideman.tokens.leader import Leader
from sideman.tokens.prefix import Prefix
from sideman.tokens.vocabulary import LENGTHS, NO_CHORD, VOCABULARY

C, F = 0, 85
PITCHES = VOCABULARY.range("pitch")


@st.composite
def demanding(draw: st.DrawFn) -> Chart:
    """A chart of plain chords, N.C. and all slash basses, at any step."""
    measures = draw(st.lists(MEASURES, min_size=1, max_size=5))
    lines = bar_lines(measures).tolist()
    steps = draw(st.integers(lines[-2] + 1, lines[-1]))
    slashes = st.integers(1, PITCH_CLASSES - 1).map(lambda bass: (C, bass))
    chords = st.one_of(
        slashes, slashes.map(lambda chord: (F, (chord[1] + 5) % PITCH_CLASSES)), st.just((NO_CHORD, NO_BASS))
    )
    chords |= st.sampled_from([(C, NO_BASS), (F, NO_BASS)])
    onsets = st.integers(0, steps - 1) | st.sampled_from(lines[:-1])
    drawn = draw(st.dictionaries(onsets, chords, max_size=8)) | {0: draw(chords)}
    changes: list[Change] = []
    for onset, (chord, bass) in sorted(drawn.items()):
        if not changes or (changes[-1].chord, changes[-1].bass) != (chord, bass):
            changes.append(Change(onset, chord, bass))
    return Chart(
        tuple(changes), steps, Key(draw(st.integers(0, PITCH_CLASSES - 1)), draw(st.booleans())), tuple(measures)
    )


@given(demanding(), st.lists(st.sampled_from(ROLES), min_size=1, unique=True), st.booleans(), st.integers(0, 2**32))
def test_walks_obey_the_chart(chart: Chart, roles: list[Role], excerpt: bool, seed: int) -> None:
    leader = Leader(chart, roles, excerpt=excerpt)
    ids = walk(leader.allowed, leader.prefix(), seed, finished=leader.finished)
    band = decode([*ids[:-1], VOCABULARY.id("end")], chart.shift, chart.measures)
    assert_silent_under_no_chord(band, chart)
    if Role.BASS in roles:
        assert_bass_on_slash(band, chart)


@given(demanding(), st.integers(0, 2**32))
def test_a_free_bass_still_rests_under_no_chord(chart: Chart, seed: int) -> None:
    leader = Leader(chart, [Role.BASS, Role.PIANO], free_bass=True)
    ids = walk(leader.allowed, leader.prefix(), seed)
    assert_silent_under_no_chord(decode(ids, chart.shift, chart.measures), chart)


@given(demanding(), st.booleans(), st.integers(0, 2**32))
def test_strict_walks_never_leave_the_chords_on_a_beat(chart: Chart, excerpt: bool, seed: int) -> None:
    leader = Leader(chart, [Role.BASS, Role.PIANO], strict=True, free_bass=True, excerpt=excerpt)
    ids = walk(leader.allowed, leader.prefix(), seed, finished=leader.finished)
    band = decode([*ids[:-1], VOCABULARY.id("end")], chart.shift, chart.measures)
    assert_silent_under_no_chord(band, chart)
    assert_strict(band, chart)


def chart(text: str) -> Chart:
    return chart_of_progression(parse(text))


def allowed(leader: Leader, text: str) -> dict[str, list[int]]:
    """Values that may follow some words of the first bar's parts, by kind."""
    prefix = leader.prefix()
    prefix.read(leader.forced(prefix))
    prefix.read(tokens(text))
    return _values(leader, prefix)


def _values(leader: Leader, prefix: Prefix) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for token in np.flatnonzero(leader.allowed(prefix)).tolist():
        found.setdefault(VOCABULARY.kind(token), []).append(VOCABULARY.value(token))
    return found


def pitch_classes(values: list[int]) -> set[int]:
    return {value % PITCH_CLASSES for value in values}


@pytest.mark.parametrize("excerpt", [False, True])
def test_a_bar_of_silence_is_drums_alone(excerpt: bool) -> None:
    leader = Leader(chart("N.C.:4|C:4"), [Role.PIANO, Role.DRUMS, Role.BASS], excerpt=excerpt)
    assert allowed(leader, "") == {"rest": [1]}
    drums = {"track_density": [*range(5)]} if excerpt else {"track_density": [*range(5)], "rest": [0]}
    assert allowed(leader, "rest:1") == drums
    assert allowed(leader, "rest:1 track:0 loudness:2 position:0 hit:9")["rest"] == [3]


def test_notes_end_where_silence_begins() -> None:
    leader = Leader(chart("C:2 N.C.:1 C:1"), [Role.PIANO])
    assert allowed(leader, "track:1 loudness:3")["position"] == [*range(24), *range(36, 48)]
    lengths = allowed(leader, "track:1 loudness:3 position:12")
    assert [LENGTHS[value] for value in lengths["length"]] == [1, 2, 3, 4, 6, 8, 12]
    # The length in force would ring into the silence: it has to be told anew.
    assert {*allowed(leader, "track:1 loudness:3 position:6 length:7 pitch:60 position:18")} == {"length"}
    # After the silence notes ring as long as they like.
    assert len(allowed(leader, "track:1 loudness:3 position:36")["length"]) == len(LENGTHS)


def test_a_silence_some_bars_away_ends_long_notes() -> None:
    leader = Leader(chart("C:8|N.C.:4"), [Role.STRINGS])
    lengths = allowed(leader, "track:4 loudness:3 position:24")["length"]
    assert [LENGTHS[value] for value in lengths][-1] == 72


def test_the_first_note_under_a_slash_chord_is_its_bass() -> None:
    leader = Leader(chart("C/E:2 F:2"), [Role.BASS, Role.PIANO])
    assert allowed(leader, "")["track_density"] == [*range(15, 20)]
    assert "rest" not in allowed(leader, "")
    # It may come late, as long as the chord is there.
    assert allowed(leader, "track:3 loudness:3")["position"] == [*range(24)]
    begun = "track:3 loudness:3 position:6 length:4"
    assert pitch_classes(allowed(leader, begun)["pitch"]) == {4}
    # A second note of that onset too; what follows is free, the piano always is.
    assert pitch_classes(allowed(leader, f"{begun} pitch:40")["pitch"]) == {4}
    assert allowed(leader, f"{begun} pitch:40")["position"] == [*range(7, 48)]
    assert len(pitch_classes(allowed(leader, f"{begun} pitch:40 position:12 length:1")["pitch"])) == PITCH_CLASSES
    piano = f"{begun} pitch:40 track:1 loudness:3 position:0 length:4"
    assert len(pitch_classes(allowed(leader, piano)["pitch"])) == PITCH_CLASSES


def test_the_bass_begins_a_slash_chord_before_it_ends_its_part_and_rings_into_none() -> None:
    leader = Leader(chart("C:2 C/B:2"), [Role.BASS, Role.PIANO])
    played = "track:3 loudness:3 position:0 length:4 pitch:36"
    assert {*allowed(leader, played)} == {"pitch", "length", "position"}  # the part doesn't end yet
    assert "rest" in allowed(leader, f"{played} position:30 pitch:47")
    lengths = allowed(leader, "track:3 loudness:3 position:12")["length"]
    assert [LENGTHS[value] for value in lengths] == [1, 2, 3, 4, 6, 8, 12]
    # Others ring as long as they like.
    piano = allowed(leader, f"{played} position:30 pitch:47 track:1 loudness:3 position:12")
    assert len(piano["length"]) == len(LENGTHS)


def drawn(leader: Leader, text: str, token: str) -> list[str]:
    """What is left to draw among where ``token`` was drawn after some words of the first bar's parts."""
    prefix = leader.prefix()
    prefix.read(leader.forced(prefix))
    prefix.read(tokens(text))
    choices, wished = leader.choices(prefix)
    (number,) = tokens(token)
    assert number in wished
    assert number not in choices
    return [VOCABULARY.name(choice) for choice in leader.instead(prefix, number, choices).tolist()]


def test_what_was_meant_for_a_silence_is_not_squeezed_in_before_it() -> None:
    leader = Leader(chart("C:2 N.C.:1 C:1"), [Role.PIANO, Role.DRUMS])
    played = "track:1 loudness:3 position:18 length:4 pitch:60"
    after = [f"position:{step}" for step in range(36, 48)]
    assert drawn(leader, played, "position:30") == [*(f"track_density:{level}" for level in range(5)), "rest:0", *after]
    assert drawn(leader, "track:1 loudness:3", "position:30") == after
    # Longer than there is room for: as long as there is.
    assert drawn(leader, "track:1 loudness:3 position:18", "length:8") == ["length:4"]
    assert drawn(leader, "track:1 loudness:3 position:0 length:8 pitch:60 position:18", "pitch:60") == ["length:4"]
    more = drawn(leader, played, "length:8")
    assert more == [f"pitch:{pitch}" for pitch in range(61, 123)]


def test_what_was_meant_for_after_the_chart_is_not_squeezed_in_before_its_end() -> None:
    leader = Leader(chart("C:3"), [Role.DRUMS])
    assert drawn(leader, "track:0 loudness:3 position:30 hit:9", "position:40") == ["end:0"]


def test_a_bass_that_passes_over_a_slash_bass_begins_on_it() -> None:
    leader = Leader(chart("C:1 C/B:1 F:2"), [Role.BASS])
    played = "track:3 loudness:3 position:0 length:4 pitch:36"
    assert drawn(leader, played, "position:30") == drawn(leader, played, "end") == ["position:12"]
    assert drawn(leader, "track:3 loudness:3 position:14 length:4", "pitch:48") == [
        f"pitch:{pitch}" for pitch in range(11, 123, 12)
    ]


def test_a_free_bass_may_begin_on_any_note_or_rest() -> None:
    leader = Leader(chart("C/E:4"), [Role.BASS], free_bass=True)
    assert "rest" in allowed(leader, "")
    assert len(pitch_classes(allowed(leader, "track:3 loudness:3 position:6 length:4")["pitch"])) == PITCH_CLASSES


def test_charts_that_demand_nothing_have_no_rules() -> None:
    assert bar_rules(chart("C:4|Am:4|F:4"), free_bass=False) == [None] * 3
    # A note of four bars reaches the silence from the fourth bar before it on.
    rules = bar_rules(chart("C:28|N.C.:4"), free_bass=False)
    assert [rule is None for rule in rules] == [True] * 3 + [False] * 5
    slash = bar_rules(chart("C:28|C/E:4"), free_bass=True)
    assert slash == [None] * 8
