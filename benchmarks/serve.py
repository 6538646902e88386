"""How a server keeps up with many listeners: ``python -m benchmarks.serve [--listeners 1 5 20 50] [--bars 8 16]``.

Starts ``sideman serve`` as a process of its own, with the package's weights, a fresh folder and a free port. Every
listener is a session of its own: all ask for a piece at the same moment and listen to its events. Prints, from the
moment of asking, the seconds until the first bar and the last, of the median listener and of the last one; how many
got every bar before it was to be played, their first bar played as it came; and all their music in relation to the
time it took. ``--most`` then looks for the largest number of listeners that are all in time.

Examples:
  python -m benchmarks.serve
  python -m benchmarks.serve --listeners 1 5 --bars 8
  python -m benchmarks.serve --listeners 20 --bars 16 --tempo 160 --most

The listeners run on the same machine and take a little of its time.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from itertools import cycle, islice
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from sideman.music.time import COMMON_TIME, seconds

PROGRAM = (sys.executable, "-c", "from sideman.cli import main; main()")
CHORDS = ("C:4", "Am:4", "F:4", "G7:4")
MOST = 256  # listeners to look for
# Limits that keep people from taking too much would refuse so many from one address.
UNLIMITED = {
    "SIDEMAN_REQUESTS_PER_MINUTE": "1000000",
    "SIDEMAN_ARRANGEMENTS_PER_MINUTE": "1000000",
    "SIDEMAN_JAM_BARS_PER_MINUTE": "1000000",
    "SIDEMAN_MAX_WAITING": str(MOST),
    "SIDEMAN_RESERVE_MEGABYTES": "0",
}
TIMEOUT = 600.0  # seconds without a word


class Heard(NamedTuple):
    """What one listener got: seconds from asking to each bar in the order of playing, and how long a bar lasts."""

    bars: list[float]
    bar_seconds: float

    @property
    def in_time(self) -> bool:
        """Whether every bar was there when it was to be played."""
        first = self.bars[0]
        return all(came <= first + number * self.bar_seconds for number, came in enumerate(self.bars))


@contextmanager
def serving() -> Iterator[str]:
    """A server; gives host and port."""
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [*PROGRAM, "serve", "--port", "0", "--data", str(Path(folder) / "data")],
            env=os.environ | UNLIMITED,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stderr is not None
        try:
            address = urlsplit(process.stderr.readline().split()[-1]).netloc
            threading.Thread(target=process.stderr.read, daemon=True).start()  # a full pipe would stop it
            yield address
        finally:
            process.terminate()
            process.wait()


def ask(connection: HTTPConnection, method: str, path: str, headers: dict[str, str], body: str = "") -> HTTPResponse:
    """A request and the beginning of its answer."""
    connection.request(method, path, body or None, headers)
    response = connection.getresponse()
    if response.status >= 400:
        raise SystemExit(f"{method} {path}: {response.status} {response.read().decode()}")
    return response


def listen(address: str, bars: int, tempo: float, seed: int, begin: threading.Barrier) -> Heard:
    """A listener, from asking for a piece to its last bar."""
    connection = HTTPConnection(address, timeout=TIMEOUT)
    connection.connect()
    body = json.dumps({"progression": "|".join(islice(cycle(CHORDS), bars)), "tempo": tempo, "seed": seed})
    begin.wait()
    start = time.perf_counter()
    response = ask(connection, "POST", "/api/arrangements", {"Content-Type": "application/json"}, body)
    cookie = (response.getheader("Set-Cookie") or "").partition(";")[0]
    location = json.loads(response.read())["id"]
    events = ask(connection, "GET", f"/api/arrangements/{location}/events", {"Cookie": cookie})
    came = {}
    kind = ""
    for line in events:
        name, _, value = line.decode().strip().partition(": ")
        if name == "event":
            kind = value
        elif name == "data" and kind == "bar":
            came[json.loads(value)["bar"]] = time.perf_counter() - start
    connection.close()
    if kind != "done" or len(came) != bars:
        raise SystemExit(f"a piece ended with {kind!r} after {len(came)} of {bars} bars")
    return Heard([came[bar] for bar in sorted(came)], seconds(COMMON_TIME.steps, tempo))


def together(address: str, listeners: int, bars: int, tempo: float) -> list[Heard]:
    """So many listeners at once."""
    begin = threading.Barrier(listeners)
    with ThreadPoolExecutor(listeners) as pool:
        jobs = [pool.submit(listen, address, bars, tempo, seed, begin) for seed in range(listeners)]
        return [job.result() for job in jobs]


def show(listeners: int, bars: int, heard: list[Heard]) -> bool:
    """A line of the table; whether all were in time."""
    first, last = [each.bars[0] for each in heard], [max(each.bars) for each in heard]
    in_time = sum(each.in_time for each in heard)
    live = listeners * bars * heard[0].bar_seconds / max(last)
    print(
        f"{bars:4}  {listeners:9}  {statistics.median(first):11.2f}  {max(first):6.2f}"
        f"  {statistics.median(last):10.2f}  {max(last):6.2f}  {in_time:3} of {listeners:3}  {live:21.1f}",
        flush=True,
    )
    return in_time == listeners


def most(address: str, bars: int, tempo: float) -> int:
    """The largest number of listeners that are all in time: doubled until they are not, then halved in between."""
    good, bad = 0, 1
    while bad <= MOST and show(bad, bars, together(address, bad, bars, tempo)):
        good, bad = bad, bad * 2
    while bad - good > max(1, good // 16):
        middle = (good + bad) // 2
        if show(middle, bars, together(address, middle, bars, tempo)):
            good = middle
        else:
            bad = middle
    return good


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--listeners", type=int, nargs="+", default=[1, 5, 20, 50])
    parser.add_argument("--bars", type=int, nargs="+", default=[8, 16])
    parser.add_argument("--tempo", type=float, default=120.0, help="beats a minute; 120 is 2 seconds a bar")
    parser.add_argument("--most", action="store_true", help="look for how many at once are all in time")
    options = parser.parse_args()
    with serving() as address:
        together(address, 1, 1, options.tempo)  # what is needed once is there
        print("bars  listeners  first bar s  latest  last bar s  latest  in time     x live, all together")
        for bars in options.bars:
            for listeners in options.listeners:
                show(listeners, bars, together(address, listeners, bars, options.tempo))
        if options.most:
            print()
            bars = max(options.bars)
            found = most(address, bars, options.tempo)
            print(f"{found} listeners at once get {bars} bars at {options.tempo:g} beats a minute in time")


if __name__ == "__main__":
    main()
