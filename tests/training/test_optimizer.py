"""Muon's update and which parameters go to which optimiser."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from tests.training.conftest import TINY
from torch import nn

from sideman.model.gpt2 import GPT2
from sideman.training.optimizer import Muon, make_optimizers, orthogonalise


@pytest.mark.parametrize("shape", [(3, 16, 16), (2, 16, 64), (1, 64, 16)])
def test_orthogonalised_matrices_have_singular_values_near_1(shape: tuple[int, int, int]) -> None:
    torch.manual_seed(0)
    matrices = torch.randn(shape) * 7
    result = orthogonalise(matrices)
    assert result.shape == matrices.shape
    values = torch.linalg.svdvals(result)
    assert ((values > 0.6) & (values < 1.3)).all()
    # The directions stay: each matrix times the transposed result is nearly symmetric and positive.
    u, _, v = torch.linalg.svd(matrices, full_matrices=False)
    assert torch.cosine_similarity(result.flatten(1), (u @ v).flatten(1)).min() > 0.97


def test_orthogonalising_nothing_gives_nothing() -> None:
    assert orthogonalise(torch.zeros(1, 4, 8)).abs().max() == 0


def test_a_batch_is_orthogonalised_matrix_by_matrix() -> None:
    torch.manual_seed(0)
    matrices = torch.randn(4, 8, 24)
    alone = torch.cat([orthogonalise(matrix[None]) for matrix in matrices])
    assert torch.allclose(orthogonalise(matrices), alone, atol=1e-6)


def test_muon_trains() -> None:
    torch.manual_seed(0)
    target, inputs = torch.randn(16, 8), torch.randn(64, 16)
    weight = nn.Parameter(torch.zeros(16, 8))
    muon = Muon([weight], lr=0.05, momentum=0.9, weight_decay=0.0)
    losses = []
    for _ in range(200):
        loss = (inputs @ weight - inputs @ target).square().mean()
        losses.append(loss.item())
        muon.zero_grad()
        loss.backward()
        muon.step()
    assert losses[-1] < 0.02 * losses[0]


def test_muon_leaves_alone_what_has_no_gradient() -> None:
    weight = nn.Parameter(torch.ones(4, 4))
    Muon([weight], lr=0.1, momentum=0.9, weight_decay=0.1).step()
    assert weight.eq(1).all()


def test_weight_decay_shrinks() -> None:
    weight = nn.Parameter(torch.ones(4, 4))
    weight.grad = torch.zeros(4, 4)
    Muon([weight], lr=0.1, momentum=0.9, weight_decay=0.5).step()
    assert torch.allclose(weight, torch.full((4, 4), 0.95))


@pytest.mark.parametrize("name", ["muon", "adamw"])
def test_every_parameter_has_one_optimiser(name: str) -> None:
    model = GPT2(TINY.network)
    optimizers = make_optimizers(model, replace(TINY, optimizer=name))
    given = [id(each) for optimizer in optimizers for group in optimizer.param_groups for each in group["params"]]
    assert sorted(given) == sorted(map(id, model.parameters()))
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    muons = [names[id(each)] for group in optimizers[0].param_groups for each in group["params"]]
    matrices = {f"transformer.h.0.{part}.weight" for part in ("attn.c_attn", "attn.c_proj", "mlp.c_fc", "mlp.c_proj")}
    assert (set(muons) == matrices) is (name == "muon")
    assert isinstance(optimizers[0], Muon) is (name == "muon")
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            assert group["base_lr"] == group["lr"] > 0
            if group["weight_decay"]:
                assert {names[id(each)] for each in group["params"]} == matrices
