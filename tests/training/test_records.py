"""Records of a run: TensorBoard's curves, previews, and what neither may cost the training."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import pytest

from sideman.errors import DataError, MissingLibraryError
from sideman.training.evaluate import Scores
from sideman.training.loop import TrainStep
from sideman.training.records import Preview, Records

pytest.importorskip("tensorboard", reason="TensorBoard is not installed")

LOG = 1_000
PREVIEW = Preview(np.zeros((8, 16, 3), np.uint8), b"MThd")


def progress(step: int, scores: Scores | None = None) -> TrainStep:
    """A step of 400 tokens that took 0.1 minutes."""
    return TrainStep(step, 400 * step, 0.04 * step, 1.0 / step, 0.002, 0.02, 100.0 * step, 0.5, 6.0 * step, scores)


def curves(run: Path) -> dict[str, list[tuple[int, float]]]:
    """What TensorBoard reads back: step and value of each scalar."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(run))
    events.Reload()
    scalars = {tag: [(each.step, each.value) for each in events.Scalars(tag)] for tag in events.Tags()["scalars"]}
    return scalars | {tag: [(each.step, 0.0) for each in events.Images(tag)] for tag in events.Tags()["images"]}


def test_points_are_means_since_the_last(tmp_path: Path) -> None:
    with Records(tmp_path, LOG) as records:
        for step in range(1, 7):
            records(progress(step))
    found = curves(tmp_path)
    # 1,000 tokens are passed by the third step, 2,000 by the fifth; the sixth is written at the end.
    assert [step for step, _ in found["loss/train"]] == [1200, 2000, 2400]
    assert [value for _, value in found["loss/train"]] == pytest.approx([(1 + 1 / 2 + 1 / 3) / 3, 0.225, 1 / 6])
    assert [value for _, value in found["speed/tokens a second"]] == pytest.approx([163.636, 444.444, 600.0], rel=1e-5)
    assert [value for _, value in found["learning rate/Muon"]] == pytest.approx([0.02] * 3)
    assert {value for _, value in found["speed/share of the peak"]} == {0.5}


def test_validation_is_written_where_it_was(tmp_path: Path) -> None:
    with Records(tmp_path, LOG) as records:
        records(progress(1))
        records(progress(2, Scores(bits=120.0, tokens=60, notes=20, bars=3)))
    found = curves(tmp_path)
    assert found["validation/bits a note"] == [(800, 6.0)]
    assert found["validation/bits a token"] == [(800, 2.0)]
    assert found["validation/bits a bar"] == [(800, 40.0)]


def test_points_after_the_place_of_a_resumed_run_are_replaced(tmp_path: Path) -> None:
    with Records(tmp_path, 400) as records:
        for step in range(1, 6):
            records(progress(step))
    time.sleep(1.1)  # TensorBoard reads files by the second of their beginning
    with Records(tmp_path, 400, tokens=800) as records:
        records(progress(3))
    assert [step for step, _ in curves(tmp_path)["loss/train"]] == [400, 800, 1200]


def test_previews_come_every_few_minutes(tmp_path: Path) -> None:
    with Records(tmp_path, LOG, on_preview=lambda: PREVIEW, preview_minutes=0.25) as records:
        for step in range(1, 9):
            records(progress(step))
    names = sorted(path.name for path in (tmp_path / "previews").iterdir())
    assert names == ["00000004.mid", "00000007.mid"]
    assert (tmp_path / "previews" / names[0]).read_bytes() == b"MThd"
    assert [step for step, _ in curves(tmp_path)["preview"]] == [1600, 2800]


def test_a_preview_that_fails_costs_nothing_else(tmp_path: Path) -> None:
    def fail() -> Preview:
        raise DataError("no preview today")

    with Records(tmp_path, 400, on_preview=fail, preview_minutes=0.1) as records:
        for step in range(1, 4):
            records(progress(step))
    assert len(curves(tmp_path)["loss/train"]) == 3
    assert not (tmp_path / "previews").exists()


def test_a_missing_tensorboard_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with pytest.raises(MissingLibraryError, match="pip install tensorboard"):
        Records(tmp_path, LOG)
