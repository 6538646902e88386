"""What people and programs read of a judgement."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest

from sideman.judging.report import MMA, MODEL, PEOPLE, TOLD, Feature, Form, Report, Row
from sideman.judging.statistics import NOTHING, Estimate


def row(name: str, majmin: float, overlap: float) -> Row:
    values = {
        "majmin": Estimate(majmin, majmin - 0.02, majmin + 0.04),
        "overlap": Estimate(overlap, overlap, overlap),
        "slash": NOTHING,
    }
    return Row(name, values)


REPORT = Report(
    windows=20,
    songs=20,
    bars=1600,
    seed=3,
    rows=(row(PEOPLE, 0.8, 1.0), row(MODEL, 0.6, 0.9), row("blocks", 1.0, 0.5)),
    missing={MMA: "not installed"},
    features=(Feature("piano: pitch", 0.7, 60.5, 58.0),),
)


def test_score_wants_both_and_no_more_than_people_have() -> None:
    assert REPORT.score(PEOPLE) == 1.0
    assert REPORT.score(MODEL) == pytest.approx(0.75 * 0.9)
    assert REPORT.score("blocks") == 0.5


def test_text() -> None:
    lines = REPORT.text().splitlines()
    assert lines[0] == "20 windows of 20 songs, 1,600 bars, seed 3"
    ours = next(line for line in lines if line.startswith(MODEL))
    assert ours.split() == [MODEL, "–", ".600±.030", *"––––", ".900", "–", "–", ".675"]
    assert "MMA: not installed" in lines
    assert any(line.split() == ["piano:", "pitch", "0.700", "60.50", "58.00"] for line in lines)


def test_form_is_told_where_it_was_judged() -> None:
    assert "sections" not in REPORT.text()
    assert REPORT.to_dict()["form"] is None
    ratio = Estimate(2.35, 2.01, 2.81)
    form = Form(40, 14, (Row(PEOPLE, {"ratio": ratio}), Row(TOLD, {"loop 4": Estimate(0.5, 0.4, 0.6)})))
    report = replace(REPORT, form=form)
    lines = report.text().splitlines()
    assert "40 songs with sections, 14 that loop four bars of chords" in lines
    assert lines[-2].split() == [PEOPLE, "–", "–", "2.35±.40", *"––––"]
    assert lines[-1].split() == [*TOLD.split(), *"–––", ".500±.100", *"–––"]
    assert report.to_dict()["form"]["rows"][PEOPLE]["ratio"] == ratio._asdict()


def test_json_has_no_nan() -> None:
    values = REPORT.to_dict()
    assert json.loads(json.dumps(values, allow_nan=False)) == values
    assert values["rows"][MODEL]["slash"] == {"value": None, "low": None, "high": None}
    assert values["rows"][MODEL]["score"]["value"] == pytest.approx(0.675)
    assert not math.isnan(values["features"][0]["auc"])
