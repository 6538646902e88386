"""How often an address may ask. Knows addresses and minutes, not what for.

Several processes may count together; while what they share is away, each counts for itself.
"""

from __future__ import annotations

import ipaddress
import logging
import time
from http import HTTPStatus

from limits import RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import MemoryStorage, Storage
from limits.strategies import SlidingWindowCounterRateLimiter

from sideman.web.problems import Problem

IPV6_PREFIX = 64  # what one household has
AWAY_SECONDS = 5.0  # for which a shared count that failed is not asked again

log = logging.getLogger(__name__)


class Limiter:
    """At most ``per_minute`` of something from one address."""

    def __init__(self, name: str, per_minute: int, shared: Storage | None = None) -> None:
        self._name = name
        self._limit = RateLimitItemPerMinute(per_minute)
        self._own = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._limiter = self._own if shared is None else SlidingWindowCounterRateLimiter(shared)
        self._away = 0.0  # until when the shared count is not asked

    def check(self, address: str) -> None:
        """Count one. Raises :class:`Problem` where it is one too many."""
        key = network(address)
        if time.monotonic() >= self._away:
            try:
                self._hit(self._limiter, key)
            except StorageError as error:
                log.warning("requests are counted by this process alone: %s", error)
                self._away = time.monotonic() + AWAY_SECONDS
            else:
                return
        self._hit(self._own, key)

    def _hit(self, limiter: SlidingWindowCounterRateLimiter, key: str) -> None:
        if not limiter.hit(self._limit, self._name, key):
            wait = limiter.get_window_stats(self._limit, self._name, key).reset_time - time.time()
            detail = f"more than {self._limit.amount} {self._name} a minute: wait a little"
            raise Problem(HTTPStatus.TOO_MANY_REQUESTS, "rate", detail, wait)


def network(address: str) -> str:
    """The address, of IPv6 its network: there, everybody has billions. One of IPv4 that came by IPv6 is itself."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, IPV6_PREFIX), strict=False))
