"""A disk that is full or read-only, no files to open, clocks that jump, a database that is damaged: a word, no loss."""

from __future__ import annotations

import contextlib
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
from tests.torture.faults import Run, Scenario, Skipped, is_clean, sideman, weights
from tests.torture.fuzzing import show
from tests.torture.killing import CHORDS, cookies_of
from tests.training.conftest import band_file
from tests.web.conftest import compose, view
from tests.web.test_restart import Process

MEBIBYTE = 1 << 20
SMALL_MEGABYTES = 8
FAKETIME = ("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1", "/usr/lib/faketime/libfaketime.so.1")
SERVER_BUSY = 503


@contextlib.contextmanager
def small_disk(run: Run, megabytes: int = SMALL_MEGABYTES) -> Iterator[Path]:
    """A disk of its own of so many megabytes. Raises :class:`Skipped` where none may be mounted."""
    folder = run.folder / "disk"
    folder.mkdir(exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True, check=False).returncode:
        raise Skipped("no disk can be mounted here: run it as root, where mounting is allowed")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)


def fill(folder: Path, leave: int = 0) -> None:
    """Fill a disk but for so many bytes."""
    with (folder / "filling").open("wb", buffering=0) as file:
        for size in (MEBIBYTE, 4096, 1):
            with contextlib.suppress(OSError):
                while True:
                    file.write(bytes(size))
        if leave:
            file.truncate(max(0, file.tell() - leave))


def _disk_full(run: Run) -> None:
    path = weights(run.folder)
    whole = run.folder / "whole"
    whole.mkdir()
    sideman("arrange", CHORDS, "-o", "song.mid", "--piece", "song.json", "--weights", path, folder=whole)
    band_file(1).write(run.folder / "songs" / "1.npz")
    commands: tuple[tuple[object, ...], ...] = (
        ("arrange", CHORDS, "-o", "song.mid", "--piece", "song.json", "--weights", path),
        ("arrange", CHORDS, "--audio", "song.wav", "--weights", path),
        ("render", "song.mid", "-o", "song.mp3"),
        ("redo", "song.json", "--tracks", "bass", "-o", "song.json", "--weights", path),
        ("chart", "C | Am | F", "-o", "song.pdf"),
        ("encode", run.folder / "songs", "-o", "data"),
        ("train", "data", "--run", "run", "--set", "tokens=256"),
    )
    for leave in (0, 100, 4096, 20_000, 100_000):
        with small_disk(run) as disk:
            for file in whole.iterdir():
                shutil.copy(file, disk)
            before = {file.name: file.read_bytes() for file in whole.iterdir()}
            fill(disk, leave)
            for command in commands:
                ended = sideman(*command, folder=disk)
                run.check(is_clean(ended), f"{command[0]} on a full disk ({leave} left): {ended.stderr[-400:]}")
                if ended.returncode:
                    for name, data in before.items():
                        run.check((disk / name).read_bytes() == data, f"{command[0]} on a full disk changed {name}")
                for name in before:
                    before[name] = (disk / name).read_bytes()
            left = [file.name for file in disk.iterdir() if ".sideman-" in file.name]
            run.check(not left, f"half-written files are left on a full disk: {left}")
    _server_on_a_full_disk(run, path)


def _server_on_a_full_disk(run: Run, path: Path) -> None:
    """New pieces get 503 or are made, old ones are heard, deleting makes room."""
    with small_disk(run, 24) as disk, Process(disk / "data", path, SIDEMAN_RESERVE_MEGABYTES="0") as server:
        with httpx.Client(base_url=server.url, timeout=60) as browser:
            pieces = [compose(browser, CHORDS, seed=seed) for seed in range(4)]
            for leave in (0, 4096, 60_000):
                fill(disk, leave)
                answer = browser.post("/api/arrangements", json={"progression": CHORDS})
                run.check(answer.status_code in {202, SERVER_BUSY}, f"POST on a full disk: {answer.text[:300]}")
                answer = browser.patch(f"/api/arrangements/{pieces[0]['id']}", json={"name": "x" * 60})
                run.check(answer.status_code in {200, SERVER_BUSY}, f"PATCH on a full disk: {answer.text[:300]}")
                answer = browser.get(f"/api/arrangements/{pieces[0]['id']}/audio.wav")
                run.check(answer.status_code in {200, 409, SERVER_BUSY}, f"audio on a full disk: {answer.text[:300]}")
                run.check(view(browser, pieces[0]["id"]).get("state") == "done", "a piece is lost on a full disk")
                run.check(browser.get("/api/arrangements").is_success, "no list on a full disk")
                run.check(browser.get("/api/health").is_success, "not well on a full disk")
                if run.check(len(pieces) > 1, "no pieces are left"):
                    gone = browser.delete(f"/api/arrangements/{pieces.pop()['id']}")
                    run.check(gone.status_code in {204, SERVER_BUSY}, f"DELETE on a full disk: {gone.text[:300]}")
            (disk / "filling").unlink()
            run.check(compose(browser, CHORDS)["state"] == "done", "nothing is composed once there is room")
        _, text = server.end(signal.SIGTERM)
        run.check("Traceback" not in text, f"the server's log on a full disk: {text[-600:]}")


