"""What `play` and `jam` share: MIDI ports opened and closed, keys by name, what is there listed. Knows no music."""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from sideman.cli.terminal import print_json, say
from sideman.errors import DataError, OptionError

if TYPE_CHECKING:
    from sideman.render.outlet import Outlet

SWITCH = 0.001  # seconds for which notes wait, at the most, while Python composes
OCTAVE = 12
LOWEST_OCTAVE = -1  # C-1 is pitch 0, C4 is 60
MIDI_VALUES = 128
# Options that both commands have.
MidiOut = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Port to play into, by a part of its name; else a virtual port is made."),
]
Ports = Annotated[bool, typer.Option("--ports", help="List the machine's MIDI ports and end.")]
Clock = Annotated[bool, typer.Option("--clock", help="Send a MIDI clock, start and stop.")]
_KEY = re.compile(r"([A-G](?:#|b)?)(-?[0-9]{1,2})")


@contextmanager
def outlet_into(name: str) -> Iterator[Outlet]:
    """What plays into the port of this name, or a virtual one; in the end everything is silent.

    Raises as :class:`~sideman.render.ports.OutputPort` does.
    """
    from sideman.render.outlet import Outlet
    from sideman.render.ports import OutputPort

    port = OutputPort(name)
    say(f"playing into {port.name}")
    outlet = Outlet(port)
    sys.setswitchinterval(SWITCH)
    sender = threading.Thread(target=outlet.run, daemon=True)
    sender.start()
    try:
        yield outlet
    finally:
        outlet.close()
        sender.join()
        port.close()


def check(outlet: Outlet) -> None:
    """Raise :class:`DataError` where the port is gone."""
    if outlet.failure is not None:
        raise DataError(f"the MIDI output is gone, plug it in again: {outlet.failure}") from outlet.failure


def list_ports(*, as_json: bool) -> None:
    """Tell which ports there are."""
    from sideman.render.ports import port_names

    outputs, inputs = port_names()
    if as_json:
        print_json({"outputs": outputs, "inputs": inputs})
        return
    for title, names in (("outputs, for --midi-out", outputs), ("inputs, for --midi-in", inputs)):
        typer.echo(f"{title}:")
        for name in names or ["none"]:
            typer.echo(f"  {name}")


def read_key(text: str) -> int:
    """A MIDI pitch from `C4`, which is 60, or a number. Raises :class:`OptionError` for everything else."""
    from sideman.music.notes import NOTE_NAMES

    named = _KEY.fullmatch(text.strip())
    pitch = -1
    if named is not None:
        pitch = NOTE_NAMES[named[1]] + (int(named[2]) - LOWEST_OCTAVE) * OCTAVE
    elif re.fullmatch(r"[0-9]{1,3}", text.strip()):
        pitch = int(text)
    if not 0 <= pitch < MIDI_VALUES:
        raise OptionError(f"unknown key {text[:8]!r}: write C4, which is 60, or a number from 0 to {MIDI_VALUES - 1}")
    return pitch
