"""Is a waltz one? ``python -m benchmarks.waltz DATASET [--songs TREE] [--midi FOLDER] [--seeds 3] [--windows 3]``.

People: the songs of a dataset that are in 3/4; MIDI files in 3/4 that no training saw; and songs of its valid fold, in
4/4, told without their third beats as some were for training. Ours: the same chords, roles, style and tempo in 3/4. A
song counts once, with the mean of its windows, and of the seeds. Prints for each figure people, ours as if 3/4 began
like any metre (free), ours, and the difference of ours and people with its 95 % interval by a bootstrap over songs. Ids
tell the loudness of whole bars: how hard people strike each beat is read from the songs' own files, below ``--songs``.
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import numpy as np
import numpy.typing as npt

from sideman.arranging import DEFAULT_WEIGHTS, ArrangeOptions, Model
from sideman.errors import DataError
from sideman.judging.composing import composes_with
from sideman.judging.statistics import Estimate, mean
from sideman.judging.windows import Window, choose_windows
from sideman.music.band import ONSET, PITCH, ROLES, VELOCITY, Band, NoteArray, Role
from sideman.music.kit import BASS_DRUMS, backbeat
from sideman.music.recognition import recognise
from sideman.music.time import STEPS_PER_BEAT, BarLines, Meter
from sideman.render.midi import read_midi
from sideman.tokens.chart import chart_of_labels
from sideman.tokens.encode import Ids, encode_bars
from sideman.tokens.form import measures_of
from sideman.tokens.grid import to_grid
from sideman.training.encode_song import in_bars
from sideman.training.lpd5 import read_lpd
from sideman.training.retelling import in_three
from sideman.training.shards import Dataset, SongRow, write_dataset

WALTZ = Meter(3, 4)
BEATS = range(WALTZ.beats)
CYMBALS = (42, 44, 46, 51, 53, 59)  # hi-hats and rides
MANY = 10_000
CHORDS = (Role.PIANO, Role.GUITAR)

Floats = npt.NDArray[np.float64]
Told = list[tuple[SongRow, Ids]]


def figures(band: Band, style: str | None) -> dict[str, float]:
    """Of one window; nan where nobody plays what a figure is of."""
    bars = band.steps // WALTZ.steps
    notes = {track.role: track.notes for track in band.tracks if len(track)}
    found: dict[str, float] = {}
    drums = notes.get(Role.DRUMS)
    if drums is not None:
        kinds = {"bass drum": BASS_DRUMS, "snare": backbeat(style), "hat or ride": CYMBALS}
        for kind, pitches in kinds.items():
            hits = drums[np.isin(drums[:, PITCH], pitches)]
            found |= {f"{kind} on {beat + 1}": _bars_with(hits, beat, bars) for beat in BEATS}
        found["bass drum on 1 alone"] = _only_on_one(drums[np.isin(drums[:, PITCH], BASS_DRUMS)], bars)
    if Role.BASS in notes:
        bass = notes[Role.BASS]
        found |= {f"bass on {beat + 1}": _bars_with(bass, beat, bars) for beat in BEATS}
        found |= {f"bass: onsets on {beat + 1}": float((_beat_of(bass) == beat).mean()) for beat in BEATS}
    chords = [notes[role] for role in CHORDS if role in notes]
    if chords:
        found |= {f"piano, guitar on {beat + 1}": _bars_with(np.concatenate(chords), beat, bars) for beat in BEATS}
    found["notes a bar"] = sum(map(len, notes.values())) / bars
    return found


def accents(tracks: Mapping[Role, NoteArray]) -> dict[str, float]:
    """By how much each beat is struck harder than the same player's notes in the same bar are: the mean over all."""
    beats, above = [], []
    for notes in tracks.values():
        bar = notes[:, ONSET] // WALTZ.steps
        _, number = np.unique(bar, return_inverse=True)
        mean_of_bar = np.bincount(number, notes[:, VELOCITY]) / np.maximum(np.bincount(number), 1)
        beats.append(_beat_of(notes))
        above.append(notes[:, VELOCITY] - mean_of_bar[number])
    beat, harder = np.concatenate(beats), np.concatenate(above)
    return {
        f"velocity on {each + 1}": float(harder[beat == each].mean()) if (beat == each).any() else np.nan
        for each in BEATS
    }


def struck(window: Window, folder: Path | None) -> dict[str, float]:
    """The accents of people in a window, from the song's own file; nothing where that isn't there."""
    path = None if folder is None else folder / f"{window.song}.npz"
    if path is None or not path.exists():
        return {}
    song = in_bars(read_lpd(path))
    if song.meter != WALTZ:
        return {}
    first, last = (WALTZ.steps * bar for bar in (window.first, window.first + window.bars))
    return accents(
        {
            role: notes[(notes[:, ONSET] >= first) & (notes[:, ONSET] < last)]
            for role, notes in zip(ROLES, song.tracks, strict=True)
        }
    )


