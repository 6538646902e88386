"""Charts as MusicXML: what is written is read as the same song."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st
from tests.cases import cases

from sideman.charts import Jump, Measure, Sheet, read
from sideman.charts.musicxml import write
from sideman.charts.musicxml.harmony import kind_of, quality_of
from sideman.errors import OptionError
from sideman.music.key import Key
from sideman.music.notes import NOTE_NAMES
from sideman.music.progression import Chord
from sideman.music.qualities import QUALITIES, Quality
from sideman.music.song import Song
from sideman.music.time import COMMON_TIME, Meter

METERS = (
    COMMON_TIME,
    Meter(3, 4),
    Meter(2, 2),
    Meter(6, 8),
    Meter(12, 8),
    Meter(5, 4),
    Meter(7, 8, (2, 2, 3)),
    Meter(1, 4),
)

notes = st.sampled_from(sorted(NOTE_NAMES))
chords = st.one_of(
    st.just(Chord.no_chord()),
    st.builds(Chord, notes, st.sampled_from(QUALITIES), st.none() | notes),
)
texts = st.text(max_size=20).map(lambda text: " ".join(text.split()))


@st.composite
def measures(draw: st.DrawFn) -> Measure:
    meter = draw(st.sampled_from((None, *METERS)))
    ticks = draw(st.sets(st.integers(0, (meter or Meter(1, 4)).ticks - 1), max_size=3))
    return Measure(
        chords=tuple((tick, draw(chords)) for tick in sorted(ticks)),
        meter=meter,
        section=draw(st.none() | st.sampled_from(("A", "Chorus", "Verse 2", "<&>"))),
        repeat=draw(st.booleans()),
        times=draw(st.sampled_from((0, 0, 0, 2, 3))),
        endings=draw(st.sampled_from(((), (), (), (1,), (2,), (1, 2), (3,)))),
        ending_stops=draw(st.booleans()),
        segno=draw(st.booleans()),
        coda=draw(st.booleans()),
        to_coda=draw(st.booleans()),
        fine=draw(st.booleans()),
        jump=draw(
            st.none()
            | st.builds(Jump, st.sampled_from(("beginning", "segno")), st.sampled_from(("end", "fine", "coda")))
        ),
    )


@st.composite
def sheets(draw: st.DrawFn) -> Sheet:
    row = draw(st.lists(measures(), min_size=1, max_size=12))
    row[0].chords = ((0, draw(chords)), *(chord for chord in row[0].chords if chord[0]))
    return Sheet(
        row,
        title=draw(st.sampled_from(("", "A & B", "Für <Elise>"))),
        composer=draw(st.sampled_from(("", "C. Omposer"))),
        style=draw(st.sampled_from(("", "Bossa Nova"))),
        key=draw(st.none() | st.builds(Key, st.integers(0, 11), st.booleans())),
        tempo=draw(st.none() | st.integers(40, 240).map(float) | st.sampled_from((77.7, 120.5))),
        meter=draw(st.sampled_from(METERS)),
    )


def heard(song: Song) -> list[object]:
    """All that is played, and under which names."""
    bars = [(bar.written.chords, bar.meter, bar.section.name) for bar in song.played]
    return [bars, song.title, song.key, song.tempo]


@given(sheets())
def test_what_is_written_is_read_as_the_same_song(sheet: Sheet) -> None:
    try:
        song = sheet.song()
    except OptionError:
        return
    reading = read(write(sheet))
    assert heard(reading.song) == heard(song)
    assert (reading.sheet.composer, reading.sheet.style) == (sheet.composer, sheet.style)
    assert {assumption.code for assumption in reading.assumptions} <= {"form", "sign"}


@cases("quality", QUALITIES)
def test_every_quality_has_a_kind(quality: Quality) -> None:
    kind, degrees = kind_of(quality)
    assert quality_of(kind, "", degrees) == (quality, True)


@given(st.text())
def test_any_title_makes_a_document(title: str) -> None:
    text = write(Sheet([Measure(((0, Chord("C")),))], title=title))
    assert ET.fromstring(text.encode()).tag == "score-partwise"


def test_a_bar_is_a_rest_below_its_chords() -> None:
    text = write(Sheet([Measure(((0, Chord("C")), (24, Chord("F#", QUALITIES[1], "A"))))], meter=Meter(6, 8)))
    root = ET.fromstring(text.encode())
    assert root.findtext(".//note/duration") == "144"
    assert [element.findtext("offset") for element in root.iter("harmony")] == [None, "72"]
    assert root.findtext(".//bass/bass-step") == "A"
