"""The machine's MIDI ports, by python-rtmidi: its devices, other programs, and virtual ones of our own. Knows no music.

The library is an extra, imported when a port is asked for.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sideman.errors import DataError, MissingLibraryError

CLIENT = "sideman"  # our name among the programs that have ports
SEQUENCER = Path("/dev/snd/seq")  # of ALSA
LOOK = 0.002  # seconds between looks for messages
Hear = Callable[[list[int]], object]

_REMEDY = "pip install 'sideman[midi]'"
_NO_SYSTEM = "this machine has no MIDI system: on Linux load ALSA's sequencer (modprobe snd-seq) or start JACK"


def _library() -> Any:  # noqa: ANN401 - rtmidi has no types
    try:
        import rtmidi
    except ImportError as error:
        raise MissingLibraryError(f"MIDI ports need python-rtmidi: {_REMEDY}") from error
    return rtmidi


def _api(library: Any) -> int:  # noqa: ANN401 - as above
    """Which of the machine's MIDI systems: on Linux ALSA's, or JACK where the kernel has no sequencer."""
    if sys.platform == "linux" and not SEQUENCER.exists() and library.API_UNIX_JACK in library.get_compiled_api():
        return int(library.API_UNIX_JACK)
    return int(library.API_UNSPECIFIED)


def _opened(kind: str) -> Any:  # noqa: ANN401 - rtmidi has no types
    """A client without a port; ``kind`` is MidiIn or MidiOut."""
    library = _library()
    try:
        client = getattr(library, kind)(_api(library), name=CLIENT)
        client.get_ports()
    except (library.RtMidiError, OSError) as error:
        raise MissingLibraryError(f"no MIDI port: {_NO_SYSTEM}") from error
    return client


def port_names() -> tuple[list[str], list[str]]:
    """The names of outputs that can be played into, and of inputs that can be heard.

    Raises :class:`MissingLibraryError` where there is no library or no MIDI system.
    """
    names = []
    for kind in ("MidiOut", "MidiIn"):
        client = _opened(kind)
        names.append([str(name) for name in client.get_ports()])
        client.delete()
    return names[0], names[1]


def _open(client: Any, name: str, what: str) -> str:  # noqa: ANN401 - as above
    """Open the port whose name has ``name`` in it, or else a virtual one of that name; what it is called."""
    library = _library()
    names = [str(each) for each in client.get_ports()]
    wanted = name.strip().lower()
    found = [each for each in names if wanted in each.lower()]
    exact = [each for each in found if each.lower() == wanted]
    if len(found) > 1 and len(exact) != 1:
        raise DataError(f"{what} {name!r}: several have that in their names, give more of one: {', '.join(found)}")
    try:
        if found:
            chosen = (exact or found)[0]
            client.open_port(names.index(chosen))
            return chosen
        client.open_virtual_port(name)
    except (NotImplementedError, library.RtMidiError, OSError) as error:
        there = f"there are: {', '.join(names)}" if names else "there is none"
        raise DataError(f"{what} {name!r}: none has that in its name, and none can be made here; {there}") from error
    return f"{name} (virtual)"


class OutputPort:
    """A port to play into: one of the machine's whose name has ``name`` in it, or else a virtual one of that name.

    ``name`` is then its whole name. Raises :class:`DataError` where several have it, or none has and none can be made;
    :class:`MissingLibraryError` as :func:`port_names`.
    """

    def __init__(self, name: str) -> None:
        self._client = _opened("MidiOut")
        self.name = _open(self._client, name, "MIDI output")

    def send(self, message: Sequence[int]) -> None:
        """Send the bytes of one message at once."""
        self._client.send_message(list(message))

    def close(self) -> None:
        """Give the port back."""
        self._client.close_port()
        self._client.delete()


class InputPort:
    """A port that is heard: ``hear`` gets the bytes of each message, in another thread, at most 2 ms later.

    Names and errors as of an :class:`OutputPort`.
    """

    def __init__(self, name: str, hear: Hear) -> None:
        self._client = _opened("MidiIn")
        self.name = _open(self._client, name, "MIDI input")
        self._is_closed = threading.Event()
        self._listener = threading.Thread(target=self._listen, args=(hear,), daemon=True)
        self._listener.start()

    def _listen(self, hear: Hear) -> None:
        """Look whether something came: a driver that calls Python itself waits while Python is busy, and loses keys."""
        while not self._is_closed.wait(LOOK):
            while (event := self._client.get_message()) is not None:
                hear(event[0])

    def close(self) -> None:
        """Give the port back."""
        self._is_closed.set()
        self._listener.join()
        self._client.close_port()
        self._client.delete()
