"""Another mix of what was composed: other instruments, louder, softer, without one; the notes stay."""

from __future__ import annotations

import io
import re
import zipfile
from itertools import accumulate
from pathlib import Path

import httpx
import mido
import numpy as np
import pytest
import soundfile
from hypothesis import example, given
from hypothesis import strategies as st
from tests.render.conftest import real
from tests.web.conftest import Server, compose, files

from sideman.errors import OptionError
from sideman.music.band import ROLES, Note, Role, Track
from sideman.render.rendition import Rendition
from sideman.render.soundfont import OFFERED
from sideman.web.mixing import PATTERN, Mix

BAND = Rendition((Track(Role.DRUMS), Track(Role.PIANO, [Note(0, 6, 60, 80)]), Track(Role.BASS)), 48)
DEFAULTS = ("drums:0:100", "piano:0:100", "guitar:25:100", "bass:33:100", "strings:48:100")


def test_programs_and_volumes_are_taken() -> None:
    mixed = Mix.read(["piano:4:80", "drums:0:127"]).apply(BAND)
    assert [(track.role, track.program, track.volume) for track in mixed.tracks] == [
        ("drums", 0, 127),
        ("piano", 4, 80),
        ("bass", None, 100),
    ]
    assert mixed[Role.PIANO].notes.tolist() == [[0, 6, 60, 80]]
    assert (mixed.steps, mixed.tempo) == (BAND.steps, BAND.tempo)


def test_volume_0_leaves_a_track_out() -> None:
    mix = Mix.read(["piano:4:0", "strings:48:0"])
    assert mix.apply(BAND).roles == (Role.DRUMS, Role.BASS)
    assert mix.sounding(BAND.roles) == [Role.DRUMS, Role.BASS]
    with pytest.raises(OptionError, match="every track is left out"):
        mix.apply(Rendition((Track(Role.PIANO),), 48))


def test_a_mix_has_one_name_whatever_the_order() -> None:
    name = Mix.read(["piano:4:80", "drums:0:90"]).suffix()
    assert re.fullmatch(r"-mix-[0-9a-f]{12}", name)
    assert Mix.read(["drums:0:90", "piano:4:80", "bass:33:100"]).suffix() == name
    assert Mix.read(["drums:0:91", "piano:4:80"]).suffix() != name


def test_the_mix_that_was_composed_is_none() -> None:
    for mix in (Mix.read([]), Mix.read(DEFAULTS)):
        assert mix.suffix() == ""


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (["piano"], "cannot read the track 'piano': write ROLE:PROGRAM:VOLUME"),
        (["banjo:0:100"], "cannot read the track 'banjo:0:100'"),
        (["piano:4:\N{ARABIC-INDIC DIGIT ONE}"], "cannot read the track"),
        (["piano:-1:100"], "cannot read the track"),
        (["../../x:0:1"], "cannot read the track"),
        (["piano:4:100\n"], "cannot read the track"),
        (["x" * 10_000], f"cannot read the track '{'x' * 32}'"),
        (["piano:5:100"], "program 5 is not one of piano: give 0 (Grand piano)"),
        (["drums:1:100"], "program 1 is not one of drums: give 0 (Standard kit)"),
        (["piano:0:128"], "volume 128 of piano is outside 0-127"),
        (["piano:0:100", "piano:4:100"], "two tracks for piano"),
    ],
    ids=lambda value: ascii(value)[:30],
)
def test_what_is_no_mix_is_told(texts: list[str], words: str) -> None:
    with pytest.raises(OptionError, match=re.escape(words)) as caught:
        Mix.read(texts)
    assert "\n" not in str(caught.value)


@given(st.sampled_from(ROLES), st.integers(-1, 130).map(str), st.integers(-1, 130).map(str))
@example(Role.PIANO, "004", "7")
@example(Role.PIANO, "4", "007")
@example(Role.PIANO, "4", "07")
def test_the_document_allows_exactly_what_is_read(role: Role, program: str, volume: str) -> None:
    text = f"{role}:{program}:{volume}"
    good = program in map(str, OFFERED[role]) and volume in map(str, range(128))
    assert bool(re.search(PATTERN, text)) == good
    try:
        Mix.read([text])
    except OptionError:
        assert not good
    else:
        assert good


# Downloads


def instruments(song: mido.MidiFile) -> dict[str, tuple[int, int]]:
    """Program and controller 7 of each track."""
    return {
        track.name: (
            next(message.program for message in track if message.type == "program_change"),
            next(message.value for message in track if message.type == "control_change" and message.control == 7),
        )
        for track in song.tracks
    }


def notes(song: mido.MidiFile, name: str) -> list[tuple[int, int, int]]:
    """Time, pitch and velocity of all that begins and ends."""
    (track,) = [track for track in song.tracks if track.name == name]
    times = accumulate(message.time for message in track)
    return [
        (time, message.note, message.velocity)
        for time, message in zip(times, track, strict=True)
        if message.type.startswith("note")
    ]


