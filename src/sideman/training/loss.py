"""Rows as tensors, and the loss over what counts in them. Knows ids, no music."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - torch's own convention
from torch import Tensor

from sideman.training.batches import Rows
from sideman.training.device import Device


def to_tensors(rows: Rows, device: Device) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Ids, features, targets and weights on the device."""
    ids, features, targets = (
        torch.from_numpy(part.astype(np.int32)).to(device.device, torch.long)
        for part in (rows.ids, rows.features, rows.targets)
    )
    return ids, features, targets, torch.from_numpy(rows.weight.astype(np.float32)).to(device.device)


def weighted_loss(logits: Tensor, targets: Tensor, weight: Tensor, total: Tensor) -> Tensor:
    """Sum of the cross-entropy in nats over the targets of weight 1, by ``total``. logits (rows, steps, vocab)."""
    loss = F.cross_entropy(logits.flatten(0, 1).float(), targets.flatten(), reduction="none")
    return (loss * weight.flatten()).sum() / total.clamp(min=1.0)
