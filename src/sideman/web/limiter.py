"""How often an address may ask. Knows addresses and minutes, not what for."""

from __future__ import annotations

import ipaddress
import time
from http import HTTPStatus

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from sideman.web.problems import Problem

IPV6_PREFIX = 64  # what one household has


class Limiter:
    """At most ``per_minute`` of something from one address."""

    def __init__(self, name: str, per_minute: int) -> None:
        self._name = name
        self._limit = RateLimitItemPerMinute(per_minute)
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())

    def check(self, address: str) -> None:
        """Count one. Raises :class:`Problem` where it is one too many."""
        key = network(address)
        if not self._limiter.hit(self._limit, self._name, key):
            wait = self._limiter.get_window_stats(self._limit, self._name, key).reset_time - time.time()
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
