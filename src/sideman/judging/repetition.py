"""Bars that come again: within a piece, and in another take of it. Knows notes."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from sideman.music.band import ONSET, PITCH, Band, NoteArray
from sideman.music.time import STEPS_PER_BAR, bars

DISTANCES = (1, 2, 4, 8)  # bars
Pattern = frozenset[tuple[int, int]]  # the onsets in the bar and the pitches of what one role begins there


def patterns(notes: NoteArray, count: int) -> list[Pattern]:
    """What is begun in each of the first ``count`` bars. How long it sounds and how loud is left out."""
    split: list[set[tuple[int, int]]] = [set() for _ in range(count)]
    for onset, pitch in notes[:, [ONSET, PITCH]].tolist():
        bar, position = divmod(onset, STEPS_PER_BAR)
        if bar < count:
            split[bar].add((position, pitch))
    return [frozenset(each) for each in split]


def band_patterns(band: Band) -> list[list[Pattern]]:
    """The patterns of each track."""
    return [patterns(track.notes, bars(band.steps)) for track in band.tracks]


def repeated(each: list[Pattern]) -> float:
    """Share of the bars in which something begins, without the first of them, that are the same as an earlier one."""
    played = [pattern for pattern in each if pattern]
    return 1 - (len(set(played)) - 1) / (len(played) - 1) if len(played) > 1 else float("nan")


def repetition(band: Band) -> float:
    """The same over the bars of all tracks; nan where no track plays two bars."""
    played = [[pattern for pattern in each if pattern] for each in band_patterns(band)]
    places = sum(len(each) - 1 for each in played if each)
    new = sum(len(set(each)) - 1 for each in played if each)
    return 1 - new / places if places else float("nan")


def repetition_at(band: Band, distance: int) -> float:
    """Share of the bars of all tracks that are the same as the one ``distance`` bars before; both must be played."""
    pairs = [
        earlier == later
        for each in band_patterns(band)
        for earlier, later in zip(each[:-distance], each[distance:], strict=True)
        if earlier and later
    ]
    return float(np.mean(pairs)) if pairs else float("nan")


def empty_bars(band: Band) -> float:
    """Share of the bars of all tracks in which nothing begins."""
    flat = [not pattern for each in band_patterns(band) for pattern in each]
    return float(np.mean(flat)) if flat else float("nan")


def diversity(takes: Iterable[Band]) -> float:
    """How different two takes are: 0 the same onsets and pitches in every bar, 1 none in common.

    The mean over the bars of all roles of one minus the Jaccard index; bars in which both rest don't count.
    """
    first, second = takes
    different = []
    for mine, other in zip(band_patterns(first), band_patterns(second), strict=True):
        different += [1 - len(a & b) / len(a | b) for a, b in zip(mine, other, strict=True) if a or b]
    return float(np.mean(different)) if different else float("nan")
