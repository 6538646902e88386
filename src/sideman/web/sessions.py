"""Who is asking: a browser's cookie, and the name that it has in the store. Knows cookies; no pieces.

The cookie is 128 random bits, given by the server and kept nowhere: the store and the folders know its hash alone, so
that nothing in a path ever comes from a client, and who reads the disk can't act for anybody.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from dataclasses import dataclass, field

from starlette.responses import Response

from sideman.web.store import Store

COOKIE = "sideman_session"
BYTES = 16
SECONDS_PER_DAY = 86_400
_TOKEN = re.compile(r"[0-9a-f]{32}", re.ASCII)


@dataclass(frozen=True)
class Session:
    """A browser. ``id`` names it in the store and its folder; ``token`` is its cookie."""

    id: str
    token: str = field(repr=False)


class Sessions:
    """All sessions of a store."""

    def __init__(self, store: Store, *, days: float, secure: bool) -> None:
        self._store = store
        self._days = days
        self._secure = secure

    def find(self, cookie: str | None) -> Session | None:
        """The session of a cookie that this server gave; None for any other text."""
        if cookie is None or not _TOKEN.fullmatch(cookie):
            return None
        session = Session(_hash(cookie), cookie)
        return session if self._store.has_session(session.id) else None

    def use(self, session: Session | None) -> Session:
        """This one, or a new one for nobody; from now on it is kept for as long as a cookie that is given now."""
        if session is None:
            token = secrets.token_hex(BYTES)
            session = Session(_hash(token), token)
        self._store.use_session(session.id, time.time())
        return session

    def tell(self, session: Session, response: Response) -> None:
        """Give a session's cookie to its browser, anew: it lives for as long as a piece of this moment."""
        age = int(self._days * SECONDS_PER_DAY)
        response.set_cookie(
            COOKIE, session.token, max_age=age, httponly=True, samesite="lax", secure=self._secure, path="/"
        )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()[: 2 * BYTES]
