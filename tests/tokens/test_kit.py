"""The first bar of drums and bass: what it lacks of its kit is found, and in 3/4 what stands in one's way."""

from __future__ import annotations

from typing import Any

from tests.cases import cases
from tests.tokens.conftest import tokens

from sideman.music.band import Role
from sideman.music.chords import parse
from sideman.music.time import Meter
from sideman.music.wishes import PlayedSection
from sideman.options import ArrangeOptions
from sideman.planning import Plan
from sideman.tokens.chart import Chart, chart_of_progression
from sideman.tokens.drum_hits import HITS
from sideman.tokens.kit import Fill, Kit, WaltzBass, WaltzDrums, is_waltz
from sideman.tokens.leader import Leader
from sideman.tokens.parts import Part
from sideman.tokens.vocabulary import STYLES


def chart(text: str = "C:4") -> Chart:
    return chart_of_progression(parse(text))


def part(*onsets: tuple[int, tuple[int, ...]]) -> Part:
    """Hits by their steps."""
    played = " ".join(f"position:{step} hit:{HITS.index(hit)}" for step, hit in onsets)
    return tuple(tokens(f"track_density:2 loudness:3 {played}"))


@cases("style", [*STYLES, None])
def test_a_bass_drum_and_a_snare_are_a_kit(style: str | None) -> None:
    kit = Kit(style, chart())
    for bass_drum in (35, 36):
        for snare in (37, 38, 39, 40):
            assert not kit.lacks(part((6, (bass_drum,)), (30, (snare,))))
    assert not kit.lacks(part((0, (36, 38, 42))))
    assert kit.lacks(part((0, (36, 42)), (12, (42,))))
    assert kit.lacks(part((0, (42,)), (12, (38, 42))))
    assert kit.lacks(part((0, (69,))))


def test_congas_stand_for_the_snare_where_the_style_has_them() -> None:
    drums = part((0, (36,)), (12, (63,)))
    assert [style for style in (*STYLES, None) if not Kit(style, chart()).lacks(drums)] == ["latin", None]


def test_within_one_beat_there_is_no_backbeat() -> None:
    bass_drum = part((0, (36,)))
    assert not Kit("rock", chart("C:1")).lacks(bass_drum)
    assert Kit("rock", chart("C:2")).lacks(bass_drum)


def test_a_fill_is_toms_or_a_roll_late_in_the_bar() -> None:
    fill, snare, tom = Fill(chart(), 0), (38,), (45,)
    assert fill.lacks(part((0, (36,)), (12, (38,)), (36, (38,))))
    assert fill.lacks(part((0, (45,)), (6, (45,)), (12, (45,))))
    assert fill.lacks(part((30, tom), (33, (42,))))
    assert not fill.lacks(part((30, tom), (36, tom)))
    assert not fill.lacks(part((24, snare), (30, snare), (42, snare)))
    assert not Fill(chart_of_progression(parse("C | F", Meter(2, 4))), 0).lacks(part((12, tom), (18, tom)))


def test_drums_lead_into_another_section_where_they_are_composed() -> None:
    def fills(*names: str, **options: Any) -> list[int]:  # noqa: ANN401 - options by name
        sections = tuple(PlayedSection(name, (0, 1)) for name in names)
        plan = Plan(parse("|".join(["C|Am"] * len(names))), ArrangeOptions(**options), sections=sections)
        return sorted(fill.bar for fill in plan.take(0)._redraws.beginnings.values() if isinstance(fill, Fill))

    assert fills("Verse", "Chorus", "Chorus", "Verse") == [1, 5]
    assert fills("Verse", "Verse") == []
    assert fills("", "Verse", roles=("bass", "piano")) == []
    given = [{Role.DRUMS: part((0, (36,)))}, {}, {}, {}]
    plan = Plan(
        parse("C|Am|C|Am"), ArrangeOptions(), sections=(PlayedSection("A", (0,)), PlayedSection("B", (0, 1, 2)))
    )
    assert not any(isinstance(each, Fill) for each in plan.take(0, given=given)._redraws.beginnings.values())


