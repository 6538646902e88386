"""GPT-2 in plain PyTorch, for training. Knows no music: context features are integers like any other.

Parameter names and shapes are those of Hugging Face's GPT2LMHeadModel (projections stored as
(in, out)), so that ``transformers`` loads the trunk. Beside it stand the tables of the context
features: each step's features are looked up in one table of all features and added to ``wte`` and
``wpe``; ``transformers`` takes the sum through ``inputs_embeds``.

Radford et al., "Language Models are Unsupervised Multitask Learners", 2019.
"""

from __future__ import annotations

import math
from itertools import accumulate
from typing import cast

import torch
import torch.nn.functional as F  # noqa: N812 - torch's own convention
from torch import Tensor, nn

from sideman.model.config import GPT2Config

INIT_STD = 0.02


class Projection(nn.Module):
    """A linear layer with its weight stored (in, out), as GPT-2's Conv1D does."""

    def __init__(self, inputs: int, outputs: int, std: float = INIT_STD) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(inputs, outputs) * std)
        self.bias = nn.Parameter(torch.zeros(outputs))

    def forward(self, x: Tensor) -> Tensor:
        """(..., in) to (..., out)."""
        return F.linear(x, self.weight.t(), self.bias)


class Attention(nn.Module):
    """Causal self-attention of several heads; ``plain`` chooses how it is computed."""

    def __init__(self, config: GPT2Config) -> None:
        super().__init__()
        self.heads = config.heads
        self.plain = False
        self.c_attn = Projection(config.width, 3 * config.width)
        self.c_proj = Projection(config.width, config.width, INIT_STD / math.sqrt(2 * config.layers))

    def forward(self, x: Tensor) -> Tensor:
        """(batch, step, width) to the same shape."""
        batch, steps, width = x.shape
        # (batch, step, 3 * width) -> 3 x (batch, head, step, head_width)
        q, k, v = self.c_attn(x).view(batch, steps, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        y = causal_attention(q, k, v, plain=self.plain)
        out: Tensor = self.c_proj(y.transpose(1, 2).reshape(batch, steps, width))
        return out


def causal_attention(q: Tensor, k: Tensor, v: Tensor, *, plain: bool = False) -> Tensor:
    """Attention of each step to itself and the steps before; all (batch, head, step, head_width).

    By torch's fused kernel, or by ``plain`` matrix products: which is faster depends on the processor, the precision
    and the number of steps.
    """
    batch, heads, steps, width = q.shape
    if not plain:
        return F.scaled_dot_product_attention(q, k, v, is_causal=True)
    mask = torch.full((steps, steps), -torch.inf, dtype=q.dtype).triu(1)
    scores = torch.baddbmm(mask, q.flatten(0, 1), k.flatten(0, 1).mT, alpha=width**-0.5)
    return (scores.softmax(-1) @ v.flatten(0, 1)).view(batch, heads, steps, width)


class FeedForward(nn.Module):
    """Two projections with a GELU between."""

    def __init__(self, config: GPT2Config) -> None:
        super().__init__()
        self.c_fc = Projection(config.width, 4 * config.width)
        self.c_proj = Projection(4 * config.width, config.width, INIT_STD / math.sqrt(2 * config.layers))

    def forward(self, x: Tensor) -> Tensor:
        """(batch, step, width) to the same shape."""
        out: Tensor = self.c_proj(F.gelu(self.c_fc(x), approximate="tanh"))
        return out


class Block(nn.Module):
    """One pre-norm layer."""

    def __init__(self, config: GPT2Config) -> None:
        super().__init__()
        self.ln_1 = nn.LayerNorm(config.width, config.norm_epsilon)
        self.attn = Attention(config)
        self.ln_2 = nn.LayerNorm(config.width, config.norm_epsilon)
        self.mlp = FeedForward(config)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, step, width) to the same shape."""
        x = x + self.attn(self.ln_1(x))
        out: Tensor = x + self.mlp(self.ln_2(x))
        return out


class Trunk(nn.Module):
    """Embeddings, layers and the last norm, under Hugging Face's names."""

    def __init__(self, config: GPT2Config) -> None:
        super().__init__()
        self.wte = nn.Embedding(config.vocab, config.width)
        self.wpe = nn.Embedding(config.context, config.width)
        self.h = nn.ModuleList(Block(config) for _ in range(config.layers))
        self.ln_f = nn.LayerNorm(config.width, config.norm_epsilon)
        for table in (self.wte, self.wpe):
            nn.init.normal_(table.weight, std=INIT_STD)


class GPT2(nn.Module):
    """The network. The head shares its weights with ``wte``."""

    feature_offsets: Tensor

    def __init__(self, config: GPT2Config) -> None:
        super().__init__()
        self.config = config
        self.transformer = Trunk(config)
        self.features = nn.Embedding(max(1, sum(config.features)), config.width)
        nn.init.normal_(self.features.weight, std=INIT_STD)
        offsets = [0, *accumulate(config.features)][: len(config.features)]
        self.register_buffer("feature_offsets", torch.tensor(offsets, dtype=torch.long), persistent=False)

    def attend(self, *, plain: bool) -> None:
        """Choose how attention is computed, see :func:`causal_attention`."""
        for block in self.transformer.h:
            cast("Block", block).attn.plain = plain

    def forward(self, ids: Tensor, features: Tensor) -> Tensor:
        """Logits (batch, step, vocab) of the next id after ids (batch, step) with features (batch, step, feature)."""
        steps = ids.shape[1]
        x = self.transformer.wte(ids) + self.transformer.wpe.weight[:steps]
        if self.config.features:
            flat = (features + self.feature_offsets).flatten(0, 1)
            x = x + F.embedding_bag(flat, self.features.weight, mode="sum").view_as(x)
        if torch.is_autocast_enabled(x.device.type):
            x = x.to(torch.get_autocast_dtype(x.device.type))  # the residual stream too: half the memory traffic
        for block in self.transformer.h:
            x = block(x)
        return F.linear(self.transformer.ln_f(x), self.transformer.wte.weight)
