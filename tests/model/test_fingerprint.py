"""Names of what decides the ids."""

from __future__ import annotations

import pytest
from tests.tiny import tiny_checkpoint

from sideman.model.checkpoint import Checkpoint
from sideman.model.fingerprint import fingerprint
from sideman.model.runtime import open_engine
from sideman.model.sampling import SamplingDefaults


def name(checkpoint: Checkpoint, engine: str = "numpy", sampling: SamplingDefaults = SamplingDefaults()) -> str:  # noqa: B008 - frozen
    return fingerprint(checkpoint, sampling, open_engine(checkpoint, engine))


def test_a_fingerprint_names_weights_and_engine() -> None:
    checkpoint = tiny_checkpoint()
    same = name(checkpoint)
    assert same == name(tiny_checkpoint())
    assert same.endswith("-numpy")
    checkpoint.weights["transformer.ln_f.bias"][0] += 1
    assert name(checkpoint) != same


def test_weights_that_are_sampled_otherwise_have_another_fingerprint() -> None:
    checkpoint = tiny_checkpoint()
    samplings = [SamplingDefaults(values=values) for values in ({}, {"pitch": 0.9}, {"hit": 0.9}, {"pitch": 0.8})]
    assert len({name(checkpoint, sampling=sampling) for sampling in samplings}) == 4


@pytest.mark.usefixtures("needs_kernel")
def test_another_engine_has_another_fingerprint() -> None:
    checkpoint = tiny_checkpoint()
    weights, engine = name(checkpoint, "kernel").split("-")
    assert engine == "kernel"
    assert weights == name(checkpoint).split("-")[0]
