"""MIDI ports of the machine: opened by a part of their names, or made; and what is told where there are none."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from tests.jack import Friend, friend, jack, wait_until

from sideman.errors import DataError, MissingLibraryError
from sideman.render import ports
from sideman.render.ports import InputPort, OutputPort, port_names

__all__ = ["friend", "jack"]


def test_without_the_library_it_is_told_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rtmidi", None)
    with pytest.raises(MissingLibraryError, match=r"pip install 'sideman\[midi\]'"):
        port_names()


def test_without_a_midi_system_it_is_told_what_to_start(monkeypatch: pytest.MonkeyPatch) -> None:
    rtmidi = pytest.importorskip("rtmidi")
    if sys.platform != "linux" or rtmidi.API_UNIX_JACK not in rtmidi.get_compiled_api():
        pytest.skip("other systems always have MIDI")
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "nobody-started-this")
    monkeypatch.setattr(ports, "SEQUENCER", Path("/nonexistent"))
    with pytest.raises(MissingLibraryError, match="start JACK"):
        OutputPort("Band")


@pytest.mark.usefixtures("jack")
def test_a_virtual_port_plays_and_another_hears(friend: Friend) -> None:
    port = OutputPort("Band")
    assert port.name == "Band (virtual)"
    friend.listen("sideman:Band")
    port.send((0x90, 60, 90))
    wait_until(lambda: friend.heard)
    assert friend.heard == [[0x90, 60, 90]]
    port.close()


@pytest.mark.usefixtures("jack")
def test_a_port_that_is_there_is_found_by_a_part_of_its_name() -> None:
    heard: list[list[int]] = []
    keyboard = InputPort("Stage Keys", heard.append)
    outputs, _ = port_names()
    assert [name for name in outputs if "Stage Keys" in name]
    port = OutputPort("stage key")
    assert "Stage Keys" in port.name
    assert "virtual" not in port.name
    port.send([0x80, 60, 0])
    wait_until(lambda: heard)
    assert heard == [[0x80, 60, 0]]
    port.close()
    keyboard.close()


@pytest.mark.usefixtures("jack")
def test_a_name_that_several_have_is_an_error() -> None:
    keyboards: list[Any] = [InputPort(name, print) for name in ("Left Keys", "Right Keys")]
    with pytest.raises(DataError, match=r"Left Keys, .*Right Keys"):
        OutputPort("Keys")
    for keyboard in keyboards:
        keyboard.close()
