"""The judge ranks whoever plays as the truth is."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from sideman.judging import mma
from sideman.judging.judge import judge
from sideman.judging.report import BLOCKS, MMA, MODEL, OTHER, PEOPLE, RANDOM, Report
from sideman.judging.windows import Window
from sideman.music.band import Band
from sideman.training.shards import Dataset

DATASET = os.environ.get("SIDEMAN_DATASET")


def peoples_own(windows: Sequence[Window], take: int) -> Sequence[Band]:
    """Plays what people play; in another take the next window's notes."""
    return [windows[(number + take) % len(windows)].band for number in range(len(windows))]


def assert_ranked(report: Report) -> None:
    """People, us, MMA, block chords, chance: in this order."""
    names = [PEOPLE, MODEL, MMA, BLOCKS, RANDOM]
    present = [row.name for row in report.rows]
    if shutil.which("mma") is not None:
        assert MMA in present
    scores = [report.score(name) for name in names if name in present]
    assert scores == sorted(scores, reverse=True), scores
    assert len(set(scores[1:])) == len(scores) - 1


def test_who_plays_as_people_do_is_judged_as_people(songs: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mma, "PROGRAM", "no-such-program")
    told: list[tuple[object, ...]] = []
    report = judge(songs, windows=22, compose=peoples_own, takes=22, show=lambda *words: told.append(words))
    assert (report.windows, report.songs) == (22, 22)
    assert [row.name for row in report.rows] == [PEOPLE, MODEL, BLOCKS, OTHER, RANDOM]
    assert "apt install mma" in report.missing[MMA]
    people, ours, other = (report.row(name).values for name in (PEOPLE, MODEL, OTHER))
    assert ours.pop("diversity").value > 0.5
    for name in ours:
        assert ours[name] == pytest.approx(people[name], nan_ok=True), name
    assert (report.score(PEOPLE), report.score(MODEL)) == (1.0, 1.0)
    assert other["overlap"].value == 1.0
    assert other["root"].value < people["root"].value - 0.4
    assert people["run"].value < 4  # notes of the bass on one pitch, for as long as a root stays
    assert told[0] == (0, "choosing windows")
    assert told[-1] == (44, f"measuring {RANDOM}")


def test_songs_that_were_trained_on_are_not_looked_for_in_themselves(made_up: Path) -> None:
    report = judge(Dataset(made_up), windows=22, compose=peoples_own, takes=0, rivals=False)
    assert "run" not in report.row(MODEL).values
    assert [row.name for row in report.rows] == [PEOPLE, MODEL]


@pytest.mark.slow
def test_a_model_is_like_itself_and_all_others_are_ranked_below(composed: Path) -> None:
    """People's place is taken by the bundled weights themselves, so that it is known who comes next: they again."""
    report = judge(Dataset(composed), windows=20, takes=0, memory=False)
    ours = report.row(MODEL).values
    assert ours["overlap"].value > 0.9
    assert ours["frechet"].value < 1.4
    assert 0.2 < ours["auc"].value < 0.75
    assert report.row(BLOCKS).values["auc"].value > 0.9
    assert report.score(MODEL) > 0.9
    assert_ranked(report)
    assert report.score(OTHER) < 0.3
    if MMA not in {row.name for row in report.rows}:
        pytest.skip(f"ALL BUT MMA ARE RANKED: {report.missing[MMA]}")


@pytest.mark.slow
@pytest.mark.skipif(DATASET is None, reason="SIDEMAN_DATASET names no folder of people's songs, made by sideman encode")
def test_people_come_first_and_chance_last() -> None:
    assert DATASET is not None
    report = judge(Dataset(Path(DATASET), "valid"), windows=60, takes=0, memory=False)
    assert_ranked(report)
    assert report.row(MODEL).values["overlap"].value > report.row(BLOCKS).values["overlap"].value
    assert report.row(BLOCKS).values["majmin"].value > report.row(PEOPLE).values["majmin"].value
