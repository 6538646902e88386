"""What holds for every command: help, version, exit codes, one line for an error, little to import."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Run

from sideman.cli import command_line

COMMANDS = [
    "arrange",
    "chart",
    "edit",
    "encode",
    "evaluate",
    "export",
    "fingerprint",
    "history",
    "inspect",
    "jam",
    "play",
    "redo",
    "render",
    "serve",
    "train",
    "work",
]
PROGRAM = (sys.executable, "-c", "from sideman.cli import main; main()")


def test_commands() -> None:
    assert sorted(getattr(command_line(), "commands", ())) == COMMANDS


def test_version(run: Run) -> None:
    code, out, err = run("--version")
    assert (code, err) == (0, "")
    assert re.fullmatch(r"sideman \d+\.\d+\.\d+\n", out)


@pytest.mark.parametrize(
    ("typed", "completed"),
    [("sideman arr", "arrange"), ("sideman arrange --ta", "--takes\n--tail"), ("sideman re", "redo\nrender")],
)
def test_shell_completes(typed: str, completed: str) -> None:
    words = {"_SIDEMAN_COMPLETE": "complete_bash", "COMP_WORDS": typed, "COMP_CWORD": str(typed.count(" "))}
    result = subprocess.run(PROGRAM, env=os.environ | words, capture_output=True, text=True, check=False)
    assert result.stdout.strip() == completed


def test_without_arguments_help_is_shown(run: Run) -> None:
    result = run()
    assert all(f"\n  {name} " in result.out + result.err for name in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_examples_and_explains_every_option(run: Run, command: str) -> None:
    code, out, err = run(command, "--help")
    assert (code, err) == (0, "")
    assert f"  sideman {command} " in out.split("Example", 1)[1]
    parameters = getattr(command_line(command), "commands", {})[command].params
    assert [parameter.name for parameter in parameters if not getattr(parameter, "help", None)] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_examples_in_the_help_can_be_typed_as_they_stand(run: Run, command: str) -> None:
    block = run(command, "--help").out.split("Example", 1)[1].split("\n\n")[0]
    examples = re.findall(r"\bsideman (.+)", block)
    assert len(examples) == block.count("\n  ")
    for name, *arguments in map(shlex.split, examples):
        group: Any = command_line(name)
        context = group.make_context("sideman", [], resilient_parsing=True)
        # Raises where an option is unknown or an argument missing.
        group.commands[name].make_context(name, arguments, parent=context)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_reports_as_json(run: Run, command: str) -> None:
    assert "--json" in run(command, "--help").out


@pytest.mark.parametrize(
    "arguments",
    [
        ("sing",),
        ("arrange", "C:4", "--volume", "3"),
        ("arrange", "C:4", "--tempo", "fast"),
        ("redo", "render", "a.mid"),
        ("encode",),
    ],
    ids=" ".join,
)
def test_wrong_usage(run: Run, arguments: tuple[str, ...]) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert "Error: " in err


def test_little_is_imported() -> None:
    """Each with what was imported before: none of that is lighter for it."""
    heavy = {
        "sideman.cli": {"email", "json", "numpy", "rich", "symusic", "tempfile", "torch"},
        "sideman.arranging, sideman.render.midi": {"lameenc", "rich", "symusic", "torch"},
        "sideman.render.recording": {"http", "soundfile", "symusic", "torch"},
        "sideman.training.encode": {"torch", "matplotlib"},
    }
    lines = [f"import {modules}; print({modules!r}, {names} & {{*sys.modules}})" for modules, names in heavy.items()]
    code = "\n".join(["import sys", *lines])
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert result.stdout.splitlines() == [f"{modules} set()" for modules in heavy]


@pytest.mark.skipif(
    signal.getsignal(signal.SIGINT) is signal.SIG_IGN, reason="Ctrl-C is ignored where this was started"
)
@pytest.mark.slow
@pytest.mark.parametrize("files", [("-o", "song.mid"), ("-o", "song.mid", "--audio", "song.mp3")], ids="".join)
def test_interruption_leaves_no_file_and_no_trace(weights: Path, tmp_path: Path, files: tuple[str, ...]) -> None:
    begins = (sys.executable, "-c", "from sideman.cli import main; print('begins', flush=True); main()")
    with subprocess.Popen(
        [*begins, "arrange", "|".join(["C:4"] * 1000), *files, "--weights", str(weights), "--takes", "64"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begins\n"  # it may take long until it does
        time.sleep(1)  # composing takes many times longer
        for _ in range(4):  # Python loses one that falls into a finaliser: people press again
            process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(30)
                break
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err.strip()) == (130, "", "")
    assert list(tmp_path.iterdir()) == []


def test_output_that_is_refused_is_one_line() -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("the system has no /dev/full")
    with full.open("w") as out:
        result = subprocess.run([*PROGRAM, "--version"], stdout=out, stderr=-1, text=True, check=False, timeout=60)
    assert (result.returncode, result.stderr) == (2, "error: No space left on device\n")


@pytest.mark.parametrize("command", [("--help",), ("--version",)], ids=" ".join)
def test_closed_output_is_no_drama(command: tuple[str, ...]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    result = subprocess.run(
        [*PROGRAM, *command], stdout=writer, stderr=subprocess.PIPE, text=True, check=False, timeout=60
    )
    os.close(writer)
    assert result.stderr == ""
