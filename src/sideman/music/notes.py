"""Note names: letters, accidentals, and the line of fifths on which keys spell them. Knows no chords."""

from __future__ import annotations

from sideman.music.qualities import PITCH_CLASSES

NATURALS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}  # in the order of the staff
ACCIDENTALS = {"": 0, "b": -1, "#": 1, "bb": -2, "##": 2}
SIGNS = {shift: sign for sign, shift in ACCIDENTALS.items()}
# Every note name of the language and its pitch class.
NOTE_NAMES = {
    letter + sign: (natural + shift) % PITCH_CLASSES
    for sign, shift in ACCIDENTALS.items()
    for letter, natural in NATURALS.items()
}
# How a transposed root is spelled, by pitch class: in the commoner of its keys.
MAJOR_ROOTS = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
MINOR_ROOTS = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B")

LINE_OF_FIFTHS = "FCGDAEB"  # the naturals; a sharp is seven steps on, a flat seven back
FLATTEST, SHARPEST = -8, 10  # Fb and A#: what lies beyond is spelled from the other side; C is 0


def fifths_of(name: str) -> int:
    """How many fifths a note lies above C: ``G`` 1, ``F`` -1, ``Bb`` -2, ``F#`` 6."""
    return LINE_OF_FIFTHS.index(name[0]) - 1 + len(LINE_OF_FIFTHS) * ACCIDENTALS[name[1:]]


def move(name: str, fifths: int) -> str:
    """The note so many fifths above ``name``, or its enharmonic that has fewer accidentals where those are many."""
    place = fifths_of(name) + fifths
    while place < FLATTEST:
        place += PITCH_CLASSES
    while place > SHARPEST:
        place -= PITCH_CLASSES
    sign, letter = divmod(place + 1, len(LINE_OF_FIFTHS))
    return LINE_OF_FIFTHS[letter] + SIGNS[sign]
