"""Any row of metres: bars are what people count as one, in composing, in files, in time, and in what is played anew."""

from __future__ import annotations

import io
import itertools
import wave
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import mido
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cases import cases
from tests.tiny import tiny_checkpoint

from sideman import Model, Role, Selection, Track, arrange
from sideman.arranging import Arrangement, Plan
from sideman.charts import read
from sideman.errors import TokenError
from sideman.music.band import DURATION, ONSET
from sideman.music.chords import parse
from sideman.music.kit import BASS_DRUMS
from sideman.music.progression import Chord, Progression
from sideman.music.time import SECONDS_PER_MINUTE, STEPS_PER_BEAT, BarLines, Meter
from sideman.pieces.composition import Composition
from sideman.pieces.document import from_document, to_document
from sideman.render.audio import write_audio
from sideman.render.midi import midi_bytes, read_midi
from sideman.tokens.chart import chart_of_progression

MODEL = Model(tiny_checkpoint())
ROLES = (Role.DRUMS, Role.BASS, Role.PIANO)
METRES = ["3/4", "4/4", "6/8", "12/8", "9/8", "2/4", "5/4", "7/8", "6/4", "5/8", "15/8", "7/4"]
OTHERS = [Meter(5, 4, (2, 3)), Meter(7, 8, (3, 4)), Meter(2, 2), Meter(3, 2)]
CHORDS = ("C", "Am", "F", "G7", "Dm")

rows_of_metres = st.lists(st.sampled_from([*map(Meter.parse, METRES), *OTHERS]), min_size=1, max_size=6)


def chords(meters: list[Meter]) -> Progression:
    """A chord a bar."""
    names = itertools.cycle(CHORDS)
    spans = [(_chord(next(names)), meter.ticks) for meter in meters]
    return Progression.of(spans, BarLines(tuple(meters)))


def _chord(name: str) -> Chord:
    return next(iter(parse(name))).chord


def lines(meters: list[Meter]) -> list[int]:
    return [0, *itertools.accumulate(meter.steps for meter in meters)]


@settings(max_examples=12, deadline=None)
@given(rows_of_metres)
def test_bars_are_those_of_the_metres(meters: list[Meter]) -> None:
    arrangement = arrange(chords(meters), seed=1, roles=ROLES, model=MODEL)
    onsets = lines(meters)
    bars = list(arrangement)
    assert [bar.number for bar in bars] == list(range(len(meters)))
    assert arrangement.plan.bars == len(meters)
    for bar, begin, end in zip(bars, onsets, onsets[1:], strict=False):
        for notes in bar.notes.values():
            assert ((notes[:, ONSET] >= begin) & (notes[:, ONSET] < end)).all()
            assert (notes[:, ONSET] + notes[:, DURATION] <= onsets[-1]).all()
    for role in ROLES:
        told = np.concatenate([bar.notes[role] for bar in bars])
        assert Track(role, told) == arrangement.band[role]


@settings(max_examples=12, deadline=None)
@given(rows_of_metres, st.sampled_from([60.0, 90.0, 144.0]))
def test_files_have_their_signatures_and_their_length(meters: list[Meter], tempo: float) -> None:
    band = arrange(chords(meters), seed=2, tempo=tempo, roles=ROLES, model=MODEL).band
    file = mido.MidiFile(file=io.BytesIO(midi_bytes(band, progression=band.progression)))
    time, signatures = 0, []
    for message in file.tracks[0]:
        time += message.time
        if message.type == "time_signature":
            signatures.append((Fraction(time, file.ticks_per_beat), f"{message.numerator}/{message.denominator}"))
    quarters = [Fraction(0), *itertools.accumulate(Fraction(4 * meter.beats, meter.unit) for meter in meters)]
    before = [None, *meters]
    assert signatures == [
        (at, str(meter)) for at, meter, last in zip(quarters, meters, before, strict=False) if meter != last
    ]
    end = max(sum(message.time for message in track) for track in file.tracks)
    assert Fraction(end, file.ticks_per_beat) == quarters[-1]
    seconds = float(sum(meter.felt_beats for meter in meters)) * SECONDS_PER_MINUTE / tempo
    assert file.length == pytest.approx(seconds, abs=0.01)
    assert band.times.seconds(band.steps) == pytest.approx(seconds)
    assert read_midi(midi_bytes(band)).steps == band.steps


