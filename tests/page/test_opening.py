"""A piece that was taken away opens again on the page, exactly: by its bundle, or by the document in it."""

from __future__ import annotations

import zipfile
from pathlib import Path

from playwright.sync_api import expect
from tests.page.conftest import Visit, Watch
from tests.page.studio import Studio

CHORDS = "Dmaj7 | Bm7 | G | A7"


def test_a_bundle_and_its_document_open(studio: Studio, visit: Visit, tmp_path: Path) -> None:
    studio.have_composed(CHORDS)
    midi = studio.download("MIDI", tmp_path).read_bytes()
    bundle = studio.download("Everything", tmp_path)
    with zipfile.ZipFile(bundle) as archive:
        archive.extract("piece.json", tmp_path)
    for number, file in enumerate((bundle, tmp_path / "piece.json")):
        other = Studio(visit())
        other.page.get_by_test_id("chart-file").set_input_files(file)
        expect(other.page.get_by_text("is open as it was.")).to_be_visible()
        expect(other.chords).to_have_value(CHORDS)
        expect(other.file("MIDI")).to_be_enabled()
        folder = tmp_path / str(number)
        folder.mkdir()
        assert other.download("MIDI", folder).read_bytes() == midi
        assert other.picture() == studio.picture()


def test_a_damaged_piece_is_told(studio: Studio, watch: Watch, tmp_path: Path) -> None:
    watch.allow("status of 422")
    broken = tmp_path / "piece.json"
    broken.write_text('{"format": "sideman piece", "version": 1}')
    studio.page.get_by_test_id("chart-file").set_input_files(broken)
    expect(studio.page.get_by_role("alert")).to_contain_text("this piece can't be opened")
