"""On a disk that is full nothing new is taken, and people can make room."""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path

import httpx
import pytest
from tests.web.conftest import Server, Start, compose, listen
from tests.web.test_api import problem

from sideman.errors import DataError
from sideman.files import atomic_write
from sideman.web import piece_files
from sideman.web.disk import is_full


def chained(error: Exception) -> DataError:
    behind = DataError("cannot write")
    behind.__cause__ = error
    return behind


def sqlite_error(code: int) -> sqlite3.Error:
    error = sqlite3.OperationalError("whatever")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("error", "full"),
    [
        (OSError(errno.ENOSPC, ""), True),
        (OSError(errno.EDQUOT, ""), True),
        (chained(OSError(errno.ENOSPC, "")), True),
        (sqlite_error(sqlite3.SQLITE_FULL), True),
        (OSError(errno.EACCES, ""), False),
        (chained(ValueError("")), False),
        (sqlite_error(sqlite3.SQLITE_BUSY), False),
        (sqlite3.ProgrammingError(""), False),
        (None, False),
    ],
    ids=repr,
)
def test_a_full_disk_is_told_by_whatever_met_it(error: Exception | None, full: bool) -> None:
    assert is_full(error) is full


def fill(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on no file can be made, and the database can't grow."""

    def refuse(path: Path) -> None:
        with atomic_write(path):
            raise OSError(errno.ENOSPC, "no space", str(path))

    monkeypatch.setattr(piece_files, "atomic_write", refuse)
    database = server.services.arrangements.catalogue._store._database  # type: ignore[attr-defined]
    ((pages,),) = database.execute("pragma page_count")
    database.execute(f"pragma max_page_count = {pages}")


def test_whoever_has_pieces_can_make_room(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    server = start(reserve_megabytes=0)
    with server.browser() as browser:
        piece, other = compose(browser, "C:4"), compose(browser, "C:4")
        fill(server, monkeypatch)
        for response in (
            browser.post("/api/arrangements", json={"progression": "C:4"}),
            browser.patch(f"/api/arrangements/{piece['id']}", json={"name": "x" * 200}),
        ):
            refused = problem(response, 503)
            assert refused["type"] == "urn:sideman:disk"
            assert "delete pieces" in refused["detail"]
            assert int(response.headers["retry-after"]) >= 1
        assert server.studio.live == {}
        assert browser.get("/api/arrangements").json() == {"arrangements": [other, piece]}
        assert listen(browser, piece["id"])[-1].kind == "done"
        assert browser.delete(f"/api/arrangements/{piece['id']}").status_code == 204
        assert browser.get("/api/arrangements").json() == {"arrangements": [other]}
    assert len([*server.settings.data.glob("sessions/*/*")]) == 1


def test_a_database_that_cannot_grow_takes_nothing_new(start: Start) -> None:
    server = start(reserve_megabytes=0)
    with server.browser() as browser:
        compose(browser, "C:4")
        database = server.services.arrangements.catalogue._store._database  # type: ignore[attr-defined]
        database.execute("pragma max_page_count = 1")
        refused: httpx.Response | None = None
        for _ in range(50):
            refused = browser.post("/api/arrangements", json={"progression": "C:4", "name": "x" * 200})
            if refused.status_code == 503:
                break
        assert refused is not None
        assert problem(refused, 503)["type"] == "urn:sideman:disk"
        kept = browser.get("/api/arrangements").json()["arrangements"]
        for piece in kept:
            assert browser.delete(f"/api/arrangements/{piece['id']}").status_code == 204
    assert not [*server.settings.data.glob("sessions/*")]
