"""Inputs by number, through doors that may raise the project's own errors alone. Knows processes; no formats.

A case is made of the seed and its number and of nothing else: a run goes on anywhere, and what failed fails again.
"""

from __future__ import annotations

import contextlib
import faulthandler
import itertools
import multiprocessing
import os
import resource
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event
from pathlib import Path
from random import Random
from types import FrameType
from typing import NamedTuple

from sideman.errors import SidemanError

CASE_SECONDS = 60  # of processor time in Python; a machine under load takes longer by the clock
HANGING_SECONDS = 300  # where not even a signal gets through
KIB = 1024
KEPT = 3  # inputs that are kept of one kind of failure
SHOW_SECONDS = 10.0
LONGEST_MESSAGE = 2_000  # characters of an error that people still read


class Case(NamedTuple):
    """An input: bytes, and how its file ends."""

    data: bytes
    suffix: str = ""


@dataclass(frozen=True)
class Fuzz:
    """Inputs of a kind: how one is made, and the doors that it goes through, with a folder to write into."""

    name: str
    about: str
    count: int  # of a whole run
    make: Callable[[Random], Case]
    enter: Callable[[Case, Path], None]
    megabytes: int = 400  # that the process may grow by


class TooSlow(BaseException):
    """A case that does not end; nobody takes it for an error of the product."""


class Failure(NamedTuple):
    """A case that raised something else, and what."""

    number: int
    kind: str
    text: str


def case_of(fuzz: Fuzz, seed: int, number: int) -> Case:
    """The case of a number."""
    return fuzz.make(Random(f"{fuzz.name} {seed} {number}"))


def fail(fuzz: Fuzz, case: Case, folder: Path) -> tuple[str, str] | None:
    """Send a case through its doors: None where all is well, else the kind of the failure and its trace."""
    try:
        fuzz.enter(case, folder)
    except SidemanError as error:
        text = str(error)
        if text.strip() and "\n" not in text and len(text) <= LONGEST_MESSAGE:
            return None
        return "not one line", f"{type(error).__name__}: {text[:LONGEST_MESSAGE]!r}"
    except BaseException as error:  # whatever it is: that is what is looked for
        if isinstance(error, KeyboardInterrupt):
            raise
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "sideman" in frame.filename]
        place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
        return f"{type(error).__name__} at {place}", "".join(traceback.format_exception(error))[-20_000:]
    return None


def run_here(fuzz: Fuzz, seed: int, first: int, numbers: int, folder: Path) -> list[Failure]:
    """Some cases in this process."""
    found = ((number, fail(fuzz, case_of(fuzz, seed, number), folder)) for number in range(first, first + numbers))
    return [Failure(number, *each) for number, each in found if each is not None]


def run_fuzz(fuzz: Fuzz, seed: int, first: int, count: int, seconds: float, saved: Path) -> list[Failure]:
    """Cases in a process of their own, which is begun anew where one kills it; what fails is written to ``saved``."""
    context = multiprocessing.get_context("spawn")
    at, stop = context.Value("q", first), context.Event()
    failures: list[Failure] = []
    kinds: Counter[str] = Counter()
    begin = time.monotonic()
    deadline = begin + seconds
    last = first + count
    while at.value < last and time.monotonic() < deadline:
        receiving, sending = context.Pipe(duplex=False)
        arguments = (fuzz.name, seed, last, saved, at, stop, sending)
        worker = context.Process(target=_work, args=arguments)
        worker.start()
        sending.close()
        shown = time.monotonic()
        while True:
            if receiving.poll(0.2):
                try:
                    failure: Failure = receiving.recv()
                except EOFError:  # the process has ended
                    break
                _keep(fuzz, seed, failure, saved, kinds)
                failures.append(failure)
            if time.monotonic() > deadline or kinds.total() > 1000:
                stop.set()
            if time.monotonic() - shown > SHOW_SECONDS:
                shown = time.monotonic()
                rate = (at.value - first) / (shown - begin)
                show(f"{fuzz.name}: {at.value - first:,} of {count:,} cases, {rate:.0f}/s, {len(failures)} failed")
        worker.join()
        receiving.close()
        if worker.exitcode and not stop.is_set():
            killed = Failure(at.value, f"the process ended with {worker.exitcode}", "see above")
            _keep(fuzz, seed, killed, saved, kinds)
            failures.append(killed)
            at.value += 1
        if stop.is_set():
            break
    done = at.value - first
    for kind, number in kinds.most_common():
        show(f"{fuzz.name}: {number} × {kind}")
    seconds_taken = time.monotonic() - begin
    show(f"{fuzz.name}: {done:,} cases in {seconds_taken:.0f} s, seed {seed}, from {first}: {len(failures)} failed")
    return failures


