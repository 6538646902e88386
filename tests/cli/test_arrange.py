"""`sideman arrange`: the files it writes, what it says, and what it refuses before anything is composed."""

from __future__ import annotations

import errno
import io
import json
import os
import re
import sys
import tempfile
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import mido
import pytest
import soundfile
from tests.cli.conftest import Result, Run
from tests.render.conftest import real

from sideman import Model, Role, arrange
from sideman.arranging import Arrangement
from sideman.cli import composing
from sideman.options import options_of
from sideman.render.audio import WRITERS
from sideman.render.midi import read_midi
from sideman.render.recording import Recording

FOUR_CHORDS = "C:4|Am:4|F:4|G7:4"
READ_ONLY = OSError(errno.EROFS, os.strerror(errno.EROFS))


def assert_refused(result: Result, folder: Path, *words: str) -> None:
    """One clear line, the exit code of an error, and nothing written."""
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("error: ")
    assert result.err.count("\n") == 1
    assert len(result.err) < 400
    for word in words:
        assert word in result.err
    assert [path.name for path in folder.rglob("*") if path.is_file() and path.name != "file"] == []


def fail(*_: object, **__: object) -> NoReturn:
    raise AssertionError("composed, though it could have been known that it is in vain")


# Files


def test_midi_with_chords_key_and_tempo(run: Run, weights: Path, tmp_path: Path) -> None:
    code, out, err = run("arrange", FOUR_CHORDS, "-o", "song.mid", "--weights", weights, "--tempo", 96)
    assert (code, err) == (0, "")
    assert out.startswith("song.mid: 4 bars in C major, ")
    messages = [message for track in mido.MidiFile(tmp_path / "song.mid").tracks for message in track]
    assert [message.text for message in messages if message.type == "marker"] == ["C", "Am", "F", "G7"]
    assert [message.key for message in messages if message.type == "key_signature"] == ["C"]
    band = read_midi(tmp_path / "song.mid")
    assert (band.steps, band.tempo) == (192, 96)
    assert [path.name for path in tmp_path.iterdir()] == ["song.mid"]


def test_a_chart_names_tempo_and_style_and_options_count_more(run: Run, weights: Path) -> None:
    chart = "Tempo: 92\nStyle: Bossa Nova\nC | Am | F | G7"
    rest = ("-o", "song.mid", "--weights", weights, "--json")
    made = json.loads(run("arrange", chart, *rest).out)
    assert (made["tempo"], made["style"]) == (92, "latin")
    made = json.loads(run("arrange", chart, *rest, "--tempo", 120, "--style", "jazz").out)
    assert (made["tempo"], made["style"]) == (120, "jazz")


def test_midi_on_standard_output(run: Run, weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rest = ("--weights", weights, "--seed", 7)
    assert run("arrange", FOUR_CHORDS, "-o", "song.mid", *rest).code == 0
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written))
    code, _, err = run("arrange", FOUR_CHORDS, "-o", "-", *rest)
    assert (code, written.getvalue()) == (0, (tmp_path / "song.mid").read_bytes())
    assert err.startswith("-: 4 bars in C major, ")
    assert run("arrange", FOUR_CHORDS, "-o", "-", *rest, "--json").code == 2
    assert "2 takes are 2 files" in run("arrange", FOUR_CHORDS, "-o", "-", *rest, "--takes", 2).err


def test_takes_are_numbered_and_reported_as_json(run: Run, weights: Path, tmp_path: Path) -> None:
    arguments = ("arrange", FOUR_CHORDS, "-o", "song.mid", "--weights", weights, "--seed", 7, "--takes", 2, "--json")
    code, out, err = run(*arguments)
    assert (code, err) == (0, "")
    report = json.loads(out)
    assert {key: report[key] for key in ("progression", "key", "bars", "beats", "tempo", "seed")} == {
        "progression": FOUR_CHORDS,
        "key": "C major",
        "bars": 4,
        "beats": 16.0,
        "tempo": 120.0,
        "seed": 7,
    }
    assert [take["midi"] for take in report["takes"]] == ["song_1.mid", "song_2.mid"]
    bands = [read_midi(tmp_path / take["midi"]) for take in report["takes"]]
    assert bands[0] != bands[1]
    run("arrange", FOUR_CHORDS, "-o", "again.mid", "--weights", weights, "--seed", 7)
    assert read_midi(tmp_path / "again.mid") == bands[0]


