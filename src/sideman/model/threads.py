"""How many threads numpy's BLAS may take. Knows nothing of the network.

The engine's products are small: a second thread costs more than it gives, and where another program has the core,
BLAS waits for its turn a thousand times longer than the product takes.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from functools import cache

from threadpoolctl import ThreadpoolController

_limited = threading.Lock()  # held by the thread that set the limit, which is the process's


@contextlib.contextmanager
def one_blas_thread() -> Iterator[None]:
    """Keep BLAS to one thread inside the block, for the whole process; cheap when nested.

    Where another thread has set the limit, it is left to that one, and falls when that one leaves. Keep the block
    short, and don't yield from it. A BLAS that can't be told (Accelerate) does as it likes.
    """
    if not _limited.acquire(blocking=False):
        yield
        return
    try:
        with _controller().limit(limits=1, user_api="blas"):
            yield
    finally:
        _limited.release()


@cache
def _controller() -> ThreadpoolController:
    """Looking for the libraries takes milliseconds: once is enough."""
    return ThreadpoolController()
