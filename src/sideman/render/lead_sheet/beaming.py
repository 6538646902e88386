"""Which notes of a bar have a common beam, and which stand in a tuplet. Knows no lengths."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from sideman.music.time import EIGHTH, Meter
from sideman.render.lead_sheet.melody import QUARTER, Piece
from sideman.render.score.rhythm import HALF_BAR, beats_of

FLAGS = {"eighth": 1, "16th": 2, "32nd": 3}  # and beams, by note values
SEXTUPLET = 6


def beam_groups(pieces: Sequence[Piece], meter: Meter) -> list[range]:
    """Notes under a beam, by their numbers: of a beat, of a group of eighths, or of half a bar of nothing else."""
    groups: list[range] = []
    stretches = [_stretch(pieces, piece.value.start, meter) for piece in pieces]
    place = 0
    while place < len(pieces):
        end = place
        while end < len(pieces) and _has_beams(pieces[end]) and stretches[end] == stretches[place]:
            end += 1
        if end - place > 1:
            groups.append(range(place, end))
        place = max(end, place + 1)
    return groups


def _has_beams(piece: Piece) -> bool:
    return piece.note is not None and piece.value.name in FLAGS


def _stretch(pieces: Sequence[Piece], step: int, meter: Meter) -> tuple[int, int]:
    """Where the stretch of a bar begins and ends whose notes may have a common beam with one at this step."""
    if meter.unit == EIGHTH and not meter.is_compound:
        start = 0
        for group in meter.groups:
            end = start + group * meter.steps_per_unit
            if step < end:
                return start, end
            start = end
    half = step // HALF_BAR * HALF_BAR
    if meter.unit == QUARTER and meter.steps % HALF_BAR == 0:
        within = [piece for piece in pieces if half <= piece.value.start < half + HALF_BAR]
        if all(_has_beams(piece) and piece.value[2:] == ("eighth", 0, False) for piece in within):
            return half, half + HALF_BAR
    return next((beat for beat in beats_of(meter) if step < beat.end), beats_of(meter)[-1])


def tuplets(pieces: Sequence[Piece], meter: Meter) -> list[tuple[range, int]]:
    """Pieces that stand in a tuplet together, by their numbers, and which number it bears: 3, or 6."""

    def beat_of(number: int) -> tuple[int, bool]:
        value = pieces[number].value
        beat = next((beat.start for beat in beats_of(meter) if value.start < beat.end), meter.steps)
        return (value.start // HALF_BAR * HALF_BAR if _is_wide(pieces, number) else beat), value.is_tuplet

    found = []
    for (_, is_tuplet), numbers in groupby(range(len(pieces)), beat_of):
        if is_tuplet:
            row = [*numbers]
            is_six = len(row) == SEXTUPLET and {pieces[number].value.name for number in row} == {"16th"}
            found.append((range(row[0], row[-1] + 1), SEXTUPLET if is_six else 3))
    return found


def _is_wide(pieces: Sequence[Piece], number: int) -> bool:
    """Whether a piece is of three quarters in the time of two: any of its half bar goes over the beat's end."""
    half = pieces[number].value.start // HALF_BAR
    beats = [
        (piece.value.start // (HALF_BAR // 2), (piece.value.start + piece.value.steps - 1) // (HALF_BAR // 2))
        for piece in pieces
        if piece.value.start // HALF_BAR == half and piece.value.is_tuplet
    ]
    return any(first != last for first, last in beats)
