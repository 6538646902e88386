"""`sideman jam` and `sideman play`: real ports on a JACK server without devices, and what is told without any."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from tests.cli.conftest import Run
from tests.jack import Friend, friend, jack, wait_until

from sideman.arranging import Model, arrange
from sideman.charts import read
from sideman.cli import playing
from sideman.jamming import keys
from sideman.jamming.jam import Jam
from sideman.music.band import ONSET, PITCH, Role
from sideman.music.symbol import read_chord
from sideman.options import ArrangeOptions
from sideman.render.midi import read_midi

__all__ = ["friend", "jack"]

CHANNELS = {Role.DRUMS: 9, Role.PIANO: 0, Role.GUITAR: 1, Role.BASS: 2, Role.STRINGS: 3}
FAST = ("--tempo", 300, "--seed", 5)


def beside(work: Callable[[], object]) -> threading.Thread:
    """Somebody who does something while a command runs."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def wait_for_listener(friend: Friend, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have ``--wait`` last until the port, which is open then, is heard."""
    first = iter([lambda _: friend.listen("sideman:Band")])

    def sleep(seconds: float) -> None:
        next(first, time.sleep)(seconds)

    monkeypatch.setattr(playing, "time", SimpleNamespace(sleep=sleep))


@pytest.mark.slow
@pytest.mark.usefixtures("jack")
def test_a_chord_from_a_keyboard_is_answered_by_the_band(
    run: Run, friend: Friend, weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "SETTLED", 1.0)  # on a machine so busy that keys struck together come one after another

    def lead() -> None:
        friend.listen("sideman:Band")
        friend.play_into("Keys")
        friend.strike(66, 69, 73, again_after=4 * keys.SETTLED)

    player = beside(lead)
    files = ("-o", "jam.mid", "--chart", "jam.txt")
    code, out, err = run(
        *("jam", "--midi-in", "Keys", "--midi-out", "Band", "--clock", "--bars", 2, "--weights", weights, "--json"),
        *(*FAST, *files),
    )
    player.join()
    assert code == 0, err
    assert json.loads(out) == {
        "bars": 2,
        "chords": [[[0, "F#m"]], [[0, "F#m"]]],
        "seed": 5,
        "midi": "jam.mid",
        "chart": "jam.txt",
    }
    assert "   1  F#m . . .\n   2  F#m . . .\n" in err
    jam = Jam(ArrangeOptions(seed=5, tempo=300), model=Model.load(weights))
    bars = [jam.bar(read_chord("F#m"))]
    jam.rest()
    bars.append(jam.bar())
    wanted = [(CHANNELS[role], row[PITCH]) for bar in bars for role, rows in bar.notes.items() for row in rows.tolist()]
    wait_until(lambda: friend.heard and friend.heard[-1][0] == 0xBF)
    # A machine that is too busy leaves out what comes too late, and adds nothing.
    assert friend.notes()
    assert Counter(friend.notes()) <= Counter(wanted)
    system = [message[0] for message in friend.heard if message[0] > 0xEF and message[0] != 0xF8]
    assert system[:2] == [0xF2, 0xFA]
    saved = read_midi(tmp_path / "jam.mid")
    assert (saved.steps, saved.tempo) == (96, 300)
    assert saved[Role.DRUMS].notes[:, ONSET].max() > 48
    assert str(read((tmp_path / "jam.txt").read_text()).song.progression) == "F#m:8"


