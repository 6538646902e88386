"""Lead sheets: what stands where, nothing over another thing, the right notes for whoever reads them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import combinations
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cases import cases

from sideman.charts import read
from sideman.charts.paper.marks import A4, LETTER, Glyph, Mark, Page, Paper, Shape, Stroke, Words, extent
from sideman.charts.paper.readers import READERS, reader_of
from sideman.charts.sheet import Sheet
from sideman.errors import OptionError
from sideman.music.band import Note, NoteArray, Role, Track
from sideman.render.lead_sheet.drawing import draw
from sideman.render.lead_sheet.form import Lead, lead_of
from sideman.render.lead_sheet.layout import pages_of

Rows = list[tuple[int, int, int]]
STANDARD = "Title: A standard\nKey: Bb\n" + "[A]\nCm7 | F7 | BbM7 | EbM7 |\nAm7b5 | D7(b9) | Gm6 | Gm6 G7 |\n" * 4
TUNE: Rows = [(0, 18, 67), (18, 6, 69), (24, 12, 70), (36, 12, 74), (48, 6, 72), (54, 42, 66)]
CHORDS = ["C", "Am7b5", "F#dim7", "Abmaj7#11/Eb", "G13sus4", "Bb7 Eb7 E7 A7"]
HEADS = ("noteheadBlack", "noteheadHalf", "noteheadWhole", "noteheadDoubleWhole")


def notes_of(rows: Rows) -> NoteArray:
    return Track(Role.MELODY, [Note(*row, 90) for row in rows]).notes


def lead(chart: str, rows: Rows, reader: str = "concert") -> Lead:
    return lead_of(read(chart).sheet, notes_of(rows), reader_of(reader))


def drawn(chart: str, rows: Rows, reader: str = "concert", paper: Paper = A4) -> list[Page]:
    return pages_of(lead(chart, rows, reader), paper, reader_of(reader))


def glyphs(page: Page, *names: str) -> list[Glyph]:
    return [mark for mark in page.marks if isinstance(mark, Glyph) and (not names or mark.name in names)]


def spelled(found: Lead) -> str:
    notes = (piece.note for bar in found.bars for piece in bar if piece.note and not piece.is_tied_back)
    return " ".join(f"{note.letter}{('', '#', 'b')[note.alter]}{note.octave}" for note in notes)


Placed = tuple[Mark, tuple[float, float, float, float]]


def placed(marks: Iterable[Mark]) -> list[Placed]:
    """Marks and where they are."""
    return [(mark, extent(mark)) for mark in marks]


def over(one: Placed, other: Placed) -> bool:
    """Whether two marks cover one another, by more than a touch."""
    (left, top, right, bottom), (left2, top2, right2, bottom2) = one[1], other[1]
    return min(right, right2) - max(left, left2) > 0.3 and min(bottom, bottom2) - max(top, top2) > 0.3


def assert_in_order(pages: list[Page], paper: Paper) -> None:
    for page in pages:
        for mark in page.marks:
            left, top, right, bottom = extent(mark)
            assert 39 <= left <= right <= paper.width - 39
            assert 0 <= top <= bottom <= paper.height
        words = placed(mark for mark in page.marks if isinstance(mark, Words))
        signs = placed(each for each in glyphs(page) if not each.name.startswith(("flag", "tuplet")))
        for one, other in [*combinations(words, 2), *combinations(signs, 2)]:
            assert not over(one, other), (one, other)
        music = placed(mark for mark in page.marks if isinstance(mark, Glyph | Shape))
        for word in words:
            assert not any(over(word, each) for each in music)


def test_two_bars_stand_exactly_where_people_expect_them() -> None:
    (page,) = drawn(
        "Title: Two\nKey: G\nG | D7\n", [(0, 18, 67), (18, 6, 66), (24, 24, 65), (48, 12, 83), (60, 36, 60)]
    )
    lines = sorted(mark.y1 for mark in page.marks if isinstance(mark, Stroke) and (mark.x1, mark.x2) == (42.0, 318.43))
    assert [round(line - lines[0], 1) for line in lines] == [0, 5.4, 10.8, 16.2, 21.6]
    assert [(mark.name, round(mark.x, 1), round((mark.y - lines[0]) / 5.4, 2)) for mark in glyphs(page)] == [
        ("gClef", 44.7, 3.0),
        ("accidentalSharp", 62.0, 0.0),
        ("timeSig4", 71.2, 1.0),
        ("timeSig4", 71.2, 3.0),
        ("noteheadBlack", 88.4, 3.0),
        ("augmentationDot", 96.7, 2.5),
        ("noteheadBlack", 128.9, 3.5),
        ("accidentalNatural", 146.2, 3.5),
        ("noteheadHalf", 151.0, 3.5),
        ("flag8thUp", 134.6, 0.0),
        ("noteheadBlack", 205.9, -1.5),
        ("noteheadHalf", 237.6, 5.0),
        ("noteheadBlack", 284.0, 5.0),
    ]
    ledgers = [mark for mark in page.marks if isinstance(mark, Stroke) and round(mark.width, 3) == 0.864]
    assert [(round(mark.x1, 1), round((mark.y1 - lines[0]) / 5.4, 1)) for mark in ledgers] == [
        (203.7, -1.0),
        (235.4, 5.0),
        (281.9, 5.0),
    ]
    stems = [mark for mark in page.marks if isinstance(mark, Stroke) and round(mark.width, 3) == 0.648]
    tips = [(round(mark.x2, 1), round((mark.y2 - lines[0]) / 5.4, 1)) for mark in stems]
    assert tips == [(94.5, -0.5), (134.9, 0.0), (157.0, 0.0), (206.2, 2.0), (243.6, 1.5), (290.1, 1.5)]
    chords = [(mark.words, mark.x) for mark in page.marks if isinstance(mark, Words)][2:4]
    assert chords == [("G", 88.44), ("D", 205.865)]  # each over the note with which it begins


def test_a_bar_is_made_of_the_right_glyphs_in_order() -> None:
    (page,) = drawn("Key: C\nC | C\n", [(0, 18, 60), (18, 6, 61), (24, 12, 63), (48, 3, 72), (51, 9, 74)])
    names = [mark.name for mark in glyphs(page)]
    assert names[:3] == ["gClef", "timeSig4", "timeSig4"]
    assert names[3:] == [
        *("noteheadBlack", "augmentationDot", "accidentalFlat", "noteheadBlack", "accidentalFlat", "noteheadHalf"),
        "flag8thUp",
        *("noteheadBlack", "noteheadBlack", "augmentationDot", "restQuarter", "restHalf"),
    ]
    assert len([mark for mark in page.marks if isinstance(mark, Shape)]) == 2  # a beam, and the stub of a sixteenth


@cases("paper", [A4, LETTER])
@cases("reader", ["concert", "Bb", "Eb", "F", "capo3", "numbers"])
def test_thirty_two_bars_take_one_page(reader: str, paper: Paper) -> None:
    rows = [(96 * pair + onset, long, pitch) for pair in range(16) for onset, long, pitch in TUNE]
    pages = drawn(STANDARD, rows, reader, paper)
    assert len(pages) == 1
    assert len(glyphs(pages[0], *HEADS)) >= 16 * len(TUNE)
    assert len(glyphs(pages[0], "gClef")) == 8
    assert_in_order(pages, paper)


@settings(deadline=None, max_examples=20)
@given(
    st.lists(st.sampled_from(CHORDS), min_size=1, max_size=6),
    st.lists(st.tuples(st.sampled_from([2, 3, 4, 6, 9, 12, 18, 30]), st.integers(50, 88)), max_size=60),
    st.sampled_from([*READERS]),
)
def test_however_dense_nothing_lies_over_another_thing(
    chords: list[str], notes: list[tuple[int, int]], reader: str
) -> None:
    rows, place = [], 0
    for steps, pitch in notes:
        rows.append((place, steps, pitch))
        place += steps
    assert_in_order(drawn("Key: E\n[Bridge]\n" + " | ".join(chords), rows, reader), A4)


@settings(deadline=None, max_examples=25)
@given(
    st.lists(st.tuples(st.integers(18, 47), st.integers(50, 80)), min_size=1, max_size=10),
    st.lists(st.sampled_from([3, 6, 8, 12, 24]), max_size=50),
    st.sampled_from(["", "[A]\n", "|: ", "[Chorus of many words]\n|: 6/8 "]),
)
def test_a_pick_up_of_any_kind_has_room(before: list[tuple[int, int]], lengths: list[int], sign: str) -> None:
    rows, place = [(onset, 2, pitch) for onset, pitch in before], 48
    for number, steps in enumerate(lengths):
        rows.append((place, steps, 60 + 7 * number % 20))
        place += steps
    ends = " :|" if "|:" in sign else ""
    assert_in_order(drawn(f"Key: Ab\nN.C. |\n{sign}C | Am7b5 D7 | G13sus4 | C{ends}", rows), A4)


@cases(
    ("reader", "tonic", "notes", "chords"),
    [
        ("concert", "Bb", "G4 A4 Bb4 D5", "Cm7 F7"),
        ("Bb", "C", "A4 B4 C5 E5", "Dm7 G7"),
        ("Eb", "G", "E5 F#5 G5 B5", "Am7 D7"),
        ("F", "F", "D5 E5 F5 A5", "Gm7 C7"),
        ("capo3", "Bb", "G4 A4 Bb4 D5", "Am7 D7"),
        ("numbers", "Bb", "G4 A4 Bb4 D5", "Cm7 F7"),
    ],
)
def test_instruments_read_both_moved_and_a_capo_moves_the_chords(
    reader: str, tonic: str, notes: str, chords: str
) -> None:
    found = lead("Key: Bb\nCm7 | F7 |", [(0, 12, 67), (12, 12, 69), (24, 12, 70), (36, 12, 74)], reader)
    assert (found.tonic, spelled(found)) == (tonic, notes)
    assert " ".join(str(chord.written) for bar in found.sheet.measures for _, chord in bar.chords) == chords


def test_a_low_melody_has_a_bass_clef_and_a_saxophone_reads_it_in_the_treble() -> None:
    rows = [(0, 24, 43), (24, 24, 46)]
    (page,) = drawn("Key: Bb\nCm7 | F7 |", rows)
    assert [mark.name for mark in glyphs(page)][:1] == ["fClef"]
    (page,) = drawn("Key: Bb\nCm7 | F7 |", rows, "Bb")
    assert [mark.name for mark in glyphs(page)][:1] == ["gClef"]
    assert spelled(lead("Key: Bb\nCm7 | F7 |", rows, "Bb")) == "A4 C5"


def test_flats_and_sharps_follow_the_chart() -> None:
    assert spelled(lead("Key: Gb\nGb | Db7 | Cbmaj7", [(0, 12, 66), (12, 12, 70), (96, 48, 71)])) == "Gb4 Bb4 Cb5"
    assert spelled(lead("Key: F#\nF# | C#7 | F#", [(0, 12, 66), (12, 12, 70)])) == "F#4 A#4"


def test_repeats_stay_where_the_melody_repeats_and_are_written_out_where_not() -> None:
    chart = "|: C | F :| G |"
    first = [(0, 24, 60), (48, 48, 65)]
    same = lead(chart, [*first, *((onset + 96, long, pitch) for onset, long, pitch in first), (192, 48, 67)])
    assert (len(same.bars), same.is_written_out) == (3, False)
    other = lead(chart, [*first, (96, 48, 64), (192, 48, 67)])
    assert (len(other.bars), other.is_written_out) == (5, True)
    assert other.bars[3] == ()
    (page,) = pages_of(same, A4, reader_of("concert"))
    assert len([mark for mark in page.marks if type(mark).__name__ == "Dot"]) == 4


def test_a_pick_up_stands_before_the_first_row_without_its_rests() -> None:
    chart = "N.C. |\n[A]\nC | F | C | G |\nC | F | C | G |"
    rows = [(36, 6, 67), (42, 6, 69), *((48 * bar, 48, 72) for bar in range(1, 9))]
    (page,) = drawn(chart, rows)
    assert not glyphs(page, "restHalf", "restQuarter")
    assert "N.C." not in {mark.words for mark in page.marks if isinstance(mark, Words)}
    assert len({round(mark.y) for mark in glyphs(page, "gClef")}) == 2
    assert_in_order([page], A4)


def test_metres_change_where_they_change() -> None:
    (page,) = drawn("6/8 C F | 6/8 C | 3/4 G | 3/4 C |", [(0, 4, 60), (4, 4, 62), (8, 4, 64), (48, 36, 67)])
    assert [mark.name for mark in glyphs(page) if "timeSig" in mark.name] == [
        f"timeSig{digit}" for digit in (6, 8, 3, 4)
    ]
    assert len(glyphs(page, "restWhole")) == 2


def test_what_is_not_drawn_is_counted() -> None:
    track = Track(Role.MELODY, [Note(0, 24, 60, 90), Note(0, 24, 64, 90), Note(96, 24, 60, 90)])
    sheet = read("C | F |").sheet
    assert draw(sheet, track, "pdf").left_out == 2


def test_files_are_whole_and_the_same_each_time_and_outlines_stand_in_them_once() -> None:
    sheet, track = read(STANDARD).sheet, Track(Role.MELODY, [Note(*row, 90) for row in TUNE])
    pdf, svg = (draw(sheet, track, kind).data for kind in ("pdf", "svg"))
    assert pdf == draw(sheet, track, "pdf").data
    assert len(re.findall(rb"/Type /Page\b", pdf)) == 1
    assert len(re.findall(rb"/Subtype /Form", pdf)) == len(set(re.findall(rb'href="#(music-\w+)"', svg)))
    root = ET.fromstring(svg)
    paths = [element.get("id") for element in root.iter("{http://www.w3.org/2000/svg}path") if element.get("id")]
    assert len(paths) == len({*paths})
    assert root.findtext("{http://www.w3.org/2000/svg}title") == "A standard"


def test_a_sheet_without_bars_is_refused() -> None:
    with pytest.raises(OptionError, match="at least one bar"):
        lead_of(Sheet(), notes_of(TUNE), reader_of("concert"))
