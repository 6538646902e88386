"""What a band says in ids. With SIDEMAN_WRITE_GOLDEN=1 the golden files are written anew: read the diff."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from tests.cases import cases
from tests.tokens.conftest import Song, songs, tokens

from sideman.errors import TokenError
from sideman.music.band import ROLES, Band, Note, Role, Track
from sideman.music.chords import parse
from sideman.music.time import STEPS_PER_BAR, TICKS_PER_STEP
from sideman.tokens.chart import chart_of_progression
from sideman.tokens.decode import dump
from sideman.tokens.drum_hits import HITS, LOWEST_DRUM
from sideman.tokens.encode import cover, density_level, encode, style_id, tempo_level
from sideman.tokens.vocabulary import DENSITIES, LENGTHS, LOUDNESS, STYLES, TEMPI, VOCABULARY

GOLDEN = Path(__file__).parent / "golden"
DOCUMENT = Path(__file__).parents[2] / "docs" / "tokens.md"
PROGRESSIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "pop": ("C:4|Am:4|F:4|G7:4", {}),
    "two_five_one": ("Dm7:4|G7:4|CM7:8", {"style": "jazz", "order": ROLES[::-1]}),
    "blues": ("A7 D7 | A7 | % | E7(9) Am6", {"style": "blues", "density": True}),
    "slash": ("Eb | Bb/D | Cm7 Cm7/Bb | Abadd9:3 Bb7sus4:1", {"tempo": False}),
    "silence": ("N.C. | F#m N.C. | Bdim7 C#7 | F#m", {"density": True, "tempo": False}),
    "triplets": ("G:4/3 Em7-5:4/3 D:4/3 | Gaug:8/3 Caug:4/3", {"style": "electronic"}),
}


def lengths_of(steps: int) -> Iterator[int]:
    """Lengths that together last so many steps, the longest first."""
    while steps:
        longest = max(length for length in LENGTHS if length <= steps)
        yield longest
        steps -= longest


def accompaniment(text: str) -> Band:
    """A band by rule: block chords, walking roots, a beat, and strings that play every other bar."""
    progression = parse(text)
    parts: dict[Role, list[Note]] = {role: [] for role in ROLES}
    for number, span in enumerate(progression):
        onset, steps = span.onset // TICKS_PER_STEP, span.duration // TICKS_PER_STEP
        tones = sorted(60 + tone for tone in span.chord.pitch_classes)
        for length in lengths_of(steps):
            level = LOUDNESS[onset // STEPS_PER_BAR // 2 % len(LOUDNESS)]
            parts[Role.PIANO] += [Note(onset, length, tone, level) for tone in tones]
            parts[Role.PIANO] += [Note(onset, 3, tone - 12, level) for tone in tones[:1]]
            parts[Role.GUITAR] += [Note(onset + 6 * i, 6, tone, 64) for i, tone in enumerate(tones)]
            if span.chord.bass_pc is not None:
                parts[Role.BASS].append(Note(onset, length, 36 + span.chord.bass_pc, 88))
            if onset // STEPS_PER_BAR % 2:
                parts[Role.STRINGS] += [Note(onset, LENGTHS[number % 3 + 10], tone + 12, 40) for tone in tones]
            onset += length
    for step in range(0, progression.steps, 6):
        drums = (42,) if step % 24 else (36, 42, 49) if step % STEPS_PER_BAR == 0 else (38, 42, 81)
        parts[Role.DRUMS] += [Note(step, 1, drum, 100) for drum in drums]
    tracks = (Track(role, [note for note in notes if note.onset < progression.steps]) for role, notes in parts.items())
    return Band(tuple(tracks), progression.steps, 98.0)


def golden(name: str) -> dict[str, Any]:
    """What a golden file holds: bars as rows of ids, so that a diff shows where it changed."""
    text, options = PROGRESSIONS[name]
    chart = chart_of_progression(parse(text))
    ids = encode(accompaniment(text), chart, **options).tolist()
    begins = [0, *(i for i, token in enumerate(ids) if token == VOCABULARY.id("bar")), len(ids) - 1, len(ids)]
    rows = [ids[begin:end] for begin, end in pairwise(begins)]
    return {"progression": text, "shift": chart.shift, "fingerprint": VOCABULARY.fingerprint, "ids": rows}


@cases("name", PROGRESSIONS)
def test_golden_ids(name: str) -> None:
    path = GOLDEN / f"{name}.json"
    told = golden(name)
    if os.environ.get("SIDEMAN_WRITE_GOLDEN"):
        GOLDEN.mkdir(exist_ok=True)
        # One row a line, as far as JSON goes along.
        text = json.dumps(told).replace("[[", "[\n[").replace("], [", "],\n[").replace("]]", "]\n]")
        path.write_text(f"{text}\n", "utf-8")
    assert json.loads(path.read_text("utf-8")) == told


def test_golden_files_are_those_of_the_tests() -> None:
    assert sorted(path.stem for path in GOLDEN.iterdir()) == sorted(PROGRESSIONS)


def test_document_shows_the_tokens_of_a_bar() -> None:
    ids = [token for row in golden("two_five_one")["ids"][:2] for token in row]
    document = DOCUMENT.read_text("utf-8")
    shown = "\n".join(line.partition("  #")[0].rstrip() for line in document.split("```")[3].strip().splitlines()[1:])
    assert shown == dump(ids)
    names = " ".join(VOCABULARY.name(token) for token in ids)
    assert names == " ".join(document.split("```")[5].partition("\n")[2].split())


def test_ids_of_a_bar() -> None:
    piano = [Note(0, 24, 60, 76), Note(0, 24, 64, 76), Note(0, 6, 67, 76), Note(24, 24, 60, 76), Note(54, 6, 60, 76)]
    drums = [Note(0, 1, 36, 100), Note(0, 1, 42, 100), Note(48, 1, 42, 64)]
    band = Band((Track(Role.PIANO, piano), Track(Role.DRUMS, drums), Track(Role.BASS)), 96, 98.0)
    chart = chart_of_progression(parse("C:2|F/C:2|C:4"))
    c, f = VOCABULARY.name(VOCABULARY.id("chord", 0)), VOCABULARY.name(VOCABULARY.id("chord", 5 * 17))
    kick, hat = HITS.index((36, 42)), HITS.index((42,))
    expected = tokens(
        f"start style:1 tempo:6 bar {c} position:24 {f} bass:0 {c} track:1 loudness:4 position:0 length:4 pitch:67"
        f" length:8 pitch:60 pitch:64 position:24 pitch:60 rest:3 track:0 loudness:6 position:0 hit:{kick}"
        f" bar {c} chord:204 track:1 position:6 length:4 pitch:60 rest:3 track:0 loudness:3 position:0 hit:{hat} end"
    )
    ids = encode(band, chart, order=[Role.PIANO, Role.BASS, Role.DRUMS], style="pop")
    assert ids.dtype == np.uint16
    assert [VOCABULARY.name(token) for token in ids.tolist()] == [VOCABULARY.name(token) for token in expected]


@given(songs())
def test_every_bar_has_a_part_of_each_role_in_the_asked_order(song: Song) -> None:
    kinds = [(VOCABULARY.kind(token), VOCABULARY.value(token)) for token in song.ids.tolist()]
    bars = [list(bar) for begins, bar in groupby(kinds, lambda token: token[0] in ("bar", "end")) if not begins][1:]
    assert len(bars) == song.chart.bars
    begun = {"track": 1, "rest": 1, "track_density": DENSITIES}
    for bar in bars:
        assert [ROLES[value // begun[kind]] for kind, value in bar if kind in begun] == song.options["order"]
        assert ("track" if song.options["density"] else "track_density") not in dict(bar)


def test_density_counts_onsets() -> None:
    assert density_level(Role.BASS, np.array([1, 3, 4, 5, 6, 8, 9, 48])).tolist() == [0, 0, 1, 2, 3, 3, 4, 4]


def test_tempo_is_the_nearest_by_ratio() -> None:
    assert [TEMPI[tempo_level(tempo)] for tempo in (1.0, 96.0, 120.0, 204.0, 205.0, 900.0)] == [
        *(48, 98, 122, 190, 220, 220)
    ]


@pytest.mark.parametrize("tempo", [0.0, -1.0, float("nan"), float("inf")])
def test_no_tempo(tempo: float) -> None:
    with pytest.raises(TokenError, match="wants one above 0"):
        tempo_level(tempo)


def test_every_style_has_an_id() -> None:
    assert [VOCABULARY.value(style_id(style)) for style in STYLES] == list(range(len(STYLES)))
    with pytest.raises(TokenError, match="unknown style 'polka': one of rock, pop"):
        style_id("polka")


def test_a_cover_takes_the_largest_hits_first() -> None:
    def mask(*pitches: int) -> int:
        return sum(1 << pitch - LOWEST_DRUM for pitch in pitches)

    assert [HITS[hit] for hit in cover(mask(36, 38, 39, 42, 69))] == [(36, 38, 39, 42, 69)]
    assert sorted(HITS[hit] for hit in cover(mask(36, 42, 49, 87))) == [(36, 42, 49), (87,)]
    assert [HITS[hit] for hit in cover(mask(*range(27, 88)))] != []


BAR = Band((Track(Role.PIANO, [Note(0, 6, 60, 64)]),), 48)


@cases(
    ("notes", "message"),
    [
        ([Note(0, 5, 60, 64)], "durations want a length of"),
        ([Note(0, 200, 60, 64)], "durations want a length of"),
        ([Note(0, 6, 60, 65)], "velocities want one level of"),
        ([Note(0, 6, 60, 64), Note(12, 6, 60, 76)], "velocities want one level of"),
        ([Note(48, 6, 60, 64)], "an onset lies outside the chart's 48 steps"),
        ([Note(0, 6, 60, 64), Note(0, 12, 60, 64)], "two notes of one pitch on one onset"),
        ([Note(0, 6, 1, 64)], "a pitch leaves MIDI's range in the normalised key"),
    ],
)
def test_notes_that_have_no_tokens(notes: list[Note], message: str) -> None:
    with pytest.raises(TokenError, match=f"bass: {message}"):
        encode(Band((Track(Role.BASS, notes),), 48), chart_of_progression(parse("D:4")))


@pytest.mark.parametrize(
    ("notes", "message"),
    [
        ([Note(0, 1, 26, 64)], "pitches want 27 to 87"),
        ([Note(0, 6, 36, 64)], "a hit lasts one step"),
        ([Note(0, 1, 36, 64), Note(0, 1, 36, 64)], "two hits of one pitch on one onset"),
    ],
)
def test_hits_that_have_no_tokens(notes: list[Note], message: str) -> None:
    with pytest.raises(TokenError, match=f"drums: {message}"):
        encode(Band((Track(Role.DRUMS, notes),), 48), chart_of_progression(parse("D:4")))


@pytest.mark.parametrize("text", ["C:8", "C:3"])
def test_band_and_chart_are_of_the_same_whole_bars(text: str) -> None:
    chart = chart_of_progression(parse(text))
    for steps in (48, chart.steps if chart.steps < 48 else 49):
        with pytest.raises(TokenError, match="both want the same whole bars"):
            encode(Band(BAR.tracks, steps), chart)


@pytest.mark.parametrize("order", [(), (Role.BASS,), (Role.PIANO, Role.PIANO), (Role.PIANO, Role.BASS)])
def test_every_role_of_the_band_is_ordered(order: tuple[Role, ...]) -> None:
    with pytest.raises(TokenError, match=r"in a band of \[piano\]: want each role once"):
        encode(BAR, chart_of_progression(parse("C:4")), order=order)


def test_a_band_without_tracks_has_no_tokens() -> None:
    with pytest.raises(TokenError, match="want each role once"):
        encode(Band((), 48), chart_of_progression(parse("C:4")))
