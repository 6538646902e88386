"""Many small cases as one test: every one is tried, and all that fail are named.

A parametrised test is collected, told and reported once a case, by every process that runs tests. Where a case takes a
fraction of a millisecond, that is all that it costs.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any

import pytest

Test = Callable[..., None]


def cases(names: str | tuple[str, ...], values: Iterable[Any]) -> Callable[[Test], Test]:
    """As ``pytest.mark.parametrize``, in one test. All cases share its fixtures, and none may skip."""
    names = tuple(names.replace(",", " ").split()) if isinstance(names, str) else names
    every = [dict(zip(names, value if len(names) > 1 else (value,), strict=True)) for value in values]
    assert every, f"no cases of {names}"

    def one_test(test: Test) -> Test:
        @functools.wraps(test)
        def try_all(**fixtures: object) -> None:
            failures: list[BaseException] = []
            for case in every:
                try:
                    test(**fixtures, **case)
                except (Exception, pytest.fail.Exception, BaseExceptionGroup) as error:
                    error.add_note("case: " + ", ".join(f"{name}={value!r:.200}" for name, value in case.items()))
                    failures.append(error)
            if failures:
                raise BaseExceptionGroup(f"{len(failures)} of {len(every)} cases fail", failures)

        signature = inspect.signature(test)
        left = [parameter for name, parameter in signature.parameters.items() if name not in names]
        assert len(left) == len(signature.parameters) - len(names), f"{names} are not all parameters"
        try_all.__signature__ = signature.replace(parameters=left)  # type: ignore[attr-defined]
        return try_all

    return one_test
