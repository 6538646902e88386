"""All knobs of a training in one frozen dataclass, read from TOML and `key=value`. Knows no torch."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, get_type_hints

from sideman.errors import DataError, OptionError
from sideman.files import read_parsed
from sideman.model.config import GPT2Config
from sideman.tokens.prefix import FEATURE_NAMES, FEATURE_SIZES
from sideman.tokens.vocabulary import VOCABULARY

OPTIMIZERS = ("muon", "adamw")
PRECISIONS = ("auto", "float32", "bfloat16")
ATTENTIONS = ("auto", "plain", "fused")
MIN_ROW = 16  # ids: START, the controls and some of a bar
_AT_LEAST_1 = (
    *("layers", "width", "heads", "context", "row_tokens", "batch_tokens", "tokens", "keep"),
    *("validate_tokens", "validate_songs", "log_tokens"),
)
_ABOVE_0 = ("learning_rate", "matrix_learning_rate", "clip")
_NOT_BELOW_0 = (
    *("seed", "epochs", "minutes", "weight_decay", "warmup", "decay", "threads", "checkpoint_minutes", "patience"),
)
_SHARES = ("warmup", "decay")
PREPARED = Path(__file__).parent / "settings"
_SHOWN = 40  # characters of a wrong value
_LARGEST = 1 << 53  # of whole numbers: beyond it floats don't count
_MOST = {"layers": 1 << 10, "width": 1 << 16, "context": 1 << 20, "threads": 1 << 12}
# Settings of earlier versions, in ids: now shares of the run.
_EARLIER = {"warmup_tokens": "warmup", "decay_tokens": "decay"}


@dataclass(frozen=True)
class TrainConfig:
    """What to train and how. Raises :class:`OptionError` for a value that makes no sense."""

    # network
    layers: int = 6
    width: int = 256
    heads: int = 4
    context: int = 1024
    features: str = ",".join(FEATURE_NAMES)  # comma-separated; empty: plain embeddings
    # data
    songs: str = "band"  # "band": drums, bass and a harmony track; "all"
    seed: int = 0
    # steps
    row_tokens: int = 1024  # ids a row, up to the context
    batch_tokens: int = 8192  # ids a step, over all processes
    tokens: int = 400_000_000  # ids in all
    epochs: float = 0.0  # if above 0, ends after so many passes over the songs
    minutes: float = 0.0  # if above 0, ends after so many minutes
    # optimiser
    optimizer: str = "muon"  # muon for the layers' matrices and AdamW for the rest, or adamw for all
    learning_rate: float = 2e-3  # AdamW: embeddings, norms, biases
    matrix_learning_rate: float = 0.02  # Muon
    weight_decay: float = 0.01
    warmup: float = 0.01  # share of the run in which the rates rise
    decay: float = 0.33  # share of the run in which they fall, at its end: down to zero in a line
    clip: float = 1.0  # norm of the gradient
    # device
    precision: str = "auto"  # bfloat16 where the device computes in it, else float32
    attention: str = "auto"  # "plain" products or torch's "fused" kernel: measured when the run begins
    compile: bool = False
    threads: int = 0  # 0: all cores
    # records
    checkpoint_minutes: float = 10.0
    keep: int = 3  # checkpoints
    validate_tokens: int = 5_000_000  # between validations
    validate_songs: int = 48  # of the valid fold; the whole fold is for `sideman evaluate`
    patience: int = 0  # validations without improvement until training stops; 0: never
    log_tokens: int = 100_000  # between TensorBoard points

    def __post_init__(self) -> None:
        for name in _AT_LEAST_1:
            if getattr(self, name) < 1:
                raise OptionError(f"{name} is {getattr(self, name)}: give at least 1")
        for name in _ABOVE_0:
            if not 0 < getattr(self, name) < math.inf:
                raise OptionError(f"{name} is {getattr(self, name)}: give more than 0")
        for name in _NOT_BELOW_0:
            if not getattr(self, name) >= 0:
                raise OptionError(f"{name} is {getattr(self, name)}: give at least 0")
        for name in _SHARES:
            if getattr(self, name) > 1:
                raise OptionError(f"{name} is {getattr(self, name)}: give a share of the run, 0 to 1")
        for name in (field.name for field in fields(self) if field.type == "int"):
            if getattr(self, name) > _MOST.get(name, _LARGEST):
                raise OptionError(f"{name} is too large: give at most {_MOST.get(name, _LARGEST):,}")
        if self.width % self.heads:
            raise OptionError(f"width {self.width} is not a multiple of {self.heads} heads: change one of them")
        if self.row_tokens < MIN_ROW:
            raise OptionError(f"row_tokens is {self.row_tokens}: give at least {MIN_ROW}")
        if self.row_tokens > self.context:
            raise OptionError(
                f"row_tokens {self.row_tokens} exceed the context of {self.context}: lower them or raise it"
            )
        if self.batch_tokens % self.row_tokens:
            raise OptionError(
                f"batch_tokens {self.batch_tokens} are not a multiple of row_tokens {self.row_tokens}: give one"
            )
        for name, choices in (
            *(("optimizer", OPTIMIZERS), ("precision", PRECISIONS)),
            *(("attention", ATTENTIONS), ("songs", ("band", "all"))),
        ):
            if getattr(self, name) not in choices:
                raise OptionError(f"{name} {getattr(self, name)!r} is unknown: one of {', '.join(choices)}")
        unknown = set(self.feature_names) - set(FEATURE_NAMES)
        if unknown:
            raise OptionError(f"unknown features {', '.join(sorted(unknown))}: there are {', '.join(FEATURE_NAMES)}")

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Names of the context features in use, in the vocabulary's order."""
        wanted = {name.strip() for name in self.features.split(",") if name.strip()}
        return tuple(name for name in FEATURE_NAMES if name in wanted) + tuple(sorted(wanted - set(FEATURE_NAMES)))

    @property
    def columns(self) -> tuple[int, ...]:
        """Their columns in what Prefix reads."""
        return tuple(FEATURE_NAMES.index(name) for name in self.feature_names)

    @property
    def network(self) -> GPT2Config:
        """The shape of the network."""
        sizes = tuple(FEATURE_SIZES[column] for column in self.columns)
        return GPT2Config(VOCABULARY.size, self.context, self.layers, self.width, self.heads, sizes)

    @classmethod
    def load(cls, path: Path | None = None, settings: Iterable[str] = ()) -> TrainConfig:
        """Defaults, then the TOML file at ``path``, or of this name in the package, then `key=value` settings.

        Raises :class:`OptionError` where the file can't be read or a value makes no sense.
        """
        config = cls()
        if path is not None:
            if str(path) in prepared() and not path.exists():
                path = PREPARED / f"{path}.toml"
            try:
                config = cls.of(read_parsed(path, tomllib.loads))
            except DataError as error:
                raise OptionError(f"cannot read the configuration {error}") from error
            except OptionError as error:
                raise OptionError(f"cannot read the configuration {path}: {error}") from error
        return config.updated(settings)

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> TrainConfig:
        """From plain values, checked by type."""
        types = get_type_hints(cls)
        checked = {}
        for key, value in _of_today(values).items():
            if key not in types:
                raise OptionError(f"unknown setting {_short(key)}: there are {', '.join(types)}")
            wanted = types[key]
            if wanted is float and type(value) is int and abs(value) <= _LARGEST:
                value = float(value)  # noqa: PLW2901 - 1 for 1.0
            if type(value) is not wanted:
                raise OptionError(f"setting {key} is {_short(value)}: give a value of type {wanted.__name__}")
            checked[key] = value
        return cls(**checked)

    def updated(self, settings: Iterable[str]) -> TrainConfig:
        """With `key=value` settings on top."""
        values: dict[str, Any] = {}
        types = get_type_hints(type(self))
        for setting in settings:
            key, equals, text = setting.partition("=")
            if not equals or key not in types:
                raise OptionError(f"unknown setting {_short(setting)}: give key=value with a key of {', '.join(types)}")
            values[key] = _value(key, text, types[key])
        return replace(self, **values)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


def prepared() -> list[str]:
    """Names of the settings that come with the package."""
    return sorted(path.stem for path in PREPARED.glob("*.toml"))


def _short(value: object) -> str:
    """A value as it was written, or its beginning."""
    try:
        text = repr(value)
    except ValueError:  # Python writes no whole number of more than 4,300 digits
        return "a number of thousands of digits"
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _of_today(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values under the names that settings have now, so that runs of earlier versions go on."""
    ids = values.get("tokens", TrainConfig.tokens)
    told: dict[str, Any] = {}
    for key, value in values.items():
        if key in _EARLIER and isinstance(value, int) and isinstance(ids, int) and ids > 0:
            told[_EARLIER[key]] = min(1.0, value / ids)
        else:
            told[key] = value
    return told


def _value(key: str, text: str, wanted: type) -> Any:  # noqa: ANN401 - of the type asked for
    try:
        if wanted is bool:
            return {"true": True, "false": False}[text.strip().lower()]
        if wanted is int:
            return int(float(text)) if "e" in text.lower() else int(text.replace("_", ""))
        return wanted(text)
    except (ValueError, KeyError, OverflowError) as error:
        raise OptionError(f"setting {key} is {_short(text)}: give a value of type {wanted.__name__}") from error