def test_files_begin_with_a_bar_of_clicks_where_that_is_wished(run: Run, weights: Path, tmp_path: Path) -> None:
    (tmp_path / "waltz.txt").write_text("Time: 3/4\n\n| C | F |\n")
    plain = ("arrange", "waltz.txt", "--seed", 7, "--weights", weights, "--tracks", "piano,bass")
    run(*plain, "-o", "plain.mid")
    code, out, _ = run(*plain, "-o", "counted.mid", "--audio", "counted.wav", "--count-in", "--json")
    assert (code, json.loads(out)["bars"]) == (0, 2)
    assert {*json.loads(out)["takes"][0]} >= {"midi", "audio"}
    before, after = (read_midi(tmp_path / f"{name}.mid") for name in ("plain", "counted"))
    assert after.steps == before.steps + 36
    assert [(note.onset, note.pitch) for note in after[Role.DRUMS]] == [(0, 37), (12, 37), (24, 37)]
    for role in before.roles:
        assert [(note.onset + 36, note.pitch) for note in before[role]] == [
            (note.onset, note.pitch) for note in after[role]
        ]
    assert soundfile.info(tmp_path / "counted.wav").duration > 9 * 0.5
    assert run("arrange", "--batch", "-", "-o", "out", "--count-in").code == 2


def test_the_seed_that_was_taken_is_told(run: Run, weights: Path, tmp_path: Path) -> None:
    first, second = (run("arrange", "C:4", "-o", f"{name}.mid", "--weights", weights).out for name in "ab")
    seeds = [re.fullmatch(r".*, seed (\d+)\n", out) for out in (first, second)]
    assert seeds[0] is not None
    assert seeds[1] is not None
    assert seeds[0][1] != seeds[1][1]
    run("arrange", "C:4", "-o", "again.mid", "--weights", weights, "--seed", seeds[0][1])
    assert (tmp_path / "again.mid").read_bytes() == (tmp_path / "a.mid").read_bytes()


def test_only_the_tracks_asked_for_with_their_programs(run: Run, weights: Path, tmp_path: Path) -> None:
    run(
        "arrange", FOUR_CHORDS, "-o", "duo.mid", "--weights", weights, "--tracks", "piano, Bass", "--program", "Piano=4"
    )
    tracks = {track.name: track for track in mido.MidiFile(tmp_path / "duo.mid").tracks if track.name}
    assert set(tracks) == {"Piano", "Bass"}
    assert [message.program for message in tracks["Piano"] if message.type == "program_change"] == [4]


def test_audio_alone(run: Run, weights: Path, tmp_path: Path) -> None:
    code, out, _ = run("arrange", "C:2", "--audio", "song.wav", "--weights", weights, "--tempo", 240)
    assert (code, out.split(":")[0]) == (0, "song.wav")
    assert soundfile.info(tmp_path / "song.wav").duration == pytest.approx(0.5 + 3, abs=0.1)
    assert [path.name for path in tmp_path.iterdir()] == ["song.wav"]


@pytest.mark.parametrize("text", [FOUR_CHORDS, "  C Am | F\nG7\r\n", "C♯:2\n"], ids=repr)
def test_progression_from_standard_input(run: Run, weights: Path, tmp_path: Path, text: str) -> None:
    code, _, err = run("arrange", "-", "-o", "song.mid", "--weights", weights, stdin=text)
    assert (code, err) == (0, "")
    assert (tmp_path / "song.mid").stat().st_size > 0


