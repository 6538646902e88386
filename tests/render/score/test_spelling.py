"""How pitches are spelled: by the chord, else by the key."""

from __future__ import annotations

import pytest
from tests.cases import cases

from sideman.music.chords import parse
from sideman.music.key import Key
from sideman.render.score.spelling import Spelled, spell


@cases(
    ("key", "chord", "names"),
    [
        ("C major", None, "C Db D Eb E F F# G Ab A Bb B"),
        ("A minor", None, "C C# D D# E F F# G G# A Bb B"),
        ("Eb major", None, "C Db D Eb E F Gb G Ab A Bb B"),
        ("F# minor", None, "C C# D D# E E# F# G G# A A# B"),
        ("G# minor", None, "C C# D D# E E# F# F## G# A A# B"),
        ("C major", "E7", "C Db D Eb E F F# G G# A Bb B"),
        ("C major", "Abm7", "C Db D Eb E F Gb G Ab A Bb Cb"),
        ("C major", "F#dim", "C Db D Eb E F F# G Ab A Bb B"),
        ("C major", "Caug", "C Db D Eb E F F# G G# A Bb B"),
        ("C major", "D/F#", "C Db D Eb E F F# G Ab A Bb B"),
        ("F# major", "B#dim", "B# C# D D# E E# F# G G# A A# B"),
    ],
)
def test_each_pitch_has_its_name(key: str, chord: str | None, names: str) -> None:
    sounding = None if chord is None else next(iter(parse(chord))).chord
    spelled = [spell(pitch, Key.named(key), sounding) for pitch in range(60, 72)]
    signs = {-1: "b", 0: "", 1: "#", 2: "##"}
    assert " ".join(each.letter + signs[each.alter] for each in spelled) == names


@pytest.mark.parametrize(
    ("pitch", "spelled"),
    [(60, Spelled("C", 0, 4)), (59, Spelled("B", 0, 3)), (21, Spelled("A", 0, 0)), (107, Spelled("B", 0, 7))],
)
def test_octaves_begin_with_c(pitch: int, spelled: Spelled) -> None:
    assert spell(pitch, Key(0), None) == spelled


def test_a_c_flat_belongs_to_the_octave_above_its_sound() -> None:
    (span,) = parse("Abm7")
    assert spell(71, Key(0), span.chord) == Spelled("C", -1, 5)
