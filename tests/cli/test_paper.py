"""`sideman chart` on paper, and for whoever reads it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.charts.test_paper import SONG
from tests.cli.conftest import Run

from sideman.charts import read
from sideman.charts.paper.drawing import draw
from sideman.charts.paper.marks import LETTER
from sideman.charts.paper.readers import reader_of


def test_the_command_draws_and_transposes(run: Run, tmp_path: Path) -> None:
    (tmp_path / "song.txt").write_text(SONG, "utf-8")
    code, _, _ = run("chart", "song.txt", "-o", "song.pdf", "--for", "eb", "--paper", "letter")
    assert code == 0
    expected = draw(read(SONG).sheet, "pdf", reader_of("Eb"), LETTER)
    assert (tmp_path / "song.pdf").read_bytes() == expected
    code, out, _ = run("chart", "song.txt", "--to", "svg")
    assert (code, out.encode()) == (0, draw(read(SONG).sheet, "svg"))
    code, out, _ = run("chart", "C | Am7/G", "--for", "Bb")
    assert code == 0
    assert "| D | Bm7/A |" in out
    code, out, _ = run("chart", "C | Am7/G", "--for", "Bb", "--to", "reference")
    assert (code, out) == (0, "D:4|Bm7/A:4\n")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--to", "pdf"], "a PDF is no text: give -o song.pdf"),
        (["--for", "numbers"], "numbers are for paper: give -o song.pdf or song.svg"),
        (["--for", "kazoo", "-o", "x.pdf"], "unknown reader 'kazoo'"),
        (["--paper", "a3", "-o", "x.svg"], "unknown paper 'a3'"),
    ],
)
def test_the_command_says_what_is_wrong(run: Run, tmp_path: Path, arguments: list[str], told: str) -> None:
    code, out, err = run("chart", "C | Am", *arguments)
    assert (code, out) == (2, "")
    assert told in err
    assert not [*tmp_path.iterdir()]
