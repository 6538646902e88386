"""kill -9 at any moment: what was there is there, what is there is whole, and the next run clears up and goes on."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import mido
from tests.torture.faults import Run, Scenario, cost, kill_after, sideman, weights
from tests.torture.fuzzing import show
from tests.training.conftest import TINY, band_file
from tests.web.conftest import LONG, compose, create, listen, view
from tests.web.test_restart import Process

TWENTY = 20
CHORDS = "C:4|Am:4|F:4|G:4"
# A smaller network of fewer steps than anybody wants.
SETTINGS = {**TINY.to_dict(), "tokens": 256 * 12, "checkpoint_minutes": 0.0, "attention": "plain"}


def hidden(folder: Path) -> list[Path]:
    """Files that are being written, or were."""
    return [path for path in folder.iterdir() if ".sideman-" in path.name]


def age(folder: Path) -> None:
    """Have what was left half written be old enough for somebody to remove it."""
    for path in hidden(folder):
        os.utime(path, (0, 0))


def _killed(run: Run, command: list[object], targets: dict[str, Callable[[Path], object]]) -> None:
    """Kill a command that replaces files, again and again: each file is the old one, or a whole one."""
    ended, usual = cost(*command, folder=run.folder)
    if not run.check(ended.returncode == 0, f"{command[0]}: {ended.stderr[-300:]}"):
        return
    kept = {name: (run.folder / name).read_bytes() for name in targets}
    killed = 0
    for _ in run.times(TWENTY):
        for name, data in kept.items():
            (run.folder / name).write_bytes(data)
        code = kill_after(run.random.uniform(0.3, 1) * usual, *command, folder=run.folder)
        killed += code != 0
        for name, whole in targets.items():
            path = run.folder / name
            if run.check(path.exists(), f"{command[0]}: {name} is gone") and path.read_bytes() != kept[name]:
                try:
                    whole(path)
                except Exception as error:  # whatever a reader raises of half a file
                    run.check(False, f"{command[0]}: {name} is not whole: {error}")
    left = len(hidden(run.folder))
    age(run.folder)
    ended = sideman(*command, folder=run.folder)
    run.check(ended.returncode == 0, f"{command[0]} after kills: {ended.stderr[-300:]}")
    run.check(not hidden(run.folder), f"{command[0]}: {hidden(run.folder)} were left")
    show(f"{run.name}: killed {killed} times, {left} half-written files left, all removed by the next run")


def _arranging(run: Run) -> None:
    command = ["arrange", CHORDS, "-o", "song.mid", "--piece", "song.json", "--score", "song.musicxml"]
    checks: dict[str, Callable[[Path], object]] = {
        "song.mid": mido.MidiFile,
        "song.json": lambda path: json.loads(path.read_text()),
        "song.musicxml": lambda path: path.read_text().rstrip().endswith("</score-partwise>") or 1 / 0,
    }
    _killed(run, [*command, "--weights", weights(run.folder)], checks)


def _song(run: Run) -> None:
    for name, more in (("song.mid", ["--piece", "song.json"]),):
        sideman("arrange", CHORDS, "-o", name, *more, "--weights", weights(run.folder), folder=run.folder)


def _rendering(run: Run) -> None:
    _song(run)
    _killed(run, ["render", "song.mid", "-o", "song.wav"], {"song.wav": _sound})


def _sound(path: Path) -> None:
    import soundfile

    with soundfile.SoundFile(path) as sound:
        assert len(sound.read()) == len(sound)
        assert len(sound) > sound.samplerate


def _redoing(run: Run) -> None:
    _song(run)
    command = ["redo", "song.json", "--tracks", "piano", "--bars", "2", "-o", "song.json", "-o", "song.mid"]
    checks: dict[str, Callable[[Path], object]] = {
        "song.mid": mido.MidiFile,
        "song.json": lambda path: json.loads(path.read_text()),
    }
    _killed(run, [*command, "--weights", weights(run.folder)], checks)


def _encoding(run: Run) -> None:
    for number in range(30):
        band_file(number).write(run.folder / "songs" / f"{number}.npz")
    ended, usual = cost("encode", "train=songs", "-o", "whole", "--workers", 2, folder=run.folder)
    run.check(ended.returncode == 0, ended.stderr[-300:])
    killed = 0
    for _ in run.times(TWENTY):
        seconds = run.random.uniform(0.2, 0.9) * usual
        killed += kill_after(seconds, "encode", "train=songs", "-o", "killed", "--workers", 2, folder=run.folder) != 0
    ended = sideman("encode", "train=songs", "-o", "killed", "--workers", 2, folder=run.folder)
    run.check(ended.returncode == 0, ended.stderr[-300:])
    run.check(files(run.folder / "killed") == files(run.folder / "whole"), "the resumed dataset has other bytes")
    show(f"{run.name}: killed {killed} times, then the same bytes")


def files(folder: Path) -> dict[str, bytes]:
    """What lies in a folder, but for what tells of times."""
    found = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    for name in ("report.json", "dataset.json"):
        if name in found:
            report = json.loads(found[name])
            report.pop("seconds", None)
            found[name] = json.dumps(report, sort_keys=True).encode()
    return found


def _training(run: Run) -> None:
    for number in range(4):
        band_file(number).write(run.folder / "train" / f"{number}.npz")
        band_file(100 + number).write(run.folder / "valid" / f"{number}.npz")
    sideman("encode", "train=train", "valid=valid", "-o", "data", "--workers", 1, folder=run.folder)
    (run.folder / "train.toml").write_text("\n".join(f"{key} = {json.dumps(value)}" for key, value in SETTINGS.items()))
    command = ["train", "data", "--config", "train.toml", "--device", "cpu"]
    ended, usual = cost(*command, "--run", "whole", folder=run.folder)
    if not run.check(ended.returncode == 0, ended.stderr[-500:]):
        return
    killed, resumed = 0, ["train", "data", "--device", "cpu", "--resume", "--run", "killed"]
    for _ in run.times(TWENTY):
        begun = any((run.folder / "killed").glob("state_*.pt"))
        again = resumed if begun else [*command, "--run", "killed"]
        killed += kill_after(run.random.uniform(0.5, 1.0) * usual, *again, folder=run.folder) != 0
    again = resumed if any((run.folder / "killed").glob("state_*.pt")) else [*command, "--run", "killed"]
    ended = sideman(*again, folder=run.folder)
    run.check(ended.returncode == 0, ended.stderr[-500:])
    for name in ("whole", "killed"):
        ended = sideman("export", name, "-o", f"{name}.safetensors", folder=run.folder)
        run.check(ended.returncode == 0, ended.stderr[-500:])
    import numpy as np

    from sideman.model.checkpoint import load_checkpoint

    mine, other = (load_checkpoint(run.folder / f"{name}.safetensors").weights for name in ("whole", "killed"))
    run.check(
        all(np.allclose(mine[name], other[name], atol=1e-3) for name in mine), "the resumed run has other weights"
    )
    show(f"{run.name}: killed {killed} times, then the same weights")


def _serving(run: Run) -> None:
    """A server over one folder, killed while it composes, redoes and renders; all that it ever called done is there."""
    path, data = weights(run.folder), run.folder / "data"
    told: dict[str, tuple[dict[str, Any], list[object], bytes]] = {}
    cookies: dict[str, str] = {}
    redone: set[str] = set()
    environment = {
        "SIDEMAN_ARRANGEMENTS_PER_MINUTE": "10000",
        "SIDEMAN_REQUESTS_PER_MINUTE": "100000",
        "SIDEMAN_MAX_PIECES": "10000",
        "SIDEMAN_UNFINISHED_PER_ADDRESS": "1000",
    }
    for number in run.times(TWENTY):
        with (
            Process(data, path, **environment) as server,
            httpx.Client(base_url=server.url, timeout=60, cookies=cookies) as browser,
        ):
            _same(run, browser, told, redone)
            for seed in range(2):
                piece = compose(browser, "C:4|F:4", seed=seed, takes=2)
                told[piece["id"]] = _told(browser, piece["id"])
            for seed in range(3):
                create(browser, LONG, seed=seed)
                create(browser, "C:4|G:4", seed=seed)
            chosen = run.random.choice([*told])
            redone.add(chosen)
            body = {"tracks": ["piano"], "bars": [0], "seed": number}
            browser.post(f"/api/arrangements/{chosen}/revisions", json=body)
            rendering = threading.Thread(target=_render, args=(server.url, cookies_of(browser), [*told]))
            rendering.start()
            cookies = cookies_of(browser)
            time.sleep(run.random.uniform(0, 3))
            server.end(9)
            rendering.join()
        _whole(run, data)
    with (
        Process(data, path, **environment) as server,
        httpx.Client(base_url=server.url, timeout=60, cookies=cookies) as browser,
    ):
        _same(run, browser, told, redone)
        server.end(15)
    _whole(run, data)
    left = [path for path in data.rglob(".*") if path.is_file() and path.parent != data]
    run.check(not left, f"half-written files are left after a restart: {left[:5]}")
    show(f"{run.name}: {len(told)} pieces that were done are there, {len(redone)} of them with redone parts")


def cookies_of(browser: httpx.Client) -> dict[str, str]:
    """The latest of each name."""
    return {cookie.name: cookie.value or "" for cookie in browser.cookies.jar}


def _render(url: str, cookies: dict[str, str], pieces: list[str]) -> None:
    for identity in pieces[-4:]:
        try:
            httpx.get(f"{url}/api/arrangements/{identity}/audio.wav", cookies=cookies, timeout=60)
        except httpx.HTTPError:  # it was killed
            return


def _told(browser: httpx.Client, identity: str) -> tuple[dict[str, Any], list[object], bytes]:
    midi = browser.get(f"/api/arrangements/{identity}/midi")
    bars: list[object] = [event for event in listen(browser, identity) if event.number]
    return view(browser, identity), bars, midi.content


def _same(run: Run, browser: httpx.Client, told: dict[str, tuple[Any, Any, bytes]], redone: set[str]) -> None:
    """All pieces that were done are as they were; those whose redo was killed are as before or changed, but whole."""
    for identity, before in told.items():
        piece = view(browser, identity)
        if not run.check(piece.get("state") == "done", f"piece {identity} is {piece.get('state') or piece}"):
            continue
        if identity in redone:
            midi = browser.get(f"/api/arrangements/{identity}/midi")
            run.check(midi.status_code == 200, f"piece {identity}: {midi.text[:200]}")
            history = browser.get(f"/api/arrangements/{identity}/revisions")
            run.check(history.status_code == 200, f"piece {identity}: {history.text[:200]}")
        else:
            run.check(_told(browser, identity) == before, f"piece {identity} is another one")


def _whole(run: Run, data: Path) -> None:
    """The database and every file that has its name are whole."""
    copy = run.folder / "copy.db"
    for suffix in ("", "-wal"):
        if (data / f"sideman.db{suffix}").exists():
            shutil.copy(data / f"sideman.db{suffix}", f"{copy}{suffix}")
    with sqlite3.connect(copy) as database:
        (found,) = database.execute("pragma integrity_check").fetchone()
    run.check(found == "ok", f"the database: {found}")
    for path in data.glob("sessions/*/*/[!.]*"):
        if path.suffix == ".json":
            run.check(_is_json(path), f"{path} is not whole")
        elif path.suffix == ".jsonl":
            run.check(path.read_text().endswith("\n"), f"{path} is not whole")
        elif path.suffix == ".mid":
            mido.MidiFile(path)
        elif path.suffix == ".wav":
            _sound(path)


def _is_json(path: Path) -> bool:
    try:
        json.loads(path.read_text())
    except ValueError:
        return False
    return True


KILLING = (
    Scenario("kill-arrange", "kill -9 of arrange over files that are there", _arranging),
    Scenario("kill-render", "kill -9 of render over a file that is there", _rendering),
    Scenario("kill-redo", "kill -9 of redo over its own piece", _redoing),
    Scenario("kill-encode", "kill -9 of encode, which then goes on to the same bytes", _encoding),
    Scenario("kill-train", "kill -9 of train, which then goes on to the same weights", _training),
    Scenario("kill-serve", "kill -9 of a server that composes, redoes and renders", _serving),
)