def _beat_of(notes: NoteArray) -> npt.NDArray[np.int64]:
    """The beat from 0 on which each note falls; -1 between beats."""
    place = notes[:, ONSET].astype(np.int64) % WALTZ.steps
    return np.where(place % STEPS_PER_BEAT == 0, place // STEPS_PER_BEAT, -1)


def _bars_with(notes: NoteArray, beat: int, bars: int) -> float:
    """The share of bars with one of these notes on a beat."""
    return len(np.unique(notes[_beat_of(notes) == beat, ONSET])) / bars


def _only_on_one(notes: NoteArray, bars: int) -> float:
    """The share of bars with a note on the first beat and none on the second and third."""
    beat, bar = _beat_of(notes), notes[:, ONSET] // WALTZ.steps
    return len(np.setdiff1d(bar[beat == 0], bar[beat > 0])) / bars


def of_midi(folder: Path) -> Told:
    """The MIDI files of a folder that say 3/4 throughout, and have drums and a player with pitches, encoded."""
    told: Told = []
    for path in sorted(folder.rglob("*.mid")):
        try:
            band = read_midi(path)
        except DataError:
            continue
        if band.lines != BarLines((WALTZ,)) or Role.DRUMS not in band.roles or len(band.roles) < 2:
            continue
        bars = band.steps // WALTZ.steps
        notes = {track.role: track.notes[track.notes[:, ONSET] < bars * WALTZ.steps] for track in band.tracks}
        pitched = np.concatenate([rows for role, rows in notes.items() if role is not Role.DRUMS])
        low = notes.get(Role.BASS, np.zeros((0, 4), np.int32))
        chart = chart_of_labels(recognise(pitched, low, bars * WALTZ.beats, WALTZ.beats), measures_of(WALTZ) * bars)
        parts = [(role, to_grid(role, notes[role], chart.steps, chart.shift, chart.lines)[0]) for role in notes]
        ids = encode_bars(parts, chart, density=True)
        row = SongRow(path.stem, "valid", "", bars, 1, band.tempo, chart.key.name, "", "", 0, 0, 0, meter=str(WALTZ))
        told.append((row, ids))
    return told


def without_third_beats(dataset: Dataset) -> Iterator[tuple[SongRow, Ids]]:
    """The songs of a dataset in 4/4 told in 3/4."""
    for row, ids in dataset:
        if row.meter == "4/4" and "drums" in row.roles.split("|"):
            yield replace(row, meter=str(WALTZ)), in_three(ids)


def windows_of(songs: Sequence[tuple[SongRow, Ids]], count: int, seed: int) -> list[Window]:
    """At most ``count`` windows of each song."""
    with TemporaryDirectory() as folder:
        write_dataset(Path(folder), songs, {})
        windows = choose_windows(Dataset(Path(folder)), MANY, seed, WALTZ)
    taken: dict[str, list[Window]] = {}
    for window in windows:
        taken.setdefault(window.song, []).append(window)
    return [window for own in taken.values() for window in own[:count]]


def rows(found: Iterable[Mapping[str, float]], names: Collection[str]) -> Floats:
    """(windows, figures)."""
    return np.array([[each.get(name, np.nan) for name in names] for each in found])


def composed(band: Band, window: Window) -> dict[str, float]:
    """The figures of one of ours."""
    return figures(band, window.style) | accents({track.role: track.notes for track in band.tracks})


def compare(title: str, windows: Sequence[Window], model: Model, seeds: int, folder: Path | None) -> None:
    """Compose for the windows, and print the table."""
    played = [figures(window.band, window.style) | struck(window, folder) for window in windows]
    names = dict.fromkeys(name for each in played for name in each)
    compose = composes_with(model, ArrangeOptions())

    def of_ours() -> Floats:
        takes = [rows(map(composed, compose(windows, take), windows), names) for take in range(seeds)]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # what nobody plays has no mean
            return np.asarray(np.nanmean(takes, axis=0))

    people, ours = rows(played, names), of_ours()
    with patch("sideman.planning.is_waltz", return_value=False):
        free = of_ours()
    numbers = {song: number for number, song in enumerate(dict.fromkeys(window.song for window in windows))}
    songs = np.array([numbers[window.song] for window in windows])
    print(f"\n{title}: {len(numbers)} songs, {len(windows)} windows, {seeds} seeds")
    print(f"{'':<30}{'people':>8}{'free':>8}{'ours':>8}   difference")
    for place, name in enumerate(names):
        columns = [column[:, place] for column in (people, free, ours, ours - people)]
        *told, difference = (mean(column, songs, np.random.default_rng(0)) for column in columns)
        print(f"{name:<30}" + "".join(f"{each.value:>8.2f}" for each in told) + f"   {_told(difference)}")


def _told(estimate: Estimate) -> str:
    mark = "" if estimate.low <= 0 <= estimate.high else " *"
    return f"{estimate.value:+.2f} ({estimate.low:+.2f} to {estimate.high:+.2f}){mark}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--midi", type=Path, help="a folder of MIDI files that training did not see")
    parser.add_argument("--songs", type=Path, help="the folder that was encoded")
    parser.add_argument("--weights", type=Path, default=DEFAULT_WEIGHTS)
    parser.add_argument("--windows", type=int, default=3, help="of each song, at most")
    parser.add_argument("--seeds", type=int, default=3, help="pieces for each window")
    parser.add_argument("--seed", type=int, default=0, help="of the windows, and of what is composed for them")
    parser.add_argument("--retold", type=int, default=60, help="songs told without their third beats")
    options = parser.parse_args()
    model = Model.load(options.weights)
    dataset = Dataset(options.dataset)
    waltzes = [(row, ids) for row, ids in dataset if row.meter == str(WALTZ) and "drums" in row.roles.split("|")]
    sources = {
        f"In 3/4, {fold} fold": [song for song in waltzes if song[0].fold == fold] for fold in ("valid", "train")
    }
    if options.midi is not None:
        sources["MIDI files in 3/4, not trained on"] = of_midi(options.midi)
    told = list(without_third_beats(Dataset(options.dataset, "valid")))
    picked = np.random.default_rng(0).permutation(len(told))[: options.retold]
    sources["Valid fold in 4/4, without third beats"] = [told[number] for number in picked]
    for title, songs in sources.items():
        if songs:
            compare(title, windows_of(songs, options.windows, options.seed), model, options.seeds, options.songs)
        else:
            print(f"\n{title}: no song")


if __name__ == "__main__":
    main()
