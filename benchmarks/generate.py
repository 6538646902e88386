"""Composing: ``python -m benchmarks.generate [WEIGHTS] [--takes 1] [--repeat 3] [--threads N]``.

Arranges 16 bars with the package's weights, or with the file given (``random`` for random weights of the default
shape): the time to the first bar, to the last, tokens and notes a second; the engine alone; and in the same run
``transformers``' ``generate`` with its KV cache, on the same weights and for as many new tokens. It gets neither
features nor grammar, which only makes its work less. Prints the best of ``--repeat`` runs.
"""

from __future__ import annotations

import argparse
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import GPT2Config as HuggingFaceConfig
from transformers import GPT2LMHeadModel

from benchmarks.timing import best
from sideman.arranging import DEFAULT_WEIGHTS, Arrangement, ArrangeOptions, Model, arrange
from sideman.model.checkpoint import Checkpoint, shapes, trunk
from sideman.model.config import GPT2Config
from sideman.music.time import seconds
from sideman.tokens.prefix import FEATURE_NAMES, FEATURE_SIZES
from sideman.tokens.vocabulary import VOCABULARY

PROGRESSION = "C:4|Am:4|F:4|G7:4|" * 3 + "C:4|Am:4|F:4|G7:4"
BARS = 16


def random_checkpoint() -> Checkpoint:
    """Weights of the default shape that know nothing."""
    config = GPT2Config(VOCABULARY.size, features=FEATURE_SIZES)
    random = np.random.default_rng(0)
    weights = {name: random.normal(0, 0.02, shape).astype(np.float32) for name, shape in shapes(config).items()}
    for name in weights:
        if ".ln_" in name and name.endswith("weight"):
            weights[name] += 1
    return Checkpoint(config, weights, VOCABULARY.fingerprint, FEATURE_NAMES)


def compose(model: Model, takes: int, seed: int) -> tuple[Arrangement, float, float]:
    """An arrangement of 16 bars, the seconds until its first bar and until its last."""
    start = time.perf_counter()
    arrangement = arrange(PROGRESSION, ArrangeOptions(takes=takes, seed=seed), model=model)
    next(iter(arrangement))
    first = time.perf_counter() - start
    assert len(arrangement.bands) == takes
    return arrangement, first, time.perf_counter() - start


def engine_alone(model: Model, takes: int, steps: int) -> None:
    """As many steps of the engine, without grammar, sampling and features."""
    cache = model.engine.cache(takes)
    rows, ids = range(takes), np.full(takes, 2)
    features = np.zeros((takes, len(model.columns)), np.int64)
    for _ in range(steps):
        if cache.length[0] == model.checkpoint.config.context:
            for row in range(takes):
                cache.length[row] = model.checkpoint.config.context // 2  # as after a slide
        model.engine.read(cache, rows, ids, features)


def hugging_face(checkpoint: Checkpoint) -> Any:  # noqa: ANN401 - transformers' types don't fit its own calls
    """The same trunk in transformers."""
    settings, weights = trunk(checkpoint)
    network: Any = GPT2LMHeadModel(HuggingFaceConfig(**settings, bos_token_id=None, eos_token_id=None))
    tensors = {name: torch.from_numpy(np.ascontiguousarray(value)) for name, value in weights.items()}
    network.load_state_dict({**tensors, "lm_head.weight": tensors["transformer.wte.weight"]})
    return network.eval()


def generate(network: Any, takes: int, steps: int) -> int:  # noqa: ANN401 - as above
    """Sample ``steps`` new tokens a take, in stretches that fit the context; returns how many in all."""
    done = 0
    embeddings = network.transformer.wte
    while done < steps:
        count = min(steps - done, network.config.n_positions - 2)
        prompt = embeddings(torch.ones(takes, 1, dtype=torch.long))
        out = network.generate(
            inputs_embeds=prompt,
            attention_mask=torch.ones(takes, 1, dtype=torch.long),
            max_new_tokens=count,
            min_new_tokens=count,
            do_sample=True,
            top_p=0.98,
            top_k=0,
            pad_token_id=0,
        )
        done += out.shape[1]
    return done * takes


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weights", nargs="?", default=str(DEFAULT_WEIGHTS), help="a file, or 'random'")
    parser.add_argument("--takes", type=int, default=1)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads(), help="of transformers")
    options = parser.parse_args()
    model = Model(random_checkpoint()) if options.weights == "random" else Model.load(Path(options.weights))
    config = model.checkpoint.config
    print(f"{config.parameters:,} parameters, {config.layers} layers of {config.width}; {options.takes} takes")

    runs = [compose(model, options.takes, seed) for seed in range(options.repeat)]
    for seed, (arrangement, first, total) in enumerate(runs):
        tokens = sum(arrangement.tokens)
        notes = sum(band.note_count for band in arrangement.bands)
        music = seconds(arrangement.band.steps, arrangement.band.tempo) * options.takes
        print(
            f"seed {seed}: bar 1 after {first:.2f} s, bar {BARS} after {total:.2f} s ({music / total:.0f} x live); "
            f"{tokens} tokens, {tokens / total:.0f} a second; {notes} notes, {notes / total:.0f} a second"
        )
    arrangement, _, total = min(runs, key=lambda run: run[2] / sum(run[0].tokens))
    tokens = sum(arrangement.tokens)
    ours = tokens / total
    steps = max(arrangement.tokens)
    alone = options.takes * steps / best(options.repeat, lambda: engine_alone(model, options.takes, steps))
    torch.set_num_threads(options.threads)
    network = hugging_face(model.checkpoint)
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        generate(network, options.takes, 8)
        theirs = options.takes * steps / best(options.repeat, lambda: generate(network, options.takes, steps))
    print(f"arrange()                 {ours:7.0f} tokens/s")
    print(f"engine alone              {alone:7.0f} tokens/s")
    print(f"transformers generate     {theirs:7.0f} tokens/s: arrange() is {ours / theirs:.1f} x as fast")


if __name__ == "__main__":
    main()
