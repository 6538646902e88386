"""`sideman train`, `evaluate` and `export` on a network that is trained for a few steps."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from tests.cli.conftest import Run
from tests.tiny import tiny_checkpoint
from tests.training.conftest import TINY, band_file, reading_thread

from sideman.model.checkpoint import load_checkpoint, save_checkpoint
from sideman.training import device, loop
from sideman.training.batches import Groups, Rows, join
from sideman.training.config import TrainConfig
from sideman.training.encode import Source, encode_dataset
from sideman.training.shards import Dataset
from sideman.training.state import RunFolder

SETTINGS = [f"--set={key}={value}" for key, value in TINY.to_dict().items() if value != ""]
TRAIN = (*SETTINGS, "--device", "cpu")


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four songs to train on and two to validate with."""
    folder = tmp_path_factory.mktemp("songs")
    for seed in range(6):
        band_file(seed).write(folder / ("train" if seed < 4 else "valid") / f"song{seed}.npz")
    encode_dataset([Source(folder / "train", "train"), Source(folder / "valid", "valid")], folder / "data", workers=1)
    return folder / "data"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread in place of the reading process, and no long measuring of the machine."""
    monkeypatch.setattr(loop, "reading_process", reading_thread)
    monkeypatch.setattr(device, "_PEAK_SECONDS", 0.001)
    monkeypatch.setattr(device, "_PEAK_SHAPE", (64, 64, 64))


def test_train_resume_evaluate(run: Run, dataset: Path) -> None:
    code, out, err = run("train", dataset, "--run", "runs/a", *TRAIN, "--set", "tokens=1024", "--json")
    report = json.loads(out)
    assert (code, report["tokens"], report["steps"]) == (0, 1024, 4)
    for words in ("loss ", "tokens/s", "of the peak", "bits a note"):
        assert words in err
    ids = sum(row.tokens for row in Dataset(dataset, "train").rows)
    assert err.splitlines()[:3] == [
        "cpu in float32, 1 thread, fused attention",
        f"{TINY.network.parameters:,} parameters; 4 songs of {ids:,} ids make an epoch",
        f"ends after 1,024 ids ({1024 / ids:.2g} epochs)",
    ]

    more = ("--set", "tokens=2048", "--set", "minutes=90", "--set", "epochs=99")
    code, out, err = run("train", dataset, "--run", "runs/a", "--resume", *more, "--device", "cpu")
    assert code == 0
    assert f"or 99 epochs ({99 * ids:,} ids) or 90 minutes, whichever comes first; 1,024 ids are done" in err
    assert "2,048 tokens" in out

    code, out, err = run("evaluate", "runs/a", dataset, "--shuffled-chords", "--device", "cpu", "--json")
    scores = json.loads(out)
    assert (code, err, list(scores)) == (0, "", ["true_chords", "shuffled_chords"])
    for values in scores.values():
        assert values["bits_per_note"] == pytest.approx(
            values["bits_per_token"] * values["tokens"] / values["notes"], rel=1e-3
        )
    code, out, _ = run("evaluate", "runs/a", dataset, "--songs", 1, "--device", "cpu")
    assert code == 0
    assert "True chords" in out
    assert "bits per bar" in out


class BothShares(Groups):
    """For one process: in each step's rows the shares of two."""

    def rows(self, epoch: int, group: int) -> Rows:
        shares = []
        for self.rank in range(2):
            self.world = 2
            shares.append(super().rows(epoch, group))
            self.world = 1
        half = TINY.batch_tokens // TINY.row_tokens // 2
        steps = min(len(share.ids) for share in shares) // half
        return join([share.take(slice(half * step, half * (step + 1))) for step in range(steps) for share in shares])

    def following(self, epoch: int, group: int) -> tuple[int, int]:
        self.world = 2
        after = super().following(epoch, group)
        self.world = 1
        return after


def torchrun_line(text: str) -> str:
    """The only line of a text that starts several processes of this machine."""
    (line,) = re.findall(r"^ *(torchrun --standalone .+?) *$", text, re.MULTILINE)
    return str(line)


