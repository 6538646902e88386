"""Muon for the layers' matrices, AdamW for the rest. Knows tensors, no music.

Muon: Jordan et al., 2024. Its Newton-Schulz iteration runs in the device's own precision: bfloat16
where the device computes in it (3 times as fast on a CPU that does), else float32, since emulated bfloat16 takes
40 times as long. Matrices of one shape go through it as one batch.
"""

from __future__ import annotations

import inspect
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn

from sideman.training.config import TrainConfig

_NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)  # quintic coefficients that maximise the slope at zero
_NEWTON_SCHULZ_STEPS = 5
_MUON_MOMENTUM = 0.95
_ADAMW_BETAS = (0.9, 0.95)


class _Uncompiled(torch.optim.Optimizer):
    """What nobody compiles: without the guards against that, each of which imports torch's compiler first, in 2.7 s."""

    add_param_group = inspect.unwrap(torch.optim.Optimizer.add_param_group)
    load_state_dict = inspect.unwrap(torch.optim.Optimizer.load_state_dict)
    state_dict = inspect.unwrap(torch.optim.Optimizer.state_dict)
    zero_grad = inspect.unwrap(torch.optim.Optimizer.zero_grad)


class AdamW(_Uncompiled, torch.optim.AdamW):
    """Torch's own."""

    step = torch.no_grad()(inspect.unwrap(torch.optim.AdamW.step))


class Muon(_Uncompiled):
    """Momentum, then the nearest semi-orthogonal matrix of the update."""

    def __init__(
        self,
        params: Iterable[nn.Parameter],
        lr: float,
        momentum: float = _MUON_MOMENTUM,
        weight_decay: float = 0.0,
        dtype: torch.dtype = torch.float32,
    ) -> None:
        self.dtype = dtype
        super().__init__(params, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:  # type: ignore[override] # noqa: ANN401, ARG002 - torch's signature
        """Apply one update."""
        for group in self.param_groups:
            by_shape: dict[torch.Size, list[nn.Parameter]] = defaultdict(list)
            for parameter in group["params"]:
                if parameter.grad is not None:
                    by_shape[parameter.shape].append(parameter)
            for shape, parameters in by_shape.items():
                updates = []
                for parameter in parameters:
                    assert parameter.grad is not None  # filtered above
                    state = self.state[parameter]
                    if not state:
                        state["momentum"] = torch.zeros_like(parameter)
                    momentum = state["momentum"]
                    momentum.lerp_(parameter.grad, 1 - group["momentum"])
                    updates.append(parameter.grad.lerp(momentum, group["momentum"]))  # Nesterov
                scale = max(1.0, shape[1] / shape[0]) ** 0.5  # weights are stored (in, out)
                steps = orthogonalise(torch.stack(updates).to(self.dtype))
                for parameter, update in zip(parameters, steps, strict=True):
                    parameter.mul_(1 - group["lr"] * group["weight_decay"])
                    parameter.add_(update, alpha=-group["lr"] * scale)


def orthogonalise(matrices: Tensor) -> Tensor:
    """Newton-Schulz towards the nearest semi-orthogonal matrices: (batch, rows, columns) to the same shape."""
    a, b, c = _NEWTON_SCHULZ
    tall = matrices.shape[1] > matrices.shape[2]
    x: Tensor = matrices.mT if tall else matrices
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(_NEWTON_SCHULZ_STEPS):
        gram = x @ x.mT
        x = a * x + torch.baddbmm(b * gram, gram, gram, alpha=c) @ x
    return x.mT if tall else x


def make_optimizers(
    model: nn.Module, config: TrainConfig, dtype: torch.dtype = torch.float32
) -> list[torch.optim.Optimizer]:
    """The optimisers of a network; each group's `base_lr` is what the schedule scales.

    ``dtype`` is the device's precision, in which Muon iterates.
    """
    matrices: list[nn.Parameter] = []
    tables: list[nn.Parameter] = []
    rest: list[nn.Parameter] = []
    for name, parameter in model.named_parameters():
        if ".h." in name and parameter.ndim == 2:  # noqa: PLR2004 - matrices
            matrices.append(parameter)
        else:
            (tables if parameter.ndim == 2 else rest).append(parameter)  # noqa: PLR2004
    groups = [{"params": tables, "weight_decay": 0.0}, {"params": rest, "weight_decay": 0.0}]
    optimizers: list[torch.optim.Optimizer] = []
    if config.optimizer == "muon":
        optimizers.append(Muon(matrices, config.matrix_learning_rate, _MUON_MOMENTUM, config.weight_decay, dtype))
    else:
        groups.append({"params": matrices, "weight_decay": config.weight_decay})
    optimizers.append(AdamW(groups, config.learning_rate, betas=_ADAMW_BETAS, fused=_can_fuse(model)))
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group["base_lr"] = group["lr"]
    return optimizers


def _can_fuse(model: nn.Module) -> bool:
    return next(model.parameters()).device.type in ("cpu", "cuda", "mps", "xpu")
