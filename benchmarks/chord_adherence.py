"""How closely generated pieces keep to their chords, beside human songs.

    python benchmarks/chord_adherence.py DATASET CHORDS.jsonl... [--weights FILE] [--pieces 50] [--midi FOLDER]

Prompts are the first bars of the 4/4 songs in the chord files (one JSON object a line: `metre`, `bars` as lists of
chords in Harte's or in lead-sheet spelling). The human figures are those of as many songs of the dataset's valid fold,
measured against the labels of our recogniser, so they flatter the humans a little.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np

from sideman.arranging import DEFAULT_WEIGHTS, ArrangeOptions, Model, arrange
from sideman.errors import ChordSyntaxError
from sideman.music.adherence import Harmony, adherence, harmonies
from sideman.music.chords import MODEL_QUALITIES, Progression, parse
from sideman.music.time import COMMON_TIME
from sideman.render.midi import write_midi
from sideman.tokens.chart import NO_BASS
from sideman.tokens.decode import decode
from sideman.tokens.slices import bars, changes
from sideman.tokens.vocabulary import VOCABULARY
from sideman.training.shards import Dataset, SongRow

BARS = 16
# Harte's shorthands that are spelled otherwise here.
HARTE = {
    "maj": "",
    "min": "m",
    "min7": "m7",
    "maj7": "M7",
    "hdim7": "m7-5",
    "min6": "m6",
    "maj6": "6",
    "minmaj7": "mM7",
    "9": "7(9)",
    "min9": "m7(9)",
    "maj9": "maj9",
    "5": "5",
}


def respell(chord: str) -> str:
    """A chord in Harte's syntax as it is typed here; others are left as they are."""
    if chord in ("N", "X"):
        return "N.C."
    root, colon, quality = chord.partition(":")
    if not colon:
        return chord
    quality = re.sub(r"\(.*\)|/.*", "", quality)
    return root + HARTE.get(quality, quality)


def prompts(paths: list[Path], count: int) -> Iterator[Progression]:
    """So many progressions, taken from the files by turns."""
    found: list[list[Progression]] = [[] for _ in paths]
    for path, progressions in zip(paths, found, strict=True):
        for line in path.read_text(encoding="utf-8").splitlines():
            song = json.loads(line)
            bars = song["bars"][:BARS]
            if song["metre"] != "4/4" or len(bars) < BARS:
                continue
            try:
                progressions.append(parse("|".join(" ".join(map(respell, bar)) for bar in bars)))
            except ChordSyntaxError:
                continue  # five chords in a bar, a single note
    turns = (progressions[index] for index in range(count) for progressions in found if index < len(progressions))
    for _, progression in zip(range(count), turns, strict=False):
        yield progression


def human(dataset: Dataset, row: SongRow) -> tuple[float, float]:
    """Adherence of a song to its labels, in the normalised key."""
    ids, chords = dataset.ids(row), []
    for number, bar in enumerate(bars(ids)):
        start = number * COMMON_TIME.steps
        for change, following in pairwise(changes(bar)):
            if change.root >= 0:
                bass = change.root if change.bass == NO_BASS else change.bass
                tones = {(change.root + step) % 12 for step in MODEL_QUALITIES[change.quality].intervals}
                span = start + change.onset, start + following.onset
                chords.append(Harmony(*span, frozenset(tones | {bass}), bass))
    song = [VOCABULARY.id("start"), *ids.tolist(), VOCABULARY.id("end")]
    return adherence(decode(song), chords)


def report(name: str, figures: list[tuple[float, float]]) -> None:
    """Mean and spread of both figures."""
    table = np.array(figures)
    mean, (low, high) = np.nanmean(table, 0), np.nanquantile(table, (0.1, 0.9), axis=0)
    texts = [f"{mean[i]:.3f} (10-90 %: {low[i]:.2f}-{high[i]:.2f})" for i in range(2)]
    print(f"{name:12} {len(table):4} pieces   chord tones {texts[0]}   bass on root {texts[1]}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("chords", type=Path, nargs="+")
    parser.add_argument("--weights", type=Path, default=DEFAULT_WEIGHTS)
    parser.add_argument("--pieces", type=int, default=50)
    parser.add_argument("--temperature", type=float, default=ArrangeOptions.temperature)
    parser.add_argument("--top-p", type=float)
    parser.add_argument("--midi", type=Path, help="also write the pieces into this folder")
    options = parser.parse_args()
    dataset = Dataset(options.dataset, "valid")
    rows = [row for row in dataset.rows if row.has_band][: options.pieces]
    report("human", [human(dataset, row) for row in rows])
    model = Model.load(options.weights)
    figures, blind = [], []
    charts = list(prompts(options.chords, options.pieces))
    for seed, progression in enumerate(charts):
        wishes = ArrangeOptions(temperature=options.temperature, top_p=options.top_p, seed=seed)
        band = arrange(progression, wishes, model=model).band
        figures.append(adherence(band, harmonies(progression)))
        blind.append(adherence(band, harmonies(charts[(seed + 1) % len(charts)])))
        if options.midi:
            options.midi.mkdir(parents=True, exist_ok=True)
            write_midi(band, options.midi / f"{seed:03d}.mid", progression=progression)
    report("generated", figures)
    report("wrong chart", blind)


if __name__ == "__main__":
    main()