@pytest.mark.slow
@pytest.mark.skipif(not torch.distributed.is_available(), reason="this torch has no torch.distributed")
def test_several_processes_start_as_documented_and_train_as_one(
    run: Run, dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = torchrun_line((Path(__file__).parents[2] / "docs/training.md").read_text())
    assert torchrun_line(run("train", "--help").out) == line
    (tmp_path / "data").mkdir()
    (tmp_path / "data/lpd5").symlink_to(dataset)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    quick = (*TRAIN, "--set=tokens=1536", "--set=log_tokens=1")
    process = subprocess.run(
        [*shlex.split(line), *quick],
        env={**os.environ, "PATH": path, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    with monkeypatch.context() as patched:
        patched.setattr(loop, "Groups", BothShares)
        code, _, err = run("train", dataset, "--run", "runs/one", *quick)
    assert code == 0
    alone, both = dict(losses(err)), losses(process.stderr)
    assert len(dict(both)) == len(both)  # told once, not by each
    assert both[-1][0] == 6
    assert both[-1][1] == pytest.approx(alone[6], abs=2e-3)
    one, two = (RunFolder(tmp_path / "runs" / name).load()["place"] for name in ("one", "two"))
    assert two["best"] == pytest.approx(one["best"], rel=1e-3)
    code, _, err = run("train", dataset, "--run", "runs/two", "--resume", "--set=tokens=2048", "--device", "cpu")
    assert (code, losses(err)[-1][0]) == (0, 8)  # with one


def test_one_command_begins_a_run_and_goes_on(run: Run, dataset: Path, tmp_path: Path) -> None:
    save_checkpoint(tiny_checkpoint(), tmp_path / "tiny.safetensors")
    (tmp_path / "train.toml").write_text("seed = 3\n")
    command = (
        "train",
        dataset,
        "--run",
        "r",
        "--auto-resume",
        "--config",
        "train.toml",
        *TRAIN[:-2],
        "--device",
        "cpu",
    )
    code, _, err = run(*command, "--set", "tokens=1024")
    assert (code, losses(err)[-1][0]) == (0, 4)
    code, _, err = run(*command, "--set", "tokens=1536", "--from", "tiny.safetensors")
    assert (code, losses(err)[-1][0]) == (0, 6)
    assert "1,024 ids are done" in err
    code, _, err = run("train", dataset, "--run", "r", "--auto-resume", "--resume")
    assert code == 2
    assert "leave one of the two out" in err


def losses(told: str) -> list[tuple[int, float]]:
    """Steps and losses that a training tells."""
    return [(int(step), float(loss)) for step, loss in re.findall(r"^step (\d+):.* loss ([\d.]+)", told, re.MULTILINE)]


def test_help_lists_every_setting(run: Run) -> None:
    out = run("train", "--help").out
    for name, value in TrainConfig().to_dict().items():
        assert f"{name}={value if name != 'features' else 'track,position,chord'}" in out


def test_an_export_tells_where_it_comes_from(run: Run, dataset: Path, tmp_path: Path) -> None:
    save_checkpoint(tiny_checkpoint(), tmp_path / "tiny.safetensors")
    shape = tiny_checkpoint().config
    same = [f"--set={name}={getattr(shape, name)}" for name in ("layers", "width", "heads", "context")]
    features = f"--set=features={','.join(tiny_checkpoint().features)}"
    small = ("--set=row_tokens=32", "--set=batch_tokens=64", "--set=tokens=128", "--set=seed=7")
    code, _, err = run("train", dataset, "--run", "r", *TRAIN, *same, features, *small, "--from", "tiny.safetensors")
    assert code == 0, err
    out = json.loads(run("export", "r", "-o", "band.safetensors", "--json").out)
    songs = Dataset(dataset, "train").rows
    assert (out["settings"]["seed"], out["settings"]["tokens"]) == (7, 128)
    assert (out["data"]["dataset"], out["data"]["songs"]) == (dataset.name, len(songs))
    assert out["data"]["ids"] == sum(row.tokens for row in songs)
    assert "began_with" not in out  # nothing is known of those
    text = run("export", "r", "-o", "again.safetensors").out
    assert "seed=7" in text
    assert f"songs {len(songs)}" in text


def test_preview_and_export(run: Run, dataset: Path, tmp_path: Path) -> None:
    code, _, err = run("train", dataset, "--run", "r", *TRAIN, "--set", "tokens=1024", "--preview-minutes", "1e-9")
    assert code == 0, err
    previews = sorted(tmp_path.glob("r/previews/*.mid"))
    assert len(previews) == 3  # after every step but the first
    assert len([*tmp_path.glob("r/events.*")]) == 1

    code, out, err = run("export", "r", "-o", "band.safetensors", "--json")
    assert (code, err, json.loads(out)["steps"]) == (0, "", 4)
    code, out, _ = run("export", "r", "-o", "newest.safetensors", "--newest")
    assert (code, out.split(":")[0]) == (0, "newest.safetensors")
    # What was exported is what was trained, and it plays.
    assert run("evaluate", "newest.safetensors", dataset, "--device", "cpu", "--json").code == 0
    assert run("arrange", "C:4", "-o", "song.mid", "--weights", "band.safetensors").code == 0
    weights_before = (tmp_path / "band.safetensors").read_bytes()
    assert run("export", "missing", "-o", "band.safetensors").code == 2
    assert (tmp_path / "band.safetensors").read_bytes() == weights_before


def test_a_file_of_weights_gets_another_sampling(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sideman.cli.training.find_spec", lambda name: None)  # noqa: ARG005 - needs no torch
    save_checkpoint(replace(tiny_checkpoint(), meta={"steps": 3}), tmp_path / "a.safetensors")
    (tmp_path / "daring.toml").write_text("kind = 1.1\ntop_p = 1\n[values]\npitch = 1.2\n")
    code, out, err = run("export", "a.safetensors", "-o", "b.safetensors", "--sampling", "daring.toml", "--json")
    assert (code, err) == (0, "")
    sampling = {"kind": 1.1, "value": 1.0, "values": {"pitch": 1.2}, "top_p": 1}
    meta = load_checkpoint(tmp_path / "b.safetensors").meta
    assert meta == {"steps": 3, "sampling": sampling}
    assert json.loads(out)["sampling"] == sampling
    assert run("arrange", "C:4", "-o", "song.mid", "--weights", "b.safetensors").code == 0

    for arguments, word in (
        ((), "give --sampling FILE"),
        (("--sampling", "daring.toml", "--newest"), "no --newest"),
        (("--sampling", "missing.toml"), "missing.toml"),
        (("--sampling", "a.safetensors"), "cannot read a.safetensors"),
    ):
        code, out, err = run("export", "a.safetensors", "-o", "c.safetensors", *arguments)
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert word in err
    (tmp_path / "odd.toml").write_text("[values]\ncolour = 1.0\n")
    err = run("export", "a.safetensors", "-o", "c.safetensors", "--sampling", "odd.toml").err
    assert "cannot read odd.toml: unknown sampling of colour" in err
    assert not (tmp_path / "c.safetensors").exists()


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("train", "missing", "--run", "r"), "missing"),
        (("train", "DATA", "--run", "r", "--set", "layers=0"), "layers"),
        (("train", "DATA", "--run", "r", "--set", "colour=red"), "colour"),
        (("train", "DATA", "--run", "r", "--config", "missing.toml"), "missing.toml"),
        (("train", "DATA", "--run", "r", "--device", "abacus"), "abacus"),
        (("train", "DATA", "--run", "r", "--resume"), "--resume"),
        (("train", "DATA", "--run", "r", "--resume", "--config", "a.toml"), "--config"),
        (("evaluate", "missing", "DATA"), "missing"),
        (("evaluate", "r", "DATA", "--fold", "test"), "test"),
        (("export", "missing", "-o", "weights.safetensors"), "missing"),
        (("export", "missing", "-o", "weights.bin"), ".bin"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else value,
)
def test_refused(run: Run, dataset: Path, tmp_path: Path, arguments: tuple[str, ...], word: str) -> None:
    code, out, err = run(*(str(dataset) if argument == "DATA" else argument for argument in arguments))
    assert (code, out, err.count("\n")) == (2, "", 1), err
    assert word in err
    assert list(tmp_path.iterdir()) == []


def test_without_torch_the_remedy_is_named(run: Run, dataset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sideman.cli.training.find_spec", lambda name: None)  # noqa: ARG005 - nothing is found
    for command in (
        ("train", dataset, "--run", "r"),
        ("evaluate", "r", dataset),
        ("export", "r", "-o", "w.safetensors"),
    ):
        code, _, err = run(*command)
        assert code == 2
        assert "needs torch" in err
