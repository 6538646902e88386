"""Other chords in the text of a chart: only the bars that change are written anew, and the song is the one wished."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cases import cases
from tests.charts.test_docs import rows
from tests.charts.written import played

from benchmarks.chart_edits import EDITS, Chord, Lines, row_of
from sideman.charts import Reading, read
from sideman.charts.editing import edited
from sideman.errors import ChordSyntaxError, SidemanError

SHEET = """\
A Walk Outside
Tempo: 92

[Verse]
C          Am
We went along the river
F          G7
And nobody said a word

[Chorus]   # loud
|: F   | G   | C | Am :|  x2
Oh the long way home

[Verse]
"""
INLINE = "{title: Hill}\n{soc}\n[G]Up the [D7]hill we [G]go\n{eoc}\n[C]words and [Am]more\n{chorus}\n"
GRID = "| Ebmaj7 | Ab G7 | % | Cm7 |  # slow\n| 3/4 Fm7 | 4/4 Bb7 |\n"
CHARTS = [
    SHEET,
    INLINE,
    GRID,
    "C.. G..\nAm. [Am Am/G] FM7. F6.\n",
    "C - G → Am, F\nla la\n",
    "| C | Am |\n|---|---|\n| F | G7 |\n",
    "[A]\nF / / G7 | C / / /\n[B]\nC:3 G:1 | F:4\n",
    "  a      F\nla la la la\n  C      G\n",
    "C | Am |\nF | G7 | %% | C\n",
]


def change(text: str, kind: str, at: int) -> Reading | None:
    """A text in which an edit was made to a chord."""
    reading = read(text)
    return edited(reading, EDITS[kind](row_of(reading), at, Lines(reading.song.progression)))


def put(text: str, *chords: Chord) -> str | None:
    """The text with these chords from the first one on, in place of as many."""
    reading = read(text)
    found = edited(reading, [*chords, *row_of(reading)[len(chords) :]])
    return None if found is None else found.text


@cases(
    ("kind", "at", "before", "after"),
    [
        ("replace", 0, "C          Am", "F#m7       Am"),
        ("shorten", 0, "C          Am", "C..        Am......"),
        ("delete", 0, "C          Am", "           Am"),
        ("insert", 2, "F          G7", "F  Bb      G7"),
        ("insert", 3, "F          G7", "F          G7  Bb"),
        ("repeat", 4, "|: F   | G ", "|: F | F | G "),
        ("delete", 7, " C | Am :|", " C :|"),
        ("lengthen", 6, " C | Am :|", " C | / | Am :|"),
    ],
)
def test_only_the_bars_that_change_are_written(kind: str, at: int, before: str, after: str) -> None:
    found = change(SHEET, kind, at)
    assert found is not None
    assert found.text == SHEET.replace(before, after)


@cases(
    ("kind", "at", "before", "after"),
    [
        ("replace", 1, "[D7]", "[F#m7]"),
        ("repeat", 1, "[D7]", "[D7][D7]"),
        ("delete", 1, "[D7]", ""),
        ("lengthen", 1, "[D7]", "[D7][--]"),
        ("shorten", 0, "[G]Up the [D7]", "[G..]Up the [D7......]"),
    ],
)
def test_chords_among_words_change_in_their_brackets(kind: str, at: int, before: str, after: str) -> None:
    found = change(INLINE, kind, at)
    assert found is not None
    assert found.text == INLINE.replace(before, after, 1)


def test_what_is_played_twice_changes_where_it_is_written() -> None:
    found = change(SHEET, "replace", 9)  # G of the second chorus
    assert found is not None
    assert found.text == SHEET.replace("| G   ", "| F#m7 ")
    assert [bar.written.chords[0][1].written for bar in found.song.played][5::4] == ["F#m7", "F#m7", "Am"]
    again = change(SHEET, "delete", len(row_of(read(SHEET))) - 1)  # of a section that is only named
    assert again is not None
    assert again.text == SHEET.replace("F          G7", "F")


def test_a_bar_that_says_again_is_written_out_where_the_one_before_changes() -> None:
    assert put(GRID, ("Ebmaj7", 96), ("Ab", 24), ("G7", 72)) == GRID.replace("Ab G7 | %", "Ab G7 / / | Ab G7")
    found = change(GRID, "replace", 1)
    assert found is not None
    assert played(found.text).startswith("EbM7 | F#m7 2:G7 | Ab 2:G7 | Cm7")


def test_chords_are_spelled_as_the_chart_spells_them() -> None:
    assert put("H7 | E | C", ("B7", 96), ("B7", 96)) == "H7 | H7 | C"
    found = change("I vi IV V7", "repeat", 1)
    assert found is not None
    assert found.text == "I vi vi IV V7"


def test_what_cannot_be_written_is_none() -> None:
    assert put("1 4 5 1", ("Abm7b5", 96)) is None  # where degrees are written, this has no name
    assert edited(read("%!mma\nTempo 100\n1 C\n2 G\n", name="x.mma"), [("C", 96)]) is None
    assert edited(read(SHEET), [("C", 95)]) is None
    with pytest.raises(ChordSyntaxError):
        edited(read(SHEET), [("Xyz", 96)])


def test_nothing_changed_is_the_same_text() -> None:
    for text in CHARTS:
        reading = read(text)
        found = edited(reading, row_of(reading))
        assert found is not None
        assert found.text == text


def untouched(before: Reading, after: Reading) -> bool:
    """Whether all lines without chords are as they were, in their order."""

    def words(reading: Reading) -> list[str]:
        found, start = [], 0
        for line in reading.text.splitlines(keepends=True):
            end = start + len(line)
            places = [measure.place for measure in reading.sheet.measures if measure.again is None]
            if line.strip() and not any(place and place.start < end and place.end > start for place in places):
                found.append(line.strip())
            start = end
        return found

    kept = iter(words(after))
    return all(line in kept for line in words(before))


@cases("kind", EDITS)
@cases("text", [*CHARTS, *(text for text, _ in rows())])
def test_any_edit_of_any_chord_is_right_or_none(text: str, kind: str) -> None:
    reading = read(text)
    row = row_of(reading)
    for at in sorted({0, 1, len(row) // 2, len(row) - 1} & {*range(len(row))}):
        wished = EDITS[kind](row, at, Lines(reading.song.progression))
        found = edited(reading, wished)
        if found is None:
            continue
        assert untouched(reading, found)
        if reading.sheet.order == tuple(range(len(reading.sheet.measures))) and not any(
            measure.again is not None for measure in reading.sheet.measures
        ):
            assert sounding(row_of(found)) == sounding(wished)


@cache
def spelling(name: str) -> str:
    return str(read(name).song.progression.spans[0].chord)


def sounding(row: list[Chord]) -> list[tuple[int, str]]:
    """Where another chord begins."""
    found: list[tuple[int, str]] = []
    onset = 0
    for name, ticks in row:
        spelled = spelling(name)
        if not found or found[-1][1] != spelled:
            found.append((onset, spelled))
        onset += ticks
    return [*found, (onset, "")]


CHORDS = st.sampled_from(["C", "Am7", "F#m7b5", "Bbmaj7", "G/B", "Dsus4"])
BARS = st.lists(CHORDS, min_size=1, max_size=2).map(" ".join) | st.sampled_from(["%", "C / / G", "/"])
BARRED = st.lists(BARS, min_size=1, max_size=4).map(lambda bars: f"| C | {' | '.join(bars)} |")
PLAIN = st.lists(CHORDS, min_size=1, max_size=4).map("    ".join)
WORDS = st.sampled_from(["", "over the hills and far away", "[Verse 2]", "[Bridge]", "# a remark"])
TEXTS = st.lists(st.tuples(BARRED | PLAIN, WORDS).map("\n".join), min_size=1, max_size=4).map("\n".join)


@given(TEXTS, st.sampled_from(sorted(EDITS)), st.integers(0, 100))
def test_generated_texts_keep_their_words(text: str, kind: str, chord: int) -> None:
    try:
        reading = read(text)
    except SidemanError:
        return
    row = row_of(reading)
    edit: Callable[..., list[Chord]] = EDITS[kind]
    found = edited(reading, edit(row, chord % len(row), Lines(reading.song.progression)))
    assert found is None or untouched(reading, found)
