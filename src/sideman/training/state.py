"""What a run keeps on disk: its configuration, and checkpoints from which it goes on exactly.

A checkpoint is one file, written whole: weights, optimiser, where in the data, random state, counters.
Beside the last few of them stands the best one by validation, of weights alone.
"""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import nn

from sideman.errors import CheckpointError, DataError, OptionError, SidemanError
from sideman.files import atomic_write, read_parsed, reason
from sideman.tokens.vocabulary import VOCABULARY
from sideman.training.config import TrainConfig

CONFIG = "config.json"
BEST = "best.pt"
_KINDS = {"config": dict, "weights": dict, "place": dict}  # of what every checkpoint has
_KEPT_OF_BEST = ("config", "weights", "place", "parent", "data")
_SHOWN = 160  # characters of what is wrong
_PATTERN = "state_*.pt"
_TORN = ".state_*.pt", ".best.*.pt"  # what atomic_write leaves where it is killed


class RunFolder:
    """A folder of one run."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def create(self, config: TrainConfig) -> None:
        """Make the folder of a new run. Raises :class:`DataError` where a run is in it already."""
        if self.checkpoints():
            raise DataError(f"{self.path} holds a run already: continue it with --resume or choose another name")
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DataError(f"cannot make the run folder {self.path}: {reason(error)}") from error
        self.save_config(config)

    def save_config(self, config: TrainConfig) -> None:
        """Keep the configuration with which the run goes on."""
        with atomic_write(self.path / CONFIG) as temporary:
            temporary.write_text(json.dumps(config.to_dict(), indent=2) + "\n", encoding="utf-8")

    def config(self) -> TrainConfig:
        """The configuration of the run. Raises :class:`CheckpointError` where there is none."""
        path = self.path / CONFIG
        if not path.exists():
            raise CheckpointError(f"{self.path} holds no run: start one without --resume")
        try:
            values = read_parsed(path, json.loads)
        except DataError as error:
            raise CheckpointError(f"{error}: start another run") from error
        if not isinstance(values, dict):
            raise CheckpointError(f"{path}: is damaged: start another run")
        try:
            return TrainConfig.of(values)
        except OptionError as error:
            raise CheckpointError(f"{path}: {error}") from error

    def checkpoints(self) -> list[Path]:
        """Checkpoints, oldest first."""
        return sorted(self.path.glob(_PATTERN))

    def save(self, state: dict[str, Any], step: int, keep: int) -> Path:
        """Write the checkpoint of a step and delete all but the last ``keep`` up to it.

        Those of later steps go too: the run went on from before them, so they are of no use.
        """
        target = self.path / f"state_{step:08d}.pt"
        self._write(state, target)
        checkpoints = self.checkpoints()
        end = checkpoints.index(target) + 1
        for other in (*checkpoints[: max(0, end - keep)], *checkpoints[end:]):
            other.unlink(missing_ok=True)
        return target

    def save_best(self, state: dict[str, Any]) -> Path:
        """Write the weights that validate best so far, in place of the best before.

        This and :meth:`save` raise :class:`DataError` where the system refuses; what was there stays.
        """
        target = self.path / BEST
        self._write({key: value for key, value in state.items() if key in _KEPT_OF_BEST}, target)
        return target

    def load(self) -> dict[str, Any]:
        """The newest checkpoint that is whole. Raises :class:`CheckpointError` where there is none."""
        for path in reversed(self.checkpoints()):
            state = _read(path)
            if state is not None:  # else damaged by a full disk or a copy; the one before it is whole
                return state
        raise CheckpointError(f"{self.path} holds no checkpoint: start the run without --resume")

    def load_best(self) -> dict[str, Any] | None:
        """The weights that validated best, or None where none were kept."""
        return _read(self.path / BEST)

    def _write(self, state: dict[str, Any], target: Path) -> None:
        for pattern in _TORN:
            for damaged in self.path.glob(pattern):
                damaged.unlink(missing_ok=True)
        # Through memory: where the disk is full, torch's own writer raises an error that doesn't say so.
        buffer = io.BytesIO()
        torch.save({"vocabulary": VOCABULARY.fingerprint, **state}, buffer)
        with atomic_write(target) as temporary:
            temporary.write_bytes(buffer.getbuffer())


def _read(path: Path) -> dict[str, Any] | None:
    """What a checkpoint holds, or None where it is missing or damaged."""
    try:
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except Exception:  # torch's reader has no error of its own: bytes that are none can end it in any way
        return None
    if not isinstance(state, dict) or state.get("vocabulary") != VOCABULARY.fingerprint:
        raise CheckpointError(f"{path} was trained with another vocabulary: encode and train again")
    for key, kind in _KINDS.items():
        if not isinstance(state.get(key), kind):
            raise CheckpointError(f"{path}: is damaged: it has no {key}; remove it")
    return state


@contextlib.contextmanager
def sound(path: Path) -> Iterator[None]:
    """Around the use of what was read from ``path``: whatever is wrong with it is a :class:`CheckpointError`."""
    try:
        yield
    except SidemanError:
        raise
    except (LookupError, TypeError, ValueError, ArithmeticError, AttributeError, RuntimeError) as error:
        what = " ".join(str(error).split())[:_SHOWN] or type(error).__name__
        raise CheckpointError(f"{path}: is damaged: {what}; take another checkpoint") from error


def weights_of(model: nn.Module) -> dict[str, torch.Tensor]:
    """Weights on the CPU, under the names they have outside torch.compile and data parallelism."""
    return {name: value.detach().to("cpu", copy=True) for name, value in model.state_dict().items()}
