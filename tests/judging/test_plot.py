"""The picture is drawn, or it is said why not."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tests.judging.conftest import window

from sideman.errors import DataError, MissingLibraryError
from sideman.judging.bench import Bench, Played
from sideman.judging.plot import plot
from sideman.judging.report import MODEL, PEOPLE, Report
from sideman.judging.rivals import block_chords


@pytest.fixture(scope="module")
def report() -> Report:
    """Block chords against a tune over four songs, in which some figures have no value."""
    windows = [
        window("C|F|G|C", song=str(song), piano=[(12 * step, 9, 60 + (step * song) % 7) for step in range(16)])
        for song in range(4)
    ]
    people = [each.band for each in windows]
    blocks = [block_chords(each) for each in windows]
    charts = [each.progression for each in windows]
    bench = Bench(windows, people, 0)
    players = [Played(PEOPLE, people, charts), Played(MODEL, blocks, charts)]
    rows = tuple(bench.row(played, (), None) for played in players)
    return Report(4, 4, 16, 0, rows, {}, bench.telling(players[1]))


@pytest.mark.xdist_group("matplotlib")  # which takes a second to import
@pytest.mark.parametrize("name", ["picture.png", "picture.svg"])
def test_a_picture(report: Report, tmp_path: Path, name: str) -> None:
    pytest.importorskip("matplotlib")
    plot(report, tmp_path / name)
    data = (tmp_path / name).read_bytes()
    assert data.startswith(b"\x89PNG" if name.endswith("png") else b"<?xml")
    assert len(data) > 10_000


def test_refused(report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DataError, match="png"):
        plot(report, tmp_path / "picture.doc")
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(MissingLibraryError, match="matplotlib"):
        plot(report, tmp_path / "picture.png")
    assert list(tmp_path.iterdir()) == []
