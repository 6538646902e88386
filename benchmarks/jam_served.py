"""How soon the band follows a chord over HTTP: ``python -m benchmarks.jam_served [--bars 110] [--style jazz]``.

Starts ``sideman serve`` as a process of its own. Each bar is asked for over the chord that holds, as the page does, and
then turned: at its bar line and once more on its third beat, each time to a chord that wasn't there. Prints, as median,
95 % and worst in milliseconds, from a request being sent to the notes being there as JSON that was read; the last row
is what HTTP costs alone. The first eight bars are left out.
"""

from __future__ import annotations

import argparse
import json
from functools import partial
from http.client import HTTPConnection
from typing import Any

from benchmarks.jam import CHORDS, WARM, timed, told
from benchmarks.serve import serving


class Client:
    """A jam over a connection that is kept, as browsers do."""

    def __init__(self, address: str, **options: object) -> None:
        self._connection = HTTPConnection(address)
        self._cookie = ""
        self._path = ""
        self._path = f"/api/jams/{self.ask('/api/jams', options)['id']}"

    def ask(self, path: str, body: object = None) -> dict[str, Any]:
        """What the server answers."""
        headers = {"Content-Type": "application/json", "Cookie": self._cookie}
        method, data = ("GET", None) if body is None else ("POST", json.dumps(body))
        self._connection.request(method, path, data, headers)
        response = self._connection.getresponse()
        answer = response.read()
        assert response.status < 300, answer
        self._cookie = response.headers.get("Set-Cookie", self._cookie).split(";")[0]
        found: dict[str, Any] = json.loads(answer)
        return found

    def bar(self, chord: int | None = None) -> None:
        """Have the next bar."""
        self.ask(f"{self._path}/bars", {} if chord is None else {"chord": named(chord)})

    def turn(self, chord: int, beat: int) -> None:
        """Have the last bar over another chord from a beat on."""
        self.ask(f"{self._path}/turns", {"chord": named(chord), "beat": beat})


def named(chord: int) -> str:
    """One of the chords."""
    return str(CHORDS[chord % len(CHORDS)])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bars", type=int, default=110)
    parser.add_argument("--style", default=None)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rows: list[tuple[float, ...]] = []
    with serving() as address:
        client = Client(address, style=options.style, seed=options.seed)
        client.bar(0)
        for bar in range(1, options.bars + WARM):
            ahead = timed(client.bar)
            line, within = timed(partial(client.turn, bar, 0)), timed(partial(client.turn, bar + 5, 2))
            rows.append((line, within, ahead, timed(partial(client.ask, "/api/health"))))
    names = (
        "chord before the bar line -> the whole bar",
        "chord within the bar -> the rest of the bar",
        "a bar ahead of its chord",
        "an answer without music",
    )
    print(f"{'milliseconds':44}  median     95 %   worst  bars")
    for name, seconds in zip(names, zip(*rows[WARM - 1 :], strict=True), strict=True):
        print(told(name, seconds))


if __name__ == "__main__":
    main()
