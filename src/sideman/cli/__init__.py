"""The command line: `sideman COMMAND`. Knows arguments, files' names and exit codes; the work is done below.

Exit codes: 0 all done, 1 a batch of which a part failed, 2 an error (one line on standard error says which) or wrong
usage, 130 interrupted. Results go to standard output, everything else to standard error.

Commands import what they need when they run: `sideman --help` waits for neither numpy nor torch.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import signal
import sys
from collections.abc import Callable
from typing import Annotated

import typer

from sideman.cli.arranging import arrange
from sideman.cli.charts import chart
from sideman.cli.data import encode, fingerprint, inspect
from sideman.cli.editing import edit
from sideman.cli.jamming import jam
from sideman.cli.playing import play
from sideman.cli.reading import tell_faults
from sideman.cli.redoing import history, redo
from sideman.cli.rendering import render
from sideman.cli.serving import serve, work
from sideman.cli.terminal import say
from sideman.cli.training import evaluate, export, train
from sideman.errors import ChartError, SidemanError

__all__ = ["command_line", "main"]

ERROR = 2  # exit code, click's for wrong usage too
KILLED = 128  # and the signal
INTERRUPTED = KILLED + signal.SIGINT

COMMANDS: dict[str, Callable[..., object]] = {
    command.__name__: command
    for command in (
        *(arrange, redo, edit, history, chart, render, play, jam, serve, work),
        *(encode, inspect, fingerprint, train, evaluate, export),
    )
}


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"sideman {version('sideman')}")
        raise typer.Exit


def _sideman(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Options before the command."""


@functools.cache
def command_line(name: str = "") -> Callable[..., object]:
    """All commands, or only the one of this name: to describe every option of all of them takes 24 ms."""
    app = typer.Typer(
        name="sideman",
        callback=_sideman,
        help="Type chords, hear a band: five instruments composed by a small GPT-2.",
        epilog=(
            'Begin with: sideman arrange "C:4|Am:4|F:4|G7:4" -o song.mid --audio song.mp3\n\n'
            "Exit codes: 0 done, 1 part of a batch failed, 2 an error, 130 interrupted."
        ),
        no_args_is_help=True,
        rich_markup_mode=None,  # plain help: it can be piped, and rich need not be imported
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    for command in [COMMANDS[name]] if name in COMMANDS else COMMANDS.values():
        app.command()(command)
    return typer.main.get_command(app)


def _end(number: int, _: object) -> None:
    """A signal that asks to end: what is half written goes, as where an error ends it."""
    signal.signal(number, signal.SIG_DFL)  # the second time at once
    sys.exit(KILLED + number)


def main() -> None:
    """Run the command line and exit. Errors made on purpose become one line; others are bugs and keep their trace."""
    try:
        with contextlib.suppress(ValueError):  # in another thread than the main one
            signal.signal(signal.SIGTERM, _end)
        command_line(sys.argv[1] if sys.argv[1:] and sys.argv[1] in COMMANDS else "")(prog_name="sideman")
    except ChartError as error:
        tell_faults(error)
        sys.exit(ERROR)
    except SidemanError as error:
        say(f"error: {error}")
        sys.exit(ERROR)
    except OSError as error:  # what the system refuses where nothing more is known of it
        where = f"{error.filename}: " if error.filename else ""
        say(f"error: {where}{error.strerror or error}")
        sys.exit(ERROR)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except RuntimeError as error:
        if not isinstance(error.__cause__, KeyboardInterrupt):  # of Python 3.11, while a class is made
            raise
        sys.exit(INTERRUPTED)
    finally:
        gc.freeze()  # Python would search everything for garbage, and then end: 30 ms
