"""Parts and melodies of files: what is told where their bars aren't the chart's."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.charts.test_musicxml import harmony, score
from tests.charts.test_musicxml_tune import note
from tests.cli.conftest import Run
from tests.pieces.test_own import LINE, song


def notes_on_metre(errors: str) -> list[str]:
    return [line for line in errors.splitlines() if "its file is in" in line]


@pytest.mark.parametrize(
    ("chart", "metre", "told"),
    [
        ("4/4 | C | Am |", (3, 4), "its file is in 3/4, the chart in 4/4"),
        ("4/4 | C | 3/4 Am |", (4, 4), "from bar 2 its file is in 4/4, the chart in 3/4"),
        ("3/4 | C | Am |", (6, 8), "its file is in 6/8, the chart in 3/4"),
        ("4/4 | C | Am |", (4, 4), ""),
        ("4/4 | C | Am |", (2, 2), ""),
        ("4/4 | C | Am |", (1, 4), ""),  # of programs that know no bars
        ("3/4 | C | Am |", None, ""),
    ],
)
def test_a_file_in_another_metre_is_told(
    run: Run, weights: Path, tmp_path: Path, chart: str, metre: tuple[int, int] | None, told: str
) -> None:
    song(tmp_path / "tune.mid", ("Tune", 33, LINE), metre=metre)
    for role, wish in (("melody", ("--melody", "tune.mid")), ("bass", ("--given", "bass=tune.mid"))):
        code, _, err = run("arrange", chart, "-o", "song.mid", "--weights", weights, *wish)
        assert (code, notes_on_metre(err)) == (0, [f"your {role}: {told}"] if told else [])


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="a pipe has no name here")
def test_a_part_may_come_through_a_pipe(run: Run, weights: Path, tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.write(writing, song(tmp_path / "tune.mid", ("Tune", 33, LINE)).read_bytes())
    os.close(writing)
    arguments = ("arrange", "C | Am", "-o", "song.mid", "--weights", weights, "--given", f"bass=/dev/fd/{reading}")
    code, _, err = run(*arguments)
    os.close(reading)
    assert (code, "your bass: " in err) == (0, True)


def test_a_score_in_another_metre_is_told(run: Run, weights: Path, tmp_path: Path) -> None:
    (tmp_path / "tune.xml").write_text(score(harmony("C") + note("E5", 8), harmony("Am") + note("A4", 8)))
    arguments = ("arrange", "-o", "song.mid", "--weights", weights, "--melody", "tune.xml")
    _, _, err = run(*arguments, "3/4 | C | Am |")
    assert notes_on_metre(err) == ["your melody: its file is in 4/4, the chart in 3/4"]
    assert notes_on_metre(run(*arguments, "tune.xml").err) == []
