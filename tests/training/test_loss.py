"""The loss: the mean over what counts."""

from __future__ import annotations

import pytest
import torch

from sideman.training.loss import weighted_loss


def test_weighted_loss_is_the_mean_over_what_counts() -> None:
    torch.manual_seed(0)
    logits, targets = torch.randn(2, 3, 5), torch.randint(0, 5, (2, 3))
    weight = torch.tensor([[1.0, 0.0, 1.0], [0.0, 0.0, 1.0]])
    expected = -torch.log_softmax(logits, 2).gather(2, targets[..., None])[..., 0][weight > 0].mean()
    assert weighted_loss(logits, targets, weight, weight.sum()).item() == pytest.approx(expected.item())
    assert weighted_loss(logits, targets, weight * 0, torch.tensor(0.0)).item() == 0
