"""Which ids may come next: in any song, and in the leader's."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.cases import cases
from tests.tokens.conftest import Song, charts, songs, tokens, walk

from sideman.errors import OptionError, TokenError
from sideman.music.band import INSTRUMENTS, ONSET, ROLES, Role
from sideman.music.chords import parse
from sideman.tokens.chart import Chart, chart_of_progression
from sideman.tokens.decode import decode
from sideman.tokens.drum_hits import HITS
from sideman.tokens.form import Form
from sideman.tokens.grammar import Grammar, Mask
from sideman.tokens.leader import Leader
from sideman.tokens.prefix import BARS_LEFT, FEATURE_NAMES, Prefix, Stage
from sideman.tokens.vocabulary import DENSITIES, NO_CHORD, VOCABULARY

HEAD = "start bar chord:0 chord:0"
PIANO = f"{HEAD} track:1 loudness:3 position:24 length:5"
DRUMS = f"{HEAD} track:0 loudness:3 position:24"
KICK, HAT, BOTH = (HITS.index(hit) for hit in ((36,), (42,), (36, 42)))
CHOSEN_BY_LEADER = {"start", "style", "tempo", "chord", "bass"}
OTHERS = "end bar track:0 track:2-4 track_density:0-4 track_density:10-24 rest:0 rest:2-4"
PARTS = "track:0-4 track_density:0-24 rest:0-4"
TWO = f"{HEAD} rest:3 rest:0 bar chord:0 chord:0"


def after(text: str) -> Prefix:
    prefix = Prefix(Form.plain(1))
    prefix.read(tokens(text))
    return prefix


def told(mask: Mask) -> str:
    """The ids of a mask as ranges of values: ``position:1-47 chord:0-204``."""
    words: list[str] = []
    for r in VOCABULARY.ranges:
        values = np.flatnonzero(mask[VOCABULARY.range(r.kind)]) + r.first
        runs = np.split(values, np.flatnonzero(np.diff(values) > 1) + 1)
        words += [f"{r.kind}:{run[0]}" + (f"-{run[-1]}" if len(run) > 1 else "") for run in runs if len(run)]
    return " ".join(words)


def names(text: str) -> str:
    """The same words in the order of the vocabulary, so that tests may write them in another."""
    kinds = {kind: number for number, kind in enumerate(VOCABULARY.kinds)}
    key = re.compile(r"(\w+):(\d+)")

    def place(word: str) -> tuple[int, int]:
        match = key.match(word)
        assert match
        return kinds[match[1]], int(match[2])

    return " ".join(sorted((word if ":" in word else f"{word}:0" for word in text.split()), key=place))


@cases(
    ("text", "allowed"),
    [
        ("", "start"),
        ("start", "bar style:0-13 tempo:0-15"),
        ("start style:3", "bar tempo:0-15"),
        ("start tempo:3", "bar"),
        ("start style:3 tempo:3", "bar"),
        ("start bar", "chord:0-204 unknown:0"),
        ("start bar chord:0", "chord:0-204 bass:1-11 position:1-47 unknown:0"),
        ("start bar chord:85", "chord:0-204 bass:0-4 bass:6-11 position:1-47 unknown:0"),
        (f"start bar chord:{NO_CHORD}", "chord:0-204 position:1-47 unknown:0"),
        ("start bar chord:0 bass:4", "chord:0-204 position:1-47 unknown:0"),
        ("start bar chord:0 position:24", "chord:0-204 unknown:0"),
        ("start bar chord:0 position:24 chord:0", "chord:0-204 bass:1-11 position:25-47 unknown:0"),
        ("start bar chord:0 position:24 chord:0 bass:1", "chord:0-204 position:25-47 unknown:0"),
        ("start bar chord:0 position:47 chord:0 bass:1", "chord:0-204 unknown:0"),
        (HEAD, f"bass:1-11 {PARTS}"),
        (f"{HEAD} bass:7", PARTS),
        (f"start bar chord:0 chord:{NO_CHORD}", PARTS),
        (f"{HEAD} track:1", "loudness:0-7"),
        (f"{HEAD} track_density:6", "loudness:0-7"),
        (f"{HEAD} track:1 loudness:3", "position:0-47"),
        (f"{HEAD} track:1 loudness:3 position:24", "length:0-13"),
        (PIANO, "pitch:0-127"),
        (
            f"{PIANO} pitch:60",
            f"{OTHERS} position:25-47 length:6-13 pitch:61-127",
        ),
        (f"{PIANO} pitch:60 length:6", "pitch:0-59 pitch:61-127"),
        (
            f"{PIANO} pitch:60 length:6 pitch:58",
            f"{OTHERS} position:25-47 length:7-13 pitch:59 pitch:61-127",
        ),
        (f"{PIANO} pitch:60 position:30", "length:0-4 length:6-13 pitch:0-127"),
        (f"{PIANO} pitch:60 position:30 length:0", "pitch:0-127"),
        (
            f"{PIANO} pitch:60 position:47 length:13 pitch:127 rest:0 rest:2 rest:3 rest:4",
            "end bar",
        ),
        (DRUMS, f"hit:0-{len(HITS) - 1}"),
        (f"{HEAD} rest:3", "end bar track:0-2 track:4 track_density:0-14 track_density:20-24 rest:0-2 rest:4"),
        # From the second bar on the band is known, and its order.
        (TWO, "bass:1-11 track:3 track_density:15-19 rest:3"),
        (f"{TWO} rest:3", "track:0 track_density:0-4 rest:0"),
        (f"{TWO} rest:3 rest:0", "end bar"),
        # Loudness lasts from bar to bar.
        (f"{PIANO} pitch:60 bar chord:0 chord:0 track:1", "loudness:0-2 loudness:4-7 position:0-47"),
        (f"{PIANO} pitch:60 bar chord:0 chord:0 track:1 loudness:4", "position:0-47"),
        (f"{PIANO} pitch:60 bar chord:0 chord:0 track:1 position:0", "length:0-13"),
        (f"{HEAD} rest:3 end", ""),
    ],
)
def test_what_may_follow(text: str, allowed: str) -> None:
    assert told(Grammar().allowed(after(text))) == names(allowed)


def test_hits_ascend_and_share_no_drum() -> None:
    hits = VOCABULARY.range("hit")
    for text, last, sounding in (
        (f"{DRUMS} hit:{KICK}", KICK, {36}),
        (f"{DRUMS} hit:{KICK} hit:{HAT}", HAT, {36, 42}),
        (f"{DRUMS} hit:{BOTH}", BOTH, {36, 42}),
    ):
        allowed = Grammar().allowed(after(text))[hits]
        expected = [hit > last and not sounding & {*HITS[hit]} for hit in range(len(HITS))]
        assert allowed.tolist() == expected
    # A new onset begins anew.
    assert Grammar().allowed(after(f"{DRUMS} hit:{BOTH} position:30"))[hits].all()


def test_a_length_wants_a_pitch_that_is_free() -> None:
    chord = " ".join(f"pitch:{pitch}" for pitch in range(128))
    assert "length" not in told(Grammar().allowed(after(f"{PIANO} {chord}")))
    # Moved back by 6 semitones, pitches 0 to 5 would leave MIDI's range.
    chord = " ".join(f"pitch:{pitch}" for pitch in range(6, 128))
    assert "length" not in told(Grammar((6,)).allowed(after(f"{PIANO} {chord}")))
    assert "length" in told(Grammar().allowed(after(f"{PIANO} {chord}")))


@pytest.mark.parametrize(("shift", "pitches"), [(0, "0-127"), (6, "6-127"), (-5, "0-122")])
def test_pitches_stay_in_midis_range(shift: int, pitches: str) -> None:
    grammar = Grammar((shift,))
    assert told(grammar.allowed(after(PIANO))) == f"pitch:{pitches}"
    low, _, high = pitches.partition("-")
    assert told(grammar.allowed(after(f"{PIANO} pitch:{low}"))).endswith(f"pitch:{int(low) + 1}-{high}")


@given(songs())
def test_every_encoded_song_follows_the_grammar(song: Song) -> None:
    grammar, prefix = Grammar((song.chart.shift,)), Prefix(Form(song.chart.measures))
    for token in song.ids.tolist():
        assert grammar.allowed(prefix)[token]
        prefix.push(token)
    assert prefix.stage is Stage.END


@given(songs())
def test_the_leader_allows_what_was_encoded_for_the_same_choices(song: Song) -> None:
    style, order = song.options["style"], song.options["order"]
    tempo = song.band.tempo if song.options["tempo"] else None
    assume(all(change.chord != NO_CHORD for change in song.chart.changes))
    leader = Leader(song.chart, order, style=style, tempo=tempo, free_bass=True)
    prefix = leader.prefix()
    # The band tells its densities, plays in no key what leaves MIDI's range in one, and has so many hands.
    telling = song.options | {"density": True}
    beyond = [VOCABULARY.id("pitch", pitch) for pitch in range(128) if not 6 <= pitch <= 122]
    for token in song._replace(options=telling).ids.tolist():
        at_once = prefix.pitches.bit_count() if prefix.stage is Stage.SOUND else 0
        more = VOCABULARY.kind(token) in ("pitch", "length")
        full = more and at_once >= INSTRUMENTS[ROLES[prefix.role]].voices
        odd = VOCABULARY.kind(token) == "position" and VOCABULARY.value(token) % 2 == 1
        off_grid = odd and prefix.measure.compound and prefix.stage.in_part
        assert leader.allowed(prefix)[token] != (full or token in beyond or off_grid)
        prefix.push(token)


@given(st.integers(0, 2**32), st.integers(-5, 6))
def test_walks_under_the_grammar_are_songs(seed: int, shift: int) -> None:
    ids = walk(Grammar((shift,)).allowed, Prefix(Form.plain(8)), seed)
    assert decode(ids, shift).steps == 48 * ids.count(VOCABULARY.id("bar"))


@given(
    charts(),
    st.lists(st.sampled_from(ROLES), min_size=1, unique=True),
    st.dictionaries(st.sampled_from(ROLES), st.integers(0, DENSITIES - 1)),
    st.integers(0, 2**32),
)
def test_walks_under_the_leader_are_what_was_asked_for(
    chart: Chart, roles: list[Role], density: dict[Role, int], seed: int
) -> None:
    density = {role: level for role, level in density.items() if role in roles}
    leader = Leader(chart, roles, style="jazz", tempo=96.0, density=density)
    prefix = leader.prefix()
    ids = walk(leader.allowed, prefix, seed, as_asked=leader.as_asked)
    band = decode(ids, chart.shift, chart.measures)
    assert band.steps == chart.lines[-1]
    assert {*band.roles} == {*roles}
    assert band.tempo == 98.0
    assert all(note.onset < chart.steps for track in band.tracks for note in track)
    # The same ids, with all that is forced taken in one go.
    again = leader.prefix()
    forced: set[int] = set()
    while again.stage is not Stage.END:
        here = again.length_of_ids
        following = leader.forced(again)
        forced |= {*range(here, here + len(following))}
        following = following or [ids[here]]
        assert following == ids[here : here + len(following)]
        again.read(following)
    given = [number for number, token in enumerate(ids) if VOCABULARY.kind(token) in CHOSEN_BY_LEADER]
    assert forced.issuperset(given)
    for role, level in density.items():
        plain, told = VOCABULARY.id("track", role.number), VOCABULARY.range("track_density")
        levels = [token - told.start for token in ids if told.start <= token < told.stop]
        assert plain not in ids
        assert {value % DENSITIES for value in levels if value // DENSITIES == role.number} <= {level}


def leader(
    text: str,
    *roles: Role,
    style: str | None = None,
    tempo: float | None = None,
    density: dict[Role, int] | None = None,
) -> Leader:
    chart = chart_of_progression(parse(text))
    return Leader(chart, roles or ROLES, style=style, tempo=tempo, density=density)


def test_the_opening_and_the_first_bars_chords_are_forced() -> None:
    band = leader("D:2|G/B:2|D:4", style="rock", tempo=60)
    prefix = band.prefix()
    forced = [VOCABULARY.name(token) for token in band.forced(prefix)]
    expected = "start:0 style:0 tempo:1 bar:0 chord:0 position:24 chord:85 bass:9 chord:0"
    assert " ".join(forced) == expected
    for number, name in enumerate(forced):
        assert [VOCABULARY.name(token) for token in band.forced(prefix)] == forced[number:]
        assert told(band.allowed(prefix)) == name
        prefix.read(tokens(name))
    assert band.forced(prefix) == []
    assert told(band.allowed(prefix)) == "track_density:0-4 rest:0"


def test_bars_follow_as_the_chart_has_them() -> None:
    band = leader("F:4|C:4", Role.BASS, Role.PIANO, density={Role.PIANO: 3})
    prefix = band.prefix()
    prefix.read(band.forced(prefix))
    prefix.read(tokens("track:3 loudness:2 position:0 length:4 pitch:36"))
    assert told(band.allowed(prefix)).split()[:2] == ["track_density:5-9", "rest:1"]
    prefix.read(tokens("rest:1"))
    assert [VOCABULARY.name(token) for token in band.forced(prefix)] == ["bar:0", "chord:0", "chord:204"]
    assert told(band.allowed(prefix)) == "bar:0"
    prefix.read(band.forced(prefix))
    prefix.read(tokens("rest:3 track_density:8 loudness:1 position:40 length:0 pitch:60"))
    # There is a choice while more may sound.
    assert band.forced(prefix) == []
    assert told(band.allowed(prefix)).split()[0] == "end:0"
    assert "bar" not in told(band.allowed(prefix))
    prefix.read(tokens("end"))
    assert band.forced(prefix) == []
    assert not band.allowed(prefix).any()


def test_a_last_bar_that_is_shorter_has_fewer_positions() -> None:
    band = leader("C:5", Role.PIANO)
    prefix = band.prefix()
    prefix.read(band.forced(prefix))
    prefix.read(tokens("track:1 loudness:2"))
    assert told(band.allowed(prefix)) == "position:0-47"
    prefix.read(tokens("position:0 length:4 pitch:36 bar"))
    prefix.read(band.forced(prefix))
    prefix.read(tokens("track:1"))
    assert told(band.allowed(prefix)) == "loudness:0-1 loudness:3-7 position:0-11"


def test_parts_that_are_given_may_differ_from_what_the_leader_would_have_asked_for() -> None:
    band = leader("C:4", Role.PIANO, Role.BASS, density={Role.PIANO: 3})
    prefix = band.prefix()
    prefix.read(band.forced(prefix))
    prefix.read(tokens("track:1 loudness:2 position:0 length:4 pitch:36"))
    assert "track_density:15-19 rest:3" in told(band.allowed(prefix))


def test_playing_or_resting_is_drawn_before_the_density_that_was_asked_for() -> None:
    band = leader("C:4", Role.PIANO, Role.BASS, density={Role.PIANO: 3})
    prefix = band.prefix()
    prefix.read(band.forced(prefix))
    drawn = np.flatnonzero(band.allowed(prefix)).tolist()
    assert [VOCABULARY.name(band.as_asked(token)) for token in drawn] == ["track_density:8"] * 5 + ["rest:1"]
    others = tokens("track_density:16 rest:3 position:8 pitch:60")
    assert [band.as_asked(token) for token in others] == others


@cases(
    ("options", "message"),
    [
        ({"roles": ()}, "at least one role, each once"),
        ({"roles": (Role.BASS, Role.BASS)}, r"\[bass, bass\] wants at least one role, each once"),
        ({"density": {Role.BASS: 5}}, "density of bass: 5 wants a role that plays and 0 to 4"),
        ({"roles": [Role.PIANO], "density": {Role.BASS: 1}}, "density of bass: 1 wants a role that plays"),
        ({"density": {Role.BASS: -1}}, "density of bass: -1 wants a role that plays and 0 to 4"),
    ],
)
def test_what_no_leader_can_ask_for(options: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        Leader(chart_of_progression(parse("C:4")), **options)


def test_unknown_style_and_tempo() -> None:
    with pytest.raises(TokenError, match="unknown style 'polka'"):
        leader("C:4", style="polka")
    with pytest.raises(TokenError, match="wants one above 0"):
        leader("C:4", tempo=0.0)


@given(charts(), st.lists(st.sampled_from(ROLES), min_size=1, unique=True), st.integers(0, 2**32))
def test_in_an_excerpt_everybody_begins_and_the_music_goes_on(chart: Chart, roles: list[Role], seed: int) -> None:
    leader = Leader(chart, roles, excerpt=True)
    prefix = leader.prefix()
    ids = walk(leader.allowed, prefix, seed, finished=leader.finished)
    assert ids[-1] == VOCABULARY.id("bar")
    assert not leader.allowed(prefix).any()
    band = decode([*ids[:-1], VOCABULARY.id("end")], chart.shift, chart.measures)
    assert band.steps == chart.lines[-1]
    for track in band.tracks:
        begins = len(track) > 0 and track.notes[0, ONSET] < chart.measures[0].steps
        assert begins == (track.is_drum or can_sound(chart))
    # The chart's first chord is told ahead of the bar that would follow, and no end is in sight.
    last = Prefix(Form.plain(prefix.bars))
    for token in ids[:-1]:
        last.push(token)
    assert (last.head[-1].chord, last.head[-1].bass) == (chart.changes[0].chord, chart.changes[0].bass)
    assert last.features()[FEATURE_NAMES.index("left")] == BARS_LEFT


def can_sound(chart: Chart) -> bool:
    """Whether a note may begin in the first bar."""
    steps = min(chart.measures[0].steps, chart.steps)
    ends = [change.onset for change in chart.changes[1:]] + [chart.steps]
    grid = chart.measures[0].grid
    return any(
        change.chord != NO_CHORD and any(step % grid == 0 for step in range(change.onset, min(end, steps)))
        for change, end in zip(chart.changes, ends, strict=True)
    )


def test_a_bass_begins_two_notes_at_once_and_no_more() -> None:
    leader = Leader(chart_of_progression(parse("C:4")), [Role.BASS])
    prefix = leader.prefix()
    more = [VOCABULARY.id("pitch", 50), VOCABULARY.id("length", 6)]
    for token in tokens("start bar chord:0 chord:204 track_density:15 loudness:4 position:0 length:4 pitch:36"):
        prefix.push(token)
    assert leader.allowed(prefix)[more].all()
    prefix.push(VOCABULARY.id("pitch", 43))
    assert not leader.allowed(prefix)[more].any()
    assert leader.allowed(prefix)[VOCABULARY.id("position", 12)]
