"""The files of pieces in an object store: S3 or what speaks like it, or a folder. Knows objects; no rows but one.

``SESSION/PIECE/`` begins the names of a piece's objects. What is written once is the same whoever writes it: a piece is
composed to the same notes. A document has a name made of its content, and the store's row says which one stands. So
a process that comes too late overwrites nothing. Files that a client is sent lie in a folder of this process as well.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import ObjectStore, from_url

from sideman.errors import DataError
from sideman.web.piece_files import Found, Key, lost
from sideman.web.problems import Problem
from sideman.web.scale.postgres import Documents
from sideman.web.scale.work import digest
from sideman.web.settings import MEGABYTE
from sideman.web.store import Piece, State

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig

EVENTS = "events.jsonl"
DOCUMENT = "composition-{digest}.json"
NEAR_MEGABYTES = 1024  # of files that a process keeps near
RETRIES: RetryConfig = {
    "max_retries": 4,
    "retry_timeout": timedelta(seconds=10),
    "backoff": {"base": 2, "init_backoff": timedelta(seconds=0.05), "max_backoff": timedelta(seconds=1)},
}
ACCESS_SECONDS = 60.0
_MADE = re.compile(r"take-[0-9]+(?!\.mid)[0-9a-z.-]*")  # sound: it can be made again


class Rows(Protocol):
    """What the store's rows say of documents and deletions."""

    def documents(self, piece: str) -> Documents | None:
        """Which document stands; None where there is no such piece."""

    def stand(self, piece: str, before: str | None, after: Documents) -> bool:
        """Let another document stand in place of the one ``before``; False where another one does meanwhile."""

    def deleted(self, session: str, piece: str) -> None:
        """The files of a piece are gone."""


