"""A composed band: the suffix decides what is saved, and a notebook hears it."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import replace
from pathlib import Path

import pytest
import soundfile

from sideman import Band, Note, Role, Track, parse
from sideman.errors import DataError, OptionError
from sideman.render.audio import write_audio
from sideman.render.midi import midi_bytes
from sideman.render.rendition import Rendition
from sideman.render.roll import svg_roll

CHORDS = parse("C:4|F:4")
TRACKS = (Track(Role.PIANO, [Note(0, 12, 60, 90), Note(48, 48, 65, 70)]), Track(Role.DRUMS, [Note(0, 1, 36, 90)]))
BAND = Rendition(TRACKS, 96, 240.0, progression=CHORDS, key="F major")


@pytest.mark.parametrize("suffix", [".mid", ".midi", ".MID"])
def test_midi_has_chords_and_key(tmp_path: Path, suffix: str) -> None:
    BAND.save(tmp_path / f"song{suffix}", programs={Role.PIANO: 4})
    wanted = midi_bytes(BAND, progression=CHORDS, key="F major", programs={Role.PIANO: 4})
    assert (tmp_path / f"song{suffix}").read_bytes() == wanted


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".mp3"])
def test_sound_is_that_of_write_audio(tmp_path: Path, suffix: str) -> None:
    BAND.save(str(tmp_path / f"song{suffix}"), programs={Role.PIANO: 4})
    write_audio(BAND, tmp_path / f"wanted{suffix}", programs={Role.PIANO: 4})
    assert (tmp_path / f"song{suffix}").read_bytes() == (tmp_path / f"wanted{suffix}").read_bytes()


def test_paper_has_the_chords_and_the_melody_where_there_is_one(tmp_path: Path) -> None:
    BAND.save(tmp_path / "chords.svg", title="My song")
    chords = (tmp_path / "chords.svg").read_text()
    assert ("<title>My song</title>" in chords, "gClef" in chords) == (True, False)
    tune = Track(Role.MELODY, [Note(0, 24, 67, 90)])
    lead = replace(BAND, tracks=(*TRACKS, tune))
    lead.save(tmp_path / "lead.svg", title="My song")
    drawn = (tmp_path / "lead.svg").read_text()
    assert ("music-gClef" in drawn, "music-noteheadHalf" in drawn) == (True, True)
    assert drawn.encode() == lead.on_paper("svg", "My song")
    assert "for B♭ instruments" in lead.on_paper("svg", reader="Bb").decode()
    with pytest.raises(OptionError, match="a band without chords has no chart"):
        replace(BAND, progression=None).save(tmp_path / "none.pdf")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["chords.svg", "lead.svg"]


@pytest.mark.parametrize("name", ["song.xml", "song", ".mid", "song.mid.txt"])
def test_another_suffix_is_refused(tmp_path: Path, name: str) -> None:
    known = r"end the name in one of \.mid, \.midi, \.musicxml, \.pdf, \.svg, \.mp3, \.wav, \.flac"
    with pytest.raises(OptionError, match=known):
        BAND.save(tmp_path / name)
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize("suffix", ["mid", "wav"])
def test_nothing_is_left_of_a_file_that_cannot_be_made(tmp_path: Path, suffix: str) -> None:
    with pytest.raises(OptionError, match="program 128"):
        BAND.save(tmp_path / f"song.{suffix}", programs={Role.PIANO: 128})
    with pytest.raises(DataError, match="its folder does not exist"):
        BAND.save(tmp_path / "missing" / f"song.{suffix}")
    assert not [*tmp_path.iterdir()]


def test_bands_are_equal_that_play_the_same() -> None:
    assert Band(TRACKS, 96, 240.0) == BAND == Rendition(TRACKS, 96, 240.0)
    assert Band(TRACKS, 96, 239.0) != BAND
    assert len({BAND, Band(TRACKS, 96, 240.0)}) == 1


def test_a_notebook_sees_the_roll() -> None:
    assert svg_roll(BAND, CHORDS) in BAND._repr_html_()
    assert "<audio" not in BAND._repr_html_()


def test_a_notebook_hears_what_is_asked_for() -> None:
    player = BAND.player("wav")
    (data,) = re.findall(r'<audio controls src="data:audio/wav;base64,([^"]+)"></audio>', player._repr_html_())
    samples, rate = soundfile.read(io.BytesIO(base64.b64decode(data)))
    assert len(samples) / rate == pytest.approx(2 + 3, abs=0.1)  # eight beats at 240, and the tail
    assert abs(samples).max() > 0.5
    assert repr(player) == f"<Player of audio/wav: {len(player.data):,} bytes>"
    with pytest.raises(OptionError, match="unknown kind of sound 'ogg': one of mp3, wav, flac"):
        BAND.player("ogg")
