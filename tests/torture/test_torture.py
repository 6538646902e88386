"""A little of `script/torture`: inputs are made, doors are entered, and what fails is told."""

from __future__ import annotations

import sys
from pathlib import Path
from random import Random

import pytest
from tests.torture.__main__ import main
from tests.torture.fuzzing import Case, Fuzz, case_of, run_here
from tests.torture.mutation import mutated_bytes, mutated_json, mutated_text
from tests.torture.scenarios import DEEDS, FUZZES

from sideman.errors import DataError

SEED = 20261130
FEW = {"charts": 60, "run": 2, "soundfont": 12, "midi": 12, "batch": 6}


@pytest.mark.parametrize("name", FUZZES)
def test_a_few_inputs_of_each_kind_end_in_own_errors(name: str, tmp_path: Path) -> None:
    if name == "run":
        pytest.importorskip("torch", reason="no torch: install it with script/setup --dev")
    assert run_here(FUZZES[name], SEED, 0, FEW.get(name, 20), tmp_path) == []


@pytest.mark.parametrize("name", FUZZES)
def test_an_input_is_made_of_its_number_alone(name: str) -> None:
    if name == "run":
        pytest.importorskip("torch", reason="no torch: install it with script/setup --dev")
    assert case_of(FUZZES[name], 1, 5) == case_of(FUZZES[name], 1, 5)
    assert len({case_of(FUZZES[name], 1, number).data for number in range(10)}) > 5


def test_what_is_no_own_error_is_a_failure(tmp_path: Path) -> None:
    def enter(case: Case, _: Path) -> None:
        match case.data[0] % 4:
            case 0:
                raise DataError("song.mid: damaged")
            case 1:
                raise KeyError(case.data[0])
            case 2:
                raise DataError("two\nlines")

    fuzz = Fuzz("x", "", 4, lambda random: Case(random.randbytes(1)), enter)
    found = run_here(fuzz, 1, 0, 100, tmp_path)
    kinds = [case_of(fuzz, 1, number).data[0] % 4 for number in range(100)]
    assert [failure.number for failure in found] == [number for number, kind in enumerate(kinds) if kind in {1, 2}]
    assert {failure.kind.split()[0] for failure in found} == {"KeyError", "not"}


def test_changes_are_changes() -> None:
    random = Random(1)
    assert len({mutated_bytes(b"MThd" * 30, random) for _ in range(50)}) > 40
    assert len({mutated_text("C | Am | F", random, ["|:"], "x") for _ in range(50)}) > 40
    assert len({repr(mutated_json({"a": [1, {"b": "c"}]}, random)) for _ in range(50)}) > 20


def test_the_program_tells_what_there_is(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["script/torture", "--list"])
    assert main() == 0
    told = capsys.readouterr().out
    assert [line.split()[0] for line in told.splitlines()] == [*FUZZES, *DEEDS]
