"""A full disk, however the system says so. Knows error numbers, not what was written."""

from __future__ import annotations

import errno
import sqlite3

from sideman.web.problems import Problem

FULL = (errno.ENOSPC, errno.EDQUOT)
RETRY_SECONDS = 600.0


def is_full(error: BaseException | None) -> bool:
    """Whether this error, or one behind it, says that the disk is full."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in FULL:
            return True
        if isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
            return True
        error = error.__cause__
    return False


def full(detail: str = "the server's disk is full: delete pieces, or come again later") -> Problem:
    """What a client is told then."""
    return Problem(503, "disk", detail, RETRY_SECONDS)
