"""Where notes sound under a feel: swung to the third, strayed as people do, in their order, the same each time."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cases import cases

from sideman.errors import OptionError
from sideman.music.band import INSTRUMENTS, ONSET, PITCH, VELOCITY, Role
from sideman.music.feel import HANDS, Feel
from sideman.music.placing import dice, earliest, places, shift_of, stray, swung, touched, transposed
from sideman.music.slowing import times_of
from sideman.music.time import BarLines, Meter, TimeMap

GOLDEN = Path(__file__).parents[2] / "frontend/src/music/feel.golden.json"
METERS = [Meter(4, 4), Meter(3, 4), Meter(6, 8), Meter(7, 8), Meter(2, 2)]
feels = st.builds(
    Feel,
    st.one_of(st.sampled_from([50, 67, 75]), st.floats(50, 75)),
    st.sampled_from([(), (Role.BASS,)]),
    st.sampled_from([0, 0.3, 1, 2]),
    st.integers(0, 2**32 - 1),
)
bar_lines = st.lists(st.sampled_from(METERS), min_size=1, max_size=4).map(lambda meters: BarLines(tuple(meters)))


def placed(role: Role, feel: Feel, *, tempo: float = 120, lines: BarLines | None = None, end: int = 960) -> Any:  # noqa: ANN401
    """The places of all steps of a piece."""
    steps = np.arange(end + 1)
    return places(role, steps, np.full_like(steps, 60), feel, tempo, lines or BarLines(), end)


# Swing


def test_without_a_feel_every_note_stays_on_its_step() -> None:
    assert np.array_equal(placed(Role.PIANO, Feel()), np.arange(961))


@pytest.mark.parametrize(("swing", "off_beat"), [(50, 6), (60, 7.2), (67, 8), (75, 9)])
def test_the_off_beat_stands_where_the_swing_says(swing: float, off_beat: float) -> None:
    assert placed(Role.PIANO, Feel(swing))[[0, 6, 12, 18, 54]].round(9).tolist() == [
        0,
        off_beat,
        12,
        12 + off_beat,
        48 + off_beat,
    ]


def test_sixteenths_follow_their_eighths() -> None:
    assert placed(Role.DRUMS, Feel(75))[[3, 9]].tolist() == [4.5, 10.5]


def test_who_plays_straight_stays() -> None:
    feel = Feel(67, (Role.STRINGS,))
    assert placed(Role.STRINGS, feel)[6] == 6
    assert placed(Role.BASS, feel)[6] == 8


@pytest.mark.parametrize("meter", ["6/8", "12/8", "7/8", "5/8"])
def test_metres_that_count_eighths_stay_straight(meter: str) -> None:
    lines = BarLines((Meter.parse(meter),))
    assert np.array_equal(placed(Role.PIANO, Feel(67), lines=lines), np.arange(961))


def test_beats_count_from_their_bar_line() -> None:
    lines = BarLines((Meter(7, 8), Meter(4, 4)))  # the second bar begins in the middle of a beat of the first
    assert placed(Role.PIANO, Feel(67), lines=lines)[[6, 42, 48, 54]].tolist() == [6, 42, 50, 54]


@given(bar_lines, st.floats(0.5, 0.75), st.integers(0, 500))
def test_the_map_of_times_swings_alike(lines: BarLines, share: float, step: int) -> None:
    times = TimeMap(60, share, lines=lines)
    assert times.seconds(step) == pytest.approx(swung(np.array([step]), share, lines)[0] / 12)
    assert times.step(times.seconds(step)) == pytest.approx(step, abs=1e-6)


# Hands


@given(feels, bar_lines, st.sampled_from(Role), st.integers(0, 127), st.floats(20, 400), st.integers(1, 400))
def test_places_grow_with_the_steps_within_the_piece(
    feel: Feel, lines: BarLines, role: Role, pitch: int, tempo: float, end: int
) -> None:
    steps = np.arange(end + 1)
    found = places(role, steps, np.full_like(steps, pitch), feel, tempo, lines, end)
    assert found[0] >= 0
    assert found[-1] <= end
    assert np.diff(found).min() > 0.1  # no note is over before a MIDI file counts on
    assert np.all(found >= steps - earliest(feel, tempo))


@given(feels, st.sampled_from(Role), st.integers(0, 300), st.integers(0, 127))
def test_a_note_is_placed_by_itself(feel: Feel, role: Role, onset: int, pitch: int) -> None:
    notes = np.array([[onset, 2, pitch, 64], [onset + 1, 2, pitch, 64], [onset + 7, 9, 30, 99]], np.int32)
    together = places(role, notes[:, ONSET], notes[:, PITCH], feel, 97, BarLines(), 400)
    alone = places(role, notes[1:2, ONSET], notes[1:2, PITCH], feel, 97, BarLines(), 400)
    assert together[1] == alone[0]
    assert touched(role, notes, feel)[1].tolist() == touched(role, notes[1:2], feel)[0].tolist()


@cases("role", Role)
def test_players_stray_as_far_as_their_hands_say(role: Role) -> None:
    hands, steps = HANDS[role], np.arange(3, 48_000, 3)
    found = places(role, steps, np.full_like(steps, 60), Feel(humanize=1, seed=3), 60, BarLines(), 48_003)
    late = (found - steps) * 1000 / 12  # ms
    assert late.mean() == pytest.approx(hands.lag, abs=1.5)
    drift = hands.drift**2 * 2 / 3  # a straight line between two knots strays less than these
    assert late.std() == pytest.approx((drift + hands.stroke**2 + hands.finger**2) ** 0.5, rel=0.08)
    notes = np.stack([steps, steps, np.full_like(steps, 60), np.full_like(steps, 80)], 1).astype(np.int32)
    assert touched(role, notes, Feel(humanize=1))[:, VELOCITY].std() == pytest.approx(hands.touch, rel=0.05)


def test_what_is_struck_together_stays_closer_than_what_is_not() -> None:
    steps = np.arange(3, 9_000, 3)
    low, high = (
        places(Role.PIANO, steps, np.full_like(steps, pitch), Feel(humanize=1), 60, BarLines(), 9_003) - steps
        for pitch in (60, 64)
    )
    assert (low - high).std() < (low[1:] - high[:-1]).std()


def test_a_bass_is_tighter_than_a_guitar_and_strings_are_the_loosest() -> None:
    spread = {role: placed(role, Feel(humanize=1), tempo=60, end=9_600) - np.arange(9_601) for role in Role}
    assert spread[Role.BASS].std() < spread[Role.GUITAR].std() < spread[Role.STRINGS].std()


def test_another_seed_is_another_playing() -> None:
    one, same, other = (placed(Role.PIANO, Feel(humanize=1, seed=seed)) for seed in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


@cases("wrong", [{"swing": 49.9}, {"swing": 76}, {"humanize": -0.1}, {"seed": -1}, {"swing": float("nan")}])
def test_a_feel_out_of_range_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(OptionError, match="is out of range"):
        Feel(**wrong)


# Keys


def test_a_player_out_of_range_moves_an_octave_back_as_a_whole() -> None:
    line = np.array([[0, 4, 28, 80], [12, 4, 40, 80]], np.int32)  # the lowest note of a bass, and its octave
    assert transposed(Role.BASS, line, -1)[:, PITCH].tolist() == [39, 51]
    assert transposed(Role.BASS, line, 1)[:, PITCH].tolist() == [29, 41]
    assert transposed(Role.DRUMS, line, -1) is line


@given(st.sampled_from(Role), st.lists(st.integers(0, 127), min_size=1), st.integers(-11, 11))
def test_in_another_key_all_stay_within_midi_and_in_range_where_they_were(
    role: Role, pitches: list[int], semitones: int
) -> None:
    notes = np.array([[0, 1, pitch, 64] for pitch in pitches], np.int32)
    moved = transposed(role, notes, semitones)[:, PITCH]
    assert moved.min() >= 0
    assert moved.max() <= 127
    if role is not Role.DRUMS:
        assert {int(pitch) % 12 for pitch in moved - notes[:, PITCH]} == {semitones % 12}
    compass = INSTRUMENTS[role].compass
    fits = min(pitches) in compass and max(pitches) in compass
    if fits and max(pitches) - min(pitches) + 12 < len(compass):
        assert {int(pitch) in compass for pitch in moved} == {True}
        assert len({*(moved - notes[:, PITCH]).tolist()}) == 1


# The page plays the same


def golden() -> dict[str, Any]:
    """Figures that the page has to reach too."""
    seeds, knots, voices = [0, 1, 7, 2**32 - 1], [0, 1, 16, 321, 9999], [0, 60, 128, 129, 316]
    rows = [(seed, role, *at) for seed in seeds for role in Role for at in zip(knots, voices, strict=True)]
    cases = []
    for feel, tempo, meters in (
        (Feel(), 120, ["4/4"]),
        (Feel(67), 120, ["4/4"]),
        (Feel(62, (Role.BASS,), 1, 7), 97.5, ["4/4"]),
        (Feel(75, (), 2, 2**32 - 1), 400, ["3/4"]),
        (Feel(58, (), 0.5, 3), 60, ["7/8", "4/4", "6/8"]),
        (Feel(67, (Role.BASS,), ritardando=True), 90, ["4/4", "3/4"]),
    ):
        lines, end = BarLines(tuple(map(Meter.parse, meters))), 480
        for role in Role:
            steps = np.array([0, 1, 3, 4, 6, 9, 42, 48, 54, 60, 100, 143, 300, 470, 479, 480])
            pitches = 40 + steps % 30
            notes = np.stack([steps, np.ones_like(steps), pitches, 1 + steps * 5 % 127], 1).astype(np.int32)
            cases.append(
                {
                    "feel": {
                        "swing": feel.swing,
                        "straight": feel.straight,
                        "humanize": feel.humanize,
                        "seed": feel.seed,
                        "ritardando": feel.ritardando,
                    },
                    "role": role,
                    "tempo": tempo,
                    "meters": meters,
                    "lines": lines.onsets(lines.count(end)),
                    "notes": notes.tolist(),
                    "seconds": [
                        times_of(tempo, lines, end, slows=feel.ritardando).seconds(place)
                        for place in places(role, steps, pitches, feel, tempo, lines, end).tolist()
                    ],
                    "places": places(role, steps, pitches, feel, tempo, lines, end).tolist(),
                    "velocities": touched(role, notes, feel)[:, VELOCITY].tolist(),
                }
            )
    shifts = [
        [role, low, high, by, shift_of(role, low, high, by)]
        for role in Role
        for low, high in ((28, 40), (45, 60), (60, 88), (21, 108), (0, 127))
        for by in (-11, -3, 1, 7)
        if role is not Role.DRUMS
    ]
    return {
        "end": 480,
        "hands": {role: hands._asdict() for role, hands in HANDS.items()},
        "compass": {
            role: [instrument.compass.start, instrument.compass[-1]] for role, instrument in INSTRUMENTS.items()
        },
        "dice": [[*row, int(dice(row[0], row[1], np.array([row[2]]), row[3])[0])] for row in rows],
        "stray": [
            [bits, float(stray(np.array([bits], np.uint32))[0])] for bits in (0, 0x7F7F8080, 0x01020304, 2**32 - 1)
        ],
        "cases": cases,
        "shifts": shifts,
    }


def test_the_pages_golden_feel_is_what_the_package_computes() -> None:
    text = json.dumps(golden(), indent=2) + "\n"
    if os.environ.get("SIDEMAN_WRITE_GOLDEN"):
        GOLDEN.write_text(text, "utf-8")
    assert json.loads(GOLDEN.read_text("utf-8")) == json.loads(text)
