"""Plain bar grids, read in the simplest way there is, with pychord's tones: what a chart reader must agree with."""

from __future__ import annotations

from fractions import Fraction

from pychord import Chord as Named
from pychord.utils import note_to_val

from sideman.charts import Sheet

PITCH_CLASSES = 12
HOLD = "/"
Sound = tuple[Fraction, int, frozenset[int]]  # onset as a share of the bar, bass, tones


def measures(text: str) -> list[list[Sound] | None]:
    """The chords of each cell of a grid, with even shares; None for a cell in which pychord can't name a chord."""
    found: list[list[Sound] | None] = []
    for line in text.splitlines():
        for cell in line.strip().strip("|").split("|"):
            words = cell.split()
            if words:
                found.append(_cell(words))
    return found


def agreeing(sheet: Sheet, oracle: list[list[Sound] | None]) -> tuple[int, int]:
    """How many bars are read alike, and how many pychord names."""
    right = count = 0
    for number, bar in enumerate(oracle):
        if bar is None:
            continue
        count += 1
        right += number < len(sheet.measures) and _ours(sheet, number) == bar
    return right, max(count, count + len(sheet.measures) - len(oracle))


def _cell(words: list[str]) -> list[Sound] | None:
    sounds: list[Sound] = []
    for number, word in enumerate(words):
        if word == HOLD:
            continue
        try:
            chord = Named(word)
            notes = Named(word.split("/")[0]).components(visible=True)
            tones = frozenset(note_to_val(note) % PITCH_CLASSES for note in notes)
        except (ValueError, KeyError):
            return None
        bass = note_to_val(chord.on or chord.root) % PITCH_CLASSES
        sounds.append((Fraction(number, len(words)), bass, tones))
    return sounds


def _ours(sheet: Sheet, number: int) -> list[Sound]:
    measure = sheet.measures[number]
    ticks = (measure.meter or sheet.meter).ticks
    return [(Fraction(tick, ticks), chord.bass_pc or 0, chord.pitch_classes) for tick, chord in measure.chords]
