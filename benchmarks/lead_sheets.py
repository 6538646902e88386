"""How bands keep to lead sheets that others played too: ``python -m benchmarks.lead_sheets FOLDER [--samples 3]``.

FOLDER has a folder for each sheet: ``lead_sheet.mid`` (melody, then chords) and the bands of four published systems,
``Ours.mid`` (Structured-Arrangement, NeurIPS 2024, whose repository they are from), ``PopMAG.mid``, ``AMT.mid`` and
``GETMusic.mid``; besides ``prompts.json``: for each sheet's name the ``prompt``, chords as that repository's recogniser
hears them in the sheet, and the ``tempo``. Composes for the prompts, over the chords alone and with the melody given.

Prints how much of the time the chord that is heard is the one asked for: root + quality, majmin, root (mir_eval's
``tetrads``, ``majmin``, ``root``), of the band without the sheet's melody and with it. Two recognisers hear: the one
of `sideman evaluate --music`, and chorder (Chang, MIT licence; ``pip install chorder``), which is not ours at all.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import symusic

from sideman.arranging import ArrangeOptions, Model, Plan, default_model
from sideman.judging.composing import perform_all
from sideman.judging.keeping import accuracies
from sideman.judging.recognition import UNLABELLED, Heard, hear_notes
from sideman.judging.statistics import Estimate, mean
from sideman.music.adherence import chord_tone_ratio, harmonies
from sideman.music.band import DURATION, ONSET, PITCH, NoteArray, Role, Track
from sideman.music.chords import parse
from sideman.music.progression import Progression
from sideman.music.qualities import PITCH_CLASSES
from sideman.music.time import STEPS_PER_BEAT

try:
    from chorder import Dechorder
    from miditoolkit import Instrument, MidiFile, Note
except ImportError:
    Dechorder = None

RIVALS = {"Ours": "Structured-Arrangement", "PopMAG": "PopMAG", "AMT": "AMT", "GETMusic": "GETMusic"}
BASSES = range(32, 40)  # General MIDI programs
IS_MELODY = 0.5  # of the notes of a track and of the melody that both have
TICKS_PER_BEAT = 480  # of what chorder reads
NOTHING: NoteArray = np.zeros((0, 4), np.int32)


class Playing(NamedTuple):
    """A band without the melody: all pitched notes (n, 4) in steps, and those of the bass."""

    pitched: NoteArray
    bass: NoteArray


class Sheet(NamedTuple):
    """A lead sheet: its chords, tempo, melody, and who plays for it besides us."""

    progression: Progression
    tempo: float
    melody: NoteArray
    others: dict[str, Playing]


Ear = Callable[[Playing, int], Heard]  # a band and the number of beats


def read_tracks(path: Path) -> list[tuple[int, NoteArray]]:
    """Program and notes of the pitched tracks of a file. Its beats are the chart's, whatever tempo it names."""
    score: Any = symusic.Score(path)  # its stubs know no tracks
    scale = STEPS_PER_BEAT / score.ticks_per_quarter
    tracks = []
    for track in score.tracks:
        if not track.is_drum:
            rows = [
                (onset := round(note.time * scale), max(round(note.end * scale) - onset, 1), note.pitch, note.velocity)
                for note in track.notes
            ]
            tracks.append((track.program, np.array(sorted(rows), np.int32).reshape(-1, 4)))
    return tracks


def without_melody(tracks: Iterable[tuple[int, NoteArray]], melody: NoteArray) -> Playing:
    """A band of all tracks but those that are the melody."""
    line = {(onset, pitch) for onset, _, pitch, _ in melody.tolist()}
    kept = []
    for program, notes in tracks:
        played = {(onset, pitch) for onset, _, pitch, _ in notes.tolist()}
        if len(line & played) < IS_MELODY * len(line | played):
            kept.append((program, notes))
    bass = [notes for program, notes in kept if program in BASSES]
    return Playing(np.concatenate([NOTHING, *(notes for _, notes in kept)]), np.concatenate([NOTHING, *bass]))


def read_sheet(folder: Path, prompt: dict[str, Any]) -> Sheet:
    """A sheet and the bands beside it."""
    (_, melody), (_, chords) = read_tracks(folder / "lead_sheet.mid")
    others = {"the sheet's own chords": Playing(chords, NOTHING)}
    for file, name in RIVALS.items():
        others[name] = without_melody(read_tracks(folder / f"{file}.mid"), melody)
    return Sheet(parse(prompt["prompt"]), prompt["tempo"], melody, others)


def judge_hears(playing: Playing, beats: int) -> Heard:
    """By the recogniser of `sideman evaluate --music`."""
    return hear_notes(playing.pitched, playing.bass, beats)


