"""The engine that plays where the kernel was not built: GPT-2 with context features in numpy, float32.

Knows no music, no torch, no sampling. It differs from :mod:`sideman.model.gpt2` in order, not in result:

- Every layer norm is preceded by nothing but sums of what embeddings and projections write, so these are centred once
  and the norm needs no mean; its gain and bias go into the projection behind it.
- The scale of the scores goes into the query's weights, the half of GELU into the projection behind it.
- Ids of a row that are read at once share one product with each weight.

A row's logits are the same bits whatever other rows are read with it, because each row gets its own products. Reading
many ids at once instead of one by one, or another machine, changes them by rounding (about 1e-6 of the largest logit).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sideman.model.checkpoint import Checkpoint, Weights
from sideman.model.config import GPT2Config
from sideman.model.engine import Cache, Engine, Floats, Inputs
from sideman.model.threads import one_blas_thread

FEED_BLOCK = 128  # ids of a long feed read at once: enough for fast products, few enough to stay in the CPU's cache

# GELU's tanh form: h / 2 * (1 + tanh(h * (GELU_LINEAR + GELU_CUBIC * h * h)))
GELU_LINEAR = math.sqrt(2 / math.pi)
GELU_CUBIC = 0.044715 * GELU_LINEAR

# Positions in a feed that a position must not see, (FEED_BLOCK, FEED_BLOCK).
_FUTURE = np.triu(np.full((FEED_BLOCK, FEED_BLOCK), -np.inf, np.float32), 1)


@dataclass(frozen=True, slots=True)
class Affine:
    """A weight (in, out) and a bias (out,)."""

    weight: Floats
    bias: Floats

    def __call__(self, x: Floats) -> Floats:
        """(n, in) to (n, out)."""
        y: Floats = x @ self.weight
        y += self.bias
        return y


@dataclass(frozen=True, slots=True)
class Layer:
    """The four projections of a layer, with everything else folded into them."""

    query_key_value: Affine
    attended: Affine
    widen: Affine
    narrow: Affine


class NumpyEngine(Engine):
    """See :class:`~sideman.model.engine.Engine`. Read-only after construction."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        super().__init__(checkpoint)
        config = self.config
        weights = {name: weight.astype(np.float64) for name, weight in checkpoint.weights.items()}
        self._layers = [_fold_layer(weights, f"transformer.h.{layer}", config) for layer in range(config.layers)]
        wte, wpe = weights["transformer.wte.weight"], weights["transformer.wpe.weight"]
        self._head = _fold_norm(weights, "transformer.ln_f", wte.T, np.zeros(config.vocab))
        self._table = _float32(_centre(np.concatenate([wte, wpe, weights["features.weight"]])))

    def cache(self, rows: int) -> Cache:
        """An empty cache for ``rows`` rows: 12 KB an id at 6 layers of 256."""
        config = self.config
        shape = (config.layers, rows, config.heads, config.context, config.head_width)
        return Cache(rows, np.empty(shape, np.float32), np.empty(shape, np.float32))

    def _read(self, cache: Cache, inputs: Inputs, wanted: Inputs | None) -> Floats:
        asked = np.arange(len(inputs), dtype=np.int32) if wanted is None else wanted
        logits = np.empty((len(asked), self.config.vocab), np.float32)
        ends = np.flatnonzero(np.diff(inputs[:, 0], append=-1)) + 1
        with one_blas_thread():
            for begin, end in zip([0, *ends.tolist()], ends.tolist(), strict=False):  # each row
                x = np.empty((end - begin, self.config.width), np.float32)
                for start in range(begin, end, FEED_BLOCK):
                    block = inputs[start : min(start + FEED_BLOCK, end)]
                    x[start - begin :][: len(block)] = self._read_row(cache, block)
                mine = np.flatnonzero((begin <= asked) & (asked < end))
                for one in mine.tolist():
                    logits[one] = self._head(self._norm(x[asked[one] - begin][None]))[0]
        return logits

    def _read_row(self, cache: Cache, inputs: Inputs) -> Floats:
        """Take inputs of one row; returns the residuals (n, width)."""
        count, config = len(inputs), self.config
        row, start = inputs[0, :2].tolist()
        x: Floats = np.add.reduce(self._table[inputs[:, 2:]], axis=1)
        for number, layer in enumerate(self._layers):
            y = layer.query_key_value(self._norm(x))
            # (n, 3, head, head_width) -> (3, head, n, head_width)
            query, key, value = y.reshape(count, 3, config.heads, -1).transpose(1, 2, 0, 3)
            keys = cache.keys[number, row, :, : start + count]
            values = cache.values[number, row, :, : start + count]
            keys[:, start:] = key
            values[:, start:] = value
            x += layer.attended(_attend(query, keys, values).swapaxes(0, 1).reshape(count, -1))
            x += layer.narrow(_gelu_doubled(layer.widen(self._norm(x))))
        return x

    def _norm(self, x: Floats) -> Floats:
        """Layer norm of (row, width), whose mean is zero, without gain and bias."""
        deviation: Floats = np.vecdot(x, x)
        deviation *= 1 / self.config.width
        deviation += self.config.norm_epsilon
        np.sqrt(deviation, out=deviation)
        return x / deviation[:, None]


