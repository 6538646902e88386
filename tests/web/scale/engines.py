"""Real engines for tests: PostgreSQL, Redis and an object store, on free ports and in folders of their own.

Each can be killed and started again with what it had written.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

ANYBODY = "nobody"  # whom PostgreSQL runs as, where we are root, whom it refuses
KEYS = {"AWS_ACCESS_KEY_ID": "sideman-test", "AWS_SECRET_ACCESS_KEY": "sideman-test-secret"}


class Engine:
    """A process of our own."""

    def __init__(self, command: list[str], answers: Callable[[], bool], **environment: str) -> None:
        self._command = command
        self._answers = answers
        self._environment = environment
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self.process = subprocess.Popen(
            self._command,
            env=os.environ | self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        deadline = time.monotonic() + 60
        while not self._answers():
            assert self.process.poll() is None, f"{self._command} ended"
            assert time.monotonic() < deadline, f"{self._command} does not answer"
            time.sleep(0.05)

    def end(self, sign: signal.Signals = signal.SIGTERM) -> None:
        """End it, and all processes that it started."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                if sign == signal.SIGKILL:
                    os.killpg(self.process.pid, sign)
                else:
                    self.process.send_signal(sign)
            self.process.wait(30)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def reachable(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def as_somebody(folder: Path) -> list[str]:
    """What a command begins with that must not be root's; ``folder`` becomes theirs."""
    if os.getuid():
        return []
    entry = pwd.getpwnam(ANYBODY)
    for path in (folder, *folder.rglob("*")):
        os.chown(path, entry.pw_uid, entry.pw_gid)
    return ["setpriv", f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--clear-groups", "--"]


def program(name: str, *places: str) -> str:
    found = shutil.which(name, path=os.pathsep.join([*places, os.environ.get("PATH", "")]))
    if found is None:
        pytest.skip(f"there is no {name}: apt-get install postgresql redis-server")
    return found


class Redis(Engine):
    """With an append-only file, which is on the disk before an answer is sent."""

    def __init__(self, folder: Path, port: int) -> None:
        self.url = f"redis://127.0.0.1:{port}/0"
        options = {"port": str(port), "bind": "127.0.0.1", "dir": str(folder), "save": "", "appendonly": "yes"}
        flags = [text for name, value in options.items() for text in (f"--{name}", value)]
        super().__init__([program("redis-server"), *flags, "--appendfsync", "always"], self._is_up)
        self._port = port

    def _is_up(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self._port), 1) as line:
            line.sendall(b"PING\r\n")
            return line.recv(5) == b"+PONG"
        return False


class Postgres(Engine):
    """A cluster of its own; every database is a new one."""

    def __init__(self, folder: Path, port: int) -> None:
        binaries = [str(path) for path in sorted(Path("/usr/lib/postgresql").glob("*/bin"))[::-1]]
        initdb = program("initdb", *binaries)
        self._folder = folder
        self._port = port
        self._who = as_somebody(folder)
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        initialise = [*self._who, initdb, "-D", str(folder / "data"), "-U", "sideman", "-A", "trust", "-N"]
        subprocess.run(initialise, check=True, cwd=folder, **quiet)  # type: ignore[call-overload]
        settings = [f"port={port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={folder}"]
        flags = [text for setting in settings for text in ("-c", setting)]
        postgres = program("postgres", str(Path(initdb).parent))
        super().__init__([*self._who, postgres, "-D", str(folder / "data"), *flags], self._is_up)

    def end(self, sign: signal.Signals = signal.SIGINT) -> None:  # which doesn't wait for clients
        """See :class:`Engine`."""
        super().end(sign)

    def _is_up(self) -> bool:
        return reachable(self._port) and self._accepts()

    def _accepts(self) -> bool:
        from sqlalchemy.exc import SQLAlchemyError

        with contextlib.suppress(SQLAlchemyError):
            self.run("select 1", "postgres")
            return True
        return False

    def url(self, database: str) -> str:
        return f"postgresql://sideman@127.0.0.1:{self._port}/{database}"

    def create(self, database: str) -> str:
        """A new database; its URL."""
        self.run(f'create database "{database}"', "postgres")
        return self.url(database)

    def run(self, statement: str, database: str) -> None:
        from sqlalchemy import create_engine, text

        engine = create_engine(self.url(database).replace("postgresql:", "postgresql+pg8000:"))
        with contextlib.closing(engine.connect().execution_options(isolation_level="AUTOCOMMIT")) as connection:
            connection.execute(text(statement))
        engine.dispose()


class Bucket(Engine):
    """An S3 server that keeps objects in a folder, checks signatures, and knows one bucket."""

    def __init__(self, folder: Path, port: int) -> None:
        nanio = shutil.which("nanio", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
        if nanio is None:
            pytest.skip("there is no S3 server: pip install --no-deps nanio aiofiles defusedxml")
        (folder / "pieces").mkdir(parents=True)
        self._folder = folder
        command = [nanio, "serve", "--data-dir", str(folder), "--host", "127.0.0.1", "--port", str(port)]
        keys = {"NANIO_ACCESS_KEY": KEYS["AWS_ACCESS_KEY_ID"], "NANIO_SECRET_KEY": KEYS["AWS_SECRET_ACCESS_KEY"]}
        super().__init__([*command, "--no-access-log"], lambda: reachable(port), **keys)
        self.url = "s3://pieces/sideman"
        self.environment: Mapping[str, str] = {
            **KEYS,
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
            "AWS_REGION": "us-east-1",
        }

    def start(self) -> None:
        """See :class:`Engine`. What nanio 0.1.7 was writing when it was killed would keep it from ever doing so."""
        for left in self._folder.rglob("*.json.tmp"):
            left.unlink()
        super().start()

    def end(self, sign: signal.Signals = signal.SIGKILL) -> None:  # it waits for clients, else
        """See :class:`Engine`."""
        super().end(sign)


def folder(name: str) -> Path:
    """A folder that somebody else can get into, too."""
    path = Path(tempfile.mkdtemp(prefix=f"sideman-{name}-"))
    path.chmod(0o755)
    return path
