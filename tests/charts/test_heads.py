"""What stands above a chart: lines of one field and of several, keys in many languages, what can't be read of them."""

from __future__ import annotations

import pytest
from tests.cases import cases
from tests.charts.written import assumed, written

from sideman.charts import Sheet, read
from sideman.charts.heads import key_of, read_fields


def head(sheet: Sheet) -> str:
    """Title, key, tempo and metre, as far as they are told."""
    key = sheet.key.name if sheet.key else ""
    tempo = f"{sheet.tempo:g}" if sheet.tempo else ""
    meter = str(sheet.meter) if str(sheet.meter) != "4/4" else ""
    return "; ".join(filter(None, (sheet.title, key, tempo, meter)))


@cases(
    ("line", "told"),
    [
        ("Tempo 120 BPM, 4/4", "120"),
        ("120 bpm 3/4", "120; 3/4"),
        ("3/4 120bpm", "120; 3/4"),
        ("\u2669 = 96", "96"),
        ("\u2669 = 96, 6/8", "96; 6/8"),
        ("Key of G, 100 bpm", "G major; 100"),
        ("Key: Am (120 bpm)", "A minor; 120"),
        ("Key: G  Tempo: 120  Time: 3/4", "G major; 120; 3/4"),
        ("Key: G | 120 bpm | 3/4", "G major; 120; 3/4"),
        ("Eb major, 120 bpm", "Eb major; 120"),
        ("(120 bpm, 3/4)", "120; 3/4"),
        ("Time signature 3/4", "3/4"),
        ("bpm 120", "120"),
        ("Key Em", "E minor"),
        ("Title: Some Song, Key: Eb", "Some Song; Eb major"),
        ("1000 bpm 3/4", "1000; 3/4"),
        ("Capo on 3rd fret", ""),
        ("Key: G, Style: Swing, Tempo: 120", "G major; 120"),
    ],
)
def test_a_line_of_fields_is_read_whole(line: str, told: str) -> None:
    sheet = read(f"{line}\n| C | G |").sheet
    assert head(sheet) == told
    assert [str(chord) for measure in sheet.measures for _, chord in measure.chords] == ["C", "G"]


@cases(
    "title",
    [
        "Take Five",
        "Waltz in 3/4",
        "Swing, 120 bpm",
        "120 Miles at 90 bpm",
        "Time after Time",
        "Key Largo",
        "In C",
        "Song No. 2",
        "4 4 2",
        "Capo di tutti",
    ],
)
def test_a_line_with_anything_else_stays_a_title(title: str) -> None:
    assert head(read(f"{title}\n| C | G |").sheet) == title
    assert read_fields(title) == ()


def test_a_line_of_chords_is_no_head() -> None:
    assert written("C major, G major") == "C | G"
    assert written("| C | 3/4 G |") == "C | (3/4) G"


def test_two_numbers_are_chords_but_no_metre() -> None:
    assert written("1 4\n5 1") == "C | F | G | C"
    assert head(read("3 4 time\n| C |").sheet) == "3/4"


@cases(
    ("text", "told", "bars"),
    [
        # There is no eighth degree.
        ("6 8\nC G Am", "6/8", "C | G | Am"),
        ("12 8\n| C | G |", "12/8", "C | G"),
        ("(6 8)\n1 4 5", "6/8", "C | F | G"),
        ("Song\n6 16\nC", "Song; 3/8", "C"),
        # What may be degrees is a metre where chords have names.
        ("3 4\nC G Am", "3/4", "C | G | Am"),
        ("(3 4)\n| C | N.C. |", "3/4", "C | N.C."),
        ("Song\nC G\n2 4\nF", "Song", "C | G | (2/4) F"),
        ("3 4\nI IV V", "3/4", "C | F | G"),
        ("3 4\n1 4\n5 5", "", "Em | F | C | F | G | G"),
        ("3 4", "", "Em | F"),
        ("3 4\nN.C. 1 4", "", "Em | F | N.C. | C | F"),
    ],
)
def test_two_numbers_are_a_metre_where_they_are_no_degrees(text: str, told: str, bars: str) -> None:
    assert head(read(text).sheet) == told
    assert written(text) == bars


@cases(
    ("value", "name"),
    [
        ("E minor", "E minor"),
        ("Em", "E minor"),
        ("E-minor", "E minor"),
        ("Ami", "A minor"),
        ("Eb", "Eb major"),
        ("E flat major", "Eb major"),
        ("E-flat", "Eb major"),
        ("C#m", "C# minor"),
        ("CM", "C major"),
        ("Cmaj7", "C major"),
        ("Am / C", "A minor"),
        ("D (sounding)", "D major"),
        # As they are called in German, Dutch and others.
        ("Es", "Eb major"),
        ("As-dur", "Ab major"),
        ("cis-moll", "C# minor"),
        ("H-moll", "B minor"),
        ("B-dur", "Bb major"),
        # Church modes, by their third.
        ("E dorian", "E minor"),
        ("D mixolydian", "D major"),
        # A dash alone is minor, one before a word only joins.
        ("A-", "A minor"),
        ("F#- (sounding)", "F# minor"),
        ("C-7", "C minor"),
        ("G - capo 2", "G major"),
        ("C - minor", "C minor"),
        ("As minor", "Ab minor"),
        ("es-moll", "Eb minor"),
        ("As", "Ab major"),
    ],
)
def test_keys_are_read(value: str, name: str) -> None:
    key = key_of(value)
    assert key is not None
    assert key.name == name
    sheet = read(f"{{key: {value}}}\n[C]la [G]la").sheet
    assert sheet.key == key


@cases("value", ["Do", "dunno", "capo 3", "none", "5", "Asus", "", "As written", "as you like", "Es war einmal"])
def test_what_is_no_key_is_told(value: str) -> None:
    text = f"{{key: {value}}}\n[C]la [G]la"
    assert key_of(value) is None
    assert assumed(text)["value"] == "key"
    assert read(text).sheet.key is None


def test_another_key_is_told() -> None:
    reading = read("{key: G}\n[C]la [G]la\n{key: A}\n[D]la")
    assert head(reading.sheet) == "G major"
    [told] = [assumption for assumption in reading.assumptions if assumption.code == "value"]
    assert (told.read, told.text) == ("key", "A")
    assert "value" not in assumed("{key: G}\n[C]la\n{key: G}\n[G]la")


@pytest.mark.parametrize("key", ["{key: G}", "{meta: key G}", "{k: G}", "Key: G", "Key of G, 100 bpm", "[key: G]"])
def test_degrees_are_read_in_the_key(key: str) -> None:
    assert written(f"{key}\n1 4 5") == "G | C | D"
    assert "key" not in assumed(f"{key}\n1 4 5")
