"""llama.cpp, by its C interface. Features enter as embeddings; positions it adds itself.

Its attention is the fused one, which is the fastest and sums in float16; the cache is in float16 too.
"""

from __future__ import annotations

import ctypes
import tempfile
import weakref
from pathlib import Path

import gguf
import llama_cpp
import numpy as np

from benchmarks.contestants.task import Floats, Stepper, Task, table
from sideman.model.checkpoint import Checkpoint

# Its names of a layer's parts, and ours.
PARTS = {
    "attn_norm": "ln_1",
    "attn_qkv": "attn.c_attn",
    "attn_output": "attn.c_proj",
    "ffn_norm": "ln_2",
    "ffn_up": "mlp.c_fc",
    "ffn_down": "mlp.c_proj",
}
BATCH = 512  # ids that a prefill reads at once

_SILENT = llama_cpp.llama_log_callback(lambda _level, _text, _data: None)


def _write(checkpoint: Checkpoint, path: Path, kind: gguf.GGMLQuantizationType) -> None:
    """Write the trunk as a GGUF file with matrices of ``kind``."""
    config, weights = checkpoint.config, checkpoint.weights
    writer = gguf.GGUFWriter(path, "gpt2")
    writer.add_block_count(config.layers)
    writer.add_context_length(config.context)
    writer.add_embedding_length(config.width)
    writer.add_feed_forward_length(4 * config.width)
    writer.add_head_count(config.heads)
    writer.add_layer_norm_eps(config.norm_epsilon)
    writer.add_tokenizer_model("no_vocab")
    writer.add_vocab_size(config.vocab)

    def add(name: str, source: str) -> None:
        array = np.ascontiguousarray(weights[source].T if ".h." in source else weights[source], np.float32)
        if array.ndim == 1 or "embd" in name:
            writer.add_tensor(name, array)
        else:
            writer.add_tensor(name, gguf.quants.quantize(array, kind), raw_dtype=kind)

    add("token_embd.weight", "transformer.wte.weight")
    add("position_embd.weight", "transformer.wpe.weight")
    add("output.weight", "transformer.wte.weight")
    for part in ("weight", "bias"):
        add(f"output_norm.{part}", f"transformer.ln_f.{part}")
        for layer in range(config.layers):
            for theirs, ours in PARTS.items():
                add(f"blk.{layer}.{theirs}.{part}", f"transformer.h.{layer}.{ours}.{part}")
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


class Llama(Stepper):
    """Weights in float16."""

    kind = gguf.GGMLQuantizationType.F16

    def __init__(self, task: Task, threads: int) -> None:
        super().__init__(task, threads)
        llama_cpp.llama_log_set(_SILENT, None)
        llama_cpp.llama_backend_init()
        config = task.checkpoint.config
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "network.gguf")
            _write(task.checkpoint, path, self.kind)
            settings = llama_cpp.llama_model_default_params()
            settings.use_mmap = False
            network = llama_cpp.llama_model_load_from_file(str(path).encode(), settings)
        weakref.finalize(self, llama_cpp.llama_model_free, network)
        options = llama_cpp.llama_context_default_params()
        options.n_ctx, options.n_seq_max = config.context * task.rows, task.rows
        options.n_batch, options.n_ubatch = task.start * task.rows, BATCH
        options.n_threads = options.n_threads_batch = threads
        options.flash_attn_type = llama_cpp.LLAMA_FLASH_ATTN_TYPE_ENABLED
        self.context = llama_cpp.llama_init_from_model(network, options)
        weakref.finalize(self, llama_cpp.llama_free, self.context)
        self.inputs = table(task.checkpoint.weights)
        self.inputs[config.vocab : config.vocab + config.context] = 0  # positions
        self.batch = llama_cpp.llama_batch_init(task.start * task.rows, config.width, 1)
        weakref.finalize(self, llama_cpp.llama_batch_free, self.batch)

    def _read(self, start: int, stop: int) -> Floats:
        task, batch = self.task, self.batch
        inputs = self.inputs[task.index(start, stop)].sum(2)
        ctypes.memmove(batch.embd, inputs.ctypes.data, inputs.nbytes)
        batch.n_tokens = task.rows * (stop - start)
        for number in range(batch.n_tokens):
            row, place = divmod(number, stop - start)
            batch.pos[number] = start + place
            batch.n_seq_id[number] = 1
            batch.seq_id[number][0] = row
            batch.logits[number] = start + place == stop - 1
        if llama_cpp.llama_decode(self.context, batch):
            raise RuntimeError("llama.cpp cannot read the batch")
        logits = llama_cpp.llama_get_logits(self.context)
        return np.ctypeslib.as_array(logits, (task.rows, task.checkpoint.config.vocab))

    def prefill(self) -> Floats:
        """See :class:`Stepper`."""
        return self._read(0, self.task.start)

    def step(self, position: int) -> Floats:
        """See :class:`Stepper`."""
        return self._read(position, position + 1)

    def rewind(self) -> None:
        """See :class:`Stepper`."""
        memory = llama_cpp.llama_get_memory(self.context)
        for row in range(self.task.rows):
            llama_cpp.llama_memory_seq_rm(memory, row, self.task.start, -1)


class LlamaInt8(Llama):
    """Weights and inputs of 8 bits, a scale for each 32 inputs."""

    kind = gguf.GGMLQuantizationType.Q8_0
