"""REAPER's script, run by Lua against what REAPER offers it: the band it inserts is there."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import lupa

from sideman.render.midi import read_midi

SCRIPT = (Path(__file__).parents[2] / "docs/reaper/sideman.lua").read_text("utf-8")


class Reaper:
    """The calls that the script makes, as REAPER's ReaScript documentation tells them."""

    def __init__(self, folder: Path, typed: str | None) -> None:
        self.folder, self.typed = folder, typed
        self.told: list[str] = []
        self.inserted: list[str] = []
        self.state: dict[str, str] = {}
        self.asked: list[tuple[Any, ...]] = []
        self.is_installed = True

    def names(self) -> dict[str, Any]:
        return {
            "GetExtState": lambda _, key: self.state.get(key, ""),
            "SetExtState": lambda _, key, value, __: self.state.update({key: value}),
            "GetUserInputs": self.ask,
            "GetProjectPath": lambda: str(self.folder),
            "Master_GetTempo": lambda: 96.0,
            "time_precise": lambda: 12.345,
            "ExecProcess": self.run,
            "file_exists": lambda path: Path(path).is_file(),
            "InsertMedia": lambda path, mode: self.inserted.append(path) if mode == 1 else None,
            "ShowMessageBox": lambda text, _, __: self.told.append(text),
            "Undo_BeginBlock": lambda: None,
            "Undo_EndBlock": lambda _, __: None,
        }

    def ask(self, *asked: Any) -> tuple[bool, str]:  # noqa: ANN401 - as Lua gives them
        self.asked.append(asked)
        return (False, "") if self.typed is None else (True, self.typed)

    def run(self, command: str, milliseconds: int) -> str | None:
        if not self.is_installed:
            return None
        program, *arguments = shlex.split(command)
        assert program == "sideman"
        done = subprocess.run(
            [sys.executable, "-m", "sideman", *arguments],
            check=False,
            capture_output=True,
            text=True,
            timeout=milliseconds / 1000,
        )
        return f"{done.returncode}\n{done.stdout}{done.stderr}"


def run(reaper: Reaper) -> None:
    lua = lupa.LuaRuntime(unpack_returned_tuples=True)
    lua.globals().reaper = lua.table_from(reaper.names())
    lua.execute(SCRIPT)


def test_a_band_is_inserted_in_the_tempo_of_the_project(tmp_path: Path) -> None:
    reaper = Reaper(tmp_path, "Dm7 G7 | CM7\nsoul\n7")
    run(reaper)
    assert reaper.told == []
    (path,) = reaper.inserted
    band = read_midi(path)
    assert (band.tempo, band.steps, len(band.tracks)) == (96, 96, 5)
    assert reaper.state == {"chords": "Dm7 G7 | CM7", "style": "soul", "seed": "7"}
    run(again := Reaper(tmp_path, None))
    assert again.inserted == again.told == []


def test_chords_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    reaper = Reaper(tmp_path, "C | H$(touch x)7\n\n")
    run(reaper)
    assert reaper.inserted == []
    assert "error: " in reaper.told[0]


def test_who_has_no_sideman_is_told_where_to_put_it(tmp_path: Path) -> None:
    reaper = Reaper(tmp_path, "C\n\n")
    reaper.is_installed = False
    run(reaper)
    assert "full path" in reaper.told[0]
