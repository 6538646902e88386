"""`sideman inspect`: what a dataset holds, as numbers, as text and as a picture.

Knows ids by their kind and value; no torch. matplotlib draws the charts and is imported only for them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sideman.errors import DataError, MissingLibraryError
from sideman.files import atomic_write
from sideman.music.band import ROLES, Band, Track
from sideman.music.chords import MODEL_QUALITIES
from sideman.music.notes import MAJOR_ROOTS
from sideman.music.time import STEPS_PER_BAR
from sideman.render.roll import COLOURS
from sideman.tokens.decode import chord_name, decode, dump
from sideman.tokens.encode import Ids
from sideman.tokens.form import bar_lines
from sideman.tokens.slices import bar_starts
from sideman.tokens.vocabulary import NO_CHORD, VOCABULARY
from sideman.training.shards import Dataset, SongRow

SUFFIXES = (".png", ".svg", ".pdf", ".jpg")
_PERCENTILES = (5, 50, 95, 99)
_COMMONEST = 24  # chords
_PICTURE_BARS = 16  # of one song
_ROWS_PER_PITCH = 3
_PICTURE_PITCHES = range(24, 100)  # what lies outside stands at the edge
_QUALITIES = len(MODEL_QUALITIES)
_CHORD, _POSITION = (VOCABULARY.kinds.index(kind) for kind in ("chord", "position"))
_START, _END = (VOCABULARY.id(kind) for kind in ("start", "end"))


@dataclass(frozen=True)
class Statistics:
    """Figures of a dataset; counts of songs unless said otherwise. Chords stand in the normalised key."""

    songs: int
    folds: dict[str, int]
    bars: int
    notes: int
    tokens: int
    tokens_per_bar: float
    tokens_per_note: float
    notes_per_bar: float
    tokens_of_a_bar: dict[str, int]  # by percentile
    bars_of_a_song: dict[str, int]  # by percentile
    tempo: dict[str, int]  # beats a minute by percentile
    roles: dict[str, int]
    roles_of_a_song: dict[str, int]  # by how many play
    bands: int  # songs with drums, bass and a harmony track
    meters: dict[str, int]
    keys: dict[str, int]
    styles: dict[str, int]
    chords: dict[str, int]  # changes of chord: the commonest
    chord_roots: dict[str, int]  # changes of chord
    chord_qualities: dict[str, int]  # changes of chord
    kinds: dict[str, int]  # tokens
    lost: dict[str, Any]  # on the way into the dataset, counted when it was made

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


def statistics(dataset: Dataset) -> Statistics:
    """Figures of all songs of a dataset. Raises :class:`DataError` where there is none."""
    if not dataset.rows:
        raise DataError(f"{dataset.folder} holds no song: encode some")
    kinds = np.zeros(len(VOCABULARY.kinds), np.int64)
    chords = np.zeros(NO_CHORD + 1, np.int64)
    bar_lengths: list[npt.NDArray[np.int64]] = []
    for _, ids in dataset:
        kind = VOCABULARY.kind_numbers[ids]
        kinds += np.bincount(kind, minlength=len(kinds))
        chords += np.bincount(_changes(ids, kind), minlength=len(chords))
        bar_lengths.append(np.diff(bar_starts(ids), append=len(ids)))
    rows = dataset.rows
    bars, notes, tokens = (sum(getattr(row, name) for row in rows) for name in ("bars", "notes", "tokens"))
    by_root = chords[:NO_CHORD].reshape(-1, _QUALITIES)
    none = {"N.C.": int(chords[NO_CHORD])}
    roles = [row.roles.split("|") for row in rows]
    return Statistics(
        songs=len(rows),
        folds=_count(row.fold for row in rows),
        bars=bars,
        notes=notes,
        tokens=tokens,
        tokens_per_bar=tokens / bars,
        tokens_per_note=tokens / max(1, notes),
        notes_per_bar=notes / bars,
        tokens_of_a_bar=_percentiles(np.concatenate(bar_lengths)),
        bars_of_a_song=_percentiles([row.bars for row in rows]),
        tempo=_percentiles([row.tempo for row in rows]),
        roles={role: sum(role in each for each in roles) for role in ROLES},
        roles_of_a_song=_count(str(len(each)) for each in roles),
        bands=sum(row.has_band for row in rows),
        meters=_count(row.meter for row in rows),
        keys=_count(row.key for row in rows),
        styles=_count(row.style or "none told" for row in rows),
        chords={chord_name(value): int(chords[value]) for value in np.argsort(-chords, kind="stable")[:_COMMONEST]},
        chord_roots=dict(zip(MAJOR_ROOTS, by_root.sum(1).tolist(), strict=True)) | none,
        chord_qualities=_named_qualities(by_root.sum(0).tolist()) | none,
        kinds=dict(zip(VOCABULARY.kinds, kinds.tolist(), strict=True)),
        lost={key: value for key, value in dataset.header.items() if key not in ("vocabulary", "songs")},
    )


def _changes(ids: Ids, kind: npt.NDArray[np.int16]) -> npt.NDArray[np.int64]:
    """Values of the chords that begin somewhere in a song; one that goes on over a bar line counts once."""
    place = np.flatnonzero(kind == _CHORD)
    # In each bar the last chord is the next bar's, told ahead.
    bar = np.searchsorted(bar_starts(ids), place)
    own = place[np.flatnonzero(bar[1:] == bar[:-1])]
    value = VOCABULARY.values[ids[own]].astype(np.int64)
    begins = kind[own - 1] == _POSITION
    changes: npt.NDArray[np.int64] = value[begins | np.r_[True, value[1:] != value[:-1]]]
    return changes


def _named_qualities(counts: list[int]) -> dict[str, int]:
    return {quality.name or "major": count for quality, count in zip(MODEL_QUALITIES, counts, strict=True)}


def _count(values: Iterable[str]) -> dict[str, int]:
    """How often each value comes, the commonest first."""
    return dict(sorted(Counter(values).items(), key=lambda item: (-item[1], item[0])))


def _percentiles(values: Sequence[float] | npt.NDArray[np.int64]) -> dict[str, int]:
    found = np.percentile(np.asarray(values, np.float64), _PERCENTILES).tolist()
    return {f"{percent} %": round(value) for percent, value in zip(_PERCENTILES, found, strict=True)}


def find_song(dataset: Dataset, song: str) -> SongRow:
    """A song by its name, by its file's stem where no other has that, or by its number, from 1.

    Raises :class:`DataError` where there is none.
    """
    for row in dataset.rows:
        if row.name == song:
            return row
    alike = [row for row in dataset.rows if row.name.rpartition("/")[2] == song]
    if len(alike) == 1:
        return alike[0]
    if song.isdecimal() and 1 <= int(song) <= len(dataset.rows):
        return dataset.rows[int(song) - 1]
    raise DataError(f"no song {song!r} in {dataset.folder}: give a name, or a number from 1 to {len(dataset.rows)}")


def dump_bar(dataset: Dataset, song: str, bar: int) -> str:
    """A bar of a song, counted from 1, for people. Raises :class:`DataError` where there is none."""
    row = find_song(dataset, song)
    if not 1 <= bar <= row.bars:
        raise DataError(f"no bar {bar} in the {row.bars} bars of {row.name}: count from 1")
    ids = dataset.ids(row)
    bounds = [*bar_starts(ids).tolist(), len(ids)]
    # Alone, a bar lacks what is held from the bars before, the loudness: all up to it are read, its lines are kept.
    lines = dump([_START, *ids[: bounds[bar]].tolist()], row.measures[:bar]).splitlines()
    label = f"bar {bar}"
    begin = next(index for index, line in enumerate(lines) if line.split("  ")[0].strip() == label)
    title = f"{row.name}: {row.meter}, {row.key}, {row.tempo:g} beats a minute{f', {row.style}' if row.style else ''}"
    return "\n".join([title, *lines[begin:]])


def band_of(dataset: Dataset, song: str, bars: int) -> Band:
    """The first bars of a song, in the normalised key."""
    row = find_song(dataset, song)
    whole = decode([_START, *dataset.ids(row).tolist(), _END], measures=row.measures)
    steps = int(bar_lines(row.measures[:bars])[-1])
    tracks = [Track(track.role, track.notes[track.notes[:, 0] < steps]) for track in whole.tracks]
    return Band(tuple(tracks), steps, row.tempo)


def piano_roll(band: Band, bar: int = STEPS_PER_BAR) -> npt.NDArray[np.uint8]:
    """A picture of a band, uint8 (height, width, 3): a step a column, high pitches on top, a colour for each role.

    There is a line every ``bar`` steps.
    """
    low, high = _PICTURE_PITCHES[0], _PICTURE_PITCHES[-1]
    picture = np.full((len(_PICTURE_PITCHES), band.steps, 3), 255, np.uint8)
    picture[:, ::bar] = 220
    for track in band.tracks:
        colour = np.array([COLOURS[track.role] >> shift & 0xFF for shift in (16, 8, 0)], np.uint8)
        for onset, duration, pitch, _ in track:
            row = high - min(max(pitch, low), high)
            picture[row, onset : onset + duration] = colour
            picture[row, onset] = colour // 2  # so that a repeated note shows
    return picture.repeat(_ROWS_PER_PITCH, axis=0)


def plot(dataset: Dataset, path: Path, song: str = "1") -> None:
    """Write a picture of a dataset: histograms, and the beginning of one song.

    Raises :class:`MissingLibraryError` where matplotlib is not installed, :class:`DataError` where the file's kind
    is unknown or it cannot be written.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise DataError(f"cannot draw {path}: give a name that ends in {', '.join(SUFFIXES)}")
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingLibraryError(f"matplotlib cannot be imported ({error}): pip install matplotlib") from error
    figures = statistics(dataset)
    figure = Figure((16, 14), layout="constrained")
    grid = figure.add_gridspec(4, 3)
    charts: tuple[tuple[str, Mapping[str, int]], ...] = (
        ("chords: quality", figures.chord_qualities),
        ("chords: root in the normalised key", figures.chord_roots),
        ("keys", figures.keys),
        ("styles", figures.styles),
        ("tracks", figures.roles),
        ("tokens by kind", figures.kinds),
    )
    for number, (title, counts) in enumerate(charts):
        axes = figure.add_subplot(grid[divmod(number, 3)])
        axes.bar(range(len(counts)), list(counts.values()), color="#4C78A8")
        axes.set_xticks(range(len(counts)), list(counts), rotation=90)
        axes.set_title(title)
    for column, (title, name) in enumerate((("bars of a song", "bars"), ("tempo", "tempo"), ("tokens", "tokens"))):
        axes = figure.add_subplot(grid[2, column])
        axes.hist([getattr(row, name) for row in dataset.rows], bins=60, color="#4C78A8")
        axes.set_title(title)
    band = band_of(dataset, song, _PICTURE_BARS)
    axes = figure.add_subplot(grid[3, :])
    bar = find_song(dataset, song).measures[0].steps
    bars = (1, 1 + band.steps / bar, 0, 1)
    axes.imshow(piano_roll(band, bar), aspect="auto", extent=bars, interpolation="none")
    axes.set_yticks([])
    axes.set_title(f"{find_song(dataset, song).name}, by bar: {', '.join(track.role for track in band.tracks)}")
    with atomic_write(path) as temporary:
        figure.savefig(temporary, dpi=80)
