"""The network for training: it looks back only, and both ways to compute attention agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.model.conftest import CONFIG

if TYPE_CHECKING:
    import torch
    from torch import Tensor
else:
    torch = pytest.importorskip("torch", reason="torch is not installed")

from sideman.model.gpt2 import GPT2, causal_attention


def heads(steps: int) -> list[Tensor]:
    """Queries, keys and values (batch, head, step, head_width) that take a gradient."""
    torch.manual_seed(steps)
    return [torch.randn(2, 3, steps, 8, requires_grad=True) for _ in range(3)]


@pytest.mark.parametrize("steps", [1, 7, 64])
def test_plain_attention_is_the_fused_one(steps: int) -> None:
    found = []
    for plain in (True, False):
        parts = heads(steps)
        out = causal_attention(*parts, plain=plain)
        (out * torch.linspace(-1, 1, out.numel()).view_as(out)).sum().backward()
        found.append([out.detach(), *(part.grad for part in parts)])
    for one, other in zip(*found, strict=True):
        torch.testing.assert_close(one, other)


def test_a_step_knows_nothing_of_later_ones() -> None:
    torch.manual_seed(0)
    network = GPT2(CONFIG).eval()
    ids = torch.randint(0, CONFIG.vocab, (1, 12))
    features = torch.stack([torch.randint(0, size, (1, 12)) for size in CONFIG.features], 2)
    later, other = ids.clone(), features.clone()
    later[0, 8:] = (later[0, 8:] + 1) % CONFIG.vocab
    other[0, 8:, 0] = (other[0, 8:, 0] + 1) % CONFIG.features[0]
    with torch.inference_mode():
        before, after = network(ids, features), network(later, other)
    torch.testing.assert_close(before[0, :8], after[0, :8])
    assert not torch.allclose(before[0, 8:], after[0, 8:])


def test_the_configuration_counts_its_weights() -> None:
    assert sum(parameter.numel() for parameter in GPT2(CONFIG).parameters()) == CONFIG.parameters
