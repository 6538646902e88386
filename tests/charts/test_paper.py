"""Chord charts on paper: everything is there, within the page, beside and not over one another."""

from __future__ import annotations

import re
from itertools import combinations
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cases import cases

from sideman.charts import read
from sideman.charts.paper.drawing import draw, paper_of
from sideman.charts.paper.layout import pages_of
from sideman.charts.paper.marks import A4, LETTER, Page, Paper, Words, extent
from sideman.charts.paper.readers import CONCERT, reader_of, shown
from sideman.charts.sheet import Measure, Sheet
from sideman.errors import OptionError
from sideman.music.chords import parse

SONG = """Title: Größe & <Привет>
Composer: Somebody
Style: Medium Swing
Key: Gm
Tempo: 140

[A]
|: Cm7 | F7 | BbM7 | 3/4 EbM7 |
4/4 Am7b5 | D7(b9) | 1. Gm6 | % :|
2. Gm6 | N.C. |
[B]
segno Abmaj7#11/Eb Bb7sus4b9 Ebm7b5/Gb B7#9 | C/E F#dim7 G G/F to coda | Cm7 | D.S. al Coda |
coda Cm7 | F7 |
"""
CHORDS = ["C", "Am7b5", "F#dim7", "Abmaj7#11/Eb", "G13sus4", "N.C.", "BbmM7/Db"]


def words_of(page: Page) -> list[Words]:
    return [mark for mark in page.marks if isinstance(mark, Words)]


def assert_in_order(pages: list[Page], paper: Paper) -> None:
    for page in pages:
        for mark in page.marks:
            left, top, right, bottom = extent(mark)
            assert 40 <= left <= right <= paper.width - 40
            assert 0 <= top <= bottom <= paper.height
        for one, other in combinations(map(extent, words_of(page)), 2):
            apart = one[2] <= other[0] + 0.5 or other[2] <= one[0] + 0.5 or one[3] <= other[1] or other[3] <= one[1]
            assert apart, (one, other)


@cases("paper", [A4, LETTER])
@cases("reader", ["concert", "bb", "capo7", "numbers"])
def test_nothing_lies_over_another_thing_or_off_the_page(reader: str, paper: Paper) -> None:
    assert_in_order(pages_of(read(SONG).sheet, paper, reader_of(reader)), paper)


@given(st.lists(st.lists(st.sampled_from(CHORDS), max_size=4), min_size=1, max_size=40))
def test_any_bars_stand_in_order_and_every_chord_is_there(bars: list[list[str]]) -> None:
    known = {name: next(iter(parse(name))).chord for name in CHORDS}
    measures = [Measure(tuple((96 // len(bar) * place, known[name]) for place, name in enumerate(bar))) for bar in bars]
    measures[0].chords = measures[0].chords or ((0, known["C"]),)
    pages = pages_of(Sheet(measures), A4)
    assert_in_order(pages, A4)
    told = "".join(mark.words for page in pages for mark in words_of(page))
    expected = "".join(str(shown(chord, "C")) for measure in measures for _, chord in measure.chords)
    assert told.count("maj7♯11") == expected.count("maj7♯11")
    assert len(re.findall("N[.]C[.]", told)) == len(re.findall("N[.]C[.]", expected))


def test_thirty_two_bars_take_one_page_and_more_say_which() -> None:
    for paper in (A4, LETTER):
        standard = "Title: A\n[A]\n" + "Dm7 | G7 | CM7 | A7 |\n" * 2
        assert len(pages_of(read(standard + standard[9:].replace("A]", "B]") * 3).sheet, paper)) == 1
    pages = pages_of(read("Title: Long\n" + "C | F | G | C |\n" * 40).sheet, A4)
    assert len(pages) == 4
    assert [words_of(page)[-1].words for page in pages][:2] == ["Long · 1/4", "Long · 2/4"]


@cases("paper", [A4, LETTER])
@cases("words", ["W" * 500, "word " * 200, "a\x00b\x0bc\ud800", "日本語 عربى 🎵"])
def test_any_words_stay_in_their_place(words: str, paper: Paper) -> None:
    bars = [Measure(((0, next(iter(parse("C"))).chord),), section=words, endings=(1,)), Measure(times=2)]
    sheet = Sheet(bars * 30, title=words, composer=words, style=words)
    pages = pages_of(sheet, paper)
    assert_in_order(pages, paper)
    for kind in ("pdf", "svg"):
        assert draw(sheet, kind)
    ET.fromstring(draw(sheet, "svg"))


def test_the_head_says_what_holds_for_all_and_bars_have_their_signs() -> None:
    (page,) = pages_of(read(SONG).sheet, A4, reader_of("Bb"))
    told = [mark.words for mark in words_of(page)]
    assert told[:3] == ["Größe & <Привет>", "Medium Swing · ♩ = 140 · A minor · for B♭ instruments", "Somebody"]
    assert {"A", "B", "1.", "2.", "4", "3", "To Coda", "D.S. al Coda"} <= {*told}
    assert told.count("3") == 1
    assert "Dm7AG7CM7" in "".join(told).replace("34", "").replace("44", "")


def test_files_are_whole_and_the_same_each_time() -> None:
    sheet = read(SONG).sheet
    pdf, svg = (draw(sheet, kind) for kind in ("pdf", "svg"))
    assert pdf == draw(sheet, "pdf")
    assert pdf.startswith(b"%PDF-")
    assert pdf.rstrip().endswith(b"%%EOF")
    assert len(re.findall(rb"/Type /Page\b", pdf)) == 1
    root = ET.fromstring(svg)
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert texts == [mark.words for mark in words_of(pages_of(sheet, A4)[0])]
    assert root.findtext("{http://www.w3.org/2000/svg}title") == "Größe & <Привет>"


def test_what_is_unknown_is_refused() -> None:
    with pytest.raises(OptionError, match="unknown reader 'kazoo': give one of concert, Bb, Eb"):
        reader_of("kazoo")
    with pytest.raises(OptionError, match="unknown paper 'a3': give a4 or letter"):
        paper_of("a3")
    with pytest.raises(OptionError, match="at least one bar"):
        pages_of(Sheet(), A4, CONCERT)
