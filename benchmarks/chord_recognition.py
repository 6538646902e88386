"""Chord recognition against human labels: ``python benchmarks/chord_recognition.py POP909``.

POP909 is a folder of songs, each with a MIDI file, ``beat_midi.txt``, ``chord_audio.txt`` (human labels of the
recording), ``key_audio.txt`` and ``chord_midi.txt`` (the data set's own recogniser on the MIDI file). Prints the scores
of mir_eval, weighted by time, for our labels, for what the judge of `sideman evaluate --music` hears and for the data
set's own side by side, how many keys are found, and songs a second. The human labels stand on the recording's clock,
their changes some 50 ms before the MIDI file's beats: the scores are given as the files stand, and with each song's two
clocks lined up by the times (not the names) of its labels.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import mir_eval
import numpy as np
import numpy.typing as npt
import symusic

from sideman.judging.recognition import TEMPLATES, Heard, hear_notes
from sideman.music.band import NoteArray
from sideman.music.key import Key, estimate_key
from sideman.music.recognition import ChordLabels, label_spans, recognise
from sideman.music.time import COMMON_TIME, STEPS_PER_BEAT

Intervals = npt.NDArray[np.float64]
METRICS: dict[str, Callable[..., npt.NDArray[np.float64]]] = {
    name: getattr(mir_eval.chord, name) for name in ("root", "majmin", "mirex", "thirds", "sevenths", "tetrads")
}
ROOTS = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
# The model's qualities in Harte's syntax, in their order.
HARTE = (
    *("maj", "min", "7", "min7", "maj7", "hdim7", "dim", "sus4", "sus4(b7)", "aug", "min6", "9", "min9"),
    *("maj(9)", "maj6", "minmaj7", "7(*5,b5)"),
)
# What the judge can hear, in the order of its templates.
HEARD = (
    *("maj", "min", "7", "min7", "maj7", "hdim7", "dim", "sus4", "sus4(b7)", "aug", "min6", "maj6", "minmaj7"),
    "7(*5,b5)",
)


class Song(NamedTuple):
    """One song of the data set: its notes on the grid, the time of each beat, and both labellings."""

    notes: NoteArray
    beat_times: npt.NDArray[np.float64]  # (beats + 1,), seconds
    human: tuple[Intervals, list[str]]
    own: tuple[Intervals, list[str]]
    keys: list[str]


def read_labels(path: Path) -> tuple[Intervals, list[str]]:
    """Intervals (labels, 2) in seconds and the labels of a chord file; what is not Harte's syntax becomes X."""
    rows = [line.split() for line in path.read_text().splitlines() if line.strip()]
    labels = []
    for row in rows:
        try:
            mir_eval.chord.encode(row[2])
            labels.append(row[2])
        except mir_eval.chord.InvalidChordException:
            labels.append("X")
    return np.array([[float(row[0]), float(row[1])] for row in rows]), labels


def read_song(folder: Path) -> Song:
    """The song in ``folder``, its bars lined up with the annotated downbeats."""
    rows = [line.split() for line in (folder / "beat_midi.txt").read_text().splitlines() if line.strip()]
    times = np.array([float(row[0]) for row in rows])
    downbeats = [index for index, row in enumerate(rows) if float(row[2])]
    pickup = -(downbeats[0] if downbeats else 0) % COMMON_TIME.beats
    first, last = times[1] - times[0], times[-1] - times[-2]
    lead = times[0] - first * np.arange(pickup, 0, -1)
    times = np.concatenate([lead, times, times[-1] + last * np.arange(1, COMMON_TIME.beats + 1)])
    file: Any = symusic.Score(folder / f"{folder.name}.mid", ttype="second")  # its stubs know no tracks
    notes = [(note.start, note.end, note.pitch, note.velocity) for track in file.tracks for note in track.notes]
    table = np.array(notes)
    steps = np.rint(np.interp(table[:, :2], times, np.arange(len(times))) * STEPS_PER_BEAT)
    array = np.column_stack([steps[:, 0], np.maximum(steps[:, 1] - steps[:, 0], 1), table[:, 2:]]).astype(np.int32)
    keys = [line.split()[2] for line in (folder / "key_audio.txt").read_text().splitlines() if line.strip()]
    human, own = read_labels(folder / "chord_audio.txt"), read_labels(folder / "chord_midi.txt")
    return Song(array, times, human, own, keys)


def as_intervals(labels: ChordLabels, times: npt.NDArray[np.float64]) -> tuple[Intervals, list[str]]:
    """Our labels in mir_eval's form."""
    spans = label_spans(labels)
    intervals = np.array([[times[span.start], times[span.end]] for span in spans])
    return intervals, ["N" if span.root < 0 else f"{ROOTS[span.root]}:{HARTE[span.quality]}" for span in spans]


