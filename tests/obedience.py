"""Whether a band does what a chart demands: told of notes and chords alone, apart from the grammar."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from sideman.music.band import DURATION, ONSET, PITCH, Band, NoteArray, Role
from sideman.music.qualities import MODEL_QUALITIES, PITCH_CLASSES
from sideman.music.time import STEPS_PER_BEAT
from sideman.tokens.chart import NO_BASS, Change, Chart
from sideman.tokens.vocabulary import NO_CHORD


def spans(chart: Chart) -> Iterator[tuple[Change, int]]:
    """Changes and their ends."""
    ends = [change.onset for change in chart.changes[1:]] + [chart.steps]
    return zip(chart.changes, ends, strict=True)


def within(notes: NoteArray, first: int, last: int) -> NoteArray:
    return notes[(notes[:, ONSET] >= first) & (notes[:, ONSET] < last)]


def rung_into(notes: NoteArray, step: int) -> NoteArray:
    return notes[(notes[:, ONSET] < step) & (notes[:, ONSET] + notes[:, DURATION] > step)]


def assert_silent_under_no_chord(band: Band, chart: Chart) -> None:
    silences = [(change.onset, end) for change, end in spans(chart) if change.chord == NO_CHORD]
    for first, last in silences:
        for track in band.tracks:
            if not track.is_drum:
                assert not len(within(track.notes, first, last))
                assert not len(rung_into(track.notes, first))


def assert_bass_on_slash(band: Band, chart: Chart) -> None:
    bass = band[Role.BASS].notes
    lines = chart.lines.tolist()
    for change, last in spans(chart):
        if change.bass == NO_BASS:
            continue
        asked = (change.bass - chart.shift) % PITCH_CLASSES
        assert not len(rung_into(bass, change.onset))
        for measure, (start, line) in zip(chart.measures, pairwise(lines), strict=True):
            begin, end = max(change.onset, start), min(last, line)
            played = within(bass, begin, end)
            if len(played):
                first = played[played[:, ONSET] == played[:, ONSET].min()]
                assert (first[:, PITCH] % PITCH_CLASSES == asked).all()
            elif begin == change.onset:
                assert all((step - start) % measure.grid for step in range(begin, end))  # no note can begin there


def assert_strict(band: Band, chart: Chart) -> None:
    """The bass begins each chord on its root or slash bass, and what begins on a beat is a tone of the chord."""
    rooted = (replace(change, bass=change.root if change.bass == NO_BASS else change.bass) for change in chart.changes)
    assert_bass_on_slash(band, replace(chart, changes=tuple(rooted)))
    lines = chart.lines.tolist()
    for change, last in spans(chart):
        if change.root < 0:
            continue
        tones = {(change.root + step) % PITCH_CLASSES for step in MODEL_QUALITIES[change.quality].intervals}
        tones |= {change.bass} - {NO_BASS}
        for track in band.tracks:
            for onset, _, pitch, _ in within(track.notes, change.onset, last).tolist() if not track.is_drum else ():
                start = max(line for line in lines if line <= onset)
                if (onset - start) % STEPS_PER_BEAT == 0:
                    assert (pitch + chart.shift) % PITCH_CLASSES in tones
