"""How many real charts are read, how many of their bars right, and how fast. The collection is not a part of Sideman.

    python -m benchmarks.charts FOLDER              # charts.jsonl and musicxml/*.mxl

Right is what independent readers say, where there are some: for iReal links ``ireal-musicxml`` (SIDEMAN_IREAL_ORACLE
names a folder that has it), for MusicXML music21 (SIDEMAN_MUSIC21 names a Python that has it), for grids pychord, for
sixty texts with words and layout a reading by hand (tests/golden/charts.json).
"""

from __future__ import annotations

import argparse
import contextlib
import json
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from benchmarks.oracles import golden, grids, ireal, musicxml
from sideman.charts import Reading, read
from sideman.errors import SidemanError
from sideman.music.chords import parse

GRID = " | ".join(["C", "Am7", "Dm7 G7", "F#m7b5/E", "Bbmaj7"] * 60)  # 300 bars
ROOTS = ["C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"]
SYMBOLS = [root + suffix for suffix in ("", "m7", "7", "maj7", "m7b5", "6/9", "7b9") for root in ROOTS]
MANY = [SYMBOLS[7 * number % len(SYMBOLS)] for number in range(300)]  # each of them several times
TEXTS = {
    "a grid of 300 bars, 6 chords": GRID,
    f"a grid of 300 bars, {len(SYMBOLS)} chords": " | ".join(MANY),
    "a sheet of 300 bars with words, 4 chords": "Title\n\n"
    + "\n".join(f"C   G   Am  F\nwords of a song, line {number}\n" for number in range(75)),
    f"a sheet of 300 bars with words, {len(SYMBOLS)} chords": "Title\n\n"
    + "\n".join(
        f"{'   '.join(MANY[number : number + 4])}\nwords of a song, line {number}\n" for number in range(0, 300, 4)
    ),
}
# Each over and over is a text that might take more than linear time.
PARTS = ("C ", "C|", "a ", "[A]\n", "|: ", "(", "C-", "1. ", "la la\n", "\n", "{t}\n", "[C]a ", "- ", "of ", "0 0 0 z")
LONGEST = 149_999  # characters of a text that is read
ONE_MEGABYTE = 1 << 20
ROUNDS = 30
FIRST = """
import sys, time
from sideman.charts import read
text = sys.stdin.read()
if sys.argv[1] == "imported":
    read("N.C.")
begin = time.perf_counter()
read(text)
print((time.perf_counter() - begin) * 1000)
"""


class Chart(NamedTuple):
    """A chart of the collection."""

    collection: str
    name: str
    data: str | bytes
    file: str = ""  # its name


