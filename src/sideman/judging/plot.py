"""The judgement as a picture, drawn by matplotlib, which is imported for it alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sideman.errors import DataError, MissingLibraryError
from sideman.files import atomic_write
from sideman.judging.repetition import DISTANCES
from sideman.judging.report import MODEL, PEOPLE, Report, Row

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SUFFIXES = (".png", ".svg", ".pdf", ".jpg")
COLOURS = ("#54A24B", "#4C78A8", "#E45756", "#B279A2", "#8C8C8C", "#F58518")
_FEATURES = 20


def plot(report: Report, path: Path) -> None:
    """Write a picture of a report: chords against likeness, what tells us from people, repetition, scores.

    Raises :class:`MissingLibraryError` where matplotlib is not installed, :class:`DataError` where the file's kind is
    unknown or it cannot be written.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise DataError(f"cannot draw {path}: give a name that ends in {', '.join(SUFFIXES)}")
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingLibraryError(f"matplotlib cannot be imported ({error}): pip install matplotlib") from error
    figure = Figure((15, 10), layout="constrained")
    (chords, repetition), (telling, scores) = figure.subplots(2, 2)
    colours = dict(zip((row.name for row in report.rows), COLOURS, strict=False))
    _chords(chords, report, colours)
    _repetition(repetition, report, colours)
    _telling(telling, report)
    names = [row.name for row in report.rows][::-1]
    scores.barh(names, [report.score(name) for name in names], color=[colours[name] for name in names])
    scores.set_title("score: chords kept, up to people's, times likeness")
    figure.suptitle(f"{report.windows} windows of {report.songs} songs, {report.bars:,} bars")
    with atomic_write(path) as temporary:
        figure.savefig(temporary, dpi=100)


def _bounds(row: Row, figure: str) -> tuple[float, list[list[float]]]:
    """A value, and how far its interval reaches down and up."""
    value, low, high = row.values[figure]
    return value, [[max(0.0, value - low)], [max(0.0, high - value)]]


def _chords(axes: Axes, report: Report, colours: dict[str, str]) -> None:
    for row in report.rows:
        (x, sideways), (y, upwards) = _bounds(row, "overlap"), _bounds(row, "majmin")
        axes.errorbar([x], [y], yerr=upwards, xerr=sideways, fmt="o", color=colours[row.name], label=row.name)
    axes.set_xlabel("overlap with people's distributions")
    axes.set_ylabel("chord accuracy, majmin")
    axes.set_title("keeps to the chords, and sounds like people")
    axes.legend()


def _repetition(axes: Axes, report: Report, colours: dict[str, str]) -> None:
    names = ["any", *map(str, DISTANCES)]
    figures = ["repeated", *(f"repeated {distance}" for distance in DISTANCES)]
    width = 0.8 / len(report.rows)
    for number, row in enumerate(report.rows):
        places = np.arange(len(names)) + number * width
        axes.bar(places, [row.values[each].value for each in figures], width, color=colours[row.name], label=row.name)
    axes.set_xticks(np.arange(len(names)) + 0.4, names)
    axes.set_xlabel("the same as the bar so many bars before")
    axes.set_title("bars repeated")


def _telling(axes: Axes, report: Report) -> None:
    shown = report.features[:_FEATURES][::-1]
    places = np.arange(len(shown))
    axes.barh(places, [feature.auc - 1 / 2 for feature in shown], left=1 / 2, color="#4C78A8")
    words = [f"{feature.name}: {feature.ours:.2f}, {PEOPLE} {feature.people:.2f}" for feature in shown]
    axes.set_yticks(places, words, fontsize=8)
    axes.axvline(1 / 2, color="black", linewidth=0.8)
    axes.set_xlim(0, 1)
    axes.set_title(f"what tells {MODEL} from {PEOPLE}: AUC of each feature alone, and both means")
