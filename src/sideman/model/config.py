"""The shape of the network. Knows no torch, so that the engine can read it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from sideman.errors import CheckpointError


@dataclass(frozen=True)
class GPT2Config:
    """GPT-2 with context features: ``features`` holds the size of each feature's embedding table.

    Field names beside the Hugging Face ones are kept in :meth:`to_hf`.
    """

    vocab: int
    context: int = 1024
    layers: int = 6
    width: int = 256
    heads: int = 4
    features: tuple[int, ...] = ()
    norm_epsilon: float = 1e-5

    def __post_init__(self) -> None:
        if self.width % self.heads:
            raise CheckpointError(f"width {self.width} is not a multiple of {self.heads} heads")
        object.__setattr__(self, "features", tuple(self.features))

    @property
    def head_width(self) -> int:
        """Channels of one attention head."""
        return self.width // self.heads

    @property
    def parameters(self) -> int:
        """Number of weights, embeddings and feature tables included."""
        block = 12 * self.width**2 + 13 * self.width
        tables = self.vocab + self.context + sum(self.features)
        return self.layers * block + tables * self.width + 2 * self.width

    def to_hf(self) -> dict[str, Any]:
        """The configuration that ``transformers.GPT2Config`` takes; dropout is off."""
        return {
            "model_type": "gpt2",
            "architectures": ["GPT2LMHeadModel"],
            "vocab_size": self.vocab,
            "n_positions": self.context,
            "n_layer": self.layers,
            "n_embd": self.width,
            "n_head": self.heads,
            "layer_norm_epsilon": self.norm_epsilon,
            "activation_function": "gelu_new",
            "resid_pdrop": 0.0,
            "embd_pdrop": 0.0,
            "attn_pdrop": 0.0,
            "tie_word_embeddings": True,
        }

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)