def charts(folder: Path) -> Iterator[Chart]:
    """All charts of a folder."""
    with (folder / "charts.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            yield Chart(row["collection"], row["id"], row["text"])
    for path in sorted((folder / "musicxml").glob("*.mxl")):
        yield Chart("musicxml", path.name, path.read_bytes(), path.name)


def read_all(folder: Path) -> dict[Chart, Reading | str]:
    """The reading of every chart, or why there is none."""
    found: dict[Chart, Reading | str] = {}
    for chart in charts(folder):
        try:
            found[chart] = read(chart.data, name=chart.file)
        except SidemanError as error:
            found[chart] = str(error)
    return found


def show_share(readings: dict[Chart, Reading | str], *, verbose: bool) -> None:
    """The share that is read, by collection."""
    of, is_read = Counter[str](), Counter[str]()
    for chart, reading in readings.items():
        of[chart.collection] += 1
        is_read[chart.collection] += isinstance(reading, Reading)
        if verbose and isinstance(reading, str):
            print(f"  {chart.collection} {chart.name}: {reading}")
    for collection, count in [*of.items(), ("all", of.total())]:
        share = is_read[collection] if collection in of else is_read.total()
        print(f"{collection:10} {share:4} of {count:4} read  {share / count:.1%}")


def show_right(readings: dict[Chart, Reading | str]) -> None:
    """The share of bars that independent readers read alike; charts that are not read count as wrong by hand alone."""
    _show_ireal(readings)
    _show_musicxml(readings)
    right = count = 0
    for chart, reading in readings.items():
        if chart.collection == "grids" and isinstance(reading, Reading) and isinstance(chart.data, str):
            alike, named = grids.agreeing(reading.sheet, grids.measures(chart.data))
            right, count = right + alike, count + named
    _print("grids, pychord", right, count)
    _show_golden(readings)


def _show_ireal(readings: dict[Chart, Reading | str]) -> None:
    if why := ireal.why_not():
        print(f"iReal links: not compared, {why}")
        return
    links = [(reading, chart.data) for chart, reading in readings.items() if chart.collection == "ireal"]
    known = [(reading, data) for reading, data in links if isinstance(reading, Reading) and isinstance(data, str)]
    right = count = 0
    oracles = ireal.measures_of([data for _, data in known])
    for (reading, _), oracle in zip(known, oracles, strict=True):
        if oracle is not None:
            right += ireal.agreeing(reading.sheet, oracle)
            count += max(len(oracle), len(reading.sheet.measures))
    _print("iReal, ireal-musicxml", right, count)


def _show_musicxml(readings: dict[Chart, Reading | str]) -> None:
    files = [chart for chart in readings if chart.collection == "musicxml"]
    paths = [FOLDER / "musicxml" / chart.file for chart in files]
    try:
        oracles = musicxml.measures_of(paths)
    except musicxml.OracleMissingError as error:
        print(f"MusicXML: not compared, {error}")
        return
    right = count = 0
    for path, bars in zip(paths, oracles, strict=True):
        sheet = read(path.read_bytes(), name=path.name, choices={"pickup": "kept"}).sheet
        for bar, measure in zip(bars, sheet.measures, strict=False):
            right += musicxml.agree(musicxml.heard(measure.chords, measure.meter or sheet.meter), bar)
        count += max(len(bars), len(sheet.measures))
    _print("MusicXML, music21", right, count)


def _show_golden(readings: dict[Chart, Reading | str]) -> None:
    by_text = {
        golden.fingerprint(chart.data): reading for chart, reading in readings.items() if isinstance(chart.data, str)
    }
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for entry in golden.load():
        found = by_text[entry["sha256"]]
        reading = found if isinstance(found, Reading) else None
        parts = {
            "bars": golden.compare(reading, entry),
            "bars as played": golden.compare_played(reading, entry),
            "sections": golden.compare_sections(reading, entry),
        }
        for name, (right, count) in parts.items():
            sums[name][0] += right
            sums[name][1] += count
            if name == "bars" and reading is not None:
                sums["bars of those that are read"][0] += right
                sums["bars of those that are read"][1] += count
    for name, (right, count) in sums.items():
        _print(f"by hand, {name}", right, count)


def _print(name: str, right: int, count: int) -> None:
    print(f"{name:40} {right:5} of {count:5} right  {right / max(count, 1):.2%}")


def show_speed() -> None:
    """Milliseconds: the best of some rounds, the first chart of a process, and the longest texts.

    Before the first chart all formats are imported, which is told apart.
    """
    for name, text in TEXTS.items():
        first, importing = (min(_first(text, way) for _ in range(3)) for way in ("imported", "importing"))
        rounds = _best(partial(read, text))
        print(f"{name}: {rounds:.2f} ms; the first of a process {first:.1f}, with imports {importing:.0f}")
    print(f"the first grid by the chord language: {_best(partial(parse, GRID)):.2f} ms")
    for part in PARTS:
        texts = (part * (size // len(part)) for size in (ONE_MEGABYTE, LONGEST, LONGEST // 2))
        megabyte, longest, half = (_once(text) for text in texts)
        print(f"1 MB of {part!r}: {megabyte:.0f} ms; as far as a text is read: {longest:.0f} ms, half of it {half:.0f}")


def _first(text: str, way: str) -> float:
    run = subprocess.run([sys.executable, "-c", FIRST, way], input=text, capture_output=True, text=True, check=True)
    return float(run.stdout)


def _once(text: str) -> float:
    begin = time.perf_counter()
    with contextlib.suppress(SidemanError):
        read(text)
    return (time.perf_counter() - begin) * 1000


def _best(run: Callable[[], object]) -> float:
    times = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        run()
        times.append(time.perf_counter() - begin)
    return min(times) * 1000


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--verbose", action="store_true", help="tell why charts are not read")
    arguments = parser.parse_args()
    FOLDER = arguments.folder
    found = read_all(FOLDER)
    show_share(found, verbose=arguments.verbose)
    show_right(found)
    show_speed()
