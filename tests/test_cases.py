"""Of many cases as one test all that fail are named."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest
from tests.cases import cases

from sideman.errors import OptionError

seen: list[tuple[Path, int, str]] = []


@cases("word", ["one", "two"])
@cases("number, expected", [(1, 1), (2, 0), (3, 3), (4, 0)])
def spoiled(tmp_path: Path, number: int, expected: int, word: str) -> None:
    seen.append((tmp_path, number, word))
    if number == 4:
        with pytest.raises(OptionError):
            assert word
    else:
        assert number == expected


def test_all_are_tried_and_those_that_fail_are_named(tmp_path: Path) -> None:
    assert list(inspect.signature(spoiled).parameters) == ["tmp_path"]
    with pytest.raises(BaseExceptionGroup, match="2 of 2 cases fail") as caught:
        spoiled(tmp_path=tmp_path)
    assert seen == [(tmp_path, number, word) for word in ("one", "two") for number in (1, 2, 3, 4)]
    for word, group in zip(("one", "two"), caught.value.exceptions, strict=True):
        assert group.__notes__ == [f"case: word='{word}'"]
        assert isinstance(group, BaseExceptionGroup)
        assert [each.__notes__ for each in group.exceptions] == [
            ["case: number=2, expected=0"],
            ["case: number=4, expected=0"],
        ]


def test_cases_are_there_and_name_parameters() -> None:
    with pytest.raises(AssertionError, match="no cases"):
        cases("number", [])
    with pytest.raises(AssertionError, match="not all parameters"):
        cases("other", [1])(spoiled)
