"""Torch: ``transformers``' ``generate``, and the training network's weights with a cache that is never copied."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - torch's own convention
from torch import Tensor

from benchmarks.contestants.task import Floats, Generator, Stepper, Task, table


class StaticCache(Stepper):
    """Plain operators, eager, in inference mode; keys and values stand in memory reserved for the whole context."""

    def __init__(self, task: Task, threads: int) -> None:
        super().__init__(task, threads)
        torch.set_num_threads(threads)
        self.config = config = task.checkpoint.config
        weights = task.checkpoint.weights
        self.table = torch.from_numpy(table(weights))
        self.weights = {name: torch.from_numpy(np.ascontiguousarray(weight.T)) for name, weight in weights.items()}
        shape = (config.layers, 2, task.rows, config.heads, config.context, config.head_width)
        self.cache = torch.zeros(shape)

    def prefill(self) -> Floats:
        """See :class:`Stepper`."""
        return self._read(0, self.task.start)

    def step(self, position: int) -> Floats:
        """See :class:`Stepper`."""
        return self._read(position, position + 1)

    def rewind(self) -> None:
        """Nothing to do: what is read follows from the position."""

    @torch.inference_mode()
    def _read(self, start: int, stop: int) -> Floats:
        rows, config = self.task.rows, self.config
        x = self.table[torch.from_numpy(self.task.index(start, stop))].sum(2)
        for layer, (keys, values) in enumerate(self.cache):
            prefix = f"transformer.h.{layer}"
            y = self._project(self._norm(x, f"{prefix}.ln_1"), f"{prefix}.attn.c_attn")
            # (row, id, 3 * width) -> 3 x (row, head, id, head_width)
            q, k, v = y.view(rows, stop - start, 3, config.heads, config.head_width).permute(2, 0, 3, 1, 4)
            keys[:, :, start:stop] = k
            values[:, :, start:stop] = v
            causal = start == 0  # reading more than one id happens at the beginning only
            y = F.scaled_dot_product_attention(q, keys[:, :, :stop], values[:, :, :stop], is_causal=causal)
            x = x + self._project(y.transpose(1, 2).reshape(x.shape), f"{prefix}.attn.c_proj")
            y = self._project(self._norm(x, f"{prefix}.ln_2"), f"{prefix}.mlp.c_fc")
            x = x + self._project(F.gelu(y, approximate="tanh"), f"{prefix}.mlp.c_proj")
        head = self.table[: config.vocab]
        return F.linear(self._norm(x[:, -1], "transformer.ln_f"), head).numpy()

    def _project(self, x: Tensor, name: str) -> Tensor:
        return F.linear(x, self.weights[f"{name}.weight"], self.weights[f"{name}.bias"])

    def _norm(self, x: Tensor, name: str) -> Tensor:
        weight, bias = self.weights[f"{name}.weight"], self.weights[f"{name}.bias"]
        return F.layer_norm(x, (self.config.width,), weight, bias, self.config.norm_epsilon)


class Transformers(Generator):
    """``GPT2LMHeadModel.generate`` with its default cache; greedy, without features."""

    def __init__(self, task: Task, threads: int) -> None:
        from benchmarks.generate import hugging_face

        super().__init__(task, threads)
        torch.set_num_threads(threads)
        self.network: Any = hugging_face(task.checkpoint)

    @torch.inference_mode()
    def difference(self) -> float:
        """See :class:`Contestant`; of the whole task."""
        task = self.task
        logits = self.network(torch.from_numpy(task.ids[:, : task.stop])).logits[:, task.start - 1 :]
        return float(np.abs(logits.numpy() - task.logits).max())

    def generate(self, count: int, generated: Callable[[], None]) -> None:
        """See :class:`Generator`."""
        prompt = torch.from_numpy(self.task.ids[:, : self.task.start])
        going_on = torch.zeros(len(prompt), dtype=torch.bool)

        def stop(_ids: Tensor, _scores: Tensor, **_: object) -> Tensor:
            generated()
            return going_on

        self.network.generate(
            prompt,
            attention_mask=torch.ones_like(prompt),
            max_new_tokens=count,
            min_new_tokens=count,
            do_sample=False,
            pad_token_id=0,
            stopping_criteria=[stop],
        )