def test_midi_in_another_mix(server: Server, browser: httpx.Client) -> None:
    piece = compose(browser, seed=1, tempo=90)
    path = f"/api/arrangements/{piece['id']}/midi"
    plain = browser.get(path)
    assert browser.get(path, params={"track": DEFAULTS}).content == plain.content
    response = browser.get(path, params={"track": ["piano:4:50", "drums:0:0", "bass:33:127"]})
    assert response.headers["content-type"] == "audio/midi"
    assert response.headers["content-disposition"] == 'attachment; filename="C Am F G7 - piano+guitar+bass+strings.mid"'
    song, composed = (mido.MidiFile(file=io.BytesIO(each.content)) for each in (response, plain))
    balanced = instruments(composed)
    assert balanced["Piano"][0] == 0
    assert instruments(song).keys() == balanced.keys() - {"Drums"} == {"Piano", "Guitar", "Bass", "Strings"}
    assert {track: instruments(song)[track] for track in ("Guitar", "Strings")} == {
        track: balanced[track] for track in ("Guitar", "Strings")
    }
    assert instruments(song)["Piano"][0] == 4
    assert instruments(song)["Bass"][1] > balanced["Bass"][1]
    assert notes(song, "Piano") == notes(composed, "Piano")
    assert song.length == pytest.approx(composed.length, abs=0.01)
    assert [message.text for message in song.tracks[0] if message.type == "marker"] == ["C", "Am", "F", "G7"]
    assert sorted(Path(name).name for name in files(server.settings.data)) == [
        "composition.json",
        "events.jsonl",
        "piece.json",
        "take-0.mid",
    ]


def test_a_file_is_counted_in_where_that_is_wished(browser: httpx.Client) -> None:
    path = f"/api/arrangements/{compose(browser, seed=1, tracks=['drums', 'bass'])['id']}/midi"
    plain, counted = (
        mido.MidiFile(file=io.BytesIO(browser.get(path, params=wishes).content))
        for wishes in ({}, {"count_in": "true", "track": "drums:0:0"})
    )
    bar = 4 * 480
    assert notes(counted, "Bass") == [(time + bar, *rest) for time, *rest in notes(plain, "Bass")]
    clicks = [(time, pitch) for time, pitch, velocity in notes(counted, "Drums") if velocity in {112, 84}]
    assert clicks == [(beat * 480, 37) for beat in range(4)]
    assert browser.get(path, params={"count_in": "perhaps"}).status_code == 422


@pytest.mark.parametrize("file", ["midi", "audio.mp3", "stems.zip"])
def test_a_wrong_mix_is_told_before_anything_is_made(server: Server, browser: httpx.Client, file: str) -> None:
    path = f"/api/arrangements/{compose(browser, 'C:4', tracks=['bass', 'drums'])['id']}/{file}"
    before = files(server.settings.data)
    for track in (["bass:0:100"], ["bass:33:0", "drums:0:0"], ["bass"], [""]):
        response = browser.get(path, params={"track": track})
        assert response.status_code == 422
        assert response.json()["type"] == "urn:sideman:option"
    assert files(server.settings.data) == before


def level(content: bytes) -> float:
    sound, _ = soundfile.read(io.BytesIO(content))
    return float(np.sqrt(np.mean(np.square(sound))))


@real
def test_stems_of_another_mix(browser: httpx.Client) -> None:
    piece = compose(browser, "C:4", seed=2, tempo=400, tracks=["piano", "bass", "drums"])
    path = f"/api/arrangements/{piece['id']}/stems.zip"
    composed, mixed = (
        zipfile.ZipFile(io.BytesIO(browser.get(path, params={"track": track}).content))
        for track in ([], ["piano:0:30", "drums:0:0"])
    )
    assert sorted(composed.namelist()) == ["C - bass.wav", "C - drums.wav", "C - piano.wav"]
    assert sorted(mixed.namelist()) == ["C - bass.wav", "C - piano.wav"]
    levels = ([level(archive.read(f"C - {role}.wav")) for role in ("piano", "bass")] for archive in (mixed, composed))
    ratios = [piano / bass for piano, bass in levels]
    assert ratios[0] < ratios[1] / 5  # controller 7 squares: .3² is .09


@real
def test_sound_of_another_mix_is_kept_apart(server: Server, browser: httpx.Client) -> None:
    identity = compose(browser, "C:4", seed=1, tempo=400, tracks=["piano"])["id"]
    path = f"/api/arrangements/{identity}/audio.wav"
    composed = browser.get(path).content
    electric = browser.get(path, params={"track": "piano:4:100"})
    assert electric.content != composed
    assert browser.get(path, params={"track": "piano:4:100"}).headers["etag"] == electric.headers["etag"]
    assert browser.get(path, params={"track": "piano:0:100"}).content == composed
    made = sorted(Path(name).name for name in files(server.settings.data) if identity in name and name.endswith("wav"))
    assert [re.sub("[0-9a-f]{12}", "HASH", name) for name in made] == ["take-0-mix-HASH.wav", "take-0.wav"]


def test_a_style_brings_its_instruments_and_others_are_another_mix(browser: httpx.Client) -> None:
    piece = compose(browser, seed=1, style="jazz", tracks=["drums", "bass", "guitar"])
    path = f"/api/arrangements/{piece['id']}/midi"
    own, same, other = (
        browser.get(path, params={"track": track}) for track in ([], ["bass:32:100", "drums:32:100"], ["bass:33:100"])
    )
    programs = instruments(mido.MidiFile(file=io.BytesIO(own.content)))
    assert {track: program for track, (program, _) in programs.items()} == {"Drums": 32, "Guitar": 26, "Bass": 32}
    assert (own.content, own.headers.get("etag")) == (same.content, same.headers.get("etag"))
    assert instruments(mido.MidiFile(file=io.BytesIO(other.content)))["Bass"][0] == 33