def _read_only(run: Run) -> None:
    """Folders in which nothing may be written: as nobody, where root may everything."""
    path = weights(run.folder)
    sideman("arrange", CHORDS, "-o", "song.mid", "--piece", "song.json", "--weights", path, folder=run.folder)
    with small_disk(run) as disk:
        for name in ("song.mid", "song.json"):
            shutil.copy(run.folder / name, disk)
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        for command in (
            ("arrange", CHORDS, "-o", "song.mid", "--weights", path),
            ("arrange", CHORDS, "--audio", "song.mp3", "--weights", path),
            ("render", "song.mid", "-o", "song.mp3"),
            ("redo", "song.json", "--tracks", "bass", "-o", "song.json", "--weights", path),
            ("chart", "C | Am | F", "-o", "song.pdf"),
            ("encode", run.folder, "-o", "data"),
            ("serve", "--port", 0, "--data", disk / "data", "--weights", path),
            ("arrange", "--batch", "-", "-o", "out", "--weights", path),
        ):
            ended = sideman(*command, folder=disk)
            run.check(ended.returncode == 2, f"{command[0]}, read-only: {ended.returncode}")
            run.check(is_clean(ended), f"{command[0]}, read-only: {ended.stderr[-400:]}")
            run.check(len(ended.stderr.strip().splitlines()) <= 2, f"{command[0]}: {ended.stderr[-400:]}")


LIMITED = (
    "import resource, sys; n = int(sys.argv.pop(1)); resource.setrlimit(resource.RLIMIT_NOFILE, (n, n)); "
    "from sideman.cli import main; main()"
)


class FewFiles(Process):
    """A server that may have 200 files open."""

    program = (sys.executable, "-c", LIMITED.replace("n = int(sys.argv.pop(1))", "n = 200"))


def _no_files(run: Run) -> None:
    """Processes that may have a few files open."""
    path = weights(run.folder)
    sideman("arrange", CHORDS, "-o", "song.mid", "--weights", path, folder=run.folder)
    band_file(1).write(run.folder / "songs" / "1.npz")
    old = (run.folder / "song.mid").read_bytes()
    for limit in (4, 6, 8, 10, 12, 14, 17, 20, 24, 32, 64):
        for command in (
            ("arrange", CHORDS, "-o", "song.mid", "--weights", str(path)),
            ("render", "song.mid", "-o", "song.wav"),
            ("encode", "songs", "-o", f"data{limit}", "--workers", "1"),
        ):
            ended = subprocess.run(
                [sys.executable, "-c", LIMITED, str(limit), *command],
                cwd=run.folder,
                capture_output=True,
                text=True,
                check=False,
            )
            is_python = "import" in ended.stderr and "sideman" not in ended.stderr  # not even its own files are read
            fine = is_clean(ended) or "Too many open files" in ended.stderr or is_python
            run.check(fine, f"{command[0]} with {limit} files: {ended.stderr[-400:]}")
            run.check(ended.returncode or (run.folder / "song.mid").exists(), "a file is gone")
        (run.folder / "song.mid").write_bytes(old)
    _server_without_files(run, path)


def _server_without_files(run: Run, path: Path) -> None:
    """More clients than there are files: the others are answered once they have gone."""
    with FewFiles(run.folder / "data", path) as server:
        host, port = server.url.removeprefix("http://").split(":")
        import socket

        with httpx.Client(base_url=server.url, timeout=60) as browser:
            piece = compose(browser, CHORDS)
        with contextlib.ExitStack() as stack:
            for number in range(400):
                with contextlib.suppress(OSError):
                    where = (f"127.0.0.{2 + number % 200}", 0)
                    stack.enter_context(socket.create_connection((host, int(port)), 5, where))
            time.sleep(1)
        deadline = time.monotonic() + 60
        answer = None
        while time.monotonic() < deadline and answer is None:
            with contextlib.suppress(httpx.TransportError):
                answer = httpx.get(f"{server.url}/api/health", timeout=10)
        if run.check(answer is not None and answer.is_success, "no answer after all files were taken"):
            data = run.folder / "data"
            run.check(any(data.glob(f"sessions/*/{piece['id']}/take-0.mid")), "a piece is gone")
        _, text = server.end(signal.SIGTERM)
        run.check(text.count("\n") < 500, f"{text.count(chr(10))} lines of log")