class ObjectFiles:
    """A :class:`~sideman.web.filing.Filing` in an object store. May be called by any thread.

    ``url`` is such as ``s3://bucket/pieces`` or ``file:///srv/pieces``; keys, region and endpoint of S3 come from the
    usual variables, such as ``AWS_ENDPOINT_URL``. Raises :class:`DataError` where it can't be read.
    """

    def __init__(self, url: str, rows: Rows) -> None:
        self._rows = rows
        self._store = store_of(url)
        self._near = tempfile.TemporaryDirectory(prefix="sideman-")

    def close(self) -> None:
        """No call comes after this one."""
        self._near.cleanup()

    def check(self) -> None:
        """Raises :class:`DataError` where the store can't be used."""
        name = ".sideman"
        try:
            obstore.put(self._store, name, b"")
            obstore.get(self._store, name)
        except (BaseError, OSError) as error:
            raise DataError(f"cannot use --files: {str(error).splitlines()[0][:300]}") from error

    # A piece

    def is_there(self, piece: Piece) -> bool:
        """See :class:`Filing`."""
        return self._rows.documents(piece.id) is not None

    def has_room(self, size: int) -> bool:  # noqa: ARG002
        """See :class:`Filing`. Always: how much a bucket takes is its owner's affair."""
        return True

    def mark(self, piece: Piece, **changes: object) -> None:
        """See :class:`Filing`. Nothing: the database is what tells which pieces there are."""

    def read(self, key: Key) -> Piece | None:  # noqa: ARG002
        """See :class:`Filing`."""
        return None

    def found(self) -> Found:
        """See :class:`Filing`."""
        return Found(set(), set(), set())

    def remove_unfinished(self, keys: Iterable[Key]) -> None:
        """See :class:`Filing`. Nothing: an object is whole or not there."""

    def keep(self, piece: Piece, bars: Iterable[str], songs: Iterable[bytes] = (), composition: str = "") -> None:
        """See :class:`Filing`."""
        for take, song in enumerate(songs):
            self._put(piece, f"take-{take}.mid", song)
        self._put(piece, EVENTS, "".join(f"{bar}\n" for bar in bars).encode())
        document = None
        if composition:
            document = _name(composition.encode())
            self._put(piece, document, composition.encode())
        self._rows.stand(piece.id, None, Documents(document, told=True))  # else it was kept before: as the same

    def is_revised(self, piece: Piece) -> bool:
        """See :class:`Filing`."""
        documents = self._rows.documents(piece.id)
        return documents is not None and documents.document is not None and not documents.told

    def revise(self, piece: Piece, composition: str, before: bytes | None = None) -> None:
        """See :class:`Filing`."""
        old = None if before is None else _name(before)
        new = _name(composition.encode())
        if new == old:
            return
        self._put(piece, new, composition.encode())
        if not self._rows.stand(piece.id, old, Documents(new, told=False)):
            now = self._rows.documents(piece.id)
            if now is not None and now.document != new:
                detail = "it was changed meanwhile: look at it again"
                raise Problem(HTTPStatus.CONFLICT, "changed", detail)
            return
        if old is not None:
            with contextlib.suppress(BaseError, OSError):  # it goes with its piece
                obstore.delete(self._store, _path(piece, old))

    def bars(self, piece: Piece) -> list[str]:
        """See :class:`Filing`."""
        try:
            return self._get(piece, EVENTS).decode().splitlines()
        except (FileNotFoundError, UnicodeDecodeError) as error:
            if piece.state is not State.DONE and isinstance(error, FileNotFoundError):
                return []
            raise lost(piece, error) from error

    def composition(self, piece: Piece) -> bytes | None:
        """See :class:`Filing`."""
        for again in (True, False):
            documents = self._rows.documents(piece.id)
            if documents is None or documents.document is None:
                return None
            try:
                return self._get(piece, documents.document)
            except FileNotFoundError as error:  # it may have been changed in between
                if not again:
                    raise DataError(f"cannot read {documents.document}: it is not there") from error
        raise AssertionError

    # Files for clients

    def midi(self, piece: Piece, take: int) -> Path:
        """See :class:`Filing`."""
        name = f"take-{take}.mid"
        self.fetch(piece, name)
        return self.made(piece, name)

    def made(self, piece: Piece, name: str) -> Path:
        """See :class:`Filing`."""
        path = Path(self._near.name, piece.session, piece.id, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def fetch(self, piece: Piece, name: str) -> bool:
        """See :class:`Filing`."""
        path = self.made(piece, name)
        if path.exists():
            path.touch()
            return True
        self._tidy()
        try:
            result = obstore.get(self._store, _path(piece, name))
            handle, part = tempfile.mkstemp(dir=path.parent)
            with os.fdopen(handle, "wb") as file:
                for chunk in result:
                    file.write(chunk)
        except (NotFoundError, FileNotFoundError):
            return False
        except BaseError as error:
            raise ConnectionError(f"the object store does not answer: {_line(error)}") from error
        Path(part).replace(path)
        return True

    def keep_made(self, piece: Piece, name: str) -> None:
        """See :class:`Filing`."""
        self._put(piece, name, self.made(piece, name))

    def make_room(self, session: str, size: int, limit: int) -> bool:
        """See :class:`Filing`. What was made first goes first: nobody writes down what was used."""
        found = [entry for batch in obstore.list(self._store, f"{session}/") for entry in batch]
        used = sum(entry["size"] for entry in found)
        made = [entry for entry in found if _MADE.fullmatch(entry["path"].rpartition("/")[2])]
        for entry in sorted(made, key=lambda entry: entry["last_modified"]):
            if used + size <= limit:
                break
            obstore.delete(self._store, entry["path"])
            used -= entry["size"]
        return used + size <= limit

    @contextlib.contextmanager
    def deleting(self, key: Key) -> Iterator[None]:
        """See :class:`Filing`. The row goes first, and leaves a note: what is left, a sweep deletes."""
        yield
        with contextlib.suppress(BaseError, OSError):
            self.remove(key)

    def remove(self, key: Key) -> None:
        """Delete the objects of a piece that has no row any more. Raises :class:`OSError` where that can't be done."""
        try:
            for batch in obstore.list(self._store, f"{key.session}/{key.piece}/"):
                obstore.delete(self._store, [entry["path"] for entry in batch])
        except BaseError as error:
            raise ConnectionError(f"the object store does not answer: {_line(error)}") from error
        shutil.rmtree(Path(self._near.name, key.session, key.piece), ignore_errors=True)
        self._rows.deleted(*key)

    def _put(self, piece: Piece, name: str, data: bytes | Path) -> None:
        try:
            obstore.put(self._store, _path(piece, name), data)
        except BaseError as error:
            raise ConnectionError(f"the object store does not answer: {_line(error)}") from error

    def _get(self, piece: Piece, name: str) -> bytes:
        try:
            return bytes(obstore.get(self._store, _path(piece, name)).bytes())
        except NotFoundError as error:
            raise FileNotFoundError(name) from error
        except BaseError as error:
            if not self._exists(piece, name):  # it was deleted while it was read
                raise FileNotFoundError(name) from error
            raise ConnectionError(f"the object store does not answer: {_line(error)}") from error

    def _exists(self, piece: Piece, name: str) -> bool:
        try:
            obstore.head(self._store, _path(piece, name))
        except (NotFoundError, FileNotFoundError):
            return False
        except BaseError:  # nobody knows
            return True
        return True

    def _tidy(self) -> None:
        """Delete files near by, the longest unused first, while there are too many; none that was just used."""
        files = []
        for path in Path(self._near.name).rglob("*"):
            with contextlib.suppress(OSError):
                if path.is_file():
                    files.append((path.stat().st_mtime, path.stat().st_size, path))
        size = sum(each for _, each, _ in files)
        for used, each, path in sorted(files):
            if size <= NEAR_MEGABYTES * MEGABYTE or used > time.time() - ACCESS_SECONDS:
                return
            path.unlink(missing_ok=True)
            size -= each


def store_of(url: str) -> ObjectStore:
    """An object store by its URL. Raises :class:`DataError` where it can't be read."""
    try:
        if url.startswith("file://"):
            return from_url(url, mkdir=True)
        plain = os.environ.get("AWS_ENDPOINT_URL", "").startswith("http://")
        client: ClientConfig = {"timeout": "60s", "connect_timeout": "5s", "allow_http": plain}
        made: ObjectStore = from_url(url, client_options=client, retry_config=RETRIES)
    except (BaseError, ValueError) as error:
        reason = _line(error)
        raise DataError(f"cannot read --files: give s3://bucket/folder or file:///folder ({reason})") from error
    return made


def _line(error: Exception) -> str:
    return str(error).splitlines()[0][:300] if str(error) else type(error).__name__


def _name(document: bytes) -> str:
    return DOCUMENT.format(digest=digest(document))


def _path(piece: Piece, name: str) -> str:
    return f"{piece.session}/{piece.id}/{name}"
