"""A training on two nodes, of which one dies: ``python benchmarks/elastic.py DATASET``.

Each node is a network namespace, joined by a cable of the kernel's, where that is allowed (Linux, as root); else the
same on the loopback. Both train a tiny network as docs/training.md says, with one folder for the run. After some steps
one of them is killed with all its processes; the other goes on alone from the last checkpoint to the end. What is
printed: the steps that were told, by how many processes, and how the survivor ended.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

SETTINGS = {
    "layers": 1,
    "width": 32,
    "heads": 2,
    "context": 128,
    "row_tokens": 64,
    "batch_tokens": 256,
    "songs": "all",
    "checkpoint_minutes": 0.0,
    "validate_tokens": 10**6,
    "validate_songs": 1,
    "threads": 1,
    "precision": "float32",
}
KILLED_AFTER = 6  # steps
STEPS = 40


class Node(NamedTuple):
    """What a command begins with there, its address, and the interface to the other."""

    prefix: tuple[str, ...]
    address: str
    interface: str


def command(*words: str) -> None:
    """Run a command that must succeed."""
    subprocess.run(words, check=True, capture_output=True)


@contextlib.contextmanager
def nodes() -> Iterator[tuple[Node, Node]]:
    """Two nodes; namespaces where they can be had."""
    names = [f"sideman{os.getpid()}{letter}" for letter in "ab"]
    cables = [f"sm{os.getpid() % 100_000}{letter}" for letter in "ab"]
    try:
        for name in names:
            command("ip", "netns", "add", name)
        command("ip", "link", "add", cables[0], "type", "veth", "peer", "name", cables[1])
        for number, (name, cable) in enumerate(zip(names, cables, strict=True), 1):
            command("ip", "link", "set", cable, "netns", name)
            command("ip", "-n", name, "addr", "add", f"10.211.7.{number}/24", "dev", cable)
            command("ip", "-n", name, "link", "set", cable, "up")
            command("ip", "-n", name, "link", "set", "lo", "up")
        print("two network namespaces")
        first, second = (
            Node(("ip", "netns", "exec", name), f"10.211.7.{number}", cable)
            for number, (name, cable) in enumerate(zip(names, cables, strict=True), 1)
        )
        yield first, second
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"no network namespaces here ({error}): the loopback")
        yield Node((), "127.0.0.1", "lo"), Node((), "127.0.0.1", "lo")
    finally:
        for name in names:
            subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)


def start(node: Node, endpoint: str, dataset: Path, run: Path, *, is_host: bool) -> subprocess.Popen[str]:
    """One node's agent, as leader of a group of processes that can be killed together."""
    settings = [f"--set={name}={value}" for name, value in {**SETTINGS, "tokens": 256 * STEPS}.items()]
    words = (
        *node.prefix,
        *("torchrun", "--nnodes=1:2", "--nproc-per-node=1", "--max-restarts=3", "--rdzv-backend=c10d"),
        *(f"--rdzv-endpoint={endpoint}", "--rdzv-id=try", f"--local-addr={node.address}"),
        # A namespace doesn't know its own name; and the machine may be busy.
        *(f"--rdzv-conf=is_host={int(is_host)},timeout=600,read_timeout=600,join_timeout=600", "--no-python", "--"),
        *("sideman", "train", str(dataset), "--run", str(run), "--auto-resume", "--device=cpu", "--preview-minutes=0"),
        *settings,
    )
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "GLOO_SOCKET_IFNAME": node.interface, "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )


def steps_of(run: Path) -> int:
    """The step of the newest checkpoint."""
    found = [int(match[1]) for path in run.glob("state_*.pt") if (match := re.search(r"_(\d+)\.pt", path.name))]
    return max(found, default=0)


def main() -> None:
    """Try and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset", type=Path)
    dataset = parser.parse_args().dataset.resolve()
    folder = Path(tempfile.mkdtemp())
    run = folder / "run"
    with nodes() as (first, second):
        endpoint = f"{first.address}:29517"
        agents = [start(node, endpoint, dataset, run, is_host=node is first) for node in (first, second)]
        try:
            while steps_of(run) < KILLED_AFTER and all(agent.poll() is None for agent in agents):
                with contextlib.suppress(subprocess.TimeoutExpired):
                    agents[0].wait(0.2)
            reached = steps_of(run)
            os.killpg(agents[1].pid, signal.SIGKILL)
            print(f"killed the second node after step {reached}")
            told, _ = agents[0].communicate(timeout=3_000)
            lost, _ = agents[1].communicate()
        finally:
            for agent in agents:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(agent.pid, signal.SIGKILL)
    worlds = re.findall(r"^cpu in .*$|^ends after .*$", told + lost, re.MULTILINE)
    print("\n".join(worlds))
    print(f"the first node ended with {agents[0].returncode} at step {steps_of(run)} of {STEPS}")
    if agents[0].returncode != 0:
        print(told[-3_000:])
    shutil.rmtree(folder)
    sys.exit(agents[0].returncode)


if __name__ == "__main__":
    main()