def _clocks(run: Run) -> None:
    """Clocks that jump a year back, weeks and years on: nothing goes but what is too old by then."""
    path, data = weights(run.folder), run.folder / "data"
    library = next((each for each in FAKETIME if Path(each).exists()), None)
    if library is None:
        raise Skipped("no libfaketime: install it (Debian, Ubuntu: apt install libfaketime)")
    with Process(data, path) as server, httpx.Client(base_url=server.url, timeout=60) as browser:
        pieces = [compose(browser, CHORDS, seed=seed)["id"] for seed in range(2)]
        cookies = cookies_of(browser)
        server.end(signal.SIGTERM)
    for jump, kept in (("-365d", True), ("+20d", True), ("-3650d", True), ("+40d", False)):
        with Process(data, path, LD_PRELOAD=library, FAKETIME=jump, FAKETIME_DONT_FAKE_MONOTONIC="1") as server:
            with httpx.Client(base_url=server.url, timeout=60, cookies=cookies) as browser:
                listed = {piece["id"] for piece in browser.get("/api/arrangements").json()["arrangements"]}
                run.check(not kept or {*pieces} <= listed, f"with the clock {jump}: {len(listed)} pieces")
                if kept:
                    made = compose(browser, CHORDS)
                    run.check(made["state"] == "done", f"with the clock {jump} nothing is composed")
                    cookies = cookies_of(browser) or cookies
            _, text = server.end(signal.SIGTERM)
            run.check("Traceback" not in text, f"with the clock {jump}: {text[-400:]}")


def _databases(run: Run) -> None:
    """Databases that are damaged in any place, of a later version, or lack a table: every piece is there again."""
    path, data = weights(run.folder), run.folder / "data"
    with Process(data, path) as server, httpx.Client(base_url=server.url, timeout=60) as browser:
        pieces = {compose(browser, CHORDS, seed=seed)["id"] for seed in range(3)}
        cookies = cookies_of(browser)
        server.end(signal.SIGTERM)
    kept = run.folder / "kept"
    shutil.copytree(data, kept)
    random = run.random
    for number in run.times(12):
        shutil.rmtree(data)
        shutil.copytree(kept, data)
        database = data / "sideman.db"
        content = bytearray(database.read_bytes())
        kind = ("middle", "header", "cut", "empty", "noise", "table", "newer", "gone")[number % 8]
        if kind == "middle":
            for _ in range(20):
                content[random.randrange(100, len(content))] ^= 0xFF
        elif kind == "header":
            content[random.randrange(100)] ^= 0xFF
        elif kind == "cut":
            del content[random.randrange(len(content)) :]
        elif kind == "empty":
            content.clear()
        elif kind == "noise":
            content[:] = random.randbytes(len(content))
        database.write_bytes(content)
        if kind in {"table", "newer"}:
            with contextlib.closing(sqlite3.connect(database)) as connection:
                connection.execute("drop table pieces" if kind == "table" else "pragma user_version = 99")
                connection.commit()
        elif kind == "gone":
            database.unlink()
        if kind == "newer":
            ended = sideman("serve", "--port", 0, "--data", data, "--weights", path, folder=run.folder)
            run.check(ended.returncode == 2 and is_clean(ended), f"a later version: {ended.stderr[-300:]}")
            continue
        with Process(data, path) as server, httpx.Client(base_url=server.url, timeout=60, cookies=cookies) as browser:
            answer = browser.get("/api/arrangements")
            if not run.check(answer.is_success, f"database, {kind} {number}: {answer.text[:300]}"):
                continue
            found = {piece["id"] for piece in answer.json()["arrangements"]}
            run.check(pieces <= found, f"database, {kind} {number}: {len(found)} of {len(pieces)} pieces")
            for identity in pieces & found:
                run.check(browser.get(f"/api/arrangements/{identity}/midi").is_success, f"{kind}: no MIDI")
            _, text = server.end(signal.SIGTERM)
            run.check("Traceback" not in text, f"database, {kind} {number}: {text[-400:]}")
        show(f"{run.name}: {kind}, all {len(pieces)} pieces are there")


SHORTAGE = (
    Scenario("disk-full", "commands and the server on a disk that is full to the last bytes", _disk_full),
    Scenario("read-only", "commands and the server where nothing may be written", _read_only),
    Scenario("no-files", "commands and the server with a handful of open files", _no_files),
    Scenario("clock", "a server whose clock jumps back and forth", _clocks),
    Scenario(
        "database", "a server whose database is damaged, of a later version, without a table, or gone", _databases
    ),
)
