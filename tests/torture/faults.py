"""What a scenario that is not made of numbered cases finds: words for each fault, and where what it worked on lies."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.tiny import tiny_checkpoint
from tests.torture.fuzzing import show

from sideman.model.checkpoint import save_checkpoint

PROGRAM = (sys.executable, "-c", "from sideman.cli import main; main()")
LONGEST_SECONDS = 600.0


class Skipped(Exception):  # noqa: N818 - it is no error
    """What this machine can't do, and the remedy."""


@dataclass
class Run:
    """One run of a scenario: its folder, its chances, how long it may last, and what it found."""

    name: str
    seed: int
    seconds: float
    folder: Path
    rounds: int | None = None
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = Random(f"{self.name} {self.seed}")
        self.begin = time.monotonic()

    def check(self, holds: object, words: str) -> bool:
        """Note a fault unless it holds."""
        if not holds:
            self.faults.append(words)
            show(f"FAILED {self.name}: {words}")
        return bool(holds)

    def times(self, usual: int) -> Iterator[int]:
        """So many rounds, or as many as there is time for."""
        for number in range(self.rounds or usual):
            if time.monotonic() - self.begin > self.seconds:
                show(f"{self.name}: {number} of {self.rounds or usual} rounds, the time is over")
                return
            yield number
        show(f"{self.name}: {self.rounds or usual} rounds in {time.monotonic() - self.begin:.0f} s")


@dataclass(frozen=True)
class Scenario:
    """Something that is done to the product, and what should hold then."""

    name: str
    about: str
    run: Callable[[Run], None]


def weights(folder: Path) -> Path:
    """A file of a small network that knows nothing."""
    path = folder / "tiny.safetensors"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        save_checkpoint(tiny_checkpoint(), path)
    return path


def sideman(
    *arguments: object, folder: Path, environment: Mapping[str, str] | None = None, stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run the command line to its end."""
    return subprocess.run(
        [*PROGRAM, *map(str, arguments)],
        cwd=folder,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        timeout=LONGEST_SECONDS,
        check=False,
        input=stdin,
    )


def is_clean(ended: subprocess.CompletedProcess[str]) -> bool:
    """Whether a command ended well or with a word of ours."""
    return ended.returncode in {0, 1, 2} and "Traceback" not in ended.stderr


def cost(*arguments: object, folder: Path) -> tuple[subprocess.CompletedProcess[str], float]:
    """Run the command line; how it ended, and the processor seconds that it took, with its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    ended = sideman(*arguments, folder=folder)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def kill_after(seconds: float, *arguments: object, folder: Path) -> int:
    """Run the command line; after so many processor seconds kill it with all that it started. Its exit code.

    On a machine with other work a process may wait for as long as it likes.
    """
    process = subprocess.Popen(
        [*PROGRAM, *map(str, arguments)],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    while process.poll() is None and _used(process.pid) < seconds:
        time.sleep(0.005)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    return process.wait()


def _used(process: int) -> float:
    """Processor seconds of a process and its children; none where it has ended."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK") + sum(_used(int(child)) for child in children)