def test_sound_is_as_long_as_its_bars(tmp_path: Path) -> None:
    meters = [Meter(5, 4), Meter(6, 8), Meter(7, 8)]
    band = arrange(chords(meters), seed=2, tempo=240, roles=ROLES, model=MODEL).band
    write_audio(band, tmp_path / "long.wav")
    write_audio(replace(band, steps=band.steps - Meter(7, 8).steps), tmp_path / "short.wav")
    lengths = []
    for name in ("long", "short"):
        with wave.open(str(tmp_path / f"{name}.wav")) as file:
            lengths.append(file.getnframes() / file.getframerate())
    assert lengths[0] - lengths[1] == pytest.approx(3.5 * SECONDS_PER_MINUTE / 240, abs=0.05)


@settings(max_examples=10, deadline=None)
@given(st.data())
def test_a_bar_that_is_played_anew_is_one_that_people_count(data: st.DataObject) -> None:
    meters = data.draw(rows_of_metres)
    piece = Composition.of(arrange(chords(meters), seed=3, roles=ROLES, model=MODEL))
    bars = sorted(data.draw(st.sets(st.integers(0, len(meters) - 1), min_size=1)))
    changed = piece.redo(Selection(["piano", "drums"], bars), 7, MODEL, drafts=1)
    for before, after in zip(piece.bars(), changed.bars(), strict=True):
        for role in ROLES:
            same = np.array_equal(before.notes[role][:, :3], after.notes[role][:, :3])
            assert same or (after.number in bars and role is not Role.BASS)
    assert changed.revisions[0].selection.bars == tuple(bars)
    assert to_document(from_document(to_document(changed))) == to_document(changed)


@settings(max_examples=10, deadline=None)
@given(rows_of_metres, st.data())
def test_bars_keep_their_parts_when_another_metre_comes_between(meters: list[Meter], data: st.DataObject) -> None:
    piece = Composition.of(arrange(chords(meters), seed=3, roles=ROLES, model=MODEL))
    place = data.draw(st.integers(0, len(meters)))
    new = data.draw(st.sampled_from([*map(Meter.parse, METRES), *OTHERS]))
    changed = [*meters[:place], new, *meters[place:]]
    spans = [(span.chord, span.duration) for span in chords(meters)]
    spans.insert(place, (_chord("Ebm7"), new.ticks))
    other = piece.with_chart(Progression.of(spans, BarLines(tuple(changed))), 5, MODEL, drafts=1)
    (revision,) = other.revisions
    assert revision.selection.bars == (place,)
    assert revision.origins == (*range(place), None, *range(place, len(meters)))
    old, parts, now = piece.plan.chart.spans, piece.parts(), other.parts()
    for span, origin in zip(other.plan_of().chart.spans, revision.origins, strict=True):
        if origin is not None:
            assert [now[part] for part in span] == [parts[part] for part in old[origin]]


def test_a_bar_is_told_when_its_last_part_is_there() -> None:
    meters = [Meter(5, 4), Meter(4, 4), Meter(7, 8), Meter(6, 4)]
    plan = Plan(chords(meters))
    assert plan.chart.grouping == (2, 1, 2, 2)
    assert [plan.chart.whole(measures) for measures in range(9)] == [0, 0, 1, 2, 2, 3, 3, 4, 4]
    assert plan.chart.told([0, 2]) == [0, 1, 3, 4]
    assert repr(Arrangement(plan, MODEL)).startswith("<Arrangement of 4 bars")
    with pytest.raises(TokenError, match="add up"):
        type(plan.chart)(plan.chart.changes, plan.chart.steps, plan.chart.key, plan.chart.measures, (2, 2))