@pytest.mark.slow
@pytest.mark.usefixtures("jack")
def test_a_chart_is_played(run: Run, friend: Friend, weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wait_for_listener(friend, monkeypatch)
    code, out, err = run(
        *("play", "C | F/A", "--midi-out", "Band", "--wait", 1, "--clock", "--weights", weights, "--json"),
        *(*FAST, "--program", "bass=35", "--swing", 60),
    )
    assert code == 0, err
    band = arrange("C | F/A", seed=5, tempo=300, model=Model.load(weights)).band
    assert json.loads(out) == {"seconds": 1.6, "notes": band.note_count, "bars": 2, "seed": 5}
    wanted = [(CHANNELS[track.role], note.pitch) for track in band.tracks for note in track]
    wait_until(lambda: friend.heard and friend.heard[-1][0] == 0xBF)
    # What begins anew while it sounds is one note less than was composed.
    assert set(friend.notes()) == set(wanted)
    assert [0xC2, 35] in friend.heard
    assert [0xFA] in friend.heard
    assert [0xFC] in friend.heard
    assert friend.heard.count([0xF8]) > 2 * 4 * 24 - 1


@pytest.mark.slow
@pytest.mark.usefixtures("jack")
def test_a_midi_file_is_played(run: Run, friend: Friend, weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("arrange", "C | F", "-o", "song.mid", "--weights", weights, *FAST)
    notes = read_midi(Path("song.mid")).note_count
    wait_for_listener(friend, monkeypatch)
    code, out, err = run("play", "song.mid", "--midi-out", "Band", "--wait", 1)
    assert (code, out) == (0, f"played 1.6 s, {notes} notes\n"), err
    wait_until(lambda: friend.heard and friend.heard[-1][0] == 0xBF)
    assert len(friend.notes()) == notes


@pytest.mark.usefixtures("jack")
def test_ports_are_listed(run: Run, friend: Friend) -> None:
    assert friend.heard == []
    code, out, _ = run("play", "--ports", "--json")
    assert (code, json.loads(out).keys()) == (0, {"outputs", "inputs"})
    code, out, _ = run("jam", "--ports")
    assert out.startswith("outputs, for --midi-out:\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("play",), "give a chart or a MIDI file, or --ports"),
        (("play", "C"), "give --midi-out NAME"),
        (("jam", "--midi-in", "Keys"), "give --midi-out NAME"),
        (("jam", "--midi-out", "Band"), "give --midi-in NAME"),
        (("jam", "--midi-in", "a", "--midi-out", "b", "--metre", "5/4"), "at most four beats"),
        (("jam", "--midi-in", "a", "--midi-out", "b", "--split", "H4"), "unknown key 'H4': write C4, which is 60"),
        (("jam", "--midi-in", "a", "--midi-out", "b", "--key", "X"), "unknown key 'X'"),
        (("jam", "--midi-in", "a", "--midi-out", "b", "-o", "jam.wav"), "unknown suffix '.wav'"),
        (("jam", "--midi-in", "a", "--midi-out", "b", "--chart", "jam.pdf"), "write the chart as .txt"),
        (("play", "song.mid", "--midi-out", "b", "--style", "jazz"), "a MIDI file is composed already"),
        (("play", "song.mid", "--midi-out", "b"), "cannot read song.mid"),
        (("play", "missing.txt", "--midi-out", "b"), "missing.txt: cannot be read"),
    ],
    ids=str,
)
def test_what_is_wrong_is_told_before_a_port_is_opened(run: Run, arguments: tuple[str, ...], said: str) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert said in " ".join(err.replace("│", " ").split())


@pytest.mark.parametrize("command", [("play", "C"), ("jam", "--midi-in", "Keys")], ids=" ".join)
def test_without_the_library_the_remedy_is_told(
    run: Run, monkeypatch: pytest.MonkeyPatch, weights: Path, command: tuple[str, ...]
) -> None:
    monkeypatch.setitem(sys.modules, "rtmidi", None)
    code, _, err = run(*command, "--midi-out", "Band", "--weights", weights)
    assert (code, err.strip()) == (2, "error: MIDI ports need python-rtmidi: pip install 'sideman[midi]'")


# Ends with an interruption as if somebody pressed Ctrl-C; ports are JACK's, also where ALSA has some.
PROGRAM = """
import pathlib, sys
from sideman.render import ports
ports.SEQUENCER = pathlib.Path("/nonexistent")
from sideman.cli import main
main()
"""


@pytest.mark.skipif(
    signal.getsignal(signal.SIGINT) is signal.SIG_IGN, reason="Ctrl-C is ignored where this was started"
)
@pytest.mark.slow
@pytest.mark.usefixtures("jack")
@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("play", "C:400", "--tempo", "60"), 130, ""),
        (("jam", "--midi-in", "Keys", "-o", "jam.mid"), 0, "jam.mid: 1 bar, seed 5\n"),
    ],
)
def test_an_interruption_ends_all_notes(
    friend: Friend, weights: Path, tmp_path: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    command = [sys.executable, "-c", PROGRAM, *arguments, "--midi-out", "Band", "--weights", str(weights)]
    with subprocess.Popen(
        [*command, "--seed", "5"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            friend.listen("sideman:Band")
            if arguments[0] == "jam":
                friend.play_into("Keys")
                friend.strike(60)
            wait_until(friend.notes)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=60)
        finally:
            process.kill()
    assert (process.returncode, out) == (code, said), err
    assert "Traceback" not in err
    wait_until(lambda: friend.heard[-1][0] == 0xBF)
    begun = Counter(friend.notes())
    ended = Counter((each[0] & 15, each[1]) for each in friend.heard if each[0] & 0xF0 == 0x80)
    assert not begun - ended
