"""The man page names all that the command line has, and is the one that is kept."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from reference.manual import FILE, manual
from sideman.cli import command_line
from sideman.web.settings import Settings


def test_file_is_what_the_command_line_says() -> None:
    assert FILE.read_text("utf-8") == manual(), "run python -m reference.manual"


def test_every_command_option_and_variable_is_named() -> None:
    text = manual().replace("\\-", "-")
    commands = getattr(command_line(), "commands", {})
    for name, command in commands.items():
        (section,) = [part for part in text.split("\n.SS ") if part.startswith(f"sideman {name}\n")]
        for parameter in command.params:
            options = [*parameter.opts, *parameter.secondary_opts]
            assert [option for option in options if option.startswith("-") and option not in section] == [], name
    for name in Settings.model_fields:
        assert f".B SIDEMAN_{name.upper()}\n" in text


@pytest.mark.skipif(not shutil.which("man"), reason="THE MAN PAGE WAS NOT SET: there is no man")
def test_page_can_be_set() -> None:
    done = subprocess.run(
        ["man", "--warnings", "-l", FILE],
        env={"MANWIDTH": "80", "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    assert 'sideman arrange "C:4|Am:4|F:4|G7:4" -o song.mid --audio song.mp3\n' in done.stdout
