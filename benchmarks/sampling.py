"""What drawing by kind costs: ``python -m benchmarks.sampling [--repeat 9]``.

Composes a piece, and draws all its ids again from the same logits: by kind, and as if all ids were of one kind. Prints
both times a draw, one after the other in each round, and the median of their ratios.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from unittest.mock import patch

import numpy as np
import numpy.typing as npt

from benchmarks.timing import best
from sideman.arranging import arrange
from sideman.composer import SAMPLING, Composer
from sideman.model.sampling import Sampler, SamplingOptions
from sideman.tokens.vocabulary import VOCABULARY

Draw = tuple[npt.NDArray[np.floating], npt.NDArray[np.intp]]
OPTIONS = SamplingOptions(seed=0)


def record() -> list[Draw]:
    """Logits and choices of all draws of a piece."""
    draws: list[Draw] = []
    draw = Sampler.draw

    def listen(
        sampler: Sampler,
        logits: npt.NDArray[np.floating],
        choices: npt.NDArray[np.intp],
        fitting: npt.NDArray[np.floating] | None = None,
    ) -> int:
        draws.append((logits.copy(), choices))
        return draw(sampler, logits, choices, fitting)

    arrangement = arrange("|".join(["C:4", "Am:4", "F:4", "G7:4"] * 4), seed=0)
    model = arrangement.model
    with patch.object(Sampler, "draw", listen):
        for _ in Composer(model.engine, model.columns, 1, steps=0).run(arrangement.takes):
            pass
    return draws


def seconds(draws: Sequence[Draw], kinds: npt.NDArray[np.integer]) -> float:
    """For all draws."""
    sampler = Sampler(OPTIONS, SAMPLING, kinds, VOCABULARY.kinds)
    return best(1, lambda: [sampler.draw(logits, choices) for logits, choices in draws])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=9)
    repeat = parser.parse_args().repeat
    draws = record()
    kinds = VOCABULARY.kind_numbers
    rounds = np.array([(seconds(draws, kinds), seconds(draws, np.zeros_like(kinds))) for _ in range(repeat)])
    by_kind, plain = rounds.min(axis=0) / len(draws) * 1e6
    several = np.mean([kinds[choices[0]] != kinds[choices[-1]] for _, choices in draws])
    print(f"{len(draws)} draws, {several:.0%} among several kinds")
    print(f"by kind {by_kind:.1f} µs, as one kind {plain:.1f} µs: {np.median(rounds[:, 0] / rounds[:, 1]):.2f} times")


if __name__ == "__main__":
    main()
