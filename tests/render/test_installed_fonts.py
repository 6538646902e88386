from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sideman.errors import DataError
from sideman.render import installed_fonts
from sideman.render.soundfont import BUNDLED_SOUNDFONT, check_soundfont


@pytest.fixture(name="folder")
def _folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    folder = tmp_path / "soundfonts"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("name", ["Tiny Piano", "tiny piano", "Tiny Piano.sf3"])
def test_a_font_goes_by_its_name(folder: Path, name: str) -> None:
    shutil.copy(BUNDLED_SOUNDFONT, folder / "Tiny Piano.sf3")
    assert check_soundfont(name) == folder / "Tiny Piano.sf3"


def test_a_file_comes_first(folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    shutil.copy(BUNDLED_SOUNDFONT, folder / "own.sf3")
    shutil.copy(BUNDLED_SOUNDFONT, tmp_path / "own.sf3")
    monkeypatch.chdir(tmp_path)
    assert check_soundfont("own.sf3") == Path("own.sf3")


def test_who_asks_for_another_is_told_which_there_are(folder: Path) -> None:
    (folder / "Tiny.sf2").write_bytes(b"")
    with pytest.raises(DataError, match=r"give an \.sf2 or \.sf3 file, or one that is installed: .*Tiny"):
        check_soundfont("huge")


def test_where_there_is_none_a_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installed_fonts, "_folders", lambda: iter([Path("/nowhere")]))
    with pytest.raises(DataError, match="fluid-soundfont-gm is called FluidR3_GM"):
        check_soundfont("FluidR3_GM")
