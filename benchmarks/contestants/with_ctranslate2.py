"""CTranslate2: its own generation loop, on the trunk without features."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from typing import Any

import ctranslate2
import numpy as np
import numpy.typing as npt
from ctranslate2.specs import TransformerDecoderModelSpec, common_spec

from benchmarks.contestants.task import Generator, Task
from sideman.model.checkpoint import Checkpoint

# It wants these three; the network's ids stand for themselves.
UNKNOWN, BEGIN, END = "<unk>", "<s>", "</s>"


def _specification(checkpoint: Checkpoint, tokens: list[str], quantization: str | None) -> Any:  # noqa: ANN401
    config, weights = checkpoint.config, checkpoint.weights
    spec = TransformerDecoderModelSpec.from_config(
        config.layers, config.heads, pre_norm=True, activation=common_spec.Activation.GELUTanh
    )
    decoder = spec.decoder
    decoder.scale_embeddings = False
    decoder.embeddings.weight = decoder.projection.weight = _array(weights["transformer.wte.weight"])
    decoder.position_encodings.encodings = _array(weights["transformer.wpe.weight"])

    def norm(target: Any, name: str) -> None:  # noqa: ANN401 - untyped
        target.gamma, target.beta = _array(weights[f"{name}.weight"]), _array(weights[f"{name}.bias"])

    def linear(target: Any, name: str) -> None:  # noqa: ANN401 - untyped
        target.weight, target.bias = _array(weights[f"{name}.weight"].T), _array(weights[f"{name}.bias"])

    norm(decoder.layer_norm, "transformer.ln_f")
    for number, layer in enumerate(decoder.layer):
        prefix = f"transformer.h.{number}"
        norm(layer.self_attention.layer_norm, f"{prefix}.ln_1")
        linear(layer.self_attention.linear[0], f"{prefix}.attn.c_attn")
        linear(layer.self_attention.linear[1], f"{prefix}.attn.c_proj")
        norm(layer.ffn.layer_norm, f"{prefix}.ln_2")
        linear(layer.ffn.linear_0, f"{prefix}.mlp.c_fc")
        linear(layer.ffn.linear_1, f"{prefix}.mlp.c_proj")
    spec.register_vocabulary(tokens)
    spec.config.unk_token, spec.config.bos_token, spec.config.eos_token = UNKNOWN, BEGIN, END
    spec.validate()
    spec.optimize(quantization=quantization)
    return spec


def _array(weight: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return np.array(weight, np.float32, order="C")  # a copy: quantising scales it in place


class CTranslate2(Generator):
    """Float32; greedy, without features."""

    quantization: str | None = None

    def __init__(self, task: Task, threads: int) -> None:
        super().__init__(task, threads)
        tokens = [UNKNOWN, BEGIN, END, *map(str, range(3, task.checkpoint.config.vocab))]
        with tempfile.TemporaryDirectory() as folder:
            _specification(task.checkpoint, tokens, self.quantization).save(folder)
            self.generator = ctranslate2.Generator(
                folder, compute_type=self.quantization or "float32", inter_threads=1, intra_threads=threads
            )
        self.rows = [[tokens[id_] for id_ in row] for row in task.ids[:, : task.stop].tolist()]

    def difference(self) -> float:
        """See :class:`Contestant`; of the whole task."""
        logits = np.array(self.generator.forward_batch(self.rows))[:, self.task.start - 1 :]
        return float(np.abs(logits - self.task.logits).max())

    def generate(self, count: int, generated: Callable[[], None]) -> None:
        """See :class:`Generator`."""

        def note(result: Any) -> bool:  # noqa: ANN401 - untyped
            if result.batch_id == 0:
                generated()
            return False

        prompts = [row[: self.task.start] for row in self.rows]
        self.generator.generate_batch(
            prompts,
            max_length=count,
            min_length=count,
            sampling_topk=1,
            include_prompt_in_result=False,
            callback=note,
        )


class CTranslate2Int8(CTranslate2):
    """Weights and inputs of 8 bits, a scale for each output; cache in float32."""

    quantization = "int8"
