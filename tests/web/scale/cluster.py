"""A whole server on one machine: engines, processes that answer, processes that compose; each can be killed."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx
from tests.web.conftest import TLS
from tests.web.scale.engines import Bucket, Engine, Postgres, Redis, folder, free_port

PROGRAM = (sys.executable, "-c", "from sideman.cli import main; main()")
LEASE = 3.0  # seconds; short, so that a test need not wait for long


class Process:
    """`sideman serve` or `sideman work`, as people run it; its words are in a file."""

    def __init__(self, command: Sequence[str], words: Path, environment: dict[str, str], *before: str) -> None:
        self._command = [*before, *PROGRAM, *command]
        self._words, self._environment = words, environment
        self.kills = 0
        self.start()

    def start(self) -> None:
        with self._words.open("ab") as words:
            self._process = subprocess.Popen(self._command, env=os.environ | self._environment, stderr=words)

    @property
    def pid(self) -> int:
        return self._process.pid

    def signal(self, sign: signal.Signals) -> None:
        self._process.send_signal(sign)

    def revive(self) -> None:
        """What a supervisor does with one that ended."""
        if self._process.poll() is not None:
            self.start()

    def kill(self) -> None:
        """As a power cut, and started again."""
        self._process.kill()
        self._process.wait()
        self.kills += 1
        self.start()

    def end(self) -> int:
        """As an operator does; its exit code."""
        self._process.send_signal(signal.SIGCONT)
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(60)

    @property
    def words(self) -> str:
        """What it said, all that ran."""
        return self._words.read_text("utf-8", "replace")


class Cluster:
    """Engines and processes in a folder; ``settings`` are those of all processes, in lower case."""

    def __init__(self, home: Path, **settings: object) -> None:
        self.home = home
        self._homes = [folder(name) for name in ("redis", "postgres", "bucket")]
        self.redis = Redis(self._homes[0], free_port())
        self.postgres = Postgres(self._homes[1], free_port())
        self.bucket = Bucket(self._homes[2], free_port())
        self._settings = settings
        self.webs: list[Process] = []
        self.workers: list[Process] = []
        self.urls: list[str] = []

    @property
    def engines(self) -> tuple[Engine, ...]:
        return self.redis, self.postgres, self.bucket

    @contextlib.contextmanager
    def running(self, webs: int, workers: int) -> Iterator[Cluster]:
        """Everything, as long as the block lasts."""
        try:
            for engine in self.engines:
                engine.start()
            self.database = self.postgres.create("sideman")
            for _ in range(webs):
                self.add_web()
            for _ in range(workers):
                self.add_worker()
            for url in self.urls:
                answers(url)
            yield self
        finally:
            for process in (*self.webs, *self.workers):
                process.signal(signal.SIGKILL)
                process._process.wait()
            for engine in self.engines:
                engine.end(signal.SIGKILL)
            for home in self._homes:
                shutil.rmtree(home, ignore_errors=True)

    def environment(self, **more: object) -> dict[str, str]:
        chosen: dict[str, object] = {
            "redis": self.redis.url,
            "database": self.database,
            "files": self.bucket.url,
            "lease": LEASE,
        }
        chosen |= self._settings | more
        return dict(self.bucket.environment) | {f"SIDEMAN_{name.upper()}": str(value) for name, value in chosen.items()}

    def add_web(self) -> None:
        port = free_port()
        words = self.home / f"web-{len(self.webs)}.log"
        self.webs.append(Process(["serve", "--port", str(port)], words, self.environment()))
        self.urls.append(f"http://127.0.0.1:{port}")

    def add_worker(self, *before: str, **more: object) -> Process:
        words = self.home / f"worker-{len(self.workers)}.log"
        self.workers.append(Process(["work"], words, self.environment(**more), *before))
        return self.workers[-1]

    def crash(self, engine: Engine) -> None:
        """Kill an engine, and start it again on what it had written."""
        engine.end(signal.SIGKILL)
        engine.start()


def answers(url: str) -> None:
    """Wait until a process answers, and somebody composes."""
    deadline = time.monotonic() + 120
    while True:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{url}/api/health", verify=TLS).is_success:
                return
        assert time.monotonic() < deadline, f"{url} does not answer"
        time.sleep(0.1)
