"""A run's folder: checkpoints that are whole, in order, and few."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import torch
from tests.training.conftest import TINY

from sideman.errors import CheckpointError, DataError, OptionError
from sideman.model.gpt2 import GPT2
from sideman.training.state import RunFolder, sound, weights_of

STATE: dict[str, Any] = {
    "config": TINY.to_dict(),
    "weights": {"a": torch.arange(50_000.0)},
    "optimizers": [{"state": {0: {"momentum": torch.ones(3)}}, "param_groups": [{"lr": 0.1, "params": [0]}]}],
    "place": {"step": 3, "best": float("inf")},
    "rng": torch.get_rng_state(),
}


def folder(tmp_path: Path, *steps: int) -> RunFolder:
    run = RunFolder(tmp_path / "run")
    run.create(TINY)
    for step in steps:
        run.save(STATE | {"place": {"step": step}}, step, keep=3)
    return run


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    run = folder(tmp_path)
    run.save(STATE, 3, keep=1)
    state = run.load()
    assert state["weights"]["a"].equal(STATE["weights"]["a"])
    assert {key: state[key] for key in ("config", "place")} == {key: STATE[key] for key in ("config", "place")}
    assert run.config() == TINY


def test_the_last_few_are_kept(tmp_path: Path) -> None:
    run = folder(tmp_path, 2, 10, 9_999, 100_000, 99_999_999)
    assert [path.name for path in run.checkpoints()] == [
        f"state_{step:08d}.pt" for step in (9_999, 100_000, 99_999_999)
    ]
    assert run.load()["place"] == {"step": 99_999_999}


@pytest.mark.parametrize("keep", [1, 2])
def test_damaged_checkpoints_of_later_steps_make_way(keep: int, tmp_path: Path) -> None:
    run = folder(tmp_path, 1, 2, 9)
    run.checkpoints()[-1].write_bytes(b"damaged")
    assert run.load()["place"] == {"step": 2}
    run.save(STATE | {"place": {"step": 3}}, 3, keep)
    assert [path.name for path in run.checkpoints()] == [f"state_{step:08d}.pt" for step in (2, 3)[-keep:]]
    assert run.load()["place"] == {"step": 3}


def test_a_full_disk_is_an_error_and_leaves_what_was_there(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource", reason="this system sets no limits")
    run = folder(tmp_path, 1)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(DataError, match=r"cannot write .*state_00000002\.pt: the file would be larger"):
            run.save(STATE, 2, keep=1)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert sorted(path.name for path in run.path.iterdir()) == ["config.json", "state_00000001.pt"]


@pytest.mark.parametrize("size", [0, 1, 100, 20_000, -30_000, -500, -1])
def test_a_damaged_checkpoint_falls_back_to_the_one_before(size: int, tmp_path: Path) -> None:
    run = folder(tmp_path, 1, 2)
    damaged = run.checkpoints()[-1]
    damaged.write_bytes(damaged.read_bytes()[:size])
    assert run.load()["place"] == {"step": 1}


@pytest.mark.parametrize("content", [b"noise" * 100, b"damaged", b"PK\x03\x04" + bytes(500), b"\x80\x02N."])
def test_noise_is_no_checkpoint(content: bytes, tmp_path: Path) -> None:
    run = folder(tmp_path, 1)
    run.checkpoints()[0].write_bytes(content)
    with pytest.raises(CheckpointError, match=r"without --resume|another vocabulary"):
        run.load()


def test_nothing_in_a_checkpoint_is_executed(tmp_path: Path) -> None:
    run = folder(tmp_path, 1)

    class Trap:
        def __reduce__(self) -> tuple[Any, ...]:
            return (Path.touch, (tmp_path / "sprung",))

    torch.save({"vocabulary": Trap()}, run.path / "state_00000002.pt")
    assert run.load()["place"] == {"step": 1}
    assert not (tmp_path / "sprung").exists()


def test_another_vocabulary_is_an_error(tmp_path: Path) -> None:
    run = folder(tmp_path)
    run.save(STATE | {"vocabulary": "0" * 16}, 1, keep=1)
    with pytest.raises(CheckpointError, match="another vocabulary"):
        run.load()


def test_a_run_is_not_overwritten(tmp_path: Path) -> None:
    run = folder(tmp_path, 1)
    with pytest.raises(DataError, match="holds a run already"):
        run.create(TINY)


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match="cannot make"):
        RunFolder(tmp_path / "file" / "run").create(TINY)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "holds no run: start one without --resume"),
        ("{", "config.json: is damaged: Expecting"),
        ("[]", "config.json: is damaged: start another run"),
        ("[" * 99_999, "config.json: is damaged: nested too deep"),
        ('{"layers": ' + "9" * 5_000, "config.json: is damaged: Exceeds"),
        ('{"layers": 1e400}', "config.json: setting layers is inf"),
        ('{"layer": 1}', "config.json: unknown setting 'layer'"),
    ],
)
def test_a_missing_or_damaged_configuration_is_an_error(content: str | None, message: str, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "config.json").write_text(content)
    with pytest.raises(CheckpointError, match=re.escape(message)):
        RunFolder(tmp_path).config()


@pytest.mark.parametrize("key", ["config", "weights", "place"])
@pytest.mark.parametrize("value", [None, [], "text"])
def test_a_checkpoint_without_its_keys_is_an_error(key: str, value: object, tmp_path: Path) -> None:
    run = folder(tmp_path)
    state = {**STATE, key: value} if value is not None else {name: STATE[name] for name in STATE if name != key}
    path = run.save(state, 3, keep=1)
    with pytest.raises(CheckpointError, match=re.escape(f"{path}: is damaged: it has no {key}")):
        run.load()


@pytest.mark.parametrize("error", [KeyError("width"), ValueError("no number"), RuntimeError("size mismatch\nfor a")])
def test_whatever_is_wrong_with_a_checkpoint_is_said_of_it(tmp_path: Path, error: Exception) -> None:
    with pytest.raises(CheckpointError) as caught, sound(tmp_path / "best.pt"):
        raise error
    assert str(caught.value).startswith(f"{tmp_path / 'best.pt'}: is damaged: ")
    assert "\n" not in str(caught.value)
    with pytest.raises(OptionError, match="ours"), sound(tmp_path / "best.pt"):
        raise OptionError("ours")


def test_no_checkpoint_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="holds no checkpoint"):
        RunFolder(tmp_path / "nowhere").load()


def test_the_best_stands_beside_the_last(tmp_path: Path) -> None:
    run = folder(tmp_path, 1)
    assert run.load_best() is None
    run.save_best(STATE)
    best = run.load_best()
    assert best is not None
    assert sorted(best) == ["config", "place", "vocabulary", "weights"]
    assert run.load()["place"] == {"step": 1}
    (run.path / "best.pt").write_bytes(b"")
    assert run.load_best() is None


def test_what_a_killed_save_left_is_swept(tmp_path: Path) -> None:
    run = folder(tmp_path, 1)
    (run.path / ".state_00000002.0123456789ab.pt").touch()
    run.save(STATE, 3, keep=3)
    assert sorted(path.name for path in run.path.iterdir()) == ["config.json", "state_00000001.pt", "state_00000003.pt"]


def test_weights_have_their_plain_names_and_are_copies() -> None:
    model = GPT2(TINY.network)
    weights = weights_of(model)
    assert set(weights) == {name for name, _ in model.named_parameters()}
    with torch.no_grad():
        model.features.weight.zero_()
    assert weights["features.weight"].any()
