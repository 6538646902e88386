"""ONNX Runtime, on a graph of its fused operators. Knows nothing of how the time is taken.

``GroupQueryAttention`` appends to keys and values in place where past and present are bound to one buffer. Int8 is
``MatMulNBits``: weights of 8 bits with a scale for each block of inputs, inputs quantised when they are read.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from benchmarks.contestants.task import Floats, Stepper, Task, table
from sideman.model.checkpoint import Checkpoint

MICROSOFT = "com.microsoft"
OPSET, IR = 18, 10
INT8_BLOCK = 64  # inputs a scale; measured to be faster than 32 and no slower than 256, which is less exact
INT8_INPUTS = 4  # "accuracy level": multiply in int8
ZERO = 128  # what an unsigned weight of 8 bits stands at where it is zero


class _Graph:
    """The network as an ONNX model that is being written."""

    def __init__(self, checkpoint: Checkpoint, int8: bool) -> None:
        self.config, self.weights, self.int8 = checkpoint.config, checkpoint.weights, int8
        self.nodes: list[Any] = []
        self.constants: dict[str, Any] = {}

    def constant(self, name: str, array: npt.NDArray[Any]) -> str:
        self.constants[name] = numpy_helper.from_array(np.asarray(array, order="C"), name)
        return name

    def weight(self, name: str) -> str:
        return self.constant(name, self.weights[name])

    def node(self, op: str, inputs: list[str], outputs: list[str], **settings: Any) -> str:  # noqa: ANN401
        self.nodes.append(helper.make_node(op, inputs, outputs, **settings))
        return outputs[0]

    def product(self, x: str, name: str, weight: Floats) -> str:
        """``x`` times ``weight`` (in, out)."""
        if not self.int8:
            return self.node("MatMul", [x, self.constant(name, weight)], [f"{name}.out"])
        inputs, outputs = weight.shape
        blocks = weight.T.reshape(outputs, inputs // INT8_BLOCK, INT8_BLOCK)
        scales = np.maximum(np.abs(blocks).max(2), np.finfo(np.float32).tiny) / (ZERO - 1)
        quantised = (np.rint(blocks / scales[:, :, None]) + ZERO).astype(np.uint8)
        parts = [x, self.constant(f"{name}.int8", quantised), self.constant(f"{name}.scales", scales)]
        settings = {"K": inputs, "N": outputs, "bits": 8, "block_size": INT8_BLOCK, "accuracy_level": INT8_INPUTS}
        return self.node("MatMulNBits", parts, [f"{name}.out"], domain=MICROSOFT, **settings)

    def add_norm(self, residual: str, written: str, bias: str, norm: str) -> tuple[str, str]:
        """The norm of ``residual + written + bias``, and the sum itself."""
        inputs = [residual, written, self.weight(f"{norm}.weight"), self.weight(f"{norm}.bias"), self.weight(bias)]
        outputs = [f"{norm}.out", "", "", f"{norm}.sum"]
        self.node("SkipLayerNormalization", inputs, outputs, domain=MICROSOFT, epsilon=self.config.norm_epsilon)
        return outputs[0], outputs[3]

    def layer(self, number: int, normed: str, residual: str, following: str) -> tuple[str, str]:
        """One layer, up to the norm named ``following``; takes and returns (normed, residual)."""
        config, prefix = self.config, f"transformer.h.{number}"

        def project(x: str, name: str) -> str:
            return self.product(x, f"{prefix}.{name}.weight", np.asarray(self.weights[f"{prefix}.{name}.weight"]))

        packed = project(normed, "attn.c_attn")
        packed = self.node("Add", [packed, self.weight(f"{prefix}.attn.c_attn.bias")], [f"{prefix}.packed"])
        attended = self.node(
            "GroupQueryAttention",
            [packed, "", "", f"past.{number}.keys", f"past.{number}.values", "last", "total"],
            [f"{prefix}.attended", f"{number}.keys", f"{number}.values"],
            domain=MICROSOFT,
            num_heads=config.heads,
            kv_num_heads=config.heads,
        )
        bias, norm = f"{prefix}.attn.c_proj.bias", f"{prefix}.ln_2"
        normed, residual = self.add_norm(residual, project(attended, "attn.c_proj"), bias, norm)
        wide = [project(normed, "mlp.c_fc"), self.weight(f"{prefix}.mlp.c_fc.bias")]
        wide_out = self.node("FastGelu", wide, [f"{prefix}.gelu"], domain=MICROSOFT)
        return self.add_norm(residual, project(wide_out, "mlp.c_proj"), f"{prefix}.mlp.c_proj.bias", following)

    def model(self) -> bytes:
        """The whole network, serialised."""
        config = self.config
        rows = self.node("Gather", [self.constant("table", table(self.weights)), "index"], ["rows"])
        residual = self.node("ReduceSum", [rows, self.constant("parts", np.array([2]))], ["x"], keepdims=0)
        norms = [f"transformer.h.{layer}.ln_1" for layer in range(config.layers)] + ["transformer.ln_f"]
        first = [residual, self.weight(f"{norms[0]}.weight"), self.weight(f"{norms[0]}.bias")]
        normed = self.node("LayerNormalization", first, [f"{norms[0]}.out"], epsilon=config.norm_epsilon)
        for number, following in enumerate(norms[1:]):
            normed, residual = self.layer(number, normed, residual, following)
        last = self.node("Gather", [normed, self.constant("end", np.array(-1))], ["last_id"], axis=1)
        head = np.asarray(self.weights["transformer.wte.weight"]).T
        self.node("Identity", [self.product(last, "head", head)], ["logits"])
        cache: list[str | int | None] = ["row", config.heads, config.context, config.head_width]
        names = [f"{layer}.{kind}" for layer in range(config.layers) for kind in ("keys", "values")]
        describe = helper.make_tensor_value_info
        graph = helper.make_graph(
            self.nodes,
            "gpt2",
            [
                describe("index", TensorProto.INT64, ["row", "id", 2 + len(config.features)]),
                describe("last", TensorProto.INT32, ["row"]),
                describe("total", TensorProto.INT32, [1]),
                *(describe(f"past.{name}", TensorProto.FLOAT, cache) for name in names),
            ],
            [
                describe("logits", TensorProto.FLOAT, ["row", config.vocab]),
                *(describe(name, TensorProto.FLOAT, cache) for name in names),
            ],
            list(self.constants.values()),
        )
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(MICROSOFT, 1)]
        content: bytes = helper.make_model(graph, opset_imports=opsets, ir_version=IR).SerializeToString()
        return content


class OnnxRuntime(Stepper):
    """Float32. Everything is bound once; a step writes its index and runs."""

    int8 = False

    def __init__(self, task: Task, threads: int) -> None:
        super().__init__(task, threads)
        settings = onnxruntime.SessionOptions()
        settings.intra_op_num_threads = threads
        model = _Graph(task.checkpoint, self.int8).model()
        self.session = onnxruntime.InferenceSession(model, settings, providers=["CPUExecutionProvider"])
        config = task.checkpoint.config
        shape = (task.rows, config.heads, config.context, config.head_width)
        outputs = [output.name for output in self.session.get_outputs()]
        self.buffers = {name: self._value(np.zeros(shape, np.float32)) for name in outputs if name != "logits"}
        self.buffers["logits"] = self._value(np.zeros((task.rows, config.vocab), np.float32))
        self.buffers["last"] = self._value(np.zeros(task.rows, np.int32))
        self.buffers["total"] = self._value(np.zeros(1, np.int32))
        self.stepping = self._bind(1)

    @staticmethod
    def _value(array: npt.NDArray[Any]) -> Any:  # noqa: ANN401 - untyped
        return onnxruntime.OrtValue.ortvalue_from_numpy(array)

    def _bind(self, count: int) -> tuple[Any, Any]:
        """Bind all buffers and an index of ``count`` ids; returns the binding and the index."""
        binding = self.session.io_binding()
        index = self._value(np.zeros_like(self.task.index(0, count)))
        for put in self.session.get_inputs():
            value = index if put.name == "index" else self.buffers[put.name.removeprefix("past.")]
            binding.bind_ortvalue_input(put.name, value)
        for put in self.session.get_outputs():
            binding.bind_ortvalue_output(put.name, self.buffers[put.name])
        return binding, index

    def _read(self, bound: tuple[Any, Any], start: int, stop: int) -> Floats:
        binding, index = bound
        index.update_inplace(self.task.index(start, stop))
        self.buffers["last"].update_inplace(np.full(self.task.rows, stop - 1, np.int32))
        self.buffers["total"].update_inplace(np.array([stop], np.int32))
        self.session.run_with_iobinding(binding)
        logits: Floats = self.buffers["logits"].numpy()
        return logits

    def prefill(self) -> Floats:
        """See :class:`Stepper`."""
        return self._read(self._bind(self.task.start), 0, self.task.start)

    def step(self, position: int) -> Floats:
        """See :class:`Stepper`."""
        return self._read(self.stepping, position, position + 1)

    def rewind(self) -> None:
        """Nothing to do: what is read follows from the position."""


class OnnxRuntimeInt8(OnnxRuntime):
    """Weights and inputs of 8 bits, cache in float32."""

    int8 = True