def show(line: str) -> None:
    """A line of progress."""
    print(line, flush=True)


def _keep(fuzz: Fuzz, seed: int, failure: Failure, saved: Path, kinds: Counter[str]) -> None:
    """Write down a case that failed, unless there are enough of its kind."""
    kinds[failure.kind] += 1
    if kinds[failure.kind] > KEPT:
        return
    saved.mkdir(parents=True, exist_ok=True)
    case = case_of(fuzz, seed, failure.number)
    path = saved / f"{fuzz.name}-{seed}-{failure.number}{case.suffix or '.bin'}"
    path.write_bytes(case.data)
    again = f"script/torture {fuzz.name} --seed {seed} --first {failure.number} --count 1"
    path.with_name(f"{path.name}.why").write_text(f"{failure.kind}\n{again}\n\n{failure.text}\n", "utf-8", "replace")
    show(f"FAILED {failure.kind}: {path} ({again})")


def _work(
    name: str,
    seed: int,
    last: int,
    saved: Path,
    at: Synchronized[int],
    stop: Event,
    failures: multiprocessing.connection.Connection,
) -> None:
    """The process that enters the doors, case by case."""
    from tests.torture.scenarios import FUZZES

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGPROF, _too_slow)
    fuzz, real, parent = FUZZES[name], os.dup(sys.stderr.fileno()), os.getppid()
    folder = saved / f"work-{name}-{os.getpid()}"
    folder.mkdir(parents=True, exist_ok=True)
    with (saved / f"{name}.log").open("w") as log, contextlib.redirect_stdout(log), contextlib.redirect_stderr(log):
        run_here(fuzz, seed, -WARMING, WARMING, folder)  # imports, tables and caches are not the cases' memory
        limit = _peak() + fuzz.megabytes
        while at.value < last and not stop.is_set() and os.getppid() == parent:
            number = at.value
            log.seek(0)
            faulthandler.dump_traceback_later(HANGING_SECONDS, exit=True, file=real)
            signal.setitimer(signal.ITIMER_PROF, CASE_SECONDS)
            found = fail(fuzz, case_of(fuzz, seed, number), folder)
            signal.setitimer(signal.ITIMER_PROF, 0)
            if found is None and _peak() > limit:
                found = "memory", f"{_peak()} MB, allowed were {limit}"
                limit = _peak() + fuzz.megabytes
            if found is not None:
                failures.send(Failure(number, *found))
            at.value = number + 1
    faulthandler.cancel_dump_traceback_later()
    for path in sorted(folder.rglob("*"), reverse=True):
        with contextlib.suppress(OSError):
            path.unlink() if path.is_file() else path.rmdir()
    with contextlib.suppress(OSError):
        folder.rmdir()


WARMING = 20


def _peak() -> int:
    """The most memory that this process ever had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // KIB


def _too_slow(_: int, __: FrameType | None) -> None:
    raise TooSlow(f"more than {CASE_SECONDS} s of processor time")


def rounds(random: Random, most: int) -> Iterator[int]:
    """A few times, seldom many."""
    return iter(range(min(most, int(random.expovariate(1 / 6)) + 1)))


def cycle_of(random: Random) -> itertools.count[int]:
    """Numbers from somewhere."""
    return itertools.count(random.randrange(100))
