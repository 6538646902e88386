"""Songs in 4/4 told as songs in 3/4, so that the model reads enough bars of three. Knows ids; no features, no torch.

Hardly one song of LPD-5 in two hundred is in three. A bar of four without its third beat is a fair waltz: kick, snare,
snare.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from sideman.music.band import DURATION, ONSET, ROLES, NoteArray
from sideman.music.key import Key
from sideman.music.time import STEPS_PER_BEAT, Meter
from sideman.tokens.chart import Change, Chart
from sideman.tokens.decode import decode
from sideman.tokens.encode import Ids, encode_bars
from sideman.tokens.form import COMMON, measures_of
from sideman.tokens.grid import to_grid
from sideman.tokens.slices import ROLE, bars, changes, parts
from sideman.tokens.vocabulary import VOCABULARY

IN_THREE = "3/4"
_MEASURE = measures_of(Meter.parse(IN_THREE))[0]
_LEFT_OUT = 2  # the beat, from 0


def in_three(ids: Ids) -> Ids:
    """Bars of 4/4 (a song's or an excerpt's) without their third beats; their notes end where these begin."""
    found = bars(ids)
    steps = len(found) * _MEASURE.steps
    told: dict[int, Change] = {}
    for number, bar in enumerate(found):
        for change in changes(bar)[:-1]:
            onset = int(_moved(np.array(number * COMMON.steps + change.onset)))
            told[onset] = replace(change, onset=onset)
    ordered = [told[onset] for onset in sorted(told) if onset < steps]
    kept = [change for change, before in zip(ordered, [None, *ordered], strict=False) if not _same(change, before)]
    chart = Chart(tuple(kept), steps, Key(0), (_MEASURE,) * len(found))
    band = decode([VOCABULARY.id("start"), *ids.tolist(), VOCABULARY.id("end")])
    order = [ROLES[ROLE[part[0]]] for part in parts(found[0])]
    return encode_bars(
        [(role, to_grid(role, _shortened(band[role].notes), steps, 0, chart.lines)[0]) for role in order],
        chart,
        density=True,
    )


def _same(change: Change, before: Change | None) -> bool:
    return before is not None and (change.chord, change.bass) == (before.chord, before.bass)


def _moved(onset: npt.NDArray[np.integer]) -> npt.NDArray[np.int64]:
    """Where a step of 4/4 stands in three; those of the third beat stand at its beginning."""
    bar, place = np.divmod(onset, COMMON.steps)
    first = _LEFT_OUT * STEPS_PER_BEAT
    after = np.maximum(place - STEPS_PER_BEAT, first)
    return bar * _MEASURE.steps + np.where(place < first, place, after)


def _shortened(notes: NoteArray) -> NoteArray:
    """Notes that don't begin in a third beat, moved."""
    beat = notes[:, ONSET] % COMMON.steps // STEPS_PER_BEAT
    kept = notes[beat != _LEFT_OUT]
    onset, end = _moved(kept[:, ONSET]), _moved(kept[:, ONSET] + kept[:, DURATION])
    moved: NoteArray = kept.copy()
    moved[:, ONSET], moved[:, DURATION] = onset, np.maximum(end - onset, 1)
    return moved
