"""A server on many machines, on this one: what it bears, and what it costs beside the embedded server.

    python -m benchmarks.scale failures --minutes 10 --listeners 200 --webs 3 --workers 3
    python -m benchmarks.scale throughput --pieces 48
    python -m benchmarks.scale listeners --workers 2 --bars 16

``failures`` has listeners order pieces and hear them, one after the other, while every process, Redis, PostgreSQL and
the object store are killed in turn, a worker is frozen past its lease and another one's network is cut (in a network
namespace: that needs root). It fails where a piece that was accepted doesn't end whole, or a listener doesn't hear each
bar once, in order, as this process composes it. ``throughput`` has the same pieces composed by the embedded server and
by one web and one worker process, by turns. ``listeners`` looks, for 1 up to so many workers with a processor each, for
how many people at once hear every bar before it is to be played, as benchmarks/serve.py does of one server. Needs
Debian's postgresql and redis-server, and what tests/web/scale/engines.py names.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import json
import os
import random
import signal
import statistics
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from tests.web.scale.cluster import LEASE, Cluster, Process, answers
from tests.web.scale.engines import free_port
from tests.web.scale.listeners import Heard, bars_of, listen

from benchmarks.serve import most, together
from sideman import Model

SETTINGS: dict[str, object] = {
    "arrangements_per_minute": 1_000_000,
    "requests_per_minute": 1_000_000,
    "max_waiting": 10_000,
    "max_unfinished": 10_000,
    "max_pieces": 100_000,
}
CHORDS = ("C:4|Am:4|F:4|G7:4", "Dm7:4|G7:4|Cmaj7:4|A7:4", "Am:4|E7:4|Am:4|Dm:4")
NAMESPACE, LINK, HERE, THERE = "sideman-cut", "sideman-cut0", "10.213.77.1", "10.213.77.2"


def requests_of(bars: int) -> list[dict[str, Any]]:
    """Different pieces of so many bars."""
    texts = ["|".join([text] * (bars // 4)) for text in CHORDS]
    return [{"progression": text, "seed": seed, "takes": 1 + seed % 2} for seed, text in enumerate(texts * 2)]


@contextlib.contextmanager
def network() -> Iterator[None]:
    """A namespace that is linked to this machine, until it is cut."""
    inside = ("ip", "netns", "exec", NAMESPACE)
    commands = (
        ("ip", "netns", "add", NAMESPACE),
        ("ip", "link", "add", LINK, "type", "veth", "peer", "name", "eth0", "netns", NAMESPACE),
        ("ip", "address", "add", f"{HERE}/24", "dev", LINK),
        ("ip", "link", "set", LINK, "up"),
        (*inside, "ip", "address", "add", f"{THERE}/24", "dev", "eth0"),
        (*inside, "ip", "link", "set", "eth0", "up"),
        (*inside, "ip", "link", "set", "lo", "up"),
    )
    try:
        for command in commands:
            subprocess.run(command, check=True)
        yield
    finally:
        subprocess.run(("ip", "netns", "del", NAMESPACE), check=False)


@contextlib.asynccontextmanager
async def relay(port: int) -> AsyncIterator[int]:
    """A port of this side of the link that leads to one of this machine."""

    async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.CancelledError):
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def lead(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            writer.close()
            return
        with contextlib.suppress(asyncio.CancelledError):  # at the end
            await asyncio.gather(copy(reader, there[1]), copy(there[0], writer))

    server = await asyncio.start_server(lead, HERE, 0)
    async with server:
        yield int(server.sockets[0].getsockname()[1])


class Disturbing:
    """All that goes wrong, one after the other, ``period`` seconds apart."""

    def __init__(self, cluster: Cluster, cut_off: Process | None, period: float, lease: float) -> None:
        self._cluster = cluster
        self._period, self._lease = period, lease
        self.done: dict[str, int] = {}
        plain = [each for each in cluster.workers if each is not cut_off]
        webs, workers, others = itertools.cycle(cluster.webs), itertools.cycle(plain), itertools.cycle(plain[::-1])
        self._acts: dict[str, Callable[[], None]] = {
            "kill -9 a worker": lambda: next(workers).kill(),
            "kill -9 a web process": lambda: next(webs).kill(),
            "kill -9 Redis": lambda: cluster.crash(cluster.redis),
            "kill -9 PostgreSQL": lambda: cluster.crash(cluster.postgres),
            "kill -9 the object store": lambda: cluster.crash(cluster.bucket),
            "freeze a worker past its lease": lambda: self._freeze(next(others)),
        }
        if cut_off is not None:
            self._acts["cut a worker's network past its lease"] = self._cut

    def _freeze(self, process: Process) -> None:
        process.signal(signal.SIGSTOP)
        time.sleep(1.5 * self._lease)
        process.signal(signal.SIGCONT)

    def _cut(self) -> None:
        subprocess.run(("ip", "link", "set", LINK, "down"), check=True)
        time.sleep(1.5 * self._lease)
        subprocess.run(("ip", "link", "set", LINK, "up"), check=True)

    async def run(self) -> None:
        """Until it is cancelled."""
        for name, act in itertools.cycle(self._acts.items()):
            await asyncio.sleep(self._period)
            await asyncio.to_thread(act)
            for process in (*self._cluster.webs, *self._cluster.workers):
                process.revive()
            self.done[name] = self.done.get(name, 0) + 1
            print(f"  {time.strftime('%H:%M:%S')} {name}", flush=True)


async def listeners(
    cluster: Cluster, count: int, until: float, wanted: list[tuple[dict[str, Any], dict[tuple[int, int], str]]]
) -> list[tuple[Heard, list[str]]]:
    """So many people, each of whom hears one piece after the other until a time."""
    heard: list[tuple[Heard, list[str]]] = []
    limits = httpx.Limits()

    async def person(number: int) -> None:
        await asyncio.sleep(number * 0.02)
        while True:
            request, bars = random.choice(wanted)
            each = await listen(cluster.urls, request, bars, limits)
            heard.append((each, each.faults(bars)))
            if time.monotonic() > until:
                return
            await asyncio.sleep(random.uniform(0, 5))

    await asyncio.gather(*(person(number) for number in range(count)))
    return heard


async def failures(options: argparse.Namespace) -> int:
    """How many faults there were."""
    model = Model.load(options.weights) if options.weights else Model.load()
    wanted = [(request, bars_of(request, model)) for request in requests_of(options.bars)]
    weights = {"weights": options.weights} if options.weights else {}
    async with contextlib.AsyncExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sideman-scale-")))
        cluster = Cluster(home, **SETTINGS, **weights, lease=options.lease)
        stack.enter_context(cluster.running(options.webs, options.workers - options.cut))
        cut_off = None
        if options.cut:
            stack.enter_context(network())
            cut_off = await _cut_off(cluster, stack)
        disturbing = Disturbing(cluster, cut_off, options.period, options.lease)
        disturbance = asyncio.create_task(disturbing.run())
        until = time.monotonic() + options.minutes * 60
        heard = await listeners(cluster, options.listeners, until, wanted)
        disturbance.cancel()
        words = "".join(process.words for process in (*cluster.webs, *cluster.workers))
    faults = [fault for _, said in heard for fault in said]
    pieces = [each for each, _ in heard]
    firsts = sorted(each.first for each in pieces if each.first is not None)
    print(f"{len(pieces)} pieces accepted, {sum(len(each.bars) for each in pieces)} bars heard, {len(faults)} faults")
    print(f"streams broken {sum(each.breaks for each in pieces)}, asked again {sum(each.refused for each in pieces)}")
    print(f"first bar: median {statistics.median(firsts):.2f} s, 95 % {firsts[int(0.95 * len(firsts))]:.2f} s")
    print(f"taken over: {words.count('attempt=2')}, a third time: {words.count('attempt=3')}")
    for name, count in disturbing.done.items():
        print(f"{count:4} x {name}")
    for fault in faults[:20]:
        print("FAULT", fault)
    for identity in sorted({each.identity[:8] for each, said in heard if said} - {""})[:5]:
        print(f"what was said of piece {identity}:")
        print("\n".join(sorted(line for line in words.splitlines() if identity in line)))
    if "Traceback" in words:
        print("FAULT a process said:", words[words.index("Traceback") :][:3000])
    return len(faults) + words.count("Traceback")


async def _cut_off(cluster: Cluster, stack: contextlib.AsyncExitStack) -> Process:
    """A worker in the namespace, which reaches the engines over the link alone."""
    environment = cluster.environment()
    for name in ("SIDEMAN_REDIS", "SIDEMAN_DATABASE", "AWS_ENDPOINT_URL"):
        place = environment[name].split("@")[-1].removeprefix("redis://").removeprefix("http://").split("/")[0]
        port = await stack.enter_async_context(relay(int(place.split(":")[1])))
        environment[name] = environment[name].replace(place, f"{HERE}:{port}")
    words = cluster.home / "worker-cut.log"
    process = Process(["work"], words, environment, "ip", "netns", "exec", NAMESPACE)
    cluster.workers.append(process)
    return process


async def throughput(options: argparse.Namespace) -> int:
    """Bars a second and seconds to the first bar, by turns."""
    model = Model.load(options.weights) if options.weights else Model.load()
    wanted = [(request, bars_of(request, model)) for request in requests_of(options.bars)]
    weights = {"weights": options.weights} if options.weights else {}
    with contextlib.ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sideman-scale-")))
        cluster = Cluster(home, **SETTINGS, **weights)
        stack.enter_context(cluster.running(1, 1))
        port = free_port()
        environment = {f"SIDEMAN_{name.upper()}": str(value) for name, value in (SETTINGS | weights).items()}
        serve = ["serve", "--port", str(port), "--data", str(home / "data")]
        embedded = Process(serve, home / "embedded.log", environment)
        stack.callback(embedded.end)
        answers(f"http://127.0.0.1:{port}")
        places = {"embedded": [f"http://127.0.0.1:{port}"], "distributed": cluster.urls}
        processes = {"embedded": [embedded], "distributed": [*cluster.webs, *cluster.workers]}
        figures: dict[str, list[dict[str, float]]] = {name: [] for name in places}
        for turn in range(2 * options.rounds):
            name = ("embedded", "distributed")[(turn + turn // 2) % 2]  # ABBA
            figures[name].append(await _measure(places[name], processes[name], wanted, options.pieces))
            print(name, json.dumps(figures[name][-1]), flush=True)
    for figure in figures["embedded"][0]:
        one, other = (statistics.median(each[figure] for each in figures[name]) for name in places)
        print(f"{figure}: embedded {one:.3f}, distributed {other:.3f}, ratio {other / one:.3f}")
    return 0


async def _measure(
    urls: list[str],
    processes: list[Process],
    wanted: list[tuple[dict[str, Any], dict[tuple[int, int], str]]],
    pieces: int,
) -> dict[str, float]:
    alone = []
    for request, bars in wanted[:3]:  # a listener alone: how soon is the first bar there
        heard = await listen(urls, request, bars, httpx.Limits())
        assert not heard.faults(bars), heard.faults(bars)
        alone.append(heard.first or 0.0)
    asked = [wanted[number % len(wanted)] for number in range(pieces)]
    before, begin = sum(map(_seconds, processes)), time.monotonic()
    heards = await asyncio.gather(*(listen(urls, *each, httpx.Limits()) for each in asked))
    seconds, used = time.monotonic() - begin, sum(map(_seconds, processes)) - before
    bars_heard = sum(len(each.bars) for each in heards)
    assert bars_heard == sum(len(bars) for _, bars in asked)
    return {
        "bars a second": bars_heard / seconds,
        "bars a CPU second": bars_heard / used,
        "first bar of one alone, s": statistics.median(alone),
        "first bar of all, median s": statistics.median(each.first or 0.0 for each in heards),
    }


async def most_listeners(options: argparse.Namespace) -> int:
    """How many are in time, for each number of workers."""
    processors = sorted(os.sched_getaffinity(0))
    for count in range(1, options.workers + 1):
        with tempfile.TemporaryDirectory(prefix="sideman-scale-") as name:
            cluster = Cluster(Path(name), **SETTINGS)
            with cluster.running(0, 0):
                for number in range(count):
                    cluster.add_worker("taskset", "-c", str(processors[number % len(processors)]))
                cluster.add_web()
                answers(cluster.urls[0])
                address = urlsplit(cluster.urls[0]).netloc
                await asyncio.to_thread(together, address, 1, 1, 120.0)  # what is needed once is there
                found = await asyncio.to_thread(most, address, options.bars, 120.0)
                print(f"{count} workers: {found} listeners at once get {options.bars} bars in time", flush=True)
    return 0


def _seconds(process: Process) -> float:
    """CPU seconds that a process has used."""
    fields = Path(f"/proc/{process.pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> int:
    """Run what the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("failures", "throughput", "listeners"))
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--listeners", type=int, default=200)
    parser.add_argument("--webs", type=int, default=3)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--period", type=float, default=9, help="seconds between two disturbances")
    parser.add_argument("--lease", type=float, default=LEASE, help="seconds; more where the machine is busy")
    parser.add_argument("--bars", type=int, default=16, help="of a piece")
    parser.add_argument("--pieces", type=int, default=48)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--weights", type=Path, help="others than the package's")
    parser.add_argument("--cut", action=argparse.BooleanOptionalAction, default=os.getuid() == 0)
    options = parser.parse_args()
    run = {"failures": failures, "throughput": throughput, "listeners": most_listeners}[options.what]
    return asyncio.run(run(options))


if __name__ == "__main__":
    raise SystemExit(main())
