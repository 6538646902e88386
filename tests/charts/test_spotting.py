from __future__ import annotations

from tests.cases import cases

from sideman.charts.spotting import chord_in


@cases(
    ("text", "chord"),
    [("C M7", "CM7"), ("A m7/D", "Am7/D"), ("E♭ma7", "EbM7"), ("C6/9/E", "C69/E"), ("F", "F"), ("N.C.", "N.C.")],
)
def test_chords_are_found_among_words(text: str, chord: str) -> None:
    assert str(chord_in(text)) == chord


@cases("text", ["", "a", "do", "Do", "Fine", "D.C.", "N", "Coda", "C/9", "Amazing", "B" * 99, "A " * 9])
def test_words_are_no_chords(text: str) -> None:
    assert chord_in(text) is None
