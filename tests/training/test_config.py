"""The configuration of a training: what it refuses, and that TOML and settings mean the same."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from tests.cases import cases

from sideman.errors import OptionError
from sideman.tokens.prefix import FEATURE_NAMES, FEATURE_SIZES
from sideman.tokens.vocabulary import VOCABULARY
from sideman.training.config import TrainConfig, prepared

DOCUMENT = Path(__file__).parents[2] / "docs" / "training.md"
SETTINGS = {
    "layers": 2,
    "width": 48,
    "heads": 3,
    "features": "chord,track",
    "songs": "all",
    "learning_rate": 1e-5,
    "epochs": 1.5,
    "compile": True,
    "optimizer": "adamw",
}


def test_plain_values_go_round() -> None:
    config = TrainConfig.of(SETTINGS)
    assert TrainConfig.of(config.to_dict()) == config
    assert TrainConfig.load() == TrainConfig()


def test_the_documentation_lists_every_setting_as_it_is(tmp_path: Path) -> None:
    settings = DOCUMENT.read_text("utf-8").partition("\n## Settings\n")[2]
    (listed,) = re.findall(r"```toml\n(.+?)```", settings, re.DOTALL)
    assert list(tomllib.loads(listed).items()) == list(TrainConfig().to_dict().items())
    path = tmp_path / "train.toml"
    path.write_text(listed.replace("layers = 6", "layers = 3"))
    assert TrainConfig.load(path) == TrainConfig(layers=3)


def test_settings_win_over_the_file(tmp_path: Path) -> None:
    path = tmp_path / "train.toml"
    path.write_text("layers = 3\nminutes = 5\n")
    config = TrainConfig.load(path, ["layers=4", "tokens=1e6", "batch_tokens=16_384", "compile=True", "features="])
    assert (config.layers, config.minutes, config.tokens, config.batch_tokens) == (4, 5.0, 1_000_000, 16_384)
    assert config.compile
    assert config.feature_names == ()


@cases(
    ("values", "message"),
    [
        *[({field.name: -1}, field.name) for field in fields(TrainConfig) if field.type == "int"],
        *[({field.name: -1.0}, field.name) for field in fields(TrainConfig) if field.type == "float"],
        ({"layers": 0}, "layers is 0: give at least 1"),
        ({"validate_tokens": 0}, "validate_tokens is 0"),
        ({"learning_rate": 0.0}, "learning_rate is 0.0: give more than 0"),
        ({"learning_rate": float("nan")}, "learning_rate is nan"),
        ({"learning_rate": float("inf")}, "learning_rate is inf"),
        ({"width": 256, "heads": 3}, "width 256 is not a multiple of 3 heads"),
        ({"context": 512}, "row_tokens 1024 exceed the context of 512"),
        ({"row_tokens": 1000}, "batch_tokens 8192 are not a multiple of row_tokens 1000"),
        ({"row_tokens": 4}, "row_tokens is 4: give at least 16"),
        ({"optimizer": "sgd"}, "optimizer 'sgd' is unknown: one of muon, adamw"),
        ({"precision": "float16"}, "precision 'float16' is unknown"),
        ({"attention": "flash"}, "attention 'flash' is unknown: one of auto, plain, fused"),
        ({"songs": "some"}, "songs 'some' is unknown"),
        ({"features": "track,colour"}, "unknown features colour"),
        ({"decay": 1.5}, "decay is 1.5: give a share of the run, 0 to 1"),
        ({"layers": 1 << 11}, "layers is too large: give at most 1,024"),
        ({"seed": 1 << 60}, "seed is too large"),
        ({"tokens": 10**400}, "tokens is too large"),
        ({"epochs": 10**400}, "setting epochs is 1000000000.*…: give a value of type float"),
        ({"epochs": 1 << 20_000}, "setting epochs is a number of thousands of digits: give"),
        ({"layers": "x" * 99}, "setting layers is 'x{39}…: give"),
        ({"layer": 2}, "unknown setting 'layer'"),
        ({"[" * 1000: 2}, r"unknown setting .\[{39}…: there are"),
        ({"layers": "2"}, "setting layers is '2': give a value of type int"),
        ({"layers": True}, "setting layers is True"),
        ({"layers": 2.0}, "setting layers is 2.0"),
    ],
)
def test_what_makes_no_sense_is_refused(values: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        TrainConfig.of(values)


@cases("setting", ["layers", "layer=2", "layers=two", "layers=1e999", "compile=yes", "minutes=x"])
def test_unreadable_settings_are_refused(setting: str) -> None:
    with pytest.raises(OptionError, match=setting.partition("=")[0]):
        TrainConfig.load(None, [setting])


@pytest.mark.parametrize(
    "content",
    [
        b"layers = ",
        b"\xff",
        b"a = " + b"[" * 99_999,
        b"layers = 0x" + b"f" * 5_000,
        b"layers = 'a'",
        b"layers = 0",
        b"colour = 1",
        None,
    ],
)
def test_unreadable_files_are_refused(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "train.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(OptionError, match=r"cannot read the configuration .*train\.toml: "):
        TrainConfig.load(path)


def test_features_come_in_the_order_of_the_vocabulary() -> None:
    config = TrainConfig(features=" recall, track ,chord")
    assert config.feature_names == ("track", "chord", "recall")
    assert [FEATURE_NAMES[column] for column in config.columns] == ["track", "chord", "recall"]
    assert config.network.features == tuple(FEATURE_SIZES[column] for column in config.columns)
    assert config.network.vocab == VOCABULARY.size
    assert TrainConfig().feature_names == FEATURE_NAMES


def test_runs_of_earlier_versions_go_on() -> None:
    config = TrainConfig.of({"tokens": 1000, "warmup_tokens": 10, "decay_tokens": 250})
    assert (config.warmup, config.decay) == (0.01, 0.25)


@pytest.mark.parametrize(("name", "millions"), [("30m", 31), ("120m", 118)])
def test_settings_of_the_package_have_the_size_of_their_name(name: str, millions: int) -> None:
    config = TrainConfig.load(Path(name), ["seed=3"])
    assert round(config.network.parameters / 1e6) == millions
    assert config.seed == 3
    assert prepared() == ["120m", "30m"]
