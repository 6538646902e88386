"""Weights as a folder that Hugging Face's hub and ``transformers`` read. Knows checkpoints and their card; no torch.

``config.json`` and ``model.safetensors`` are GPT-2's under its own names, so the trunk loads as any GPT-2. The tables
of the context features stand beside it in the same file, which Sideman plays as it is; the card tells how they go in.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from sideman.errors import DataError
from sideman.files import reason
from sideman.model.checkpoint import Checkpoint, save_checkpoint
from sideman.tokens.vocabulary import VOCABULARY

CONFIG, WEIGHTS, CARD = "config.json", "model.safetensors", "README.md"
FILES = (CONFIG, WEIGHTS, CARD)
_CARD = Path(__file__).with_name("hub_card.md")
_SHOWN = (
    "data",
    "steps",
    "tokens",
    "seconds",
    "best_bits_per_note",
    "credit",
    "license",
)  # of what is known of weights


def export_to_hub(checkpoint: Checkpoint, folder: Path) -> None:
    """Write a folder of :data:`FILES`, whole or not at all. It must not be there, or be empty.

    Raises :class:`DataError` where it can't be written.
    """
    temporary: Path | None = None
    try:
        if folder.is_dir() and any(folder.iterdir()):
            raise DataError(f"{folder} is not empty: give a folder that isn't there yet")
        temporary = Path(tempfile.mkdtemp(prefix=".sideman-", dir=folder.resolve().parent))
        (temporary / CONFIG).write_text(json.dumps(config_of(checkpoint), indent=2) + "\n", encoding="utf-8")
        save_checkpoint(checkpoint, temporary / WEIGHTS)
        (temporary / CARD).write_text(card_of(checkpoint), encoding="utf-8")
        temporary.chmod(0o755)
        temporary.replace(folder)
    except OSError as error:
        raise DataError(f"cannot write {folder}: {reason(error)}") from error
    finally:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)


def config_of(checkpoint: Checkpoint) -> dict[str, Any]:
    """What ``transformers.GPT2Config`` takes, and under ``sideman`` the language and the context features."""
    start, end = VOCABULARY.id("start"), VOCABULARY.id("end")
    return {
        **checkpoint.config.to_hf(),
        "bos_token_id": start,
        "eos_token_id": end,
        "dtype": "float16",
        "sideman": {
            "vocabulary": checkpoint.vocabulary,
            "features": dict(zip(checkpoint.features, checkpoint.config.features, strict=True)),
        },
    }


def card_of(checkpoint: Checkpoint) -> str:
    """The model card: metadata in YAML, how to use the weights, and what is known of them."""
    shape, meta = checkpoint.config, checkpoint.meta
    network = f"GPT-2, {shape.layers} layers × {shape.width}, {shape.heads} heads, context {shape.context:,}"
    rows = [("network", network), ("parameters", f"{shape.parameters:,}"), ("ids", f"{shape.vocab:,}")]
    rows += [(name.replace("_", " "), _told(meta[name])) for name in _SHOWN if name in meta]
    table = "\n".join(f"| {name} | {value} |" for name, value in rows)
    return _CARD.read_text(encoding="utf-8").replace("<!-- facts -->", f"| | |\n|---|---|\n{table}")


def _told(value: object) -> str:
    text = f"{value:,}" if isinstance(value, int) else str(value)
    return text.replace("|", "\\|").replace("\n", " ")