@pytest.mark.parametrize(("beats", "grouping"), [(5, (2, 2)), (2, (2, 1)), (3, (2, 1)), (4, (2, 2))])
def test_a_last_bar_that_is_cut_short_is_one_bar(beats: int, grouping: tuple[int, ...]) -> None:
    progression = parse(f"C:5|F:{beats}", Meter(5, 4))
    chart = chart_of_progression(progression)
    assert (chart.grouping or (1,) * chart.bars) == grouping
    arrangement = arrange(progression, seed=1, roles=ROLES, model=MODEL)
    assert [bar.number for bar in arrangement] == [0, 1]
    assert arrangement.band.steps == (5 + beats) * STEPS_PER_BEAT


@cases(
    ("text", "meters"),
    [
        ("Time: 3/4\n| C | G7 | Am |", ["3/4"] * 3),
        ("Time: 6/8\n| C | F G | C |", ["6/8"] * 3),
        ("Time: 5/4\n| C | F | C |", ["5/4"] * 3),
        ("Time: 12/8\n| C | F |", ["12/8"] * 2),
        ("| 4/4 C | F | 3/4 G7 | C | 7/8 Am | 4/4 C |", ["4/4", "4/4", "3/4", "3/4", "7/8", "4/4"]),
    ],
)
def test_charts_as_people_write_them_are_played_in_their_metres(text: str, meters: list[str]) -> None:
    song = read(text).song
    band = arrange(song, seed=1, roles=ROLES, model=MODEL).band
    assert [str(band.lines.meter(bar)) for bar in range(len(meters))] == meters
    assert band.steps == sum(Meter.parse(meter).steps for meter in meters)
    assert len(list(arrange(song, seed=1, roles=ROLES, model=MODEL))) == len(meters)


# Waltzes


@pytest.fixture(scope="module")
def waltzes() -> list[Arrangement]:
    text = "Time: 3/4\n| C | Am | F | G7 |"
    made = [arrange(read(text).song, seed=seed, style=style) for seed in range(12) for style in (None, "pop")]
    for arrangement in made:
        _ = arrangement.bands
    return made


def share(waltzes: list[Arrangement], role: Role, beats: tuple[int, ...], pitches: tuple[int, ...] = ()) -> float:
    """Of bars in which a note of a role begins on one of these beats."""
    found = [
        any(
            onset % 36 in [12 * beat for beat in beats] and (not pitches or pitch in pitches)
            for onset, _, pitch, _ in bar.notes[role].tolist()
        )
        for arrangement in waltzes
        for bar in arrangement
    ]
    return sum(found) / len(found)


def test_a_waltz_is_one(waltzes: list[Arrangement]) -> None:
    """By the weights that are shipped; docs/evaluation.md has people's figures."""
    assert share(waltzes, Role.DRUMS, (0,), BASS_DRUMS) > 0.7
    assert share(waltzes, Role.DRUMS, (1, 2), BASS_DRUMS) < 0.3
    assert share(waltzes, Role.BASS, (0,)) > 0.8
    assert share(waltzes, Role.BASS, (1,)) < 0.45


def test_what_is_drawn_again_follows_from_the_seed(waltzes: list[Arrangement]) -> None:
    again = arrange(waltzes[1].plan.progression, waltzes[1].plan.options)
    assert again.band == waltzes[1].band


def test_drums_that_are_given_stay(waltzes: list[Arrangement]) -> None:
    piece = Composition.of(waltzes[1])
    changed = piece.redo(Selection(["bass"], range(4)), 3, drafts=1)
    drums = [[*bars] for bars in (piece.band[Role.DRUMS], changed.band[Role.DRUMS])]
    assert [note[:3] for note in drums[0]] == [note[:3] for note in drums[1]]