def test_a_part_ends_with_whatever_is_no_onset_and_no_hit() -> None:
    kit, leader = Kit(None, chart("C:4|F:4")), Leader(chart("C:4|F:4"))
    prefix = leader.prefix()
    prefix.read(leader.forced(prefix))
    end, onset, hit = tokens("rest:1 position:12 hit:11")
    assert not kit.is_told(prefix, end)
    prefix.read(part((0, (36,))))
    assert kit.is_told(prefix, end)
    assert not kit.is_told(prefix, onset)
    assert not kit.is_told(prefix, hit)
    prefix.read(tokens("rest:1 rest:2 rest:3 rest:4"))
    assert not kit.is_told(prefix, end)
    prefix.read(leader.forced(prefix))
    prefix.read(tokens("track_density:2 position:0 hit:9"))
    assert not kit.is_told(prefix, end)  # in the second bar


def three(text: str = "C:3|F:3") -> Chart:
    return chart_of_progression(parse(text, Meter(3, 4)))


def bass(*steps: int) -> Part:
    """Notes on these steps."""
    return tuple(
        tokens("track_density:17 loudness:3 " + " ".join(f"position:{step} length:4 pitch:40" for step in steps))
    )


@cases("style", [*STYLES, None])
def test_in_a_waltz_the_bass_drum_stands_on_one_alone(style: str | None) -> None:
    drums = WaltzDrums(style, three())
    snares = (12, (38, 42)), (24, (38, 42))
    assert not drums.lacks(part((0, (36,)), *snares))
    assert not drums.lacks(part((0, (36,)), (6, (36,)), *snares))
    assert drums.lacks(part((6, (36,)), *snares))
    assert drums.lacks(part((0, (36,)), (12, (36, 38))))
    assert drums.lacks(part((0, (36,)), *snares, (24, (36,))))
    assert drums.lacks(part(*snares))
    assert drums.lacks(part((0, (36,)), (12, (42,)))) == (style is not None)


def test_in_a_waltz_the_bass_stands_on_one_and_where_chords_begin() -> None:
    assert not WaltzBass(three()).lacks(bass(0))
    assert not WaltzBass(three()).lacks(bass(0, 6, 30))
    assert WaltzBass(three()).lacks(bass(6))
    assert WaltzBass(three()).lacks(bass(0, 12))
    assert WaltzBass(three()).lacks(bass(0, 24))
    two = three("C:2|G:1|F:3")
    assert not WaltzBass(two).lacks(bass(0, 24))
    assert WaltzBass(two).lacks(bass(0, 12, 24))
    assert WaltzBass(two, 1).lacks(bass(0, 24))


@cases("metre", ["2/4", "4/4", "5/4", "6/8", "9/8", "7/8", "6/4"])
def test_a_waltz_is_a_whole_bar_of_three(metre: str) -> None:
    other = chart_of_progression(parse("C|F", Meter.parse(metre)))
    assert not any(is_waltz(other, bar) for bar in range(other.bars))
    assert [is_waltz(three(), bar) for bar in range(2)] == [True, True]
    assert [is_waltz(three("C:3|F:2"), bar) for bar in range(2)] == [True, False]


def test_the_end_of_a_part_of_the_bass_is_seen() -> None:
    beginning, leader = WaltzBass(three()), Leader(three(), (Role.BASS,))
    prefix = leader.prefix()
    prefix.read(leader.forced(prefix))
    prefix.read(bass(0))
    end, onset, pitch = tokens("bar:0 position:12 pitch:43")
    assert beginning.is_told(prefix, end)
    assert not beginning.is_told(prefix, onset)
    assert not beginning.is_told(prefix, pitch)
    assert not WaltzDrums(None, three()).is_told(prefix, end)