def heard_intervals(heard: Heard, times: npt.NDArray[np.float64]) -> tuple[Intervals, list[str]]:
    """What the judge hears, in mir_eval's form."""
    names = {intervals: name for (intervals, _), name in zip(TEMPLATES, HEARD, strict=True)}
    tones = [names.get(tuple(np.flatnonzero(beat).tolist()), "") for beat in heard.tones]
    labels = ["N" if root < 0 else f"{ROOTS[root]}:{name}" for root, name in zip(heard.root, tones, strict=True)]
    return np.column_stack([times[:-1], times[1:]]), labels


def score(human: tuple[Intervals, list[str]], found: tuple[Intervals, list[str]]) -> npt.NDArray[np.float64]:
    """Weighted accuracy of ``found`` for each of METRICS."""
    intervals, labels = mir_eval.util.adjust_intervals(
        found[0], found[1], human[0].min(), human[0].max(), mir_eval.chord.NO_CHORD, mir_eval.chord.NO_CHORD
    )
    merged, reference, estimated = mir_eval.util.merge_labeled_intervals(*human, intervals, labels)
    durations = mir_eval.util.intervals_to_durations(merged)
    return np.array(
        [mir_eval.chord.weighted_accuracy(metric(reference, estimated), durations) for metric in METRICS.values()]
    )


def clock_lag(song: Song) -> float:
    """Seconds that the MIDI file's beats run behind the changes of the human labels, in the middle."""
    changes = song.human[0][1:, 0]
    nearest = np.abs(song.beat_times[:, None] - changes).argmin(0)
    return float(np.median(song.beat_times[nearest] - changes))


def mean_scores(
    songs: list[Song], found: list[tuple[Intervals, list[str]]], lags: Sequence[float]
) -> npt.NDArray[np.float64]:
    """Mean over the songs of each of METRICS, ``found`` taken to run ``lags`` seconds late."""
    triples = zip(songs, found, lags, strict=True)
    scores = [score(song.human, (intervals - lag, labels)) for song, (intervals, labels), lag in triples]
    return np.asarray(np.mean(scores, 0))


def key_of(labels: ChordLabels) -> Key:
    """The key of the recognised chords."""
    spans = np.array(label_spans(labels))
    return estimate_key(spans[:, 2], spans[:, 3], spans[:, 1] - spans[:, 0])


def print_keys(songs: list[Song], found: list[ChordLabels]) -> None:
    """Share of the songs with one key for which we find it, and for which we find its scale."""
    pairs = []
    for song, labels in zip(songs, found, strict=True):
        if len(set(song.keys)) == 1:
            tonic, mode = song.keys[0].split(":")
            pairs.append((Key(ROOTS.index(tonic), mode == "min"), key_of(labels)))
    same = np.mean([human == ours for human, ours in pairs])
    same_scale = np.mean([human.shift == ours.shift for human, ours in pairs])
    print(f"{len(pairs)} songs in one key: key {same:.3f}, its scale (relative minor alike) {same_scale:.3f}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the POP909 folder")
    folder = parser.parse_args().data
    songs = [read_song(path.parent) for path in sorted(folder.glob("*/beat_midi.txt"))]
    if not songs:
        parser.error(f"no song with a beat_midi.txt in {folder}: give the POP909 folder")
    nothing = np.zeros((0, 4), np.int32)
    started = time.perf_counter()
    found = [recognise(song.notes, nothing, len(song.beat_times) - 1) for song in songs]
    elapsed = time.perf_counter() - started
    beats = sum(map(len, found))

    ours = [as_intervals(labels, song.beat_times) for song, labels in zip(songs, found, strict=True)]
    judged = [
        heard_intervals(hear_notes(song.notes, nothing, len(song.beat_times) - 1), song.beat_times) for song in songs
    ]
    own = [song.own for song in songs]
    clocks = ([0.0] * len(songs), [clock_lag(song) for song in songs])
    columns = [mean_scores(songs, labels, lags) for lags in clocks for labels in (ours, judged, own)]
    print(f"{len(songs)} songs of {beats / COMMON_TIME.beats / len(songs):.0f} bars on average")
    print(f"{'':10}{'as the files stand':>30}{'clocks lined up':>30}")
    print(f"{'':10}" + f"{'ours':>10}{'judge':>10}{'POP909':>10}" * 2)
    for name, row in zip(METRICS, np.transpose(columns), strict=True):
        print(f"{name:10}" + "".join(f"{value:10.3f}" for value in row))
    print_keys(songs, found)
    per_hundred_bars = 1e3 * elapsed / beats * 100 * COMMON_TIME.beats
    print(f"{len(songs) / elapsed:.0f} songs/s, {per_hundred_bars:.2f} ms for 100 bars")


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # mir_eval warns of unlabelled gaps
    main()
