"""Charts are written so that they are read as the same song: text, the reference form, ChordPro, JSON."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cases import cases
from tests.charts.written import sheet_line

from sideman.charts import Jump, Measure, Reading, Sheet, read
from sideman.charts.heads import MAX_TITLE
from sideman.charts.text_writing import sounding
from sideman.charts.text_writing import write as write_text
from sideman.charts.writing import WRITERS, format_of, write
from sideman.errors import OptionError, UnreadableError
from sideman.music.chords import parse, read_chord
from sideman.music.key import Key
from sideman.music.progression import Chord
from sideman.music.qualities import QUALITIES, Quality
from sideman.music.roles import Role
from sideman.music.time import COMMON_TIME, TICKS_PER_BEAT, Meter
from sideman.music.wishes import Wishes

GRID = """\
Title: A Song
Composer: Somebody
Key: Eb major
Tempo: 96
Time: 3/4

[Intro]
| Ebmaj7 | Ab / G7 | % | Cm7 |

[A]
|: Fm7 | Bb7 | 1. Eb6 | C7 :|
| 2. Eb6 | / |
"""


def reading_of(sheet: Sheet) -> Reading:
    return Reading(sheet.song(), sheet, "text")


def chord(text: str) -> Chord:
    return read_chord(text)


def bar(*chords: tuple[int, str], **signs: object) -> Measure:
    measure = Measure(tuple((tick, chord(name)) for tick, name in chords))
    for name, value in signs.items():
        setattr(measure, name, value)
    return measure


def test_a_grid_is_written_as_it_was_read() -> None:
    assert write(read(GRID)) == GRID


@cases(
    ("measures", "line"),
    [
        ([bar((0, "C"))], "| C |"),
        ([bar((0, "C"), (48, "Am"))], "| C Am |"),
        ([bar((0, "C"), (72, "Am"))], "| C / / Am |"),
        ([bar((0, "C")), bar((48, "G"))], "| C | / G |"),
        ([bar((0, "C"), (36, "G"))], "| C / / G / / / / |"),
        ([bar((0, "C"), (32, "G"))], "| C G / |"),
        ([bar((0, "C"), (5, "G"))], "| C:5/24 G:91/24 |"),
        ([bar((0, "C")), bar()], "| C | / |"),
        ([bar((0, "C")), bar((0, "C"))], "| C | % |"),
        ([bar(), bar((0, "C"))], "| N.C. | C |"),
        ([bar((0, "C"), repeat=True), bar((0, "F"), times=2)], "|: C | F :|"),
        ([bar((0, "C"), repeat=True, times=4)], "|: C :| x4"),
        ([bar((0, "C"), fine=True), bar((0, "F"), jump=Jump(until="fine"))], "| C | Fine\n| F | D.C. al Fine"),
        ([bar((0, "C"), meter=Meter(3, 4)), bar((0, "G"))], "| 3/4 C | 4/4 G |"),
        ([bar((0, "C"), section="A"), bar((0, "G"), section="Bridge")], "[A]\n| C |\n\n[Bridge]\n| G |"),
        ([bar((0, "C"), section="Am")], "{start_of_verse: Am}\n| C |"),
        ([bar((0, "C"), section="Chorus x2")], "{start_of_verse: Chorus x2}\n| C |"),
    ],
)
def test_how_measures_are_written(measures: list[Measure], line: str) -> None:
    assert write(reading_of(Sheet(measures))) == f"{line}\n"


@cases("spelling", ["Bbmaj7", "C-7", "CΔ", "F#min7b5", "Ebm7/Db", "C7(b9)", "N.C.", "Gsus", "Caug7"])
def test_people_keep_their_spelling(spelling: str) -> None:
    assert write(reading_of(Sheet([bar((0, spelling))]))) == f"| {spelling} |\n"


@cases("quality", QUALITIES)
def test_every_quality_is_read_as_it_was_written(quality: Quality) -> None:
    sheet = Sheet([Measure(((0, Chord("C", quality)), (48, Chord("F#", quality, "A#"))))])
    assert str(read(write_text(sheet)).song.progression) == str(sheet.song().progression)


def test_chordpro_has_a_grid_for_each_section() -> None:
    sheet = Sheet(
        [
            bar((0, "C"), section="Verse 1", repeat=True),
            bar((0, "Am"), (48, "F"), times=2),
            bar((0, "G"), section="Chorus", meter=Meter(3, 4)),
        ],
        title="{Song}",
        key=Key(0),
        tempo=96,
    )
    assert write(reading_of(sheet), "chordpro") == (
        "{title: (Song)}\n{key: C major}\n{tempo: 96}\n\n"
        "{start_of_verse: Verse 1}\n{start_of_grid}\n|: C . . . | Am . F . :|\n{end_of_grid}\n{end_of_verse}\n\n"
        "{start_of_chorus: Chorus}\n{time: 3/4}\n{start_of_grid}\n| G . . |\n{end_of_grid}\n{end_of_chorus}\n"
    )


def test_the_reference_form_is_what_is_played() -> None:
    reading = read(GRID)
    assert parse(write(reading, "reference"), Meter(3, 4)).spans == reading.song.progression.spans


def test_json_keeps_a_cut_bar_and_wishes() -> None:
    wishes = Wishes(density={Role.PIANO: 3}, loudness="f")
    sheet = Sheet([bar((0, "C"), section="A", wishes=wishes), bar((0, "Am"))], cut=3 * TICKS_PER_BEAT)
    song = read(write(reading_of(sheet), "json")).song
    assert song.progression.written == "C:4|Am:3"
    assert song.sections[0].wishes == wishes


def section(bars: list[dict[str, object]], wishes: str = "") -> dict[str, object]:
    return {"name": "A", "wishes": wishes, "bars": bars}


SILENT: dict[str, object] = {"chords": [{"tick": 0, "chord": "N.C."}], "meter": None}


@cases(
    ("changed", "words"),
    [
        ({"progression": "H"}, "unknown chord 'H'"),
        ({"progression": 7}, "'progression' is no text"),
        ({"progression": "C:4|Am:5"}, "its progression is not as long as its bars"),
        ({"progression": "C:4"}, "its progression is not as long as its bars"),
        ({"sections": []}, "its order names bar 0 of section 0, and there is none"),
        ({"sections": {}}, "'sections' is no list"),
        ({"sections": [7]}, "'bars' is missing"),
        ({"sections": [section([])]}, "its order names bar 0 of section 0"),
        ({"sections": [section([{"chords": [{"tick": 99, "chord": "C"}]}])]}, "'meter' is missing"),
        ({"sections": [section([{"chords": [{"tick": 96, "chord": "C"}], "meter": None}])]}, "a bar of 96 ticks"),
        (
            {"sections": [section([{"chords": [{"tick": 0.5, "chord": "C"}], "meter": None}])]},
            "'tick' is no whole number",
        ),
        ({"sections": [section([{"chords": [], "meter": None}] * 2)]}, "a song begins with a chord"),
        ({"sections": [section([SILENT | {"signs": {"jump": "D.T."}}] * 2)]}, "unknown jump 'D.T.'"),
        ({"sections": [section([SILENT | {"signs": {"times": -1}}] * 2)]}, "'times' is below 0"),
        ({"sections": [section([SILENT | {"signs": {"endings": [True]}}] * 2)]}, "an ending is no whole number"),
        ({"sections": [section([SILENT] * 2, "loud")]}, "unknown wish"),
        ({"sections": [section([SILENT] * 4097)]}, "more than 4,096 bars are written"),
        ({"order": []}, "its order plays no bars"),
        ({"order": [{"section": 0, "bars": []}]}, "its order plays no bars"),
        ({"order": [{"section": 1, "bars": [0]}]}, "its order names bar 0 of section 1"),
        ({"order": [{"section": 0, "bars": [-1]}]}, "its order names bar -1 of section 0"),
        ({"order": [{"section": 0, "bars": [0, 0.9]}]}, "a bar of its order is no whole number"),
        ({"order": [{"section": 0, "bars": [0] * 4097}]}, "more than 4,096 bars are played"),
        ({"order": [{"section": 0, "bars": [0] * 1025}]}, "more than 4,096 beats are played"),
        *(
            ({"tempo": tempo}, "'tempo' is no number from 10 to 1,000")
            for tempo in ("fast", True, float("nan"), float("inf"), -3, 0, 1e300, 10**300)
        ),
        ({"key": "H major"}, "unknown key"),
        ({"key": ["C"]}, "'key' is no text"),
        ({"composer": None}, "'composer' is no text"),
        ({"title": 7}, "'title' is no text"),
        ({"meter": None}, "'meter' is no text"),
    ],
)
def test_damaged_json_of_a_chart_is_told(changed: dict[str, object], words: str) -> None:
    document = json.loads(write(read("| C | Am |"), "json")) | changed
    with pytest.raises(UnreadableError, match=f"^a damaged chart of Sideman [(]{words}"):
        read(json.dumps(document))


def test_json_is_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    text = write(read("| C | Am |"), "json")
    parsed: list[str] = []
    loads = json.loads

    def count(text: str) -> object:
        parsed.append(text)
        return loads(text)

    monkeypatch.setattr(json, "loads", count)
    assert str(read(text).song.progression) == "C:4|Am:4"
    assert parsed == [text]


def test_texts_of_json_are_such_as_can_be_shown() -> None:
    document = json.loads(write(read("[A]\n| C | Am |"), "json"))
    document |= {"title": "A\ud800 song\nin\0two lines", "composer": "x" * 300_000, "style": "Bossa\u2028Nova"}
    document["sections"][0]["name"] = "\udfffA"
    reading = read(json.dumps(document))
    assert (reading.sheet.title, reading.sheet.style) == ("A\ufffd song in two lines", "Bossa Nova")
    assert reading.sheet.composer == "x" * MAX_TITLE
    assert reading.song.sections[0].name == "\ufffdA"
    for name in ("text", "chordpro", "ireal", "musicxml", "json"):
        write(reading, name).encode()


def test_json_without_signs_is_written_out_and_knows_what_comes_again() -> None:
    document = json.loads(write(read("C G x2\n\n[A]\n| F |"), "json"))
    assert [bar.pop("signs", None) for bar in document["sections"][0]["bars"]] == [{"repeat": True}, {"times": 2}]
    reading = read(json.dumps(document))
    assert sheet_line(reading.sheet) == "<1> C | G | <1> C | G | <A> F"
    assert [(name, bars) for name, bars, _ in reading.song.passages] == [("1", (0, 1)), ("1", (0, 1)), ("A", (0,))]


def test_the_order_of_json_holds_where_its_signs_lead_elsewhere() -> None:
    document = json.loads(write(read("[A]\n|: C | G :|"), "json"))
    document["order"] = [{"section": 0, "bars": [1, 0]}]
    document["progression"] = "G:4|C:4"
    assert sheet_line(read(json.dumps(document)).sheet) == "<A> G | C"


def test_a_tempo_that_nobody_means_is_not_written_as_json() -> None:
    assert read(write(reading_of(Sheet([bar((0, "C"))], tempo=9_999.0)), "json")).sheet.tempo is None


def test_json_tells_song_order_and_assumptions() -> None:
    reading = read("C G Am F\n| C | % |")
    document = json.loads(write(reading, "json"))
    assert document["progression"] == reading.song.progression.written
    assert [len(section["bars"]) for section in document["sections"]] == [6]
    assert document["sections"][0]["bars"][1] == {"chords": [{"tick": 0, "chord": "G"}], "meter": None, "place": [2, 3]}
    assert [assumption["code"] for assumption in document["assumptions"]] == ["bars"]


@pytest.mark.parametrize(("suffix", "name"), [(".txt", "text"), (".CHO", "chordpro"), (".json", "json")])
def test_a_suffix_tells_the_format(suffix: str, name: str) -> None:
    assert format_of(suffix) == name


def test_other_formats_are_refused() -> None:
    with pytest.raises(OptionError, match="unknown format 'png'"):
        write(read("C"), "png")
    with pytest.raises(OptionError, match=r"unknown suffix '\.png'"):
        format_of(".png")


CHORDS = st.sampled_from(["C", "Am7", "F/A", "G7", "Bbmaj7", "F#m7b5", "N.C.", "Ebsus4", "C7(b9)", "Do", "B"]).map(
    chord
)
METERS = st.sampled_from([COMMON_TIME, Meter(3, 4), Meter(6, 8), Meter(5, 4), Meter(7, 8)])


@st.composite
def sheets(draw: st.DrawFn) -> Sheet:
    meter = draw(METERS)
    measures = []
    for _ in range(draw(st.integers(1, 9))):
        own = draw(st.one_of(st.none(), st.none(), st.none(), METERS))
        ticks = (own or meter).ticks
        grid = draw(st.sampled_from([TICKS_PER_BEAT, TICKS_PER_BEAT // 2, TICKS_PER_BEAT // 3, 1]))
        onsets = draw(st.lists(st.integers(0, ticks // grid - 1), max_size=4, unique=True))
        chords = tuple((onset * grid, draw(CHORDS)) for onset in sorted(onsets))
        measure = Measure(chords, own)
        measure.section = draw(st.one_of(st.none(), st.none(), st.sampled_from(["A", "Verse 1", "Am", "Chorus", "x2"])))
        measure.repeat = draw(st.booleans())
        measure.times = draw(st.sampled_from([0, 0, 0, 2, 3]))
        measure.endings = draw(st.sampled_from([(), (), (), (1,), (2,), (1, 2)]))
        measure.ending_stops = draw(st.booleans())
        measure.segno, measure.coda, measure.to_coda, measure.fine = (draw(st.integers(0, 9)) == 0 for _ in range(4))
        measure.jump = draw(
            st.sampled_from([None] * 5 + [Jump(), Jump("segno"), Jump("segno", "coda"), Jump(until="fine")])
        )
        measures.append(measure)
    title = draw(st.sampled_from(["", "A Song", "Key: C", "C | G"]))
    return Sheet(measures, title=title, key=draw(st.sampled_from([None, Key(3), Key(6, True)])), meter=meter)


@pytest.mark.parametrize("name", ["text", "chordpro"])
@given(sheet=sheets())
def test_what_is_written_is_read_as_the_same_song(name: str, sheet: Sheet) -> None:
    song = sheet.song()
    found = read(write(reading_of(sheet), name))
    assert sounding(found.song.progression) == sounding(song.progression)
    assert (found.song.title, found.song.key) == (song.title.replace("|", "/"), song.key)
    played, original = ([str(bar.meter) for bar in each.played] for each in (found.song, song))
    assert played == original


@given(sheet=sheets())
def test_every_format_is_written_of_any_sheet(sheet: Sheet) -> None:
    for name in WRITERS:
        assert write(reading_of(sheet), name).endswith("\n")


@given(sheet=sheets())
def test_json_is_read_as_the_same_song(sheet: Sheet) -> None:
    sheet.composer, sheet.style, sheet.tempo = "Somebody", "Bossa Nova", 96.5
    song, found = sheet.song(), read(write(reading_of(sheet), "json"), name="a.json")
    assert found.song.progression == song.progression
    assert found.song.progression.written == song.progression.written
    assert found.song.passages == song.passages
    assert (found.song.sections, found.song.order) == (song.sections, song.order)
    assert (found.song.title, found.song.key, found.song.tempo, found.song.style) == (
        song.title,
        song.key,
        96.5,
        "latin",
    )
    assert (found.sheet.composer, found.format, found.is_by_hand) == ("Somebody", "JSON", False)
