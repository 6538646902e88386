"""What is sent into a port, and when: notes, what is taken back, the clock; in the end nothing sounds."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest
from tests.jack import wait_until

from sideman.render.outlet import CLOCK, CONTINUE, LATE, POSITION, START, STOP, Outlet, Timed

ON, OFF, CONTROL = 0x90, 0x80, 0xB0


class Port:
    """Keeps what it is sent."""

    def __init__(self) -> None:
        self.sent: list[tuple[int, ...]] = []

    def send(self, message: Sequence[int]) -> None:
        self.sent.append(tuple(message))

    def take(self) -> list[tuple[int, ...]]:
        taken, self.sent = self.sent, []
        return taken


class Stage:
    def __init__(self) -> None:
        self.now = 0.0
        self.port = Port()
        self.outlet = Outlet(self.port, lambda: self.now)

    def at(self, time: float) -> list[tuple[int, ...]]:
        """What is sent until a time."""
        self.now = time
        self.outlet.due()
        return self.port.take()


def note(begin: float, end: float, pitch: int = 60, channel: int = 0, due: float | None = None) -> Timed:
    return Timed(begin if due is None else due, begin, end, channel, pitch, 90)


def test_notes_begin_and_end_in_time() -> None:
    stage = Stage()
    stage.outlet.play([note(1, 2), note(1.5, 3, 64)])
    assert stage.at(0.9) == []
    assert stage.outlet.due() == 1
    assert stage.at(1) == [(ON, 60, 90)]
    assert stage.outlet.due() == 1.5
    assert stage.at(2.5) == [(OFF, 60, 64), (ON, 64, 90)]
    assert stage.at(3) == [(OFF, 64, 64)]
    assert stage.outlet.is_idle


def test_a_pitch_ends_before_it_begins_anew() -> None:
    stage = Stage()
    stage.outlet.play([note(1, 5), note(2, 3)])
    assert stage.at(1) + stage.at(2) + stage.at(5) == [(ON, 60, 90), (OFF, 60, 64), (ON, 60, 90), (OFF, 60, 64)]


def test_notes_that_come_too_late_are_left_out() -> None:
    stage = Stage()
    stage.now = 10
    stage.outlet.play([note(10 - 2 * LATE, 11), note(10 - LATE / 2, 11, 64)])
    assert stage.at(10) == [(ON, 64, 90)]


def test_what_is_due_later_can_be_taken_back_and_what_sounds_ends() -> None:
    stage = Stage()
    stage.outlet.play([note(1, 9), note(1.98, 9, 62, due=2), note(3, 9, 64), note(3, 9, 65, channel=1)])
    stage.at(2.5)
    stage.outlet.withdraw([0], 2)
    assert stage.at(2.5) == [(OFF, 62, 64)]
    assert stage.at(3) == [(ON | 1, 65, 90)]


def test_what_rings_is_damped_but_for_what_belongs_there() -> None:
    stage = Stage()
    stage.outlet.play([note(1, 9, 60), note(1, 9, 64), note(1, 9, 64, channel=1), note(3, 9, 66), note(1.5, 9, 67)])
    stage.at(1.5)
    stage.outlet.damp([0], 2, {0})
    assert sorted(stage.at(2)) == [(OFF, 64, 64), (OFF, 67, 64)]
    assert stage.at(3) == [(ON, 66, 90)]
    assert sorted(stage.at(9)) == [(OFF, 60, 64), (OFF, 66, 64), (OFF | 1, 64, 64)]


def test_the_clock_starts_at_the_first_pulse_and_stops() -> None:
    stage = Stage()
    stage.outlet.start_clock([1.0, 1.5, 2.0, 2.5])
    assert stage.at(0.5) == [(POSITION, 0, 0)]
    assert stage.at(1.0) == [(START,), (CLOCK,)]
    assert stage.at(2.0) == [(CLOCK,), (CLOCK,)]
    stage.outlet.stop_clock()
    stage.outlet.stop_clock()
    assert stage.at(9) == [(STOP,)]
    stage.outlet.start_clock([10.0], sixteenth=200)
    assert stage.at(10) == [(POSITION, 200 & 127, 1), (CONTINUE,), (CLOCK,)]


def test_in_the_end_nothing_sounds() -> None:
    stage = Stage()
    stage.outlet.play([note(1, 9), note(5, 9, 64)])
    stage.outlet.send((ON | 3, 40, 80), 1)
    stage.outlet.start_clock([1.0])
    stage.at(1)
    stage.outlet.close()
    sent = stage.port.take()
    assert sent[:3] == [(STOP,), (OFF, 60, 64), (OFF | 3, 40, 64)]
    assert {message[1] for message in sent[3:]} == {64, 120, 123}
    assert {message[0] for message in sent[3:]} == {CONTROL | channel for channel in range(16)}


def test_it_sends_by_itself_and_keeps_what_the_port_raises() -> None:
    outlet = Outlet(port := Port())
    sender = threading.Thread(target=outlet.run)
    sender.start()
    outlet.send((ON, 60, 90))
    wait_until(lambda: port.sent)
    outlet.close()
    sender.join()

    class Gone:
        def send(self, _message: Sequence[int]) -> None:
            raise OSError("unplugged")

    outlet = Outlet(Gone())
    outlet.send((ON, 60, 90))
    outlet.run()
    assert str(outlet.failure) == "unplugged"
    outlet.close()


@pytest.mark.parametrize("times", [[], [0.0]])
def test_a_clock_may_be_short(times: list[float]) -> None:
    stage = Stage()
    stage.outlet.start_clock(times)
    assert stage.at(1).count((CLOCK,)) == len(times)
