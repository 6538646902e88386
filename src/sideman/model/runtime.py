"""The engine that plays: GPT-2 with context features in numpy, float32. Knows no music, no torch, no sampling.

It differs from :mod:`sideman.model.gpt2` in order, not in result:

- Every layer norm is preceded by nothing but sums of what embeddings and projections write, so these are centred once
  and the norm needs no mean; its gain and bias go into the projection behind it.
- The scale of the scores goes into the query's weights, the half of GELU into the projection behind it.
- Keys and values are kept for each row (:class:`Cache`); ids read at once share one product with each weight.

What is exact: a row's logits are the same bits whatever other rows :meth:`Engine.step` reads with it, because each row
gets its own products. Reading many ids with one :meth:`Engine.feed` instead of several calls, or another machine,
changes them by rounding (about 1e-6 of the largest logit).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np
import numpy.typing as npt

from sideman.errors import TokenError
from sideman.model.checkpoint import Checkpoint, Weights
from sideman.model.config import GPT2Config
from sideman.model.threads import one_blas_thread

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.integer[Any]]

FEED_BLOCK = 128  # ids of a long feed read at once: enough for fast products, few enough to stay in the CPU's cache
# Up to here, a product for each row beats one for all, which rearranges the weights first.
MAX_SINGLE_ROWS = 4

# GELU's tanh form: h / 2 * (1 + tanh(h * (GELU_LINEAR + GELU_CUBIC * h * h)))
GELU_LINEAR = math.sqrt(2 / math.pi)
GELU_CUBIC = 0.044715 * GELU_LINEAR

# Positions in a feed that a position must not see, (FEED_BLOCK, FEED_BLOCK).
_FUTURE = np.triu(np.full((FEED_BLOCK, FEED_BLOCK), -np.inf, np.float32), 1)


class Cache:
    """Keys and values of what each row has read.

    ``keys`` and ``values`` are (layer, row, head, context, head_width), ``length`` (row,) counts what is read.
    Memory is taken as it fills: 12 KB an id at 6 layers of 256.
    """

    def __init__(self, config: GPT2Config, rows: int) -> None:
        shape = (config.layers, rows, config.heads, config.context, config.head_width)
        self.keys: Floats = np.empty(shape, np.float32)
        self.values: Floats = np.empty(shape, np.float32)
        self.length: npt.NDArray[np.int64] = np.zeros(rows, np.int64)

    def clear(self, row: int) -> None:
        """Forget what ``row`` has read."""
        self.length[row] = 0


@dataclass(frozen=True, slots=True)
class Projection:
    """A weight (in, out) and a bias (out,)."""

    weight: Floats
    bias: Floats

    def __call__(self, x: Floats, each_row: bool) -> Floats:
        """(row, in) to (row, out); ``each_row`` by a product for each row."""
        y: Floats = (x[:, None] @ self.weight)[:, 0] if each_row else x @ self.weight
        y += self.bias
        return y


@dataclass(frozen=True, slots=True)
class Layer:
    """The four projections of a layer, with everything else folded into them."""

    query_key_value: Projection
    attended: Projection
    widen: Projection
    narrow: Projection


class Engine:
    """Runs a network. Read-only after construction: threads may share it, each with its own :class:`Cache`."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        self.config = config = checkpoint.config
        weights = {name: weight.astype(np.float64) for name, weight in checkpoint.weights.items()}
        self._layers = [_fold_layer(weights, f"transformer.h.{layer}", config) for layer in range(config.layers)]
        wte, wpe = weights["transformer.wte.weight"], weights["transformer.wpe.weight"]
        self._head = _normed(weights, "transformer.ln_f", wte.T, np.zeros(config.vocab))
        # One table of everything that adds up to the first layer's input: ids, then positions, then each feature.
        self._table = _float32(_centred(np.concatenate([wte, wpe, weights["features.weight"]])))
        self._sizes = np.array([config.vocab, config.context, *config.features])
        self._offsets = np.array([0, *accumulate(self._sizes[:-1])])

    def cache(self, rows: int) -> Cache:
        """An empty cache for ``rows`` rows."""
        return Cache(self.config, rows)

    def feed(self, cache: Cache, row: int, ids: Integers, features: Integers) -> Floats:
        """Read ``ids`` (n,) with ``features`` (n, feature) behind what ``row`` has read; n is at least 1.

        Returns the logits (vocab,) of the id that follows. Raises :class:`TokenError`, with the cache as it was, where
        the ids don't fit the context, or an id or feature is none.
        """
        ids, features = np.asarray(ids), np.asarray(features)
        if not len(ids):
            raise TokenError("nothing to read: give at least one id")
        index = self._index(cache, [row], ids[None], features[None])
        with one_blas_thread():
            for start in range(0, len(ids), FEED_BLOCK):
                x = self._read(cache, [row], index[:, start : start + FEED_BLOCK])
            logits: Floats = self._logits(x)[0]
        return logits

    def step(self, cache: Cache, rows: Sequence[int] | Integers, ids: Integers, features: Integers) -> Floats:
        """Read one more id for each of ``rows`` (b,): ``ids`` (b,) with ``features`` (b, feature).

        Returns the logits (b, vocab) of the ids that follow. Raises :class:`TokenError`, with the cache as it was,
        where a row is full or named twice, or an id or feature is none.
        """
        chosen = np.asarray(rows).tolist()
        if not chosen:
            return np.empty((0, self.config.vocab), np.float32)
        index = self._index(cache, chosen, np.asarray(ids)[:, None], np.asarray(features)[:, None])
        with one_blas_thread():
            return self._logits(self._read(cache, chosen, index))

    def _index(self, cache: Cache, rows: list[int], ids: Integers, features: Integers) -> npt.NDArray[np.int64]:
        """Where the table holds what adds up for ids (row, n), features (row, n, feature): (row, n, 2 + feature)."""
        count = ids.shape[1]
        expected = (len(rows), count)
        if ids.shape != expected or features.shape != (*expected, len(self.config.features)):
            raise TokenError(
                f"ids {ids.shape} and features {features.shape} don't match {len(rows)} rows "
                f"and {len(self.config.features)} features: give one id and all features for each"
            )
        if len(set(rows)) < len(rows) or not 0 <= min(rows) <= max(rows) < len(cache.length):
            raise TokenError(f"rows {rows} are no distinct rows of a cache of {len(cache.length)}")
        lengths = cache.length[rows]
        if lengths.max() + count > self.config.context:
            raise TokenError(
                f"{lengths.max() + count} ids don't fit the context of {self.config.context}: "
                "clear the row and feed the last that fit"
            )
        index = np.empty((*expected, len(self._sizes)), np.int64)
        index[:, :, 0] = ids
        index[:, :, 1] = lengths[:, None] + np.arange(count)
        index[:, :, 2:] = features
        if ((index < 0) | (index >= self._sizes)).any():
            raise TokenError(f"an id or feature is outside its range: ids 0 to {self.config.vocab - 1}")
        index += self._offsets
        return index

    def _read(self, cache: Cache, rows: list[int], index: npt.NDArray[np.int64]) -> Floats:
        """Take index (row, n, 2 + feature) into the cache; returns the last position's residual (row, width)."""
        count, width = index.shape[1], self.config.width
        each_row = count <= MAX_SINGLE_ROWS
        # All positions of all rows stand below one another: (row * n, width)
        x: Floats = np.add.reduce(self._table[index.reshape(len(rows) * count, -1)], axis=1)
        starts = cache.length[rows].tolist()
        for number, layer in enumerate(self._layers):
            y = layer.query_key_value(self._norm(x), each_row)
            # (row, n, 3, head, head_width) -> (row, 3, head, n, head_width)
            projected = y.reshape(len(rows), count, 3, self.config.heads, -1).transpose(0, 2, 3, 1, 4)
            attended = np.empty((len(rows), count, self.config.heads, self.config.head_width), np.float32)
            for row, start, (query, key, value), out in zip(rows, starts, projected, attended, strict=True):
                keys = cache.keys[number, row, :, : start + count]
                values = cache.values[number, row, :, : start + count]
                keys[:, start:] = key
                values[:, start:] = value
                out[...] = _attend(query, keys, values).swapaxes(0, 1)
            x += layer.attended(attended.reshape(-1, width), each_row)
            x += layer.narrow(_gelu_doubled(layer.widen(self._norm(x), each_row)), each_row)
        cache.length[rows] += count
        return x.reshape(len(rows), count, width)[:, -1]

    def _logits(self, x: Floats) -> Floats:
        """Residual (row, width) to logits (row, vocab)."""
        return self._head(self._norm(x), each_row=True)

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
        query_key_value=_normed(weights, f"{prefix}.ln_1", weight * scale, bias * scale),
        attended=Projection(_float32(_centred(attended)), _float32(_centred(attended_bias))),
        widen=_normed(weights, f"{prefix}.ln_2", wide, wide_bias),
        narrow=Projection(_float32(_centred(narrow / 2)), _float32(_centred(narrow_bias))),
    )


def _normed(weights: Weights, norm: str, weight: npt.NDArray[Any], bias: npt.NDArray[Any]) -> Projection:
    """A projection behind a layer norm, with the norm's gain and bias in it."""
    gain, shift = weights[f"{norm}.weight"], weights[f"{norm}.bias"]
    return Projection(_float32(gain[:, None] * weight), _float32(bias + shift @ weight))


def _centred(written: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """What is written to the residual (..., width), less its mean: layer norms take it away in any case."""
    centred: npt.NDArray[Any] = written - written.mean(axis=-1, keepdims=True)
    return centred


def _float32(array: npt.NDArray[Any]) -> Floats:
    return np.ascontiguousarray(array, np.float32)
