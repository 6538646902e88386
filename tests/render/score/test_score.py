"""A band as a score: nobody's note is lost, every bar is full, and what stands above is what was asked for."""

from __future__ import annotations

import os
import shutil
import subprocess
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.render.score.reading import harmonies_of, heard_in, parts_of, root_of

from sideman.arranging import arrange
from sideman.charts import read
from sideman.errors import OptionError
from sideman.music.band import Band, Note, Role, Track
from sideman.music.chords import parse
from sideman.music.feel import AS_WRITTEN, Feel
from sideman.music.time import STEPS_PER_BEAT, BarLines, Meter
from sideman.music.wishes import PlayedSection
from sideman.render.parts import parts
from sideman.render.rendition import Rendition
from sideman.render.score.musicxml import score

METERS = [Meter(4, 4), Meter(3, 4), Meter(6, 8), Meter(7, 8), Meter(2, 2), Meter(12, 8)]
WALTZ = "Time: 3/4\nC | Ab/C | N.C. | G7 |\nTime: 6/8\nC | F"
MSCORE = shutil.which("musescore3") or shutil.which("mscore3")
SECONDS = 120


def band_of(role: Role, *notes: Note, steps: int = 96, meter: Meter = METERS[0], feel: Feel = AS_WRITTEN) -> Band:
    return Band((Track(role, notes),), steps, 120.0, BarLines((meter,)), feel)


def quarters(lines: BarLines, step: int, bars: int) -> Fraction:
    """Written quarters before a step; what comes after the last bar is counted in its beats."""
    bar = min(lines.bar_at(step), bars - 1)
    whole = sum((lines.meter(each).steps * lines.meter(each).quarters_per_beat for each in range(bar)), Fraction(0))
    return (whole + (step - lines.onset(bar)) * lines.meter(bar).quarters_per_beat) / STEPS_PER_BEAT


def assert_same(band: Band, written: str) -> None:
    """The score tells every note as it is played, and its bars are full. How long a drum is written says nothing."""
    found = parts_of(written)
    assert len(found) == len(band.tracks)
    for part in parts(band):
        heard, bars = heard_in(found[part.name])
        for bar in bars:
            assert {*bar.voices.values()} == {bar.length}
        told = [(note.onset, note.onset if part.is_drum else note.release, note.pitch, note.velocity) for note in heard]
        expected = []
        for onset, duration, pitch, velocity in part.notes.tolist():
            places = (onset, onset if part.is_drum else onset + duration)
            expected.append((*(quarters(band.lines, place, len(bars)) for place in places), pitch, velocity))
        assert sorted(told) == sorted(expected)


@pytest.fixture(scope="module")
def waltz() -> Rendition:
    """A piece in three, then in six, with a chord that is not C's."""
    return arrange(read(WALTZ).song.progression, seed=2, swing=62).band


@pytest.fixture(scope="module")
def song() -> Rendition:
    return arrange("C | Am | Dm7 G7 | C", seed=1, style="jazz").band


def test_composed_pieces_are_told_note_for_note(waltz: Rendition, song: Rendition) -> None:
    for band in (waltz, song):
        assert_same(band, score(band, progression=band.progression, key=band.key))


@given(
    st.sampled_from(METERS),
    st.sampled_from([*Role]),
    st.lists(st.tuples(st.integers(0, 80), st.integers(1, 60), st.integers(40, 80), st.integers(1, 127)), max_size=30),
)
def test_any_notes_are_told_note_for_note(meter: Meter, role: Role, notes: list[tuple[int, int, int, int]]) -> None:
    band = band_of(role, *(Note(*note) for note in notes), meter=meter)
    assert_same(band, score(band))


def test_what_is_played_before_a_bar_of_another_metre_is_told() -> None:
    lines = BarLines((Meter(3, 4), Meter(6, 8)))
    band = Band((Track(Role.BASS, [Note(35, 1, 45, 90), Note(59, 1, 47, 90)]),), 60, 120.0, lines)
    assert_same(band, score(band))


def test_what_is_held_is_tied_over_the_bar() -> None:
    part = parts_of(score(band_of(Role.BASS, Note(36, 24, 40, 90))))["Bass"]
    ((note,), _) = heard_in(part)
    assert (float(note.start), float(note.end)) == (3.0, 5.0)
    assert [each.findtext("type") for each in part.iter("note") if each.find("pitch") is not None] == ["quarter"] * 2


def test_what_is_tied_keeps_its_name_under_another_chord() -> None:
    written = score(band_of(Role.BASS, Note(0, 96, 49, 90)), progression=parse("A7|Bbm7"), key="D minor")
    steps = [note.findtext("pitch/step") for note in parts_of(written)["Bass"].iter("note")]
    assert steps == ["C", "C"]
    written = score(band_of(Role.BASS, Note(48, 48, 49, 90)), progression=parse("A7|Bbm7"), key="D minor")
    assert [note.findtext("pitch/step") for note in parts_of(written)["Bass"].iter("note")][-1] == "D"


def test_short_notes_are_written_until_the_next_and_remembered_as_they_were() -> None:
    part = parts_of(score(band_of(Role.BASS, Note(0, 8, 40, 90), Note(12, 2, 40, 90), Note(36, 12, 40, 90))))["Bass"]
    notes, _ = heard_in(part)
    assert [(float(note.start), float(note.end)) for note in notes] == [(0.0, 1.0), (1.0, 1.25), (3.0, 4.0)]
    assert [note.release * 12 for note in notes] == [8, 14, 48]