def test_progress_is_shown_on_a_terminal(run: Run, weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sideman.cli.terminal.is_watched", lambda: True)
    code, out, _ = run("arrange", FOUR_CHORDS, "-o", "song.mid", "--weights", weights, "--json")
    assert code == 0
    json.loads(out)  # what a program reads stays clean


def test_takes_with_audio_are_played_while_they_are_composed(
    run: Run, weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ("arrange", FOUR_CHORDS, "-o", "song.mid", "--audio", "song.wav", "--weights", weights)
    monkeypatch.setattr("sideman.cli.terminal.is_watched", lambda: True)
    code, out, _ = run(*arguments, "--takes", 2, "--tempo", 240, "--tracks", "piano,bass", "--program", "bass=32")
    assert (code, out.count("song_1.mid and song_1.wav"), out.count("song_2.mid and song_2.wav")) == (0, 1, 1)
    for take in (1, 2):
        run("render", f"song_{take}.mid", "-o", "after.wav", "--program", "bass=32")
        assert (tmp_path / "after.wav").read_bytes() == (tmp_path / f"song_{take}.wav").read_bytes()


def test_interrupted_composing_ends_the_audio_too(
    run: Run, weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(arrangement: Arrangement, _: object, recording: Recording) -> NoReturn:
        bar = next(iter(arrangement))
        recording.add(bar.take, bar.notes)
        raise KeyboardInterrupt

    monkeypatch.setattr("sideman.cli.arranging.compose", interrupt)
    before = {*threading.enumerate()}
    arguments = ("arrange", FOUR_CHORDS, "-o", "song.mid", "--audio", "song.mp3", "--weights", weights)
    assert run(*arguments) == (130, "", "")
    assert {*threading.enumerate()} <= before
    assert list(tmp_path.iterdir()) == []


# Refused before composing


@pytest.mark.parametrize(
    ("progression", "words"),
    [
        ("C:x", ["'x'", "character 3"]),
        ("", ["no chords"]),
        ("X7:4", ["'X7'", "character 1", "roots are A to G"]),
        ("C:-4", ["'-4'", "character 3"]),
        ("C:4|" * 2_500_000, ["too long"]),
        ("x" * 10_000_000, ["too long"]),
        ("C:4\x00|\n\x1b[2J", ["not known"]),
    ],
    ids=["C:x", "empty", "X7:4", "C:-4", "10 MB of chords", "10 MB of letters", "control characters"],
)
@pytest.mark.parametrize("way", ["argument", "standard input"])
def test_bad_progression(run: Run, weights: Path, tmp_path: Path, progression: str, words: list[str], way: str) -> None:
    arguments = ("-o", "song.mid", "--audio", "song.mp3", "--weights", weights)
    if way == "argument":
        result = run("arrange", progression, *arguments)
    else:
        result = run("arrange", "-", *arguments, stdin=progression)
    assert_refused(result, tmp_path, *words)
    assert "\x1b" not in result.err


def test_standard_input_that_is_no_text(run: Run, weights: Path, tmp_path: Path) -> None:
    result = run("arrange", "-", "-o", "song.mid", "--weights", weights, stdin=b"C:4|\xff\xfe")
    assert_refused(result, tmp_path, "character 5")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("-o", "folder"), ["folder", "it is a folder"]),
        (("-o", "folder.mid"), ["folder.mid", "it is a folder"]),
        (("-o", "missing/song.mid"), ["missing", "does not exist"]),
        (("-o", "song.mp3"), [".mp3", ".mid"]),
        (("-o", "song"), ["song", ".mid"]),
        (("-o", "song.mid", "--audio", "song.ogg"), [".ogg", ".mp3"]),
        (("-o", "song.mid", "--audio", "folder"), ["it is a folder"]),
        (("-o", f"{'x' * 300}.mid"), ["too long"]),
        (("-o", "file/song.mid"), ["a part of its folder is a file"]),
        (("-o", "song.mid", "--takes", "0"), ["takes"]),
        (("-o", "song.mid", "--takes", "1000000"), ["takes"]),
        (("-o", "song.mid", "--tempo", "nan"), ["tempo nan"]),
        (("-o", "song.mid", "--style", "polka"), ["polka", "jazz"]),
        (("-o", "song.mid", "--density", "9"), ["density"]),
        (("-o", "song.mid", "--tracks", "drums,banjo"), ["banjo", "strings"]),
        (("-o", "song.mid", "--tracks", ","), ["tracks wants at least one"]),
        (("-o", "song.mid", "--seed", "-1"), ["seed"]),
        (("-o", "song.mid", "--temperature", "-1"), ["temperature"]),
        (("-o", "song.mid", "--top-p", "0"), ["top_p"]),
        (("-o", "song.mid", "--program", "piano"), ["piano=4"]),
        (("-o", "song.mid", "--program", "piano=128"), ["127"]),
        (("-o", "song.mid", "--program", "banjo=1"), ["banjo"]),
        (("--audio", "song.mp3", "--soundfont", "missing.sf2"), ["missing.sf2"]),
        (("-o", "song.mid", "--weights", "missing.safetensors"), ["missing.safetensors"]),
        (("-o", "song.mid", "--weights", "folder"), ["folder"]),
    ],
    ids=lambda value: " ".join(value)[:40],
)
def test_refused_before_composing(
    run: Run,
    weights: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    words: list[str],
) -> None:
    monkeypatch.setattr("sideman.cli.arranging.compose", fail)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder.mid").mkdir()
    (tmp_path / "file").touch()
    own = () if "--weights" in arguments else ("--weights", weights)
    assert_refused(run("arrange", FOUR_CHORDS, *arguments, *own), tmp_path, *words)