def chorder_hears(playing: Playing, beats: int) -> Heard:
    """By chorder."""
    file = MidiFile(ticks_per_beat=TICKS_PER_BEAT)
    instrument = Instrument(0)
    scale = TICKS_PER_BEAT // STEPS_PER_BEAT
    end = beats * TICKS_PER_BEAT
    for onset, duration, pitch, velocity in playing.pitched.tolist():
        if onset * scale < end:
            instrument.notes.append(Note(velocity, pitch, onset * scale, min((onset + duration) * scale, end)))
    file.instruments.append(instrument)
    file.max_tick = end
    root = np.full(beats, UNLABELLED)
    tones = np.zeros((beats, PITCH_CLASSES), np.bool_)
    for beat, chord in enumerate(Dechorder.dechord(file)[:beats]):
        if chord.is_complete():
            root[beat] = chord.root_pc
            tones[beat, Dechorder.chord_maps[chord.quality]] = True
    return Heard(root, tones)


def compose(model: Model, sheets: Sequence[Sheet], samples: int, *, melody: bool) -> list[list[Playing]]:
    """For each sheet so many bands."""
    plans = []
    for number, sheet in enumerate(sheets):
        for sample in range(samples):
            plan = Plan(sheet.progression, ArrangeOptions(tempo=sheet.tempo, seed=1000 * number + sample))
            plans.append(plan.with_melody(Track(Role.PIANO, sheet.melody))[0] if melody else plan)
    bands = [performance.bands[0] for performance in perform_all(plans, model)]
    playing = []
    for band in bands:
        pitched = [t.notes for t in band.tracks if not t.is_drum and t.role is not Role.MELODY]
        playing.append(Playing(np.concatenate([NOTHING, *pitched]), band[Role.BASS].notes))
    return [playing[begin : begin + samples] for begin in range(0, len(playing), samples)]


def figures(sheet: Sheet, playing: Playing, ear: Ear) -> tuple[float, ...]:
    """Root + quality, majmin and root without the melody, then with it; then chord tones without it."""
    beats = -(-sheet.progression.steps // STEPS_PER_BEAT)
    melody = sheet.melody[sheet.melody[:, ONSET] < sheet.progression.steps]
    both = Playing(np.concatenate([playing.pitched, melody]), playing.bass)
    found: list[float] = []
    for heard in (ear(playing, beats), ear(both, beats)):
        root, majmin, tetrads = accuracies(heard, sheet.progression)
        found += [tetrads, majmin, root]
    within = playing.pitched[playing.pitched[:, ONSET] < sheet.progression.steps].copy()
    within[:, DURATION] = np.minimum(within[:, DURATION], sheet.progression.steps - within[:, ONSET])
    return (
        *found,
        chord_tone_ratio([within[np.lexsort((within[:, PITCH], within[:, ONSET]))]], harmonies(sheet.progression)),
    )


def estimates(rows: npt.NDArray[np.float64]) -> list[Estimate]:
    """Means over the sheets, with a bootstrap over them."""
    songs = np.arange(len(rows))
    return [mean(column, songs, np.random.default_rng(0)) for column in rows.T]


def main() -> None:
    """Compose, hear and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--samples", type=int, default=3, help="bands for a sheet")
    parser.add_argument("--sheets", type=int, default=0, help="the first so many alone")
    parser.add_argument("--weights", type=Path)
    options = parser.parse_args()
    prompts = json.loads((options.folder / "prompts.json").read_text())
    names = sorted(prompts)[: options.sheets or None]
    sheets = [read_sheet(options.folder / name, prompts[name]) for name in names]
    model = Model.load(options.weights) if options.weights else default_model()
    ours = {
        "sideman": compose(model, sheets, options.samples, melody=False),
        "sideman, given the melody": compose(model, sheets, options.samples, melody=True),
    }
    players = {name: [[sheet.others[name]] for sheet in sheets] for name in sheets[0].others}
    print(f"{len(sheets)} sheets, {sum(s.progression.bars for s in sheets)} bars, {options.samples} bands of ours each")
    ears: dict[str, Ear] = {"the judge's recogniser": judge_hears}
    if Dechorder is None:
        print("chorder hears nothing: it is not installed, run 'pip install chorder'")
    else:
        ears["chorder"] = chorder_hears
    columns = ("root+quality", "majmin", "root")
    for heading, ear in ears.items():
        print(f"\n{heading:26}{'without the melody':^39}{'with it':^39}")
        print(f"{'':26}" + "".join(f"{column:>13}" for column in (*columns * 2, "chord tones")))
        for name, bands in (ours | players).items():
            rows = np.array(
                [
                    np.mean([figures(sheet, each, ear) for each in of_sheet], 0)
                    for sheet, of_sheet in zip(sheets, bands, strict=True)
                ]
            )
            cells = (f"{value:.3f} ±{(high - low) / 2:.3f}" for value, low, high in estimates(rows))
            print(f"{name:26}" + "".join(f"{cell:>13}" for cell in cells))


if __name__ == "__main__":
    main()