def test_two_voices_hold_what_one_can_not() -> None:
    held, tune = Note(0, 48, 60, 90), [Note(step, 12, 72 + step // 12, 90) for step in range(0, 48, 12)]
    part = parts_of(score(band_of(Role.PIANO, held, *tune, steps=48)))["Piano"]
    voices = {each.findtext("voice") for each in part.iter("note") if each.find("pitch") is not None}
    assert voices == {"1", "2"}
    assert all(each.find("tie") is None for each in part.iter("note"))


def test_piano_has_two_staves_and_low_instruments_sound_an_octave_lower_than_they_look(song: Rendition) -> None:
    found = parts_of(score(song))
    assert [*found] == ["Piano", "Guitar", "Strings", "Bass", "Drums"]
    clefs = {
        name: [(clef.findtext("sign"), clef.findtext("clef-octave-change")) for clef in part.iter("clef")]
        for name, part in found.items()
    }
    assert clefs["Piano"] == clefs["Strings"] == [("G", None), ("F", None)]
    assert (clefs["Guitar"], clefs["Bass"], clefs["Drums"]) == ([("G", "-1")], [("F", "-1")], [("percussion", None)])


def test_drums_stand_where_drummers_look_for_them() -> None:
    notes = [Note(0, 1, 36, 100), Note(0, 1, 42, 80), Note(12, 1, 38, 100), Note(12, 1, 46, 80)]
    part = parts_of(score(band_of(Role.DRUMS, *notes, steps=48)))["Drums"]
    told = [
        (
            note.findtext("unpitched/display-step", "") + note.findtext("unpitched/display-octave", ""),
            note.findtext("notehead"),
            note.findtext("stem"),
            note.findtext("type"),
        )
        for note in part.iter("note")
        if note.find("unpitched") is not None
    ]
    assert told == [
        ("G5", "x", "up", "quarter"),
        ("C5", None, "up", "quarter"),
        ("G5", "circle-x", "up", "quarter"),
        ("F4", None, "down", "quarter"),
    ]


def test_chords_stand_where_they_begin(song: Rendition) -> None:
    found = parts_of(score(song, progression=song.progression, key=song.key))
    places = [(0, 0, "C"), (1, 0, "Am"), (2, 0, "Dm7"), (2, 2, "G7"), (3, 0, "C")]
    expected = [(bar, Fraction(quarter), chord) for bar, quarter, chord in places]
    for name in ("Piano", "Guitar", "Bass"):
        assert [*harmonies_of(found[name])] == expected
    assert not [*harmonies_of(found["Strings"])]


def test_sections_tempo_and_swing_stand_above() -> None:
    band = band_of(Role.BASS, Note(0, 12, 40, 90), steps=4 * 48, feel=Feel(swing=67, ritardando=True))
    sections = (PlayedSection("Verse", (0, 1)), PlayedSection("A & <B>", (0, 1)))
    root = root_of(score(band, sections=sections, key="Bb major", title="Ré & <mi>"))
    assert root.findtext("work/work-title") == "Ré & <mi>"
    bars = [*root.iter("measure")]
    assert [bar.findtext(".//rehearsal") for bar in bars] == ["Verse", None, "A & <B>", None]
    assert root.findtext(".//per-minute") == "120"
    assert root.findtext(".//words") == "Swing 67 %"
    assert root.findtext(".//swing/first") == "67"
    assert "rit." in {words.text for words in root.iter("words")}
    assert root.findtext(".//fifths") == "-2"
    assert [bar.findtext("barline/bar-style") for bar in bars] == [None, "light-light", None, "light-heavy"]


def test_silent_bars_are_rests_and_a_bar_begun_is_whole() -> None:
    written = score(band_of(Role.PIANO, steps=60), progression=parse("C:4|G:1"))
    ((), bars) = heard_in(parts_of(written)["Piano"])
    assert len(bars) == 2
    assert [*harmonies_of(parts_of(written)["Piano"])] == [(0, Fraction(0), "C"), (1, Fraction(0), "G")]


def test_files_are_written_whole_and_what_is_unknown_is_refused(song: Rendition, tmp_path: Path) -> None:
    song.save(tmp_path / "song.musicxml", title="Song")
    assert_same(song, (tmp_path / "song.musicxml").read_text("utf-8"))
    with pytest.raises(OptionError, match="unknown key 'H'"):
        score(song, key="H")


@pytest.mark.slow
@pytest.mark.skipif(MSCORE is None, reason="MUSESCORE DID NOT OPEN THE SCORE: apt install musescore3")
def test_musescore_reads_the_same_notes(waltz: Rendition, tmp_path: Path) -> None:
    waltz.save(tmp_path / "song.musicxml")
    subprocess.run(
        [str(MSCORE), "-o", "again.musicxml", "song.musicxml"],
        cwd=tmp_path,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path)},
        timeout=SECONDS,
        check=True,
        capture_output=True,
    )
    ours, theirs = (parts_of((tmp_path / f"{name}.musicxml").read_text("utf-8")) for name in ("song", "again"))
    for name in {*ours} - {"Drums"}:  # it numbers drums as it likes
        told = [[(note.start, note.end, note.pitch) for note in heard_in(each[name])[0]] for each in (ours, theirs)]
        assert told[0] == told[1]
