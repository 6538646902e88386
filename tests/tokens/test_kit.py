"""The first bar of the drums: what it lacks of its kit is found."""

from __future__ import annotations

import pytest
from tests.tokens.conftest import tokens

from sideman.music.chords import parse
from sideman.tokens.chart import Chart, chart_of_progression
from sideman.tokens.drum_hits import HITS
from sideman.tokens.kit import Kit
from sideman.tokens.leader import Leader
from sideman.tokens.parts import Part
from sideman.tokens.vocabulary import STYLES


def chart(text: str = "C:4") -> Chart:
    return chart_of_progression(parse(text))


def part(*onsets: tuple[int, tuple[int, ...]]) -> Part:
    """Hits by their steps."""
    played = " ".join(f"position:{step} hit:{HITS.index(hit)}" for step, hit in onsets)
    return tuple(tokens(f"track_density:2 loudness:3 {played}"))


@pytest.mark.parametrize("style", [*STYLES, None])
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
