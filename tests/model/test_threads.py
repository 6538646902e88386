from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from sideman.model import threads
from sideman.model.threads import one_blas_thread


def blas_threads() -> set[int]:
    return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"}


@pytest.fixture(autouse=True)
def two_blas_threads() -> Iterator[None]:
    """Where the tests run with one, too."""
    threads._controller.cache_clear()  # other tests may have loaded a second BLAS since it looked
    with threadpool_limits(2, "blas"):
        if blas_threads() != {2}:
            pytest.skip("this BLAS has one thread or can't be asked")
        yield


def test_the_limit_holds_inside_and_falls_behind() -> None:
    before = blas_threads()
    with one_blas_thread():
        assert blas_threads() == {1}
        with one_blas_thread():
            pass
        assert blas_threads() == {1}
    assert blas_threads() == before


def test_it_falls_after_an_error() -> None:
    before = blas_threads()
    with pytest.raises(KeyError), one_blas_thread():
        raise KeyError
    assert blas_threads() == before


def test_overlapping_threads_leave_it_as_it_was() -> None:
    before = blas_threads()
    entered, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with one_blas_thread():
            entered.set()
            leave.wait(5)

    with one_blas_thread():
        other = threading.Thread(target=hold)
        other.start()
        assert entered.wait(5)
    leave.set()
    other.join(5)
    assert blas_threads() == before
