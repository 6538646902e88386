"""Keys that are struck and let go: which chord leads, and when it is whole."""

from __future__ import annotations

import pytest

from sideman.jamming.keys import SETTLED, TOGETHER, Keys
from sideman.music.held import chord_of

C, E, G, A, F = 60, 64, 67, 69, 65


@pytest.mark.parametrize(
    ("pitches", "name"),
    [
        ((60, 64, 67), "C"),
        ((64, 67, 72), "C/E"),
        ((67, 72, 76), "C/G"),
        ((57, 60, 64), "Am"),
        ((60, 64, 69), "Am/C"),
        ((60, 64, 67, 69), "C6"),
        ((57, 60, 64, 67), "Am7"),
        ((60, 65, 67), "Csus4"),
        ((60, 62, 67), "Csus2"),
        ((60, 63, 66), "Cdim"),
        ((63, 66, 72), "Cdim/Eb"),
        ((60, 63, 66, 70), "Cm7-5"),
        ((63, 66, 70, 72), "Ebm6"),
        ((60, 64, 67, 70), "C7"),
        ((58, 60, 64, 67), "C7/Bb"),
        ((64, 67, 71, 72), "CM7/E"),
        ((60, 64, 68), "Caug"),
        ((43, 62, 65, 69, 72), "Dm7/G"),
        ((41, 60, 64, 67), "C/F"),
        ((48, 52, 58, 62, 67), "C7(9)"),
        ((49, 53, 56), "Db"),
        ((49, 52, 56), "C#m"),
        ((36, 43), "C5"),
        ((36, 40), "Cno5"),
        ((36,), "C"),
        ((36, 48), "C"),
    ],
    ids=str,
)
def test_chord_of_keys(pitches: tuple[int, ...], name: str) -> None:
    assert str(chord_of(pitches)) == name
    assert str(chord_of([pitch + 12 for pitch in pitches])) == name


def test_no_keys_and_all_keys_are_no_chord() -> None:
    assert chord_of(()) is None
    assert chord_of(range(60, 72)) is None


def strike(keys: Keys, time: float, *pitches: int) -> None:
    for number, pitch in enumerate(pitches):
        keys.hear([0x90, pitch, 90], time + number / 100)


def let_go(keys: Keys, time: float, *pitches: int) -> None:
    for number, pitch in enumerate(pitches):
        keys.hear([0x80, pitch, 64] if number % 2 else [0x90, pitch, 0], time + number / 100)


def led(keys: Keys, now: float) -> str | None:
    chord = keys.led(now)
    return None if chord is None else str(chord.chord)


def test_a_chord_leads_also_when_it_was_let_go() -> None:
    keys = Keys()
    assert keys.led(0) is None
    strike(keys, 1.0, C, E, G)
    assert led(keys, 1.03) == "C"
    assert keys.whole_at() == pytest.approx(1.02 + SETTLED)
    let_go(keys, 1.5, G, C, E)
    assert led(keys, 9) == "C"


def test_keys_struck_together_are_one_chord_though_the_first_was_let_go() -> None:
    keys = Keys()
    strike(keys, 1.0, A)
    let_go(keys, 1.02, A)
    strike(keys, 1.04, C, E)
    assert led(keys, 1.1) == "Am/C"


def test_a_chord_struck_over_the_last_one_stands_alone_once_that_is_let_go() -> None:
    keys = Keys()
    strike(keys, 1.0, C, E, G)
    strike(keys, 2.0, F, A)
    let_go(keys, 2.05, E, G)
    assert keys.whole_at() == pytest.approx(2.06 + TOGETHER)
    assert led(keys, 2.06 + TOGETHER) == "F/C"


def test_fingers_that_leave_one_after_another_are_no_chord() -> None:
    keys = Keys()
    strike(keys, 1.0, C, E, G, 71)
    let_go(keys, 2.0, 71, C, E, G)
    assert led(keys, 3) == "CM7"
    strike(keys, 4.0, C, E, G, 71)
    let_go(keys, 5.0, 71)  # and the rest stays
    assert led(keys, 5.0 + TOGETHER / 2) == "CM7"
    assert led(keys, 5.01 + TOGETHER) == "C"
    let_go(keys, 6.0, C)  # two tones are a rest of a chord, no other
    assert led(keys, 7) == "C"


def test_some_keys_lead_nobody() -> None:
    calls = []
    keys = Keys(split=72, stop=21, on_change=lambda: calls.append(1))
    keys.hear([0x90, 72, 90], 1.0)
    keys.hear([0xB0, 64, 127], 1.0)
    keys.hear([0xF8], 1.0)
    assert (keys.led(2), calls) == (None, [])
    keys.hear([0x91, 21, 90], 3.0)
    assert (keys.led(4), calls) == (None, [1])
    assert (keys.stopped(2), keys.stopped(3)) == (True, False)