def _attend(query: Floats, keys: Floats, values: Floats) -> Floats:
    """Causal attention of the last n positions: query (head, n, d), keys and values (head, length, d) to query's shape.

    Queries come scaled.
    """
    count = query.shape[1]
    scores: Floats = query @ keys.swapaxes(1, 2)  # (head, n, length)
    if count > 1:
        scores[:, :, -count:] += _FUTURE[:count, :count]
    scores -= np.maximum.reduce(scores, axis=2, keepdims=True)
    np.exp(scores, out=scores)
    mixed: Floats = scores @ values
    mixed /= np.add.reduce(scores, axis=2, keepdims=True)
    return mixed


def _gelu_doubled(h: Floats) -> Floats:
    """Twice GELU, tanh form."""
    y = h * h
    y *= GELU_CUBIC
    y += GELU_LINEAR
    y *= h
    np.tanh(y, out=y)
    y += 1
    y *= h
    return y


def _fold_layer(weights: Weights, prefix: str, config: GPT2Config) -> Layer:
    def raw(name: str) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        return weights[f"{prefix}.{name}.weight"], weights[f"{prefix}.{name}.bias"]

    weight, bias = raw("attn.c_attn")
    scale = np.ones(3 * config.width)
    scale[: config.width] = 1 / math.sqrt(config.head_width)  # the query's part
    wide, wide_bias = raw("mlp.c_fc")
    attended, attended_bias = raw("attn.c_proj")
    narrow, narrow_bias = raw("mlp.c_proj")
    return Layer(
        query_key_value=_fold_norm(weights, f"{prefix}.ln_1", weight * scale, bias * scale),
        attended=Affine(_float32(_centre(attended)), _float32(_centre(attended_bias))),
        widen=_fold_norm(weights, f"{prefix}.ln_2", wide, wide_bias),
        narrow=Affine(_float32(_centre(narrow / 2)), _float32(_centre(narrow_bias))),
    )


def _fold_norm(weights: Weights, norm: str, weight: npt.NDArray[Any], bias: npt.NDArray[Any]) -> Affine:
    """A projection behind a layer norm, with the norm's gain and bias in it."""
    gain, shift = weights[f"{norm}.weight"], weights[f"{norm}.bias"]
    return Affine(_float32(gain[:, None] * weight), _float32(bias + shift @ weight))


def _centre(written: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """What is written to the residual (..., width), less its mean: layer norms take it away in any case."""
    centred: npt.NDArray[Any] = written - written.mean(axis=-1, keepdims=True)
    return centred


def _float32(array: npt.NDArray[Any]) -> Floats:
    return np.ascontiguousarray(array, np.float32)
