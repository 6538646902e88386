"""The training loop: it learns, it ends where it should, and a run that was stopped or killed goes on exactly."""

from __future__ import annotations

import json
import math
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
import torch
from tests.training.conftest import TINY, reading_thread

from sideman.errors import CheckpointError, DataError, OptionError
from sideman.model.checkpoint import Checkpoint, save_checkpoint
from sideman.model.gpt2 import GPT2, Block
from sideman.tokens.vocabulary import VOCABULARY
from sideman.training import device, loop
from sideman.training.config import TrainConfig
from sideman.training.evaluate import Scores
from sideman.training.export import export_run
from sideman.training.loop import Place, Trainer, TrainStep
from sideman.training.processes import Processes
from sideman.training.state import RunFolder, weights_of
from sideman.training.weights import load_network

STEPS = TINY.tokens // TINY.batch_tokens


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread in place of the reading process, and no long measuring of the machine."""
    monkeypatch.setattr(loop, "reading_process", reading_thread)
    monkeypatch.setattr(device, "_PEAK_SECONDS", 0.001)
    monkeypatch.setattr(device, "_PEAK_SHAPE", (64, 64, 64))


def train(
    dataset: Path, run: Path, config: TrainConfig = TINY, *, resume: bool = False, until: int | None = None
) -> tuple[list[TrainStep], Place]:
    """Train; with ``until`` a SIGTERM comes during that step."""
    told: list[TrainStep] = []

    def note(progress: TrainStep) -> None:
        if told and told[-1].step == progress.step:  # the last step is told again with its scores
            assert told.pop().scores is None
        told.append(progress)
        if progress.step == until:
            os.kill(os.getpid(), signal.SIGTERM)

    place = Trainer(dataset, run, config, device="cpu", resume=resume).train(note)
    return told, place


def losses(told: list[TrainStep]) -> list[float]:
    return [progress.loss for progress in told]


@pytest.fixture(scope="module")
def whole(dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> list[TrainStep]:
    """What a run tells that nothing interrupts."""
    return train(dataset, tmp_path_factory.mktemp("run"))[0]


# A run


def test_a_run_learns(dataset: Path, tmp_path: Path) -> None:
    told, place = train(dataset, tmp_path / "run", replace(TINY, tokens=256 * 60, width=32))
    assert losses(told)[0] == pytest.approx(math.log(TINY.network.vocab), rel=0.1)
    assert losses(told)[-1] < losses(told)[0] - 1.5
    scores = [progress.scores for progress in told if progress.scores is not None]
    assert scores[-1].bits_per_note < scores[0].bits_per_note
    assert place.best == min(each.bits_per_note for each in scores)


def test_each_step_is_told(whole: list[TrainStep]) -> None:
    assert [progress.step for progress in whole] == list(range(1, STEPS + 1))
    assert [progress.tokens for progress in whole] == [256 * step for step in range(1, STEPS + 1)]
    assert [progress.step for progress in whole if progress.scores] == [4, 8, 12]
    for progress in whole:
        assert progress.share == pytest.approx(progress.tokens / TINY.tokens)
        assert progress.tokens_per_second > 0
        assert progress.peak_share > 0


def test_the_learning_rate_warms_up_and_comes_down(whole: list[TrainStep]) -> None:
    factors = [progress.learning_rate / TINY.learning_rate for progress in whole]
    assert factors == pytest.approx([0.5, 1, 1, 1, 1, 1, 1, 1, 1, 0.75, 0.5, 0.25])
    assert [progress.matrix_learning_rate / TINY.matrix_learning_rate for progress in whole] == pytest.approx(factors)


@pytest.mark.parametrize("way", ["plain", "fused"])
def test_the_faster_attention_is_measured_and_kept(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    config = replace(TINY, attention="auto")
    monkeypatch.setattr(loop, "plain_attention_is_faster", lambda *_: way == "plain")
    first, _ = train(dataset, tmp_path / "run", config, until=3)
    assert RunFolder(tmp_path / "run").config().attention == way
    monkeypatch.setattr(loop, "plain_attention_is_faster", None)  # is not measured again
    kept = RunFolder(tmp_path / "run").config()
    trainer = Trainer(dataset, tmp_path / "run", kept, device="cpu", resume=True)
    (block,) = trainer.model.transformer.h
    assert cast("Block", block).attn.plain is (way == "plain")
    told, _ = train(dataset, tmp_path / "whole", replace(TINY, attention=way))
    rest, _ = train(dataset, tmp_path / "run", kept, resume=True)
    assert losses(first + rest) == losses(told)


@pytest.mark.parametrize("end", [{"minutes": 2.0}, {"epochs": 4.0}, {"tokens": 4096}])
def test_the_schedule_follows_whatever_ends_the_run(dataset: Path, tmp_path: Path, end: dict[str, Any]) -> None:
    config = replace(TINY, **({"tokens": 10**9, "warmup": 0.1, "decay": 0.5} | end))
    trainer = Trainer(dataset, tmp_path / "run", config, device="cpu")

    def at(share: float) -> float:
        trainer.place = Place(step=1000, tokens=int(4096 * share), seconds=120 * share)
        trainer.place.epoch, group = divmod(round(share * 4 * trainer.groups.count), trainer.groups.count)
        trainer.place.group = group
        return trainer._learning_rate_factor()

    assert [at(share) for share in (0.25, 0.5, 0.75, 1.0)] == pytest.approx([1, 1, 0.5, 0])
    trainer.place = Place()
    assert trainer._learning_rate_factor() < 1


def test_a_run_validates_at_its_end(dataset: Path, tmp_path: Path) -> None:
    told, place = train(dataset, tmp_path / "run", replace(TINY, validate_tokens=10**9), until=5)
    assert [progress.step for progress in told if progress.scores] == [5]
    best = RunFolder(tmp_path / "run").load_best()
    assert best is not None
    assert best["place"]["step"] == place.step == 5


def test_a_run_begins_with_the_weights_of_another(dataset: Path, tmp_path: Path) -> None:
    train(dataset, tmp_path / "few", replace(TINY, features="track,recall"))
    export_run(tmp_path / "few", tmp_path / "few.safetensors")
    file, run = (
        Trainer(dataset, tmp_path / name, TINY, device="cpu", weights=tmp_path / source)
        for name, source in (("a", "few.safetensors"), ("b", "few"))
    )
    before, features = load_network(tmp_path / "few.safetensors")
    rows = file.validation[0]
    ids = torch.from_numpy(rows.ids.astype("int64"))
    columns = [TINY.feature_names.index(name) for name in features]
    values = torch.from_numpy(rows.features.astype("int64"))
    with torch.no_grad():
        expected = before(ids, values[:, :, columns])
        for trainer, tolerance in ((file, 1e-5), (run, 2e-2)):  # the file's are rounded to float16
            torch.testing.assert_close(trainer.model(ids, values), expected, atol=tolerance, rtol=0)
    file.train()
    facts = export_run(tmp_path / "a", tmp_path / "a.safetensors").meta
    assert facts["tokens"] == 2 * TINY.tokens
    assert facts["steps"] == 2 * STEPS
    told, _ = train(dataset, tmp_path / "a", replace(TINY, tokens=256 * 14), resume=True)
    assert len(told) == 2
    assert export_run(tmp_path / "a", tmp_path / "a.safetensors").meta["steps"] == 2 * STEPS + 2


def test_weights_with_an_unknown_feature_are_no_beginning(tmp_path: Path) -> None:
    network = replace(TINY, features="track").network
    arrays = {name: value.numpy() for name, value in weights_of(GPT2(network)).items()}
    path = tmp_path / "weights.safetensors"
    save_checkpoint(Checkpoint(network, arrays, VOCABULARY.fingerprint, ("colour",)), path)
    with pytest.raises(CheckpointError, match=f"{path}: .* feature colour: update Sideman"):
        load_network(path)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"width": 32}, "has width 16, the network 32: begin with the same width"),
        ({"layers": 2}, "has layers 1"),
        ({"features": "track"}, "can't be left out"),
    ],
)
def test_weights_of_another_shape_are_no_beginning(
    dataset: Path, tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    train(dataset, tmp_path / "run", until=1)
    with pytest.raises(CheckpointError, match=message):
        Trainer(dataset, tmp_path / "other", replace(TINY, **changes), device="cpu", weights=tmp_path / "run")
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize(
    "changes", [{"features": ""}, {"optimizer": "adamw"}, {"precision": "bfloat16"}, {"songs": "all"}]
)
def test_other_configurations_train(dataset: Path, tmp_path: Path, changes: dict[str, Any]) -> None:
    told, _ = train(dataset, tmp_path / "run", replace(TINY, **changes))
    assert losses(told)[-1] < losses(told)[0]


def test_the_best_weights_are_kept(dataset: Path, tmp_path: Path) -> None:
    told, _ = train(dataset, tmp_path / "run", replace(TINY, learning_rate=0.02))
    best = RunFolder(tmp_path / "run").load_best()
    assert best is not None
    scores = {progress.step: progress.scores.bits_per_note for progress in told if progress.scores}
    assert best["place"]["step"] == min(scores, key=lambda step: scores[step])
    assert best["place"]["best"] == min(scores.values())


# Its ends


def test_ends_after_tokens(dataset: Path, tmp_path: Path) -> None:
    _, place = train(dataset, tmp_path / "run", replace(TINY, tokens=256 * 3 - 10))
    assert place.tokens == 256 * 3


def test_ends_after_epochs(dataset: Path, tmp_path: Path) -> None:
    _, place = train(dataset, tmp_path / "run", replace(TINY, tokens=10**7, epochs=2.0))
    assert (place.epoch, place.group, place.row) == (2, 0, 0)


def test_ends_after_minutes(dataset: Path, tmp_path: Path) -> None:
    told, place = train(dataset, tmp_path / "run", replace(TINY, tokens=10**9, minutes=0.005))
    assert place.seconds >= 0.3
    assert place.tokens < 10**9
    assert len(told) >= 1


def test_ends_without_improvement(dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bits = iter([9.0, 7.0, 8.0, 7.0, 1.0])
    monkeypatch.setattr(loop, "evaluate_rows", lambda *_: Scores(next(bits), 1, 1, 1))
    told, place = train(dataset, tmp_path / "run", replace(TINY, tokens=10**7, patience=2))
    assert (len(told), place.best, place.worse) == (16, 7.0, 2)


def test_a_finished_run_resumes_to_nothing(dataset: Path, tmp_path: Path) -> None:
    train(dataset, tmp_path / "run")
    assert train(dataset, tmp_path / "run", resume=True)[0] == []


# Its checkpoints


def test_checkpoints_come_each_epoch_and_the_last_few_stay(dataset: Path, tmp_path: Path) -> None:
    saved: list[int] = []
    trainer = Trainer(dataset, tmp_path / "run", replace(TINY, tokens=10**7, epochs=3.0, keep=2), device="cpu")
    save = trainer.folder.save

    def noted(state: dict[str, Any], step: int, keep: int) -> Path:
        saved.append(state["place"]["epoch"])
        return save(state, step, keep)

    trainer.folder.save = noted  # type: ignore[method-assign]
    trainer.train()
    assert saved == [1, 2, 3, 3]
    assert len(trainer.folder.checkpoints()) == 2


def test_checkpoints_come_every_few_minutes(dataset: Path, tmp_path: Path) -> None:
    train(dataset, tmp_path / "run", replace(TINY, checkpoint_minutes=0.0, keep=99))
    assert len(RunFolder(tmp_path / "run").checkpoints()) == STEPS


# Stopped, killed, resumed


@pytest.mark.parametrize("until", [1, 5, 11])
def test_a_stopped_run_goes_on_exactly(dataset: Path, tmp_path: Path, whole: list[TrainStep], until: int) -> None:
    first, _ = train(dataset, tmp_path / "run", until=until)
    second, _ = train(dataset, tmp_path / "run", resume=True)
    assert [len(first), len(second)] == [until, STEPS - until]
    assert losses(first + second) == losses(whole)
    for mine, theirs in zip(first + second, whole, strict=True):
        assert mine.scores == theirs.scores or (theirs.scores is None and mine.step == until)


def test_a_run_stopped_over_epochs_goes_on_exactly(dataset: Path, tmp_path: Path) -> None:
    config = replace(TINY, tokens=10**7, epochs=3.0, batch_tokens=1024, validate_tokens=10**6)
    one, _ = train(dataset, tmp_path / "one", config)
    other: list[TrainStep] = []
    for until in range(4, len(one) + 4, 4):
        other += train(dataset, tmp_path / "other", config, resume=bool(other), until=until)[0]
    assert losses(other) == losses(one)


def test_a_run_with_a_damaged_checkpoint_goes_on_from_the_one_before(
    dataset: Path, tmp_path: Path, whole: list[TrainStep]
) -> None:
    train(dataset, tmp_path / "run", replace(TINY, checkpoint_minutes=0.0), until=6)
    damaged = RunFolder(tmp_path / "run").checkpoints()[-1]
    damaged.write_bytes(damaged.read_bytes()[:5_000])
    told, _ = train(dataset, tmp_path / "run", resume=True)
    assert [told[0].step, losses(told)] == [6, losses(whole)[5:]]


SCRIPT = """
import json, sys
from pathlib import Path
from sideman.training import device
from sideman.training.config import TrainConfig
from sideman.training.loop import Trainer

