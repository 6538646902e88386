"""Freed memory is kept for the next step."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

CHURN = """
import resource
import sys

import numpy as np

from sideman.training.memory import keep_memory

if sys.argv[1] == "kept":
    assert keep_memory()

def use() -> int:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(5):
        arrays = [np.ones(2_000_000) for _ in range(6)]
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

use()
print(use())
"""


def pages(kept: str) -> int:
    """How many pages a program asks the system for once it has used as much before."""
    command = [sys.executable, "-c", CHURN, kept]
    return int(subprocess.run(command, capture_output=True, text=True, check=True, timeout=100).stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc's memory is kept")
def test_freed_memory_is_not_asked_for_again() -> None:
    assert pages("kept") * 10 < pages("freed")
