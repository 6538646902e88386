"""The machine that Sideman runs on, as far as it matters above. Knows nothing else."""

from __future__ import annotations

import math
import os
from pathlib import Path

CONTROL_GROUPS, OWN_GROUP = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")  # of Linux


def processors() -> int:
    """Number of processors that this process may use, at least 1.

    Those that the system lets it run on, and no more than a container or a service has the time of.
    """
    if hasattr(os, "sched_getaffinity"):
        count = len(os.sched_getaffinity(0))
    elif hasattr(os, "process_cpu_count"):
        count = os.process_cpu_count() or 1
    else:
        count = os.cpu_count() or 1
    return max(1, math.ceil(min(count, _quota())))


def _quota() -> float:
    """The time of how many processors the process's control group has, as containers limit it; infinity without one."""
    try:
        lines = OWN_GROUP.read_text("utf-8").splitlines()
    except (OSError, ValueError):
        return math.inf
    own = next((line.removeprefix("0::/") for line in lines if line.startswith("0::/")), "")
    group = CONTROL_GROUPS / own
    quota = math.inf
    while group.is_relative_to(CONTROL_GROUPS):  # a limit of one above holds for all in it
        try:
            most, period = (group / "cpu.max").read_text("utf-8").split()
            quota = min(quota, math.inf if most == "max" else int(most) / int(period))
        except (OSError, ValueError, ZeroDivisionError):
            pass  # the topmost one has no limit, an old system no such file
        group = group.parent
    return quota
