"""Files from the page: what is in them, and that they sound as the mixer is set."""

from __future__ import annotations

import zipfile
from pathlib import Path

import mido
import pytest
import soundfile
from playwright.sync_api import Locator, expect
from tests.page.studio import TRACKS, Studio
from tests.page.test_band import DRAGGED
from tests.page.test_looks import AXE, broken_rules

SECONDS = 8.0  # four bars at 120 beats a minute
RINGING = 5.0  # seconds that sound may go on after the last bar
DRUM_CHANNEL = 9


def channels(path: Path) -> set[int]:
    """Those that play."""
    return {message.channel for message in mido.MidiFile(path) if message.type == "note_on" and message.velocity}


def test_files_hold_the_piece_as_the_mixer_is_set(studio: Studio, tmp_path: Path) -> None:
    for name in ("MIDI", "MP3", "WAV", "Score", "Stems", "Loops", "Everything"):
        expect(studio.file(name)).to_be_disabled()  # there is no piece yet
    studio.have_composed()
    assert_sound_has_its_length(studio, tmp_path)
    assert_stems_are_one_file_for_each_track(studio.download("Stems", tmp_path))
    path = studio.download("MIDI", tmp_path)
    assert path.suffix == ".mid"
    assert SECONDS - 1 <= mido.MidiFile(path).length <= SECONDS + 0.5
    assert len(channels(path)) == len(TRACKS)

    studio.track("Drums").get_by_role("button", name="Mute").click()
    instrument = studio.track("Piano").get_by_role("combobox", name="Instrument")
    program = instrument.get_by_role("option").nth(1).get_attribute("value")
    assert program is not None
    instrument.select_option(program)
    path = studio.download("MIDI", tmp_path)
    assert DRUM_CHANNEL not in channels(path)
    programs = {message.program for message in mido.MidiFile(path) if message.type == "program_change"}
    assert int(program) in programs


def assert_sound_has_its_length(studio: Studio, tmp_path: Path) -> None:
    for name, kind in (("MP3", "MP3"), ("WAV", "WAV")):
        path = studio.download(name, tmp_path)
        sound = soundfile.info(path)
        assert sound.format == kind
        assert SECONDS - 0.1 <= sound.duration <= SECONDS + RINGING
        samples, _ = soundfile.read(path)
        assert abs(samples).max() > 0.05


def assert_stems_are_one_file_for_each_track(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        names = [Path(name).stem.lower() for name in archive.namelist()]
    assert all(any(track.lower() in name for name in names) for track in TRACKS), names


def test_players_and_cells_are_dragged_and_downloaded_as_midi(studio: Studio, tmp_path: Path) -> None:
    studio.have_composed()
    page = studio.page
    studio.track("Bass").get_by_role("button", name="Mute").click()  # what is dragged is heard all the same

    def dragged(what: Locator) -> tuple[str, bytes]:
        kind, name, address = what.evaluate(DRAGGED).split(":", 2)
        answer = page.request.get(address)
        assert kind == "audio/midi"
        assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
        (tmp_path / name).write_bytes(answer.body())
        return name, answer.body()

    name, _ = dragged(studio.button("Bass, roll"))
    assert name == "C Am F G7 - bass.mid"
    assert [track.name for track in mido.MidiFile(tmp_path / name).tracks] == ["Bass"]
    studio.drag(studio.cell("Drums", 2), studio.cell("Piano", 3))
    tools = page.get_by_role("group", name="What is selected")
    link = tools.get_by_role("link", name="MIDI")
    name, data = dragged(link)
    assert name == "C Am F G7 - drums+piano - bars 2-3.mid"
    assert mido.MidiFile(tmp_path / name).length == pytest.approx(SECONDS / 2)
    with page.expect_download() as waiting:
        link.click()
    assert waiting.value.suggested_filename == name
    assert waiting.value.path().read_bytes() == data
    studio.track("Bass").get_by_role("button", name="More of bass").click()
    assert not AXE.exists() or broken_rules(page) == []
    with page.expect_download() as waiting:
        studio.track("Bass").get_by_role("link", name="MIDI").click()
    assert waiting.value.suggested_filename == "C Am F G7 - bass.mid"
