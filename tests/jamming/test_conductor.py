"""Chords and a clock that stands still but when it is moved: which notes sound when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache

import pytest
from tests.tiny import tiny_checkpoint

from sideman.arranging import Model
from sideman.jamming.conductor import GRACE, LEAD, Conductor
from sideman.jamming.jam import Jam, tones_of
from sideman.jamming.keys import SETTLED, Keys
from sideman.music.band import Role
from sideman.music.symbol import read_chord
from sideman.options import ArrangeOptions
from sideman.render.outlet import CLOCK, POSITION, START, STOP, Outlet

BEAT = 0.5  # at 120 beats a minute
BAR = 4 * BEAT
BEGIN = 10 + 0.02 + SETTLED + LEAD  # of the music, where the first chord is struck at 10 s
DRUMS = 9
C, F, G = (60, 64, 67), (65, 69, 72), (67, 71, 74)
ON, OFF = 0x90, 0x80


@cache
def tiny() -> Model:
    return Model(tiny_checkpoint(256))


class Stage:
    """A conductor with keys to strike, in a time of its own; ``sent`` is what the port was sent, and when."""

    def __init__(self, options: ArrangeOptions | None = None, **wishes: object) -> None:
        self.now = 0.0
        self.sent: list[tuple[float, tuple[int, ...]]] = []
        self.told: list[str] = []
        self.keys = Keys()
        self.outlet = Outlet(self, lambda: self.now)
        jam = Jam(options or ArrangeOptions(seed=5), model=tiny())
        self.conductor = Conductor(jam, self.keys, self.outlet, tell=self._tell, **wishes)  # type: ignore[arg-type]

    def send(self, message: Sequence[int]) -> None:
        self.sent.append((self.now, tuple(message)))

    def _tell(self, bar: object) -> None:
        self.told.append(" ".join(f"{chord}@{step}" for step, chord in bar.chords))  # type: ignore[attr-defined]

    def strike(self, at: float, *pitches: int) -> None:
        """Go on until a time, and strike a chord then, in 20 ms."""
        for number, pitch in enumerate(pitches):
            self.go(at + number * 0.02 / max(len(pitches) - 1, 1))
            self.keys.hear([ON, pitch, 90], self.now)
        for pitch in pitches:
            self.keys.hear([OFF, pitch, 0], self.now)
        self.keys._left = frozenset()

    def go(self, until: float) -> None:
        """Let time pass."""
        while True:
            due = min(self.conductor.step(), self.outlet.due())
            if due > until:
                break
            self.now = max(self.now, due)
        self.now = until

    def notes(self, begin: float, end: float) -> list[tuple[float, int, int]]:
        """Time, channel and pitch of what is struck from one time to before another."""
        return [
            (time, message[0] & 15, message[1])
            for time, message in self.sent
            if begin - 1e-6 <= time < end - 1e-6 and message[0] & 0xF0 == ON
        ]


def test_it_begins_with_a_chord_and_goes_on_with_it() -> None:
    stage = Stage()
    stage.go(9)
    assert {message[0] & 0xF0 for _, message in stage.sent} == {0xB0, 0xC0}
    stage.strike(10, *C)
    stage.go(BEGIN + 3 * BAR)
    assert min(time for time, _, _ in stage.notes(0, 99)) >= BEGIN - 1e-6
    assert stage.told == ["C@0"] * 3  # the fourth is under way
    for bar in range(3):
        assert stage.notes(BEGIN + bar * BAR, BEGIN + (bar + 1) * BAR)


def test_every_note_ends() -> None:
    stage = Stage()
    stage.strike(10, *C)
    stage.strike(13, *F)
    stage.go(BEGIN + 2.3 * BAR)
    stage.conductor.finish()
    stage.outlet.close()
    sounding: Counter[tuple[int, int]] = Counter()
    for _, message in stage.sent:
        if message[0] & 0xF0 in (ON, OFF):
            key = message[0] & 15, message[1]
            sounding[key] += 1 if message[0] & 0xF0 == ON else -1
            assert 0 <= sounding[key] <= 1
    assert not +sounding
    assert stage.told[-1].startswith("F")
    assert len(stage.conductor.bars) == len(stage.told) == 3


@pytest.mark.parametrize(
    ("struck", "told"),
    [
        (BAR - 0.3, ["C@0", "F@0"]),  # before the bar line
        (BAR - 0.001, ["C@0", "F@0"]),
        (BAR + GRACE - 0.03, ["C@0", "F@0"]),  # a moment after it
        (BAR + GRACE + 0.03, ["C@0", "C@0 F@12"]),
        (BAR + BEAT + GRACE + 0.03, ["C@0", "C@0 F@24"]),
        (BAR + 2.5 * BEAT, ["C@0", "C@0 F@36"]),
        (BAR + 3 * BEAT + GRACE + 0.03, ["C@0", "C@0", "F@0"]),
    ],
)
def test_a_chord_counts_for_the_beat_that_comes(struck: float, told: list[str]) -> None:
    stage = Stage()
    stage.strike(10, *C)
    stage.strike(BEGIN + struck, *F)
    stage.go(BEGIN + (len(told) + 1) * BAR)
    assert stage.told[: len(told)] == told


def test_what_sounded_on_other_tones_ends_and_the_drums_go_on() -> None:
    straight, turned = Stage(), Stage()
    for stage in (straight, turned):
        stage.strike(10, *C)
    turned.strike(BEGIN + BAR + BEAT + 0.04, *F)  # counts for the second beat, which has begun
    for stage in (straight, turned):
        stage.go(BEGIN + 2 * BAR)
    begin, end = BEGIN + BAR, BEGIN + 2 * BAR
    drums = [[note for note in stage.notes(begin, end) if note[1] == DRUMS] for stage in (straight, turned)]
    assert drums[0] == drums[1]
    at = BEGIN + BAR + BEAT + 0.04 + 0.02 + SETTLED
    sounding: set[tuple[int, int]] = set()
    for time, message in turned.sent:
        if time > at + 1e-6:
            break
        key = message[0] & 15, message[1]
        if message[0] & 0xF0 == ON and key[0] != DRUMS:
            sounding.add(key)
        elif message[0] & 0xF0 == OFF:
            sounding.discard(key)
    older = {
        key for key in sounding if key not in {(channel, pitch) for time, channel, pitch in turned.notes(at, at + 1e-3)}
    }
    assert {pitch % 12 for _, pitch in older} <= tones_of(read_chord("F"))


def test_a_chord_that_is_taken_back_in_time_is_none() -> None:
    straight, wavering = Stage(), Stage()
    for stage in (straight, wavering):
        stage.strike(10, *C)
    wavering.strike(BEGIN + 1.2 * BEAT, *G)
    wavering.strike(BEGIN + 1.6 * BEAT, *C)
    for stage in (straight, wavering):
        stage.go(BEGIN + 2 * BAR)
    assert wavering.told == ["C@0"] * 2
    assert straight.notes(BEGIN, BEGIN + 2 * BAR) == wavering.notes(BEGIN, BEGIN + 2 * BAR)


def test_the_stop_key_ends_the_music_with_the_bar_and_a_chord_starts_it_again() -> None:
    stage = Stage(clock=True)
    stage.strike(10, *C)
    stage.go(BEGIN + 1.5 * BEAT)
    stage.keys.hear([ON, 21, 90], stage.now)
    stage.go(30)
    assert stage.told == ["C@0"]
    assert not stage.notes(BEGIN + BAR, 30)
    assert not any(stage.outlet._sounding)
    stage.strike(30, *F)
    stage.go(30.2)
    assert stage.notes(30, 30.2)
    system = [message for _, message in stage.sent if message[0] >= POSITION and message != (CLOCK,)]
    assert system == [(POSITION, 0, 0), (START,), (STOP,), (POSITION, 0, 0), (START,)]


def test_it_rests_when_nobody_plays_for_long() -> None:
    stage = Stage(patience=3)
    stage.strike(10, *C)
    stage.go(40)
    assert not stage.conductor.is_playing
    assert 3 <= len(stage.told) <= 4
    forever = Stage(patience=0)
    forever.strike(10, *C)
    forever.go(30)
    assert forever.conductor.is_playing


def test_it_is_over_after_so_many_bars() -> None:
    stage = Stage(most=2)
    stage.strike(10, *C)
    stage.strike(BEGIN + BAR + 3.5 * BEAT, *F)
    over = [stage.conductor.is_over]
    stage.go(30)
    over.append(stage.conductor.is_over)
    assert over == [False, True]
    assert stage.told == ["C@0", "C@0"]
    assert stage.notes(BEGIN + BAR, BEGIN + 2 * BAR)
    assert not stage.notes(BEGIN + 2 * BAR, 99)


def test_what_was_slept_through_is_not_made_up_for() -> None:
    stage = Stage(patience=0)
    stage.strike(10, *C)
    stage.go(BEGIN + 1.5 * BAR)
    stage.now += 3600
    stage.go(stage.now + BAR)
    assert 3 <= len(stage.told) <= 4
    assert stage.notes(stage.now - BAR, stage.now)


def test_the_clock_ticks_24_times_a_beat() -> None:
    stage = Stage(clock=True)
    stage.strike(10, *C)
    stage.go(BEGIN + 2 * BAR)
    ticks = [time for time, message in stage.sent if message == (CLOCK,)]
    assert ticks[0] == pytest.approx(BEGIN)
    assert ticks[24 * 4] == pytest.approx(BEGIN + BAR)
    assert len(ticks) == 2 * 4 * 24 + 1


def test_players_are_balanced_and_have_the_instruments_of_the_style() -> None:
    stage = Stage(ArrangeOptions(seed=5, style="jazz"), programs={Role.BASS: 35})
    stage.go(1)
    programs = {message[0] & 15: message[1] for _, message in stage.sent if message[0] & 0xF0 == 0xC0}
    assert programs == {9: 32, 0: 0, 1: 26, 2: 35, 3: 48}
    stage.strike(10, *C)
    stage.go(BEGIN + BAR)
    later = [message for time, message in stage.sent if time > 9 and message[0] & 0xF0 == 0xB0]
    assert later
    assert {message[1] for message in later} == {7}


def test_swing_is_heard() -> None:
    straight, swung = (Stage(ArrangeOptions(seed=5, swing=swing)) for swing in (50, 75))
    for stage in (straight, swung):
        stage.strike(10, *C)
        stage.go(BEGIN + 2 * BAR)
    places = [
        [round((time - BEGIN) / BEAT * 12, 3) for time, channel, _ in stage.notes(BEGIN, BEGIN + BAR)]
        for stage in (straight, swung)
    ]
    assert sorted({place % 12 for place in places[0]} & {6.0}) == [6.0]
    assert 9.0 in {place % 12 for place in places[1]}
    assert len(places[0]) == len(places[1])
