"""Servers that share a data folder: which of them are alive. Knows locks that the system takes back; no pieces.

Every server holds a lock of its own as long as its process lives, however that ends. The locks are SQLite's, which
work the same on all systems. A server begins, and looks for others, only while it holds the folder's common lock.
"""

from __future__ import annotations

import contextlib
import re
import secrets
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

from sideman.errors import DataError

NAME_BYTES = 8
COMMON = "server.lock"
_NAME = re.compile(f"[0-9a-f]{{{2 * NAME_BYTES}}}")
WAIT_SECONDS = 10.0  # others hold the common lock for moments


class Owners:
    """One of the servers of ``folder``, under a ``name`` that no other one ever had.

    Raises :class:`DataError` where the folder is not shared, :class:`sqlite3.Error` where it can't be used.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.name = secrets.token_hex(NAME_BYTES)
        with self.standstill():
            self._own = _hold(self._path(self.name))

    @contextlib.contextmanager
    def standstill(self) -> Iterator[None]:
        """Within, no other server begins, or looks for others."""
        try:
            common = _hold(self._folder / COMMON, WAIT_SECONDS)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            message = f"another server keeps its pieces in {self._folder}, and shares them with none"
            raise DataError(f"{message}: stop it, or give another --data") from error
        with contextlib.closing(common):
            yield

    def dead(self, names: Iterable[str]) -> set[str]:
        """Those of other servers' ``names`` whose process has ended. Only to be called in a :meth:`standstill`."""
        # No server ever had a name of another form; such a one must not become a path.
        return {name for name in names if not _NAME.fullmatch(name) or (name != self.name and self._is_free(name))}

    def alone(self) -> bool:
        """Whether no other server is alive. Only to be called in a :meth:`standstill`."""
        names = {path.name.removeprefix("server-").removesuffix(".lock") for path in self._folder.glob("server-*.lock")}
        return not [name for name in names - {self.name} if _NAME.fullmatch(name) and not self._is_free(name)]

    def close(self) -> None:
        """This server has ended."""
        self._own.close()
        with contextlib.suppress(OSError):
            self._path(self.name).unlink()

    def _path(self, name: str) -> Path:
        return self._folder / f"server-{name}.lock"

    def _is_free(self, name: str) -> bool:
        """Whether nobody holds the lock of this name, which is then deleted."""
        path = self._path(name)
        if not path.exists():
            return True
        try:
            lock = _hold(path)
        except sqlite3.OperationalError:
            return False
        lock.close()
        with contextlib.suppress(OSError):
            path.unlink()
        return True


def _hold(path: Path, seconds: float = 0.0) -> sqlite3.Connection:
    """A lock that is held until the connection is closed, or the process ends in any way."""
    lock = sqlite3.connect(path, seconds, isolation_level=None, check_same_thread=False)
    try:
        lock.execute("begin exclusive")
    except sqlite3.Error:
        lock.close()
        raise
    return lock