def test_read_only_disk(run: Run, weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> NoReturn:
        raise READ_ONLY

    monkeypatch.setattr("sideman.cli.arranging.compose", fail)
    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    result = run("arrange", FOUR_CHORDS, "-o", "song.mid", "--weights", weights)
    assert_refused(result, tmp_path, "song.mid", "read-only")


def test_disk_that_becomes_read_only_while_composing(
    run: Run, weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def compose_and_remount(*arguments: Any) -> Any:  # noqa: ANN401 - compose's own
        def refuse(*_: object) -> NoReturn:
            raise READ_ONLY

        bands = composing.compose(*arguments)
        monkeypatch.setattr("sideman.files.os.open", refuse)
        return bands

    monkeypatch.setattr("sideman.cli.arranging.compose", compose_and_remount)
    result = run("arrange", FOUR_CHORDS, "-o", "song.mid", "--audio", "song.mp3", "--weights", weights)
    assert_refused(result, tmp_path, "song.mid", "read-only")


@pytest.mark.parametrize("name", ["song.mp3", "song.wav"])
def test_disk_that_is_full_after_the_midi(
    run: Run, weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def write(_: object, path: Path, bits: int) -> NoReturn:  # noqa: ARG001 - as the others take it
        path.write_bytes(b"half a file")
        raise OSError(errno.ENOSPC, "full", str(path))

    def write_pcm(path: Path, *_: object, **__: object) -> NoReturn:
        path.write_bytes(b"half a file")
        raise soundfile.LibsndfileError(2)

    monkeypatch.setitem(WRITERS, ".mp3", write)
    monkeypatch.setattr(soundfile, "SoundFile", write_pcm)
    code, out, err = run("arrange", FOUR_CHORDS, "-o", "song.mid", "--audio", name, "--weights", weights)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"error: cannot write {name}: ")
    assert "disk is full" in err
    assert err.endswith("; written before it: song.mid\n")
    assert [path.name for path in tmp_path.iterdir()] == ["song.mid"]
    assert read_midi(tmp_path / "song.mid").steps == 192


@pytest.mark.parametrize("at", [0, 1, 40, 700])
def test_disk_that_is_full_leaves_no_part_of_a_file(
    run: Run, weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    def write(path: Path, data: bytes) -> NoReturn:
        with path.open("wb") as file:
            file.write(data[:at])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    monkeypatch.setattr(Path, "write_bytes", write)
    result = run("arrange", FOUR_CHORDS, "-o", "song.mid", "--weights", weights)
    assert_refused(result, tmp_path, "song.mid", "full")


@pytest.mark.parametrize(
    "arguments",
    [
        ("-o", "song.mid"),
        (FOUR_CHORDS,),
        (FOUR_CHORDS, "-o", "song.mid", "--samples", "3"),
        (FOUR_CHORDS, "-o", "song.mid", "--soundfont", "font.sf2"),
        (FOUR_CHORDS, "--batch", "prompts.jsonl", "-o", "out"),
        ("--batch", "prompts.jsonl"),
        ("--batch", "prompts.jsonl", "-o", "out", "--takes", "2"),
        ("--batch", "prompts.jsonl", "-o", "out", "--audio", "song.mp3"),
        ("--batch", "prompts.jsonl", "-o", "out", "--soundfont", "font.sf2"),
    ],
    ids=" ".join,
)
def test_options_that_do_not_go_together(run: Run, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    code, out, err = run("arrange", *arguments)
    assert (code, out) == (2, "")
    assert "Error: " in err
    assert list(tmp_path.iterdir()) == []


# Playing


def test_a_piece_slows_down_to_a_last_chord(run: Run, weights: Path, tmp_path: Path) -> None:
    arguments = ("arrange", "C | Am | Dm G7 | C", "--weights", weights, "--seed", 7, "--ending", "ring")
    run(*arguments, "-o", "plain.mid")
    run(*arguments, "-o", "slow.mid", "--ritardando")
    plain, slow = (mido.MidiFile(tmp_path / name) for name in ("plain.mid", "slow.mid"))
    begins = 0
    tempi = []
    for message in slow.tracks[0]:
        begins += message.time
        if message.type == "set_tempo":
            tempi.append((begins // 480, message.tempo))
    assert [beat for beat, _ in tempi] == [0, *range(4, 13)]  # two bars of four, and the last one
    assert tempi[-1] == (12, round(500_000 / 0.6))
    assert slow.length - plain.length == pytest.approx(4.45 / 2, abs=0.02)
    plain.tracks[0][:] = [message for message in plain.tracks[0] if message.type == "note_on"]
    slow.tracks[0][:] = [message for message in slow.tracks[0] if message.type == "note_on"]
    assert [message.note for message in plain.tracks[0]] == [message.note for message in slow.tracks[0]]


def test_swing_and_key_are_those_of_the_file(run: Run, weights: Path, tmp_path: Path) -> None:
    arguments = ("arrange", "C:4|G7:4", "-o", "song.mid", "--weights", weights, "--seed", 7, "--json")
    plain = json.loads(run(*arguments).out)
    before = read_midi(tmp_path / "song.mid")
    felt = json.loads(run(*arguments, "--swing", 67, "--humanize", 0.5, "--transpose", -2, "--play-tempo", 80).out)
    assert felt["takes"][0]["notes"] == plain["takes"][0]["notes"]
    assert (felt["tempo"], felt["play_tempo"], felt["swing"], felt["straight"]) == (120, 80, 67, None)
    after = mido.MidiFile(tmp_path / "song.mid")
    told = [message for track in after.tracks for message in track]
    assert [message.text for message in told if message.type == "marker"] == ["Bb", "F7"]
    assert [message.key for message in told if message.type == "key_signature"] == ["Bb"]
    assert (before.tempo, read_midi(tmp_path / "song.mid").tempo) == (120, 80)


@real
@pytest.mark.parametrize("more", [("--swing", 67, "--humanize", 1), ("--transpose", -3)], ids=str)
def test_sound_made_while_it_is_composed_is_that_of_the_band(
    run: Run, weights: Path, tmp_path: Path, more: tuple[Any, ...]
) -> None:
    arguments = ("arrange", "C:4|G7:4", "--weights", weights, "--seed", 7, *more)
    assert run(*arguments, "--audio", "live.wav").code == 0
    options = options_of({name.removeprefix("--"): value for name, value in zip(more[::2], more[1::2], strict=True)})
    band = arrange("C:4|G7:4", replace(options, seed=7), model=Model.load(weights)).band
    band.save(tmp_path / "after.wav")
    assert (tmp_path / "live.wav").read_bytes() == (tmp_path / "after.wav").read_bytes()


@real
def test_a_file_is_played_with_a_feel(run: Run, weights: Path) -> None:
    run("arrange", "C:4|G7:4", "-o", "song.mid", "--weights", weights)
    result = run("render", "song.mid", "-o", "slow.wav", "--play-tempo", 60, "--swing", 67, "--json")
    assert json.loads(result.out)["seconds"] == 8
    refused = run("render", "song.mid", "-o", "slow.wav", "--swing", 80)
    assert (refused.code, refused.err) == (
        2,
        "error: swing 80.0 is out of range: give 50 to 75\n",
    )


def test_a_loop_of_24_bits_and_a_score(run: Run, tmp_path: Path) -> None:
    code, out, _ = run(
        "arrange", "C:4", "--tempo", 240, "--tracks", "bass,piano", "--audio", "loop.flac", "--bits", 24, "--no-tail",
        "--score", "loop.musicxml", "--json",
    )  # fmt: skip
    assert code == 0
    (take,) = json.loads(out)["takes"]
    assert (take["audio"], take["score"]) == ("loop.flac", "loop.musicxml")
    info = soundfile.info(tmp_path / "loop.flac")
    assert (info.frames, info.subtype) == (44_100, "PCM_24")
    assert "<part-name>Bass</part-name>" in (tmp_path / "loop.musicxml").read_text("utf-8")


@pytest.mark.parametrize("option", [("--bits", 24), ("--no-tail",), ("--soundfont", "font.sf2")], ids=str)
def test_what_is_for_audio_wants_audio(run: Run, tmp_path: Path, option: tuple[object, ...]) -> None:
    for arguments in (("C:4", "-o", "song.mid"), ("--batch", "prompts.jsonl", "-o", "out")):
        code, _, err = run("arrange", *arguments, *option)
        assert (code, f"{option[0]}: it is for --audio" in err) == (2, True)
    assert not [*tmp_path.iterdir()]


def test_other_bits_are_refused_before_anything_is_composed(run: Run, tmp_path: Path) -> None:
    code, _, err = run("arrange", "C:4", "--audio", "song.mp3", "--bits", 24)
    assert (code, "24 bits of mp3: give 16, or for wav and flac 24" in err) == (2, True)
    assert not [*tmp_path.iterdir()]
