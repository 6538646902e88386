"""`sideman render` and `arrange --audio`: what a SoundFont lacks is told, once it has sounded."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.conftest import Run
from tests.render.conftest import real

from sideman.music.band import Band, Note, Role, Track
from sideman.render.midi import write_midi
from sideman.render.soundfont import preset_font

TOLD = "font.sf3 lacks program 0 (33 plays)"


@pytest.fixture
def font(tmp_path: Path) -> Path:
    """A SoundFont of an electric bass alone, beside a song for piano and bass."""
    (tmp_path / "font.sf3").write_bytes(preset_font(33))
    notes = {Role.PIANO: Note(0, 12, 60, 90), Role.BASS: Note(0, 12, 40, 90)}
    write_midi(Band(tuple(Track(role, [note]) for role, note in notes.items()), 48, 240.0), tmp_path / "song.mid")
    return tmp_path / "font.sf3"


@real
@pytest.mark.usefixtures("font")
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("render", "song.mid", "-o", "song.wav", "--soundfont", "font.sf3"), TOLD),
        (("render", "song.mid", "-o", "song.wav", "--soundfont", "font.sf3", "--swing", 60), TOLD),
        (("arrange", "C", "--tracks", "piano,bass", "--audio", "song.wav", "--soundfont", "font.sf3"), TOLD),
        (("render", "song.mid", "-o", "song.wav", "--program", "piano=99"), "of the package lacks program 99"),
        (("render", "song.mid", "-o", "song.wav"), ""),
        (("render", "song.mid", "-o", "song.wav", "--soundfont", "font.sf3", "--program", "piano=33"), ""),
    ],
)  # fmt: skip
def test_what_a_soundfont_lacks_is_told(run: Run, tmp_path: Path, arguments: tuple[object, ...], told: str) -> None:
    code, _, err = run(*arguments)
    assert code == 0
    assert told in err
    assert ("lacks" in err) == bool(told)
    assert (tmp_path / "song.wav").stat().st_size > 0
