"""Charts and songs on the token grid, as hypothesis draws them, and walks where a mask allows."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from hypothesis import strategies as st

from sideman.music.band import INSTRUMENTS, MIDI_VALUES, ROLES, Band, Note, Role, Track
from sideman.music.chords import MODEL_QUALITIES
from sideman.music.key import Key
from sideman.music.qualities import PITCH_CLASSES
from sideman.tokens.chart import NO_BASS, Change, Chart
from sideman.tokens.drum_hits import HIGHEST_DRUM, LOWEST_DRUM
from sideman.tokens.encode import Ids, encode
from sideman.tokens.form import COMMON, Measure, bars_of
from sideman.tokens.grammar import Mask
from sideman.tokens.grid import DRUM_DURATION
from sideman.tokens.prefix import Prefix, Stage
from sideman.tokens.vocabulary import LENGTHS, LOUDNESS, NO_CHORD, STYLES, TEMPI, VOCABULARY

_QUALITIES = len(MODEL_QUALITIES)
MEASURES = st.sampled_from([COMMON] * 4 + [Measure(36), Measure(24), Measure(42), Measure(24, True), Measure(48, True)])


class Song(NamedTuple):
    band: Band
    chart: Chart
    options: dict[str, Any]  # of encode

    @property
    def ids(self) -> Ids:
        return encode(self.band, self.chart, **self.options)


@st.composite
def charts(draw: st.DrawFn, *, whole: bool = False, max_bars: int = 6) -> Chart:
    """A chart of any changes in any key, of whole bars if asked for."""
    measures = draw(st.lists(MEASURES, min_size=1, max_size=max_bars))
    steps = sum(measure.steps for measure in measures)
    steps -= 0 if whole else draw(st.integers(0, measures[-1].steps - 1))
    chords = st.tuples(st.integers(0, NO_CHORD), st.integers(NO_BASS, PITCH_CLASSES - 1))
    drawn = draw(st.dictionaries(st.integers(0, steps - 1), chords, max_size=8)) | {0: draw(chords)}
    changes: list[Change] = []
    for onset, (chord, bass) in sorted(drawn.items()):
        plain = chord == NO_CHORD or bass == chord // _QUALITIES
        change = Change(onset, chord, NO_BASS if plain else bass)
        if not changes or (changes[-1].chord, changes[-1].bass) != (change.chord, change.bass):
            changes.append(change)
    key = Key(draw(st.integers(0, PITCH_CLASSES - 1)), draw(st.booleans()))
    return Chart(tuple(changes), steps, key, tuple(measures))


@st.composite
def tracks(draw: st.DrawFn, role: Role, chart: Chart) -> Track:
    """A track of notes that have tokens."""
    drum = INSTRUMENTS[role].is_drum
    low, high = (LOWEST_DRUM, HIGHEST_DRUM) if drum else (-min(chart.shift, 0), MIDI_VALUES - 1 - max(chart.shift, 0))
    lengths = st.just(DRUM_DURATION) if drum else st.sampled_from(LENGTHS)
    steps = st.integers(0, chart.steps - 1)
    # Few steps, so that notes share an onset.
    onsets = draw(st.lists(steps, max_size=6))
    places = st.tuples(st.sampled_from(onsets), st.integers(low, high)) if onsets else st.nothing()
    notes = draw(st.dictionaries(places, lengths, max_size=12)) if onsets else {}
    levels = draw(st.lists(st.sampled_from(LOUDNESS), min_size=chart.bars, max_size=chart.bars))
    loudness = {onset: levels[bars_of(np.array(onset), chart.lines)] for onset, _ in notes}
    return Track(role, [Note(onset, notes[onset, pitch], pitch, loudness[onset]) for onset, pitch in notes])


@st.composite
def songs(draw: st.DrawFn) -> Song:
    """A band on a chart, and everything that may be told with it or left out."""
    chart = draw(charts(whole=True))
    order = draw(st.lists(st.sampled_from(ROLES), min_size=1, unique=True))
    tempo = draw(st.sampled_from((None, *TEMPI)))
    band = Band(tuple(draw(tracks(role, chart)) for role in order), chart.steps, float(tempo or 120))
    style = draw(st.sampled_from((None, *STYLES)))
    options = {"order": order, "style": style, "tempo": tempo is not None, "density": draw(st.booleans())}
    return Song(band, chart, options)


def is_ended(prefix: Prefix) -> bool:
    """Whether END was reached."""
    return prefix.stage is Stage.END


def walk(
    allowed: Callable[[Prefix], Mask],
    prefix: Prefix,
    seed: int,
    limit: int = 400,
    finished: Callable[[Prefix], bool] = is_ended,
    as_asked: Callable[[int], int] = int,
) -> list[int]:
    """Ids drawn where the mask allows: first the kind, then the id. After ``limit`` ids it makes for the end."""
    source = random.Random(seed)
    ids: list[int] = []
    while not finished(prefix):
        mask = allowed(prefix)
        assert mask.any(), "a prefix that can't be finished"
        kinds = np.unique(VOCABULARY.kind_numbers[mask]).tolist()
        kind = source.choice(kinds)
        if len(ids) > limit:
            ending = [number for number in kinds if VOCABULARY.kinds[number] in ("end", "rest")]
            kind = ending[0] if ending else kind
            assert len(ids) < 10 * limit, "a walk without end"
        token = as_asked(source.choice(np.flatnonzero(mask & (VOCABULARY.kind_numbers == kind)).tolist()))
        ids.append(token)
        prefix.push(token)
    return ids


def tokens(text: str) -> list[int]:
    """Ids from their names: ``tokens("start bar chord:3")``."""
    names = (word.partition(":") for word in text.split())
    return [VOCABULARY.id(kind, int(value or 0)) for kind, _, value in names]
