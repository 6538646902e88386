"""How many edits of chords keep a person's text. The collection is not a part of Sideman.

    python -m benchmarks.chart_edits FOLDER         # charts.jsonl

The edits are those that the page makes: bars stay where they are, whole bars come and go (frontend/src/music/edit.ts).
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.charts import charts
from sideman.charts import Reading, read
from sideman.charts.editing import edited
from sideman.errors import SidemanError
from sideman.music.progression import Progression
from sideman.music.time import TICKS_PER_BEAT, TICKS_PER_STEP

Chord = tuple[str, int]  # name and ticks
Edit = Callable[[Sequence[Chord], int, "Lines"], list[Chord]]
EACH = 6  # chords of a chart to which each kind of edit is made
SEED = 10


class Lines:
    """Where the bars of a progression begin, in ticks."""

    def __init__(self, progression: Progression) -> None:
        self._lines = progression.lines

    def length(self, tick: int) -> int:
        """The ticks of the bar in which a tick lies."""
        return self._lines.meter(self._lines.bar_at(tick // TICKS_PER_STEP)).ticks

    def is_line(self, tick: int) -> bool:
        """Whether a bar begins there."""
        bar = self._lines.bar_at(tick // TICKS_PER_STEP)
        return self._lines.onset(bar) * TICKS_PER_STEP == tick

    def is_whole(self, onset: int, ticks: int) -> bool:
        """Whether a time fills bars."""
        return self.is_line(onset) and self.is_line(onset + ticks)


def onset_of(row: Sequence[Chord], at: int) -> int:
    """The tick at which a chord begins."""
    return sum(ticks for _, ticks in row[:at])


def replace(row: Sequence[Chord], at: int, _lines: Lines) -> list[Chord]:
    """Another chord in the same time."""
    return [*row[:at], ("F#m7", row[at][1]), *row[at + 1 :]]


def lengthen(row: Sequence[Chord], at: int, lines: Lines) -> list[Chord]:
    """Twice as long: whole bars come in, else the time is the next chords'."""
    name, ticks = row[at]
    if lines.is_whole(onset_of(row, at), ticks):
        return [*row[:at], (name, 2 * ticks), *row[at + 1 :]]
    if at == len(row) - 1:
        return [*row[:at], (name, ticks + lines.length(onset_of(row, at)))]
    return _take(row, at, ticks)


def shorten(row: Sequence[Chord], at: int, _lines: Lines) -> list[Chord]:
    """Half as long: the next chord begins earlier."""
    name, ticks = row[at]
    if at == len(row) - 1 or ticks < 2 * TICKS_PER_BEAT:
        return list(row)
    half = ticks // 2 // TICKS_PER_BEAT * TICKS_PER_BEAT
    following, more = row[at + 1]
    return [*row[:at], (name, half), (following, more + ticks - half), *row[at + 2 :]]


def _take(row: Sequence[Chord], at: int, ticks: int) -> list[Chord]:
    found, left = [*row[:at], (row[at][0], row[at][1] + ticks)], ticks
    for name, duration in row[at + 1 :]:
        taken = min(left, duration)
        left -= taken
        if duration > taken:
            found.append((name, duration - taken))
    return found if not left else list(row)


def insert(row: Sequence[Chord], at: int, lines: Lines) -> list[Chord]:
    """A chord behind another: of a whole bar where a bar ends, else of half that one's time."""
    onset, (name, ticks) = onset_of(row, at), row[at]
    if lines.is_line(onset + ticks):
        return [*row[: at + 1], ("Bb", lines.length(onset + ticks - 1)), *row[at + 1 :]]
    return [*row[:at], (name, ticks - ticks // 2), ("Bb", ticks // 2), *row[at + 1 :]]


def repeat(row: Sequence[Chord], at: int, lines: Lines) -> list[Chord]:
    """A chord once more: whole bars come in, else it is struck twice in its time."""
    name, ticks = row[at]
    if lines.is_whole(onset_of(row, at), ticks):
        return [*row[: at + 1], row[at], *row[at + 1 :]]
    return [*row[:at], (name, ticks - ticks // 2), (name, ticks // 2), *row[at + 1 :]]


def delete(row: Sequence[Chord], at: int, lines: Lines) -> list[Chord]:
    """A chord less: its bars go with it, else its time is the one's before it in the bar, or the next one's."""
    onset, (_, ticks) = onset_of(row, at), row[at]
    if len(row) == 1:
        return list(row)
    if lines.is_whole(onset, ticks):
        return [*row[:at], *row[at + 1 :]]
    if at + 1 < len(row) and (lines.is_line(onset) or at == 0):
        return [*row[:at], (row[at + 1][0], row[at + 1][1] + ticks), *row[at + 2 :]]
    return [*row[: at - 1], (row[at - 1][0], row[at - 1][1] + ticks), *row[at + 1 :]]


def move(row: Sequence[Chord], at: int, lines: Lines) -> list[Chord]:
    """A chord to the place of the second one behind it: whole bars as such, else the rhythm stays."""
    to = min(at + 2, len(row) - 1)
    if all(lines.is_whole(onset_of(row, number), row[number][1]) for number in range(at, to + 1)):
        return [*row[:at], *row[at + 1 : to + 1], row[at], *row[to + 1 :]]
    names = [name for name, _ in row]
    names.insert(to, names.pop(at))
    return [(name, ticks) for name, (_, ticks) in zip(names, row, strict=True)]


EDITS: dict[str, Edit] = {
    "replace": replace, "lengthen": lengthen, "shorten": shorten, "insert": insert,
    "repeat": repeat, "delete": delete, "move": move,
}  # fmt: skip


def row_of(reading: Reading) -> list[Chord]:
    """The chords that are played."""
    return [(span.chord.written, span.duration) for span in reading.song.progression]


def show(folder: Path, *, verbose: bool) -> None:
    """The share of edits that keep the text, by their kinds, and how long one takes."""
    kept, of = Counter[str](), Counter[str]()
    by_collection, of_collection = Counter[str](), Counter[str]()
    places = random.Random(SEED)
    longest = 0.0
    for chart in charts(folder):
        try:
            reading = read(chart.data, name=chart.file)
        except SidemanError:
            continue
        if reading.format != "text":
            continue
        row, lines = row_of(reading), Lines(reading.song.progression)
        for at in sorted(places.sample(range(len(row)), min(EACH, len(row)))):
            for kind, edit in EDITS.items():
                wished = edit(row, at, lines)
                if wished == row:
                    continue
                begun = time.perf_counter()
                found = edited(reading, wished)
                longest = max(longest, time.perf_counter() - begun)
                of[kind] += 1
                kept[kind] += found is not None
                of_collection[chart.collection] += 1
                by_collection[chart.collection] += found is not None
                if verbose and found is None:
                    print(f"  {chart.collection} {chart.name}: {kind} {row[at][0]}, chord {at + 1}")
    for some, every in ((kept, of), (by_collection, of_collection)):
        for kind, count in every.items():
            print(f"{kind:10} {some[kind]:5} of {count:5} edits keep the text  {some[kind] / count:.1%}")
    print(f"{'all':10} {kept.total():5} of {of.total():5} edits keep the text  {kept.total() / max(of.total(), 1):.1%}")
    print(f"the longest took {longest * 1000:.0f} ms")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="with charts.jsonl")
    parser.add_argument("--verbose", action="store_true", help="say which edits don't keep the text")
    arguments = parser.parse_args()
    show(arguments.folder, verbose=arguments.verbose)
