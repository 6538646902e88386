"""OpenVINO, on a graph whose keys and values are its states: it fuses them with the attention and appends in place.

Int8 is weight compression, a scale for each output; OpenVINO quantises the inputs as it sees fit.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import openvino
from openvino import opset13 as ops

from benchmarks.contestants.task import Floats, Stepper, Task, table
from sideman.model.checkpoint import Checkpoint

INT8_MAX = 127


def _constant(value: Any) -> Any:  # noqa: ANN401 - untyped
    return ops.constant(np.asarray(value, order="C"))


def _product(x: Any, weight: npt.NDArray[Any], int8: bool) -> Any:  # noqa: ANN401 - untyped
    """``x`` times ``weight`` (in, out)."""
    if not int8:
        return ops.matmul(x, _constant(weight.T), transpose_a=False, transpose_b=True)
    scales = np.abs(weight.T).max(1, keepdims=True) / INT8_MAX
    stored = ops.convert(_constant(np.rint(weight.T / scales).astype(np.int8)), "f32")
    return ops.matmul(x, ops.multiply(stored, _constant(scales)), transpose_a=False, transpose_b=True)


class _Network:
    """The network as an OpenVINO model that is being written. Tensors are (row, id, channel)."""

    def __init__(self, checkpoint: Checkpoint, int8: bool) -> None:
        self.config, self.weights, self.int8 = checkpoint.config, checkpoint.weights, int8
        self.index = ops.parameter([-1, -1, 2 + len(self.config.features)], np.int64)
        self.order = ops.parameter([-1], np.int32)  # of the rows: what the fusion of states expects
        self.mask = ops.parameter([-1, 1, -1, -1], np.float32)
        self.sinks: list[Any] = []

    def project(self, x: Any, name: str) -> Any:  # noqa: ANN401 - untyped
        y = _product(x, self.weights[f"{name}.weight"], self.int8)
        return ops.add(y, _constant(self.weights[f"{name}.bias"].reshape(1, 1, -1)))

    def norm(self, x: Any, name: str) -> Any:  # noqa: ANN401 - untyped
        y = ops.mvn(x, _constant([-1]), normalize_variance=True, eps=self.config.norm_epsilon, eps_mode="inside_sqrt")
        gain, bias = (_constant(self.weights[f"{name}.{kind}"].reshape(1, 1, -1)) for kind in ("weight", "bias"))
        return ops.add(ops.multiply(y, gain), bias)

    def remembered(self, name: str, new: Any) -> Any:  # noqa: ANN401 - untyped
        """The state ``name`` with ``new`` (row, head, id, head_width) behind it."""
        heads, width = self.config.heads, self.config.head_width
        rows = ops.gather(ops.shape_of(self.index), _constant([0]), _constant(0))
        nothing = ops.broadcast(_constant(np.float32(0)), ops.concat([rows, _constant([heads, 0, width])], 0))
        past = ops.read_value(nothing, name, np.float32, [-1, heads, -1, width])
        whole = ops.concat([ops.gather(past, self.order, _constant(0)), new], 2)
        self.sinks.append(ops.assign(whole, name))
        return whole

    def attend(self, x: Any, number: int) -> Any:  # noqa: ANN401 - untyped
        """Attention of packed queries, keys and values."""
        config, swapped = self.config, _constant([0, 2, 1, 3])
        parts = ops.variadic_split(x, _constant(2), _constant([config.width] * 3))
        shape = _constant([0, 0, config.heads, config.head_width])
        q, k, v = (ops.transpose(ops.reshape(parts.output(i), shape, special_zero=True), swapped) for i in range(3))
        keys, values = self.remembered(f"{number}.keys", k), self.remembered(f"{number}.values", v)
        y = ops.transpose(ops.scaled_dot_product_attention(q, keys, values, self.mask), swapped)
        return ops.reshape(y, _constant([0, 0, config.width]), special_zero=True)

    def model(self) -> Any:  # noqa: ANN401 - untyped
        """The whole network."""
        rows = ops.gather(_constant(table(self.weights)), self.index, _constant(0))
        x = ops.reduce_sum(rows, _constant([2]), keep_dims=False)
        for number in range(self.config.layers):
            prefix = f"transformer.h.{number}"
            y = self.project(self.norm(x, f"{prefix}.ln_1"), f"{prefix}.attn.c_attn")
            x = ops.add(x, self.project(self.attend(y, number), f"{prefix}.attn.c_proj"))
            y = ops.gelu(self.project(self.norm(x, f"{prefix}.ln_2"), f"{prefix}.mlp.c_fc"), "tanh")
            x = ops.add(x, self.project(y, f"{prefix}.mlp.c_proj"))
        last = self.norm(ops.gather(x, _constant([-1]), _constant(1)), "transformer.ln_f")
        logits = _product(last, self.weights["transformer.wte.weight"].T, self.int8)
        return openvino.Model([ops.result(logits)], self.sinks, [self.index, self.order, self.mask], "gpt2")


class OpenVino(Stepper):
    """Float32 throughout: by default it would take bfloat16 and a cache of 8 bits where the processor can."""

    int8 = False

    def __init__(self, task: Task, threads: int) -> None:
        super().__init__(task, threads)
        settings = {
            "INFERENCE_NUM_THREADS": threads,
            "NUM_STREAMS": 1,
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_PRECISION_HINT": "f32",
            "KV_CACHE_PRECISION": "f32",
        }
        model = _Network(task.checkpoint, self.int8).model()
        self.request = openvino.Core().compile_model(model, "CPU", settings).create_infer_request()
        self.order = np.arange(task.rows, dtype=np.int32)

    def _read(self, start: int, stop: int) -> Floats:
        mask = np.zeros((1, 1, stop - start, stop), np.float32)
        if start == 0:
            mask[0, 0] = np.triu(np.full((stop, stop), -np.inf, np.float32), 1)
        inputs = [self.task.index(start, stop), self.order, mask]
        logits: Floats = self.request.infer(inputs, share_inputs=True, share_outputs=True)[0]
        return logits[:, 0]

    def prefill(self) -> Floats:
        """See :class:`Stepper`."""
        self.request.reset_state()
        return self._read(0, self.task.start)

    def step(self, position: int) -> Floats:
        """See :class:`Stepper`."""
        return self._read(position, position + 1)

    def rewind(self) -> None:
        """See :class:`Stepper`: a state can only grow, so it is read again."""
        self.prefill()


class OpenVinoInt8(OpenVino):
    """Weights of 8 bits, cache in float32."""

    int8 = True
