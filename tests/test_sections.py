"""Sections with wishes of their own: every one is obeyed, whatever the network wants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.music.test_wishes import wishes
from tests.tiny import tiny_checkpoint

from sideman.arranging import Arrangement, ArrangeOptions, Model, Plan, arrange, perform
from sideman.charts import read
from sideman.charts.writing import write
from sideman.errors import ChartError, ChordSyntaxError, OptionError
from sideman.music.band import DURATION, ONSET, ROLES, VELOCITY, Role
from sideman.music.chords import parse
from sideman.music.dynamics import played_at
from sideman.music.song import Song
from sideman.music.styles import RING
from sideman.music.time import BarLines, Meter
from sideman.music.wishes import NO_WISHES, PlayedSection, Repeat, Wishes
from sideman.pieces.composition import Composition
from sideman.pieces.document import from_document, to_document
from sideman.tokens.form import LIKE, NEW, Echo
from sideman.tokens.parts import Parts, parts_of
from sideman.tokens.vocabulary import DENSITIES, VOCABULARY

MODEL = Model(tiny_checkpoint())
BAR = "C:4|Am:4|F:4|G7:4"


def play(chords: str, sections: Sequence[PlayedSection], **options: object) -> Arrangement:
    plan = Plan(parse(chords), ArrangeOptions(**{"seed": 1, **options}), sections=tuple(sections))  # type: ignore[arg-type]
    arrangement = Arrangement(plan, MODEL)
    _ = arrangement.bands
    return arrangement


def parts(arrangement: Arrangement) -> list[Parts]:
    return parts_of(arrangement.takes[0].ids)


def level(part: Sequence[int]) -> int | None:
    """The density that a part tells; None for one that rests."""
    begins = VOCABULARY.range("track_density")
    return (part[0] - begins.start) % DENSITIES if begins.start <= part[0] < begins.stop else None


@st.composite
def played(draw: st.DrawFn) -> list[PlayedSection]:
    """Sections of a few bars, which come again with other wishes, and not always from their beginning."""
    names = draw(st.lists(st.sampled_from(["", "A", "B"]), min_size=1, max_size=5))
    rows = [draw(st.lists(st.integers(0, 2), min_size=1, max_size=3, unique=True).map(sorted)) for _ in names]
    return [PlayedSection(name, tuple(row), draw(wishes)) for name, row in zip(names, rows, strict=True)]


@settings(max_examples=15, deadline=None)
@given(played(), st.integers(0, 9), st.booleans())
def test_every_wish_is_obeyed(sections: list[PlayedSection], seed: int, rings: bool) -> None:
    chords = [["C:4", "Am:2|D7:2", "G:4"][bar] for section in sections for bar in section.bars]
    arrangement = play("|".join(chords), sections, seed=seed, ending=RING if rings else "loop")
    rows = parts(arrangement)
    leads = arrangement.plan.leads.bars
    wanted = [section.wishes for section in sections for _ in section.bars]
    for wish, lead, row in zip(wanted, leads, rows, strict=False):
        if lead.rings:
            continue
        for role, part in row.items():
            rests = level(part) is None
            assert rests or wish.roles is None or role in wish.roles
            assert rests or role not in wish.density or level(part) == wish.density[role]
    for number, lead in enumerate(leads):
        assert all(rows[number][role] == rows[bar][role] for role, bar in lead.copied.items())
    again = perform(arrangement.plan, arrangement.takes[0].ids)
    assert again == arrangement.band


def test_a_section_comes_again_as_it_was_like_it_or_new() -> None:
    def told(repeat: Repeat) -> Arrangement:
        return play(
            f"{BAR}|{BAR}", [PlayedSection("A", (0, 1, 2, 3)), PlayedSection("A", (0, 1, 2, 3), Wishes(repeat=repeat))]
        )

    same, like, new = map(told, Repeat)
    assert parts(same)[4:] == parts(same)[:4]
    assert parts(like)[4:] != parts(like)[:4]
    assert like.plan.leads.echoes[4:] == tuple(Echo(bar, LIKE) for bar in range(4))
    assert new.plan.leads.echoes[4:] == (Echo(-1, NEW),) * 4
    assert [lead.copied for lead in same.plan.leads.bars] == [{}] * 4 + [dict.fromkeys(ROLES, bar) for bar in range(4)]


def test_what_differs_is_not_repeated() -> None:
    sections = [PlayedSection("A", (0, 1, 2, 3)), PlayedSection("A", (0, 1, 2, 4), Wishes(repeat=Repeat.AS))]
    arrangement = play(f"{BAR}|C:4|Am:4|Dm:4|C:4", sections)
    assert [lead.copied.get(Role.BASS) for lead in arrangement.plan.leads.bars[4:]] == [
        0,
        1,
        None,
        None,
    ]  # other chords, another bar


def test_a_long_bar_that_is_cut_short_belongs_to_its_section() -> None:
    progression = replace(parse("C:5|F:2"), lines=BarLines((Meter(5, 4),)))  # 3 + 2 beats, of the second bar 2
    sections = (PlayedSection("A", (0,)), PlayedSection("B", (0,), Wishes(roles=(Role.BASS,))))
    leads = Plan(progression, ArrangeOptions(seed=1), sections=sections).leads.bars
    assert [lead.roles for lead in leads] == [None, None, frozenset({Role.BASS})]


def test_a_section_without_a_name_does_not_come_again() -> None:
    arrangement = play("C:4|C:4", [PlayedSection("", (0,)), PlayedSection("", (0,), Wishes(repeat=Repeat.AS))])
    assert not any(lead.copied for lead in arrangement.plan.leads.bars)


def test_one_section_without_wishes_is_the_piece_as_ever() -> None:
    assert parts(play(BAR, [PlayedSection("A", (0, 1, 2, 3))])) == parts(play(BAR, []))


def test_loudness_is_heard_and_composed_ids_stay() -> None:
    sections = [PlayedSection("A", (0, 1), NO_WISHES), PlayedSection("B", (0, 1), Wishes(loudness="p"))]
    soft, plain = play(BAR, sections), play(BAR, [section._replace(wishes=NO_WISHES) for section in sections])
    assert soft.takes[0].ids == plain.takes[0].ids
    for mine, theirs in zip(soft, plain, strict=True):
        for role, notes in mine.notes.items():
            expected = theirs.notes[role] if mine.number < 2 else played_at(theirs.notes[role], "p")
            assert np.array_equal(notes, expected)


def test_a_style_of_its_own_is_what_the_network_reads_from_there_on() -> None:
    style, other = (VOCABULARY.id("style", value) for value in (0, 5))
    sections = [PlayedSection("A", (0, 1)), PlayedSection("B", (0, 1), Wishes(style="jazz"))]
    arrangement = play(BAR, sections, style="rock")
    take = arrangement.takes[0]
    assert style in take.ids  # as it was asked for
    assert other not in take.ids
    window, features = take.window
    assert window[1] == other
    assert len(window) == len(features) == take.window_length
    assert take.begin >= take.bar_begins[2]


@pytest.mark.parametrize("chords", [BAR, "F:4|C:4", "G:3|D7:3"])
def test_a_piece_ends_on_a_bar_that_all_hold(chords: str) -> None:
    arrangement = play(chords, [], ending=RING, seed=4)
    last = arrangement.plan.chart.bars - 1
    begin = int(arrangement.plan.chart.lines[last])
    for track in arrangement.band.tracks:
        notes = track.notes[track.notes[:, ONSET] >= begin]
        assert len(notes)
        assert (notes[:, ONSET] == begin).all()
        if track.role is not Role.DRUMS:
            assert (notes[:, ONSET] + notes[:, DURATION] == arrangement.band.steps).all()
    assert arrangement.takes[0].ids[-1] == VOCABULARY.id("end")


def test_who_is_named_plays_from_the_section_on() -> None:
    named = (Role.DRUMS, Role.STRINGS)
    sections = [
        PlayedSection("A", (0, 1), Wishes(roles=(Role.PIANO,))),
        PlayedSection("B", (0, 1), Wishes(roles=named)),
    ]
    for seed in range(6):
        rows = parts(play(BAR, sections, seed=seed))
        assert {role for role, part in rows[2].items() if level(part) is not None} == {*named}


def test_players_may_come_in_one_after_the_other() -> None:
    entries = [
        sum(level(part) is not None for part in parts(play("C:4", [], intro=intro, seed=seed))[0].values())
        for intro in (False, True)
        for seed in range(8)
    ]
    assert entries[:8] == [len(ROLES)] * 8
    assert min(entries[8:]) < len(ROLES)


def test_sections_of_other_bars_than_the_chords_are_refused() -> None:
    with pytest.raises(OptionError, match="sections of 3 bars for a progression of 4"):
        Plan(parse(BAR), sections=(PlayedSection("A", (0, 1, 2)),))


def test_a_document_keeps_the_sections() -> None:
    wanted = Wishes("jazz", {Role.PIANO: 1}, (Role.PIANO, Role.BASS), "f", Repeat.AS)
    sections = [PlayedSection("Verse 1", (0, 1), wanted), PlayedSection("B", (0, 1))]
    piece = Composition.of(play(BAR, sections, ending=RING))
    opened = from_document(to_document(piece))
    assert opened.plan == piece.plan
    assert opened.band == piece.band


def test_a_song_has_its_own_tempo_and_style_unless_others_are_wanted() -> None:
    song = read("{tempo: 96}\n{style: Bossa Nova}\nC | Am").song
    for arrangement, wanted in (
        (arrange(song, model=MODEL), (96, "latin")),
        (arrange(song, model=MODEL, tempo=120), (120, "latin")),
        (arrange(song, model=MODEL, style="jazz"), (96, "jazz")),
        (arrange(song, ArrangeOptions(), model=MODEL), (120, "latin")),
    ):
        assert (arrangement.plan.options.tempo, arrangement.plan.options.style) == wanted


def test_a_text_of_a_chart_is_arranged_as_its_song() -> None:
    text = "Title: Waltz\nTempo: 90\n3/4\n[A]\n| C | F |\n[B]\n| G7 | C |"
    plan = arrange(text, model=MODEL).plan
    assert plan == arrange(read(text).song, model=MODEL, seed=plan.options.seed).plan
    assert ([section.name for section in plan.sections], str(plan.progression.lines.meter(0))) == (["A", "B"], "3/4")
    with pytest.raises(ChartError, match="unknown chord 'Xyz' in line 2, column 5"):
        arrange("[A]\nC | Xyz | F", model=MODEL)
    assert arrange(write(read(text), "ireal").strip(), model=MODEL).plan.bars == 4
    with pytest.raises(ChordSyntaxError, match="unknown chord 'H7' at character 5"):
        arrange("C | H7", model=MODEL)


def test_a_song_is_arranged_with_its_sections() -> None:
    song: Song = read("[A tracks=piano]\n| C | Am |\n[B tracks=bass,drums loudness=f]\n| F | G7 |").song
    arrangement = arrange(song, seed=1, model=MODEL)
    assert [section.name for section in arrangement.plan.sections] == ["A", "B"]
    bars = list(arrangement)
    heard = [{role for role, notes in bar.notes.items() if len(notes)} for bar in bars]
    assert heard[0] | heard[1] == {Role.PIANO}
    assert heard[2] | heard[3] <= {Role.BASS, Role.DRUMS}
    assert all((notes[:, VELOCITY] > 0).all() for bar in bars for notes in bar.notes.values())
