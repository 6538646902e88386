"""How long something takes. Knows no Sideman: what is timed is passed in."""

from __future__ import annotations

import time
from collections.abc import Callable


def best(repeat: int, work: Callable[[], object]) -> float:
    """Seconds of the fastest of ``repeat`` runs: what slows the others is another program's doing."""
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)
