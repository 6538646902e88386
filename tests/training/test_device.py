"""Choosing a device and its precision; what is not there is refused."""

from __future__ import annotations

import pytest
import torch
from tests.cases import cases

from sideman.errors import OptionError
from sideman.training import device
from sideman.training.device import Device, choose_device, set_threads


@cases("name", ["", "tpu", "gpu:0", "cuda:x", "cuda:-1", "cuda:999", "mps:7", "xpu:99", "cpu:1"])
def test_what_is_not_there_is_refused(name: str) -> None:
    with pytest.raises(OptionError, match=r"device"):
        choose_device(name)


@pytest.mark.parametrize(("precision", "dtype"), [("float32", torch.float32), ("bfloat16", torch.bfloat16)])
def test_precision_is_as_asked(precision: str, dtype: torch.dtype) -> None:
    chosen = choose_device("cpu", precision)
    assert chosen == Device(torch.device("cpu"), dtype)
    with chosen.autocast():
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == dtype


@pytest.mark.parametrize("capable", [False, True])
def test_precision_follows_the_processor(capable: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": capable})
    assert choose_device("cpu").dtype == (torch.bfloat16 if capable else torch.float32)


def test_the_best_device_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    assert choose_device("auto").device.type in device.DEVICES
    monkeypatch.setattr(device, "_available", lambda kind, number=0: kind in ("mps", "cpu"))  # noqa: ARG005
    assert choose_device("auto").device.type == "mps"


def test_each_process_of_torchrun_takes_a_gpu_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "_available", lambda kind, number=0: kind in ("cuda", "cpu") and number < 2)
    monkeypatch.setattr(device, "_computes_bfloat16", lambda device: False)  # noqa: ARG005 - there is none
    assert str(choose_device("cuda").device) == "cuda"
    monkeypatch.setenv("LOCAL_RANK", "1")
    assert [str(choose_device(name).device) for name in ("auto", "cuda", "cuda:0", "cpu")] == [
        *("cuda:1", "cuda:1", "cuda:0", "cpu")
    ]
    monkeypatch.setenv("LOCAL_RANK", "2")
    with pytest.raises(OptionError, match="'cuda:2' is not available"):
        choose_device("auto")


@pytest.mark.parametrize("processors", [1, 2, 4, 8, 64])
def test_threads(processors: int, monkeypatch: pytest.MonkeyPatch) -> None:
    before = torch.get_num_threads()
    try:
        monkeypatch.setattr(device, "processors", lambda: processors)
        assert set_threads(1) == torch.get_num_threads() == 1
        assert set_threads(0) == torch.get_num_threads() == processors
        monkeypatch.setenv("LOCAL_WORLD_SIZE", "4")
        assert set_threads(0) == max(1, processors // 4)
    finally:
        torch.set_num_threads(before)


def test_peak_is_a_speed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "_PEAK_SHAPE", (64, 64, 64))
    monkeypatch.setattr(device, "_PEAK_SECONDS", 0.01)
    assert choose_device("cpu", "float32").matmul_peak() > 1e6
