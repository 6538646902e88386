"""Which attention is faster is measured where it makes a difference."""

from __future__ import annotations

import pytest
import torch
from tests.training.conftest import TINY

from sideman.model.gpt2 import causal_attention
from sideman.training import attention
from sideman.training.attention import plain_attention_is_faster
from sideman.training.device import Device

CPU = Device(torch.device("cpu"), torch.float32)


class Clock:
    """Time that passes in attention alone."""

    now = 0.0


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("plain_wins", [False, True])
def test_the_faster_way_wins(monkeypatch: pytest.MonkeyPatch, plain_wins: bool, dtype: torch.dtype) -> None:

    def timed(*parts: torch.Tensor, plain: bool) -> torch.Tensor:
        assert {part.dtype for part in parts} == {dtype}
        Clock.now += 1 if plain == plain_wins else 2
        return causal_attention(*parts, plain=plain)

    monkeypatch.setattr(attention, "causal_attention", timed)
    monkeypatch.setattr("time.perf_counter", lambda: Clock.now)
    before = torch.get_rng_state()
    assert plain_attention_is_faster(Device(CPU.device, dtype), TINY.network, 2, 16) is plain_wins
    assert torch.get_rng_state().equal(before)


def test_other_devices_have_their_kernel() -> None:
    assert plain_attention_is_faster(Device(torch.device("meta"), torch.float32), TINY.network, 2, 16) is False
