"""MMA's charts, and MMA itself where it is installed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.judging.conftest import window

from sideman.errors import DataError, MissingLibraryError
from sideman.judging import mma
from sideman.judging.keeping import keeping
from sideman.judging.mma import GROOVES, mma_chart, play_with_mma
from sideman.judging.windows import Window
from sideman.music.qualities import MODEL_QUALITIES
from sideman.tokens.vocabulary import STYLES

needs_mma = pytest.mark.skipif(
    shutil.which("mma") is None, reason="MMA IS NOT INSTALLED: `apt install mma`, and it is judged too"
)
CHORDS = "C:4|F/A:1.5|N.C.:2.5|Em7-5:8|G7(9):4|C:4"


def test_chart() -> None:
    asked = window(CHORDS, piano=[(0, 1, 60)])
    assert mma_chart(asked).splitlines() == [
        "Tempo 120",
        "Groove 8Beat",
        "1 C@1",
        "2 F/A@1 z@2.5",
        "3 Em7b5@1",
        "4 Em7b5@1",
        "5 G9@1",
        "6 C@1",
    ]


def test_every_style_has_a_groove() -> None:
    assert set(GROOVES) == set(STYLES)


def test_without_the_program_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mma, "PROGRAM", "no-such-program")
    with pytest.raises(MissingLibraryError, match="apt install mma"):
        play_with_mma([window(CHORDS, piano=[(0, 1, 60)])])


def test_a_program_that_fails_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "mma"
    program.write_text("#!/bin/sh\necho it is broken\nexit 3\n")
    program.chmod(0o755)
    monkeypatch.setattr(mma, "PROGRAM", str(program))
    with pytest.raises(DataError, match="it is broken"):
        play_with_mma([window(CHORDS, piano=[(0, 1, 60)])])


@needs_mma
@pytest.mark.slow
def test_mma_knows_every_groove_and_every_quality() -> None:
    chords = "|".join(f"Bb{quality.name}:2" for quality in MODEL_QUALITIES)
    people = window(chords, piano=[(0, 1, 60)])
    asked = [Window("song", 0, style, people.progression, people.band, 1) for style in (*GROOVES, None)]
    for played in play_with_mma(asked):
        assert played.note_count > 0


@needs_mma
def test_mma_keeps_to_the_chords() -> None:
    asked = window("C|Am|F|G", piano=[(0, 1, 60)])
    (played,) = play_with_mma([asked])
    kept = keeping(played, asked.progression)
    assert kept.root > 0.9
    assert kept.tones > 0.9
