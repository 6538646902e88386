"""Weights, configuration and vocabulary fingerprint in one file. Knows no torch and no music.

The file is a safetensors file: tensors under the names of ``GPT2.state_dict()``, which are Hugging Face's, and the
rest as JSON in its metadata. Nothing in it is ever executed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from sideman.errors import CheckpointError, OptionError
from sideman.files import atomic_write
from sideman.model.config import GPT2Config

METADATA_KEY = "sideman"
FORMAT_VERSION = 1
STORED_DTYPES = ("float16", "float32")
SAFETENSORS_DTYPES = ("F16", "F32")  # the same in safetensors' words
TRUNK = "transformer."
WORDS, TABLES = f"{TRUNK}wte.weight", "features.weight"
TENSORS_OUTSIDE_LAYERS = 5
TENSORS_PER_LAYER = 12

Weights = Mapping[str, npt.NDArray[np.floating[Any]]]


@dataclass(frozen=True)
class Checkpoint:
    """A network and the token language it speaks.

    ``weights`` holds one array for each name of :func:`shapes`; ``vocabulary`` is the fingerprint of the vocabulary,
    ``features`` names the context features in the order of ``config.features``, ``meta`` is anything that JSON can
    hold: steps, losses, data, credit. Raises :class:`CheckpointError` where these don't fit together or a weight is
    not finite.
    """

    config: GPT2Config
    weights: Weights
    vocabulary: str
    features: tuple[str, ...] = ()
    meta: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(self.features) != len(self.config.features):
            raise CheckpointError(
                f"{len(self.features)} feature names for {len(self.config.features)} feature tables: name each table"
            )
        _check_weights(self.config, self.weights)


def shapes(config: GPT2Config) -> dict[str, tuple[int, ...]]:
    """Name and shape of every tensor of a network; projections are stored (in, out)."""
    width = config.width
    expected: dict[str, tuple[int, ...]] = {
        WORDS: (config.vocab, width),
        "transformer.wpe.weight": (config.context, width),
        "transformer.ln_f.weight": (width,),
        "transformer.ln_f.bias": (width,),
        TABLES: (max(1, sum(config.features)), width),
    }
    projections = {
        "attn.c_attn": (width, 3 * width),
        "attn.c_proj": (width, width),
        "mlp.c_fc": (width, 4 * width),
        "mlp.c_proj": (4 * width, width),
    }
    for layer in range(config.layers):
        prefix = f"transformer.h.{layer}"
        for norm in ("ln_1", "ln_2"):
            expected[f"{prefix}.{norm}.weight"] = expected[f"{prefix}.{norm}.bias"] = (width,)
        for name, shape in projections.items():
            expected[f"{prefix}.{name}.weight"] = shape
            expected[f"{prefix}.{name}.bias"] = shape[1:]
    return expected


def save_checkpoint(checkpoint: Checkpoint, path: Path | str, dtype: npt.DTypeLike = np.float16) -> None:
    """Write ``checkpoint`` to ``path``, whole or not at all.

    ``dtype`` is float16 (half the size, to play) or float32 (exact, to go on training).
    Raises :class:`OptionError` for another dtype, :class:`CheckpointError` where a weight is too large for float16 or
    ``meta`` is not JSON, :class:`DataError` where the file cannot be written.
    """
    stored = np.dtype(dtype)
    if stored.name not in STORED_DTYPES:
        raise OptionError(f"cannot store weights as {stored.name}: choose {' or '.join(STORED_DTYPES)}")
    largest = np.finfo(stored).max
    for name, weight in checkpoint.weights.items():
        if np.abs(weight).max() > largest:
            raise CheckpointError(f"cannot save {path}: {name} is too large for {stored.name}, use float32")
    tensors = {name: np.ascontiguousarray(weight, stored) for name, weight in checkpoint.weights.items()}
    _write(checkpoint, tensors, path)


def change_meta(
    source: Path | str, output: Path | str, changes: Mapping[str, Any], vocabularies: Mapping[str, int] | None = None
) -> Checkpoint:
    """Write the weights of a file again, bit for bit, with ``changes`` in what is known of them.

    Raises what :func:`load_checkpoint` and :func:`save_checkpoint` raise.
    """
    checkpoint = load_checkpoint(source, vocabularies)
    changed = replace(checkpoint, meta={**checkpoint.meta, **changes})
    with safe_open(source, framework="numpy") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
    _write(changed, tensors, output)
    return changed


def _write(checkpoint: Checkpoint, tensors: Weights, path: Path | str) -> None:
    description = {
        "version": FORMAT_VERSION,
        "config": checkpoint.config.to_dict(),
        "vocabulary": checkpoint.vocabulary,
        "features": checkpoint.features,
        "meta": dict(checkpoint.meta),
    }
    try:
        metadata = json.dumps(description, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise CheckpointError(
            f"cannot save {path}: its meta is not JSON ({error}), keep plain finite values"
        ) from error
    # Without "format", transformers refuses the file.
    content = save(dict(tensors), {"format": "pt", METADATA_KEY: metadata})
    with atomic_write(path) as temporary:
        temporary.write_bytes(content)


def load_checkpoint(path: Path | str, vocabularies: Mapping[str, int] | None = None) -> Checkpoint:
    """Read a checkpoint; the weights come as float32.

    ``vocabularies`` are those that the caller speaks: fingerprint → number of ids.
    Raises :class:`CheckpointError` where the file is missing, damaged, not a checkpoint of ours, or made
    for another vocabulary.
    """
    try:
        # Opening it first gives the system's reason; safetensors' own reader hides some of them.
        with Path(path).open("rb"), safe_open(path, framework="numpy") as file:
            description = _description((file.metadata() or {}).get(METADATA_KEY), path)
            config = _config(description["config"], path)
            _check_vocabulary(description["vocabulary"], config.vocab, vocabularies, path)
            tensors = _tensors(file, path)
    except OSError as error:
        raise CheckpointError(
            f"cannot read the weights {path}: {error.strerror or error}, give a .safetensors file written by Sideman"
        ) from error
    except (SafetensorError, ValueError) as error:  # ValueError: a NUL character in the name
        raise CheckpointError(
            f"the weights {str(path)!r} are damaged or not a safetensors file: copy them again"
        ) from error
    try:
        return Checkpoint(
            config, tensors, description["vocabulary"], tuple(description["features"]), description["meta"]
        )
    except CheckpointError as error:
        raise CheckpointError(f"the weights {path} are damaged: {error}") from error


def grow(checkpoint: Checkpoint, vocabulary: str, ids: int, features: Mapping[str, int]) -> Checkpoint:
    """The checkpoint for a vocabulary of more ``ids``, and for ``features`` (name → values) of more values.

    What it doesn't have is zero: it computes what it computed. Raises :class:`CheckpointError` for a feature of which
    it has more values, or that is not among these.
    """
    config = checkpoint.config
    sizes = []
    for name, size in zip(checkpoint.features, config.features, strict=True):
        if features.get(name, 0) < size:
            raise CheckpointError(f"the weights have {size} values of the feature {name}: update Sideman")
        sizes.append(features[name])
    if (ids, sizes) == (config.vocab, [*config.features]):
        return checkpoint
    tables = np.split(checkpoint.weights[TABLES], np.cumsum(config.features)[:-1]) if sizes else []
    weights = dict(checkpoint.weights)
    weights[WORDS] = padded(weights[WORDS], ids)
    if tables:
        weights[TABLES] = np.concatenate([padded(table, size) for table, size in zip(tables, sizes, strict=True)])
    shape = replace(config, vocab=ids, features=tuple(sizes))
    return replace(checkpoint, config=shape, weights=weights, vocabulary=vocabulary)


def padded(table: npt.NDArray[np.floating[Any]], rows: int) -> npt.NDArray[np.floating[Any]]:
    """A table (rows, width) with rows of zeros at its end."""
    return np.concatenate([table, np.zeros((rows - len(table), table.shape[1]), table.dtype)])


def trunk(checkpoint: Checkpoint) -> tuple[dict[str, Any], dict[str, npt.NDArray[np.floating[Any]]]]:
    """Configuration and tensors of what ``transformers.GPT2LMHeadModel`` knows: all but the feature tables.

    To run it with features, pass ``inputs_embeds``: the sum of the rows of ``wte`` and of the feature tables.
    """
    weights = {name: weight for name, weight in checkpoint.weights.items() if name.startswith(TRUNK)}
    return checkpoint.config.to_hf(), weights


def _check_weights(config: GPT2Config, weights: Weights) -> None:
    # Counted before named: a damaged configuration may claim any number of layers.
    count = TENSORS_OUTSIDE_LAYERS + TENSORS_PER_LAYER * config.layers
    if len(weights) != count:
        raise CheckpointError(f"{len(weights)} tensors where {config.layers} layers have {count}: export them again")
    for name, shape in shapes(config).items():
        if name not in weights:
            raise CheckpointError(f"the tensor {name} is missing: export the weights again")
        if weights[name].shape != shape:
            found = weights[name].shape
            raise CheckpointError(f"{name} has shape {found}, its configuration says {shape}: export them again")
        if not np.isfinite(weights[name]).all():
            raise CheckpointError(f"{name} holds values that are not finite: take an earlier checkpoint")


def _description(text: str | None, path: Path | str) -> dict[str, Any]:
    """What :func:`save_checkpoint` wrote beside the tensors, of the right types."""
    if text is None:
        raise CheckpointError(f"{path} is not a checkpoint of Sideman: give a file that it trained or exported")
    try:
        description = json.loads(text)
        kinds = {"config": dict, "vocabulary": str, "features": list, "meta": dict}
        readable = description["version"] == FORMAT_VERSION
        sound = all(isinstance(description[key], kind) for key, kind in kinds.items())
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise CheckpointError(f"the description in {path} is damaged: copy or export the file again") from error
    if not readable:
        raise CheckpointError(f"{path} has a later format than {FORMAT_VERSION}: update Sideman")
    if not sound or not all(isinstance(name, str) for name in description["features"]):
        raise CheckpointError(f"the description in {path} is damaged: copy or export the file again")
    return dict(description)


def _check_vocabulary(found: str, ids: int, spoken: Mapping[str, int] | None, path: Path | str) -> None:
    if spoken is None:
        return
    if found not in spoken:
        raise CheckpointError(
            f"{path} was trained on the vocabulary {found}, this version of Sideman speaks {', '.join(spoken)}: "
            "use weights trained with this version, or the version that trained these"
        )
    if ids != spoken[found]:
        raise CheckpointError(f"{path} has {ids} ids, its vocabulary {spoken[found]}: it is damaged, export it again")


def _config(values: Mapping[str, Any], path: Path | str) -> GPT2Config:
    """The configuration, with every number checked: a file can claim anything."""
    sizes = [values.get(f.name) for f in fields(GPT2Config) if f.name not in {"features", "norm_epsilon"}]
    sizes += values["features"] if isinstance(values.get("features"), list) else [None]
    epsilon = values.get("norm_epsilon")
    if not all(type(size) is int and size > 0 for size in sizes) or not isinstance(epsilon, float) or epsilon <= 0:
        raise CheckpointError(f"the configuration in {path} is damaged: copy or export the file again")
    try:
        return GPT2Config(**values)
    except TypeError as error:
        raise CheckpointError(f"the configuration in {path} is of another version ({error}): update Sideman") from error


def _tensors(file: Any, path: Path | str) -> dict[str, npt.NDArray[np.floating[Any]]]:  # noqa: ANN401 - untyped
    tensors = {}
    for name in file.keys():  # noqa: SIM118 - no mapping
        dtype = file.get_slice(name).get_dtype()
        if dtype not in SAFETENSORS_DTYPES:
            raise CheckpointError(f"{name} in {path} is stored as {dtype}: export it as {' or '.join(STORED_DTYPES)}")
        tensors[name] = file.get_tensor(name).astype(np.float32)
    return tensors
