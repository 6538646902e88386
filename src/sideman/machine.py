"""The machine that Sideman runs on, as far as it matters above. Knows nothing else."""

from __future__ import annotations

import os


def processors() -> int:
    """Number of processors that this process may use, at least 1."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
