"""`sideman evaluate --music`: what is printed, written and refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.conftest import Run
from tests.training.conftest import band_file

from sideman.errors import MissingLibraryError
from sideman.judging import bench, judge
from sideman.training.encode import Source, encode_dataset


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten songs of eight bars to judge by, and one to train on."""
    folder = tmp_path_factory.mktemp("songs")
    for seed in range(11):
        band_file(seed, bars=8).write(folder / ("valid" if seed else "train") / f"song{seed}.npz")
    encode_dataset([Source(folder / "train", "train"), Source(folder / "valid", "valid")], folder / "data", workers=1)
    return folder / "data"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without MMA, which takes a while and is tested elsewhere; people are compared with themselves a few times."""

    def missing(_: object) -> None:
        raise MissingLibraryError("not installed")

    monkeypatch.setattr(judge, "play_with_mma", missing)
    monkeypatch.setattr(bench, "HALVES", 10)


@pytest.mark.xdist_group("matplotlib")  # which takes a second to import
def test_table_picture_and_json(run: Run, dataset: Path, weights: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    options = ("--music", "--windows", 20, "--temperature", 1.1, "--top-p", 1)
    code, out, err = run("evaluate", weights, dataset, *options, "--plot", "judged.png")
    assert (code, err) == (0, "")
    assert out.startswith("10 windows of 10 songs")  # all that there are
    for words in ("people  ", "sideman  ", "MMA: not installed", "told from people by", "TD P-B"):
        assert words in out
    assert (tmp_path / "judged.png").read_bytes().startswith(b"\x89PNG")
    code, out, _ = run("evaluate", weights, dataset, *options, "--json")
    report = json.loads(out)
    assert (code, report["windows"], list(report["rows"])[:2]) == (0, 10, ["people", "sideman"])
    other = json.loads(run("evaluate", weights, dataset, "--music", "--temperature", 0.1, "--json").out)
    assert report["rows"]["people"]["majmin"] == other["rows"]["people"]["majmin"]
    assert report["rows"]["sideman"] != other["rows"]["sideman"]


def test_what_is_played_again(run: Run, dataset: Path, weights: Path) -> None:
    code, out, err = run("evaluate", weights, dataset, "--memory", "--windows", 20)
    assert (code, err) == (0, "")
    assert "of the pieces have more than four bars in a row of a training song" in out
    report = json.loads(run("evaluate", weights, dataset, "--memory", "--windows", 20, "--json").out)
    assert list(report) == ["people", "sideman"]
    nearest = report["people"]["nearest"]
    assert [each["bars"] for each in nearest] == sorted((each["bars"] for each in nearest), reverse=True)
    assert {each["song"] for each in nearest if each["bars"]} <= {"train/song0"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("DATA", "--windows", "30"), "--windows without --music"),
        (("DATA", "--top-p", "0.9"), "--top-p without --music"),
        (("DATA", "--memory", "--music"), "--music with --memory"),
        (("DATA", "--memory", "--fold", "train"), "--fold with --memory"),
        (("DATA", "--memory", "--form", "3"), "--form with --memory"),
        (("missing", "--memory"), "missing is not a dataset"),
        (("w.safetensors", "DATA", "--music", "--songs", "3"), "--songs with --music"),
        (("a", "b", "DATA", "--music"), "3 paths"),
        (("DATA",), "1 paths"),
        (("missing", "--music"), "missing is not a dataset"),
        (("missing.safetensors", "DATA", "--music"), "missing.safetensors"),
        (("DATA", "--music", "--fold", "test"), "unknown fold"),
        (("DATA", "--music", "--top-p", "2"), "top_p 2"),
        (("DATA", "--music", "--plot", "judged.doc"), ".doc"),
        (("DATA", "--music", "--plot", "missing/judged.png"), "missing"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else value,
)
def test_refused(run: Run, dataset: Path, tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    code, out, err = run("evaluate", *(str(dataset) if argument == "DATA" else argument for argument in arguments))
    assert (code, out, err.count("\n")) == (2, "", 1), err
    assert words in err
    assert list(tmp_path.iterdir()) == []


def test_too_few_windows_are_wrong_usage(run: Run, dataset: Path) -> None:
    code, _, err = run("evaluate", dataset, "--music", "--windows", 5)
    assert code == 2
    assert "20" in err


def test_without_matplotlib_or_torch_the_remedy_is_named(
    run: Run, dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sideman.cli.judging.find_spec", lambda name: None)  # noqa: ARG005 - nothing is found
    assert "sideman[plot]" in run("evaluate", dataset, "--music", "--plot", "judged.png").err
    (tmp_path / "run").mkdir()
    assert "needs torch" in run("evaluate", "run", dataset, "--music").err
