"""How soon the band follows a chord: ``python -m benchmarks.jam [--bars 120] [--style jazz]``.

Each bar is composed over the chord before, as in a jam, and then turned: at its bar line and once more on its third
beat. Prints, as median and worst in milliseconds, from the chord being known to the notes of the next beat being
there, of all players, and to the notes of the whole bar or the rest of it; and what is done while nobody waits: a bar
ahead of its chord, and what the network reads again. The first eight bars are left out.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence

import numpy as np

from sideman.composer import Take
from sideman.jamming.jam import Jam
from sideman.music.symbol import read_chord
from sideman.music.time import STEPS_PER_BEAT
from sideman.options import ArrangeOptions
from sideman.tokens.decode import BarNotes
from sideman.tokens.prefix import Prefix

CHORDS = [read_chord(name) for name in ("Dm7", "G7", "CM7", "A7", "Am7", "D7", "GM7", "E7", "C/E", "F", "Bb7", "C")]
WARM = 8  # bars
MILLISECONDS = 1_000


class Watch:
    """Notes when all players have composed their notes of a beat."""

    def __init__(self, jam: Jam) -> None:
        self._jam, self._step = jam, jam._composer.step  # noqa: SLF001 - what is measured
        jam._composer.step = self._watched  # type: ignore[method-assign]  # noqa: SLF001
        self._until, self._seen = 0, 0.0

    def _watched(self) -> list[tuple[Take, BarNotes]]:
        done = self._step()
        if not self._seen and self._is_there(self._jam._now.prefix):  # noqa: SLF001
            self._seen = time.perf_counter()
        return done

    def _is_there(self, prefix: Prefix) -> bool:
        is_last = len(prefix.played) == len(self._jam.options.roles)
        return not prefix.played or (is_last and prefix.position >= self._until)

    def turn(self, chord: int, beat: int) -> tuple[float, float]:
        """Seconds until the next beat is there, and the bar."""
        self._until, self._seen = (beat + 1) * STEPS_PER_BEAT, 0.0
        begin = time.perf_counter()
        self._jam.turn(CHORDS[chord % len(CHORDS)], beat)
        end = time.perf_counter()
        return (self._seen or end) - begin, end - begin


def timed(work: Callable[[], object]) -> float:
    """Seconds that something takes."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def told(name: str, seconds: Sequence[float]) -> str:
    """A row."""
    values = np.array(seconds) * MILLISECONDS
    return (
        f"{name:44}  {np.median(values):6.1f}  {np.percentile(values, 95):6.1f}  {values.max():6.1f}  {len(values):4}"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bars", type=int, default=120)
    parser.add_argument("--style", default=None)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    jam = Jam(ArrangeOptions(style=options.style, seed=options.seed))
    jam.bar(CHORDS[0])
    watch = Watch(jam)
    rows: list[tuple[float, ...]] = []
    for bar in range(1, options.bars + WARM):
        rests, ahead = timed(jam.rest), timed(jam.bar)
        rows.append((*watch.turn(bar, 0), *watch.turn(bar + 5, 2), ahead, rests))
    columns = list(zip(*rows[WARM - 1 :], strict=True))
    names = (
        "chord before the bar line -> its first beat",
        "                          -> the whole bar",
        "chord within the bar -> the next beat",
        "                     -> the rest of the bar",
        "a bar ahead of its chord",
        "read again between bars",
    )
    print(f"{'milliseconds':44}  median     95 %   worst  bars")
    for name, seconds in zip(names, columns, strict=True):
        print(told(name, seconds))


if __name__ == "__main__":
    main()
