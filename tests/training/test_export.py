"""From a run to the file that the engine plays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tests.training.conftest import TINY

from sideman.composer import SAMPLING
from sideman.errors import CheckpointError, DataError
from sideman.model.checkpoint import load_checkpoint
from sideman.model.gpt2 import GPT2
from sideman.tokens.vocabulary import VOCABULARY
from sideman.training.export import checkpoint_of, export_run
from sideman.training.state import RunFolder, weights_of


def state(seed: int, step: int, best: float = 6.54321) -> dict[str, Any]:
    torch.manual_seed(seed)
    place = {"step": step, "tokens": 256 * step, "seconds": 12.6, "best": best}
    return {"config": TINY.to_dict(), "weights": weights_of(GPT2(TINY.network)), "place": place}


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run whose best checkpoint is of step 5 and whose newest is of step 7."""
    folder = RunFolder(tmp_path / "run")
    folder.create(TINY)
    folder.save_best(state(0, 5))
    folder.save(state(1, 7), 7, keep=3)
    return tmp_path / "run"


@pytest.mark.parametrize(("which", "seed", "steps"), [("best", 0, 5), ("newest", 1, 7)])
def test_weights_arrive_with_what_is_known_of_them(
    run: Path, tmp_path: Path, which: str, seed: int, steps: int
) -> None:
    output = tmp_path / "weights.safetensors"
    given = export_run(run, output, {"data": "LPD-5"}, which=which)
    loaded = load_checkpoint(output, VOCABULARY.sizes)
    facts = {"steps": steps, "tokens": 256 * steps, "seconds": 13, "best_bits_per_note": 6.5432, "data": "LPD-5"}
    facts |= {"sampling": SAMPLING.to_dict(), "settings": TINY.to_dict()}
    assert given.meta == loaded.meta == facts
    assert loaded.features == TINY.feature_names
    assert loaded.config == TINY.network
    weights = state(seed, steps)["weights"]
    assert weights.keys() == loaded.weights.keys()
    for name, weight in weights.items():
        assert np.array_equal(loaded.weights[name], weight.half().float().numpy()), name
    assert output.stat().st_size < 2.2 * TINY.network.parameters + 10_000  # float16


def test_the_newest_stands_in_where_no_best_was_kept(run: Path, tmp_path: Path) -> None:
    (run / "best.pt").unlink()
    RunFolder(run).save(state(2, 8, best=float("inf")), 8, keep=3)
    meta = export_run(run, tmp_path / "weights.safetensors").meta
    assert meta["steps"] == 8
    assert "best_bits_per_note" not in meta


def test_weights_are_sampled_as_those_that_they_began_with(run: Path, tmp_path: Path) -> None:
    RunFolder(run).save(state(2, 8) | {"parent": {"sampling": {"kind": 0.8}}}, 8, keep=3)
    output = tmp_path / "weights.safetensors"
    assert export_run(run, output, which="newest").meta["sampling"] == {"kind": 0.8}
    assert export_run(run, output, {"sampling": {"kind": 0.7}}, which="newest").meta["sampling"] == {"kind": 0.7}


def test_a_network_in_training_can_be_taken() -> None:
    model = GPT2(TINY.network)
    checkpoint = checkpoint_of(model.state_dict(), TINY, {})
    assert np.array_equal(checkpoint.weights["features.weight"], model.features.weight.detach().numpy())
    assert checkpoint.vocabulary == VOCABULARY.fingerprint


@pytest.mark.parametrize("which", ["best", "newest"])
def test_a_run_without_checkpoint_is_an_error(which: str, tmp_path: Path) -> None:
    RunFolder(tmp_path / "run").create(TINY)
    with pytest.raises(CheckpointError, match="holds no checkpoint"):
        export_run(tmp_path / "run", tmp_path / "weights.safetensors", which=which)
    assert not (tmp_path / "weights.safetensors").exists()


def test_other_words_and_folders_are_errors(run: Path, tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="choose best or newest"):
        export_run(run, tmp_path / "weights.safetensors", which="last")
    with pytest.raises(DataError, match="cannot write"):
        export_run(run, tmp_path / "nowhere" / "weights.safetensors")