told = []

def note(progress):
    assert "torch._dynamo" not in sys.modules  # a compiler that takes seconds to import, and nothing is compiled
    if progress.step in told:
        return
    told.append(progress.step)
    sys.stdout.write(json.dumps([progress.step, progress.loss]) + "\\n")  # at once: two processes share the line
    sys.stdout.flush()

if __name__ == "__main__":
    device._PEAK_SECONDS = 0.001
    dataset, run, config, resume = sys.argv[1:]
    config = TrainConfig.of(json.loads(config))
    Trainer(Path(dataset), Path(run), config, device="cpu", resume=resume == "yes").train(note)
"""
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(dataset: Path, tmp_path: Path) -> Start:
    """Starts a training in a process of its own."""
    script = tmp_path / "train_songs.py"
    script.write_text(SCRIPT)

    def begin(run: Path, config: TrainConfig, resume: str = "no") -> subprocess.Popen[str]:
        arguments = [str(script), str(dataset), str(run), json.dumps(config.to_dict()), resume]
        return subprocess.Popen([sys.executable, *arguments], stdout=subprocess.PIPE, text=True)

    return begin


def read(process: subprocess.Popen[str], until: int | None = None) -> list[tuple[int, float]]:
    """Steps and losses that a process prints, up to a step."""
    assert process.stdout is not None
    told: list[tuple[int, float]] = []
    for line in process.stdout:
        told.append(tuple(json.loads(line)))
        if told[-1][0] == until:
            break
    return told


@pytest.mark.slow
def test_a_killed_run_goes_on_exactly_from_its_last_checkpoint(
    dataset: Path, tmp_path: Path, start: Start, whole: list[TrainStep]
) -> None:
    with start(tmp_path / "run", replace(TINY, checkpoint_minutes=0.0)) as process:
        first = read(process, until=5)
        process.kill()
    (tmp_path / "run" / ".state_00000006.0123.pt").touch()  # the kill may come while a checkpoint is written
    told, _ = train(dataset, tmp_path / "run", resume=True)
    assert [loss for _, loss in first] == pytest.approx(losses(whole)[:5], rel=1e-5)
    assert told[0].step >= 5
    assert losses(told) == pytest.approx(losses(whole)[told[0].step - 1 :], rel=1e-5)


# What is refused


@pytest.mark.parametrize("changes", [{"width": 32}, {"layers": 2}, {"features": "track"}, {"optimizer": "adamw"}])
def test_another_network_does_not_resume(dataset: Path, tmp_path: Path, changes: dict[str, Any]) -> None:
    train(dataset, tmp_path / "run", until=1)
    with pytest.raises(CheckpointError, match="start another run"):
        train(dataset, tmp_path / "run", replace(TINY, **changes), resume=True)
    assert RunFolder(tmp_path / "run").config() == TINY


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("place", {"step": "x"}, "invalid literal"),
        ("place", {"group": 99}, "group 99 of"),
        ("place", {"step": -1}, "below 0"),
        ("place", {"colour": 1}, "colour"),
        ("weights", {}, "Missing key"),
        ("optimizers", [], "shorter"),
        ("optimizers", None, "optimizers"),
        ("rng", None, "rng"),
    ],
)
def test_a_damaged_checkpoint_does_not_resume(
    dataset: Path,
    tmp_path: Path,
    key: str,
    value: object,
    message: str,
) -> None:
    train(dataset, tmp_path / "run", until=1)
    folder = RunFolder(tmp_path / "run")
    state = folder.load()
    if value is None:
        del state[key]
    else:
        state[key] = value
    folder.save(state, 1, keep=1)
    with pytest.raises(CheckpointError, match=f"{folder.path}: is damaged: .*{message}"):
        train(dataset, tmp_path / "run", resume=True)


def test_other_songs_do_not_resume(dataset: Path, tmp_path: Path) -> None:
    train(dataset, tmp_path / "run", until=1)
    other = tmp_path / "other"
    shutil.copytree(dataset, other)
    rows = (other / "songs.csv").read_text().splitlines(keepends=True)
    (other / "songs.csv").write_text("".join([rows[0], rows[2], rows[1], *rows[3:]]))
    with pytest.raises(CheckpointError, match="other songs"):
        train(other, tmp_path / "run", resume=True)


def test_learning_rates_may_change_on_the_way(dataset: Path, tmp_path: Path, whole: list[TrainStep]) -> None:
    train(dataset, tmp_path / "run", until=4)
    told, _ = train(
        dataset, tmp_path / "run", replace(TINY, matrix_learning_rate=1e-9, learning_rate=1e-9), resume=True
    )
    assert told[0].learning_rate == 1e-9
    assert losses(told)[0] == losses(whole)[4]  # before the step
    assert losses(told)[2:] != losses(whole)[6:]
    assert RunFolder(tmp_path / "run").config().learning_rate == 1e-9


def test_a_run_is_not_started_twice(dataset: Path, tmp_path: Path) -> None:
    train(dataset, tmp_path / "run", until=1)
    with pytest.raises(DataError, match="holds a run already"):
        train(dataset, tmp_path / "run")


def test_a_loss_that_is_no_number_ends_the_run_with_whole_weights(dataset: Path, tmp_path: Path) -> None:
    config = replace(TINY, learning_rate=1e25, clip=1e30, checkpoint_minutes=0.0, optimizer="adamw")
    with pytest.raises(DataError, match=r"at step \d+: lower learning_rate"):
        train(dataset, tmp_path / "run", config)
    assert all(weight.isfinite().all() for weight in RunFolder(tmp_path / "run").load()["weights"].values())


def test_too_few_songs_for_a_step_are_an_error(dataset: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="don't fill a step of 1000 rows"):
        train(dataset, tmp_path / "run", replace(TINY, batch_tokens=64_000, tokens=10**6))


@pytest.mark.parametrize("fold", ["train", "valid"])
def test_a_missing_fold_is_an_error(dataset: Path, tmp_path: Path, fold: str) -> None:
    other = tmp_path / "other"
    shutil.copytree(dataset, other)
    text = (other / "songs.csv").read_text()
    (other / "songs.csv").write_text(text.replace(f",{fold},", ",else,"))
    with pytest.raises(DataError, match=f"no song of the {fold} fold"):
        Trainer(other, tmp_path / "run", TINY)
    assert not (tmp_path / "run").exists()


def test_rows_divide_over_the_processes(dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    three = Processes(0, 3, torch.device("cpu"))
    monkeypatch.setattr(Processes, "join", classmethod(lambda *_: three))
    with pytest.raises(OptionError, match="4 rows a step do not divide over 3 processes"):
        Trainer(dataset, tmp_path / "run", TINY)
