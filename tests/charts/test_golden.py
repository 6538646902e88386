"""Charts whose right reading was written down by hand: the file is well formed, and readings are compared fairly."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from benchmarks.oracles.golden import (
    ANY,
    FINGERPRINT,
    Entry,
    compare,
    compare_played,
    compare_sections,
    fingerprint,
    load,
    order,
    parse_bar,
)
from sideman.charts.reading import Reading
from sideman.charts.sheet import Measure, Sheet
from sideman.music.time import TICKS_PER_BEAT, Meter

ENTRIES = load()
READ = [entry for entry in ENTRIES if "none" not in entry]
SAMPLE = {"sheets": 35, "chordpro": 15, "picked": 10}

each = pytest.mark.parametrize("entry", READ, ids=lambda entry: f"{entry['id']}-{entry['sha256'][:4]}")


def measures(bars: list[str]) -> list[Measure]:
    """Measures with the first reading of each bar."""
    return [
        Measure(tuple((int(onset * TICKS_PER_BEAT), chord) for onset, chord in parse_bar(bar.replace(ANY, "C"))[0]))
        for bar in bars
    ]


def written_out(entry: Entry) -> Reading:
    """The reading of an entry in which all is written as it is played."""
    return reading(measures([entry["bars"][number] for number in order(entry["played"])]))


def reading(row: list[Measure]) -> Reading:
    sheet = Sheet(row)
    return Reading(sheet.song(), sheet, "text")


def entry_of(bars: str, played: list[list[int]] | None = None, **more: object) -> Entry:
    row = [bar.strip() for bar in bars.split("|")]
    found: Entry = {"collection": "", "id": "", "sha256": "", "bars": row, "played": played or [[0, len(row)]]}
    return found | more  # type: ignore[return-value]  # a test's own fields


def test_the_sample_is_whole() -> None:
    assert Counter(entry["collection"] for entry in ENTRIES) == SAMPLE
    assert len({entry["sha256"] for entry in ENTRIES}) == len(ENTRIES)
    assert {len(entry["sha256"]) for entry in ENTRIES} == {FINGERPRINT} == {len(fingerprint(""))}


def test_what_has_no_chords_tells_why() -> None:
    assert all(set(entry) == {"collection", "id", "sha256", "none"} for entry in ENTRIES if "none" in entry)


@each
def test_every_bar_is_read(entry: Entry) -> None:
    meter = Meter.parse(entry["meter"])
    for bar in [*entry["bars"], *(bar for other in entry.get("alternatives", []) for bar in other.get("bars", []))]:
        for chords in [] if bar == ANY else parse_bar(bar):
            onsets = [onset for onset, _ in chords]
            assert onsets[0] == 0
            assert onsets == sorted(set(onsets))
            assert all((onset * TICKS_PER_BEAT).denominator == 1 for onset in onsets)
            assert onsets[-1] * TICKS_PER_BEAT < meter.ticks


@each
def test_sections_and_ranges_name_bars_that_are_there(entry: Entry) -> None:
    count = len(entry["bars"])
    sections = entry["sections"]
    if not isinstance(sections, str):
        starts = [start for _, start in sections]
        assert starts == sorted(set(starts))
        assert all(0 <= start < count for start in starts)
    assert set(order(entry["played"])) == set(range(count))
    for other in entry.get("alternatives", []):
        count = len(other.get("bars", entry["bars"]))
        assert set(order(other.get("played", entry["played"]))) == set(range(count))
        assert other["note"]


@each
def test_its_own_reading_is_right(entry: Entry) -> None:
    played = len(order(entry["played"]))
    assert compare(reading(measures(entry["bars"])), entry) == (len(entry["bars"]), len(entry["bars"]))
    assert compare(written_out(entry), entry) == (played, played)
    assert compare_played(written_out(entry), entry) == (played, played)


@each
def test_its_own_sections_are_right(entry: Entry) -> None:
    row = measures(entry["bars"])
    sections = entry["sections"]
    if isinstance(sections, str):
        assert compare_sections(reading(row), entry) == (0, 0)
        return
    for name, start in sections:
        row[start] = replace(row[start], section=name or None)
    named = sum(bool(name) for name, _ in sections)
    assert compare_sections(reading(row), entry) == (named, named)


def test_a_bar_missing_or_too_much_costs_one() -> None:
    entry = entry_of("C | F | G | Am")
    assert compare(reading(measures(["C", "G", "Am"])), entry) == (3, 4)
    assert compare(reading(measures(["C", "F", "F", "G", "Am"])), entry) == (4, 5)
    assert compare(reading(measures(["C", "F", "D", "Am"])), entry) == (3, 4)
    assert compare(None, entry) == (0, 4)


def test_chords_are_compared_by_what_sounds() -> None:
    entry = entry_of("C#m7 | C#m7 F#@2")
    assert compare(reading([*measures(["Dbm7"]), Measure(((48, measures(["Gb"])[0].chords[0][1]),))]), entry) == (2, 2)
    assert compare(reading(measures(["C#m7", "C#m7 C#m7@1 F#@2"])), entry) == (2, 2)
    assert compare(reading(measures(["C#m7", "C#m7 F#@3"])), entry) == (1, 2)
    assert compare(reading(measures(["C#m7/E", "C#m F#@2"])), entry) == (0, 2)


def test_any_right_reading_is_right() -> None:
    entry = entry_of("A or Am | ? | G", alternatives=[{"bars": ["D", "E"], "played": [[0, 2]], "note": "two"}])
    assert compare(reading(measures(["Am", "B7", "G"])), entry) == (3, 3)
    assert compare(reading(measures(["D", "E"])), entry) == (2, 2)


def test_the_order_of_playing_is_compared() -> None:
    entry = entry_of("C | F | G", [[0, 2], [0, 3]])
    row = measures(["C", "F", "G"])
    assert compare(reading(row), entry) == (3, 3)
    assert compare_played(reading(row), entry) == (3, 5)
    row[1].times = 2
    assert compare_played(reading(row), entry) == (5, 5)


def test_sections_begin_where_they_should() -> None:
    entry = entry_of("C | F | G", sections=[["Verse 1", 0], ["Chorus", 2]])
    row = measures(["C", "F", "F", "G"])
    row[0].section, row[3].section = "VERSE 1:", "Chorus"
    assert compare_sections(reading(row), entry) == (2, 2)
    row[3].section, row[1].section = None, "Song"
    assert compare_sections(reading(row), entry) == (1, 3)
    assert compare_sections(None, entry) == (0, 2)


def test_what_has_no_chords_counts_against_whoever_reads_some() -> None:
    entry: Entry = {"collection": "", "id": "", "sha256": "", "none": "Tablature only."}
    assert compare(None, entry) == (0, 0)
    assert compare(reading(measures(["E", "A"])), entry) == (0, 2)
