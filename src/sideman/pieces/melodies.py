"""A melody whose bars move with the chart. Knows bars and notes; no ids."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sideman.music.band import DURATION, ONSET, NoteArray, Track


def moved_melody(
    melody: Track, origins: Sequence[int | None], before: Sequence[int], after: Sequence[int]
) -> Track | None:
    """The melody in bars of which each was one of those before; None where nothing is left of it.

    ``before`` and ``after`` are the steps at which bars begin, and the last one ends. A bar that is new has no melody;
    what rings into a bar that did not follow is cut at its line.
    """
    notes = melody.notes
    rows: list[NoteArray] = []
    for bar, origin in enumerate(origins):
        if origin is None:
            continue
        last = bar  # of the bars that follow one another as they did
        while last + 1 < len(origins) and origins[last + 1] == origin + last + 1 - bar:
            last += 1
        of_bar = notes[(notes[:, ONSET] >= before[origin]) & (notes[:, ONSET] < before[origin + 1])].copy()
        of_bar[:, ONSET] += after[bar] - before[origin]
        of_bar[:, DURATION] = np.minimum(of_bar[:, DURATION], after[last + 1] - of_bar[:, ONSET])
        rows.append(of_bar)
    kept = np.concatenate([notes[:0], *rows])
    return Track(melody.role, kept, melody.program, melody.volume) if len(kept) else None
