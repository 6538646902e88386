"""Calls of jams in Redis, which forgets those that nobody leads any more. Knows keys; no bands."""

from __future__ import annotations

import json
from typing import cast

from sideman.music.time import SECONDS_PER_MINUTE
from sideman.web.journal import Call, Kept
from sideman.web.scale.queue import PREFIX, RedisQueue
from sideman.web.settings import Settings

# about a jam, its calls, how many there were, seconds to live, the call
ADD = """
if redis.call('EXISTS', KEYS[1]) == 0 or redis.call('HEXISTS', KEYS[1], 'over') == 1 then return 0 end
if redis.call('LLEN', KEYS[2]) ~= tonumber(ARGV[1]) then return 0 end
redis.call('RPUSH', KEYS[2], ARGV[3])
redis.call('EXPIRE', KEYS[1], ARGV[2])
redis.call('EXPIRE', KEYS[2], ARGV[2])
return 1
"""


class RedisJournal:
    """A :class:`~sideman.web.journal.Journal`. Raises :class:`RedisError` while Redis is away."""

    def __init__(self, settings: Settings, queue: RedisQueue) -> None:
        self._redis = queue.redis
        self._seconds = round(settings.jam_minutes * SECONDS_PER_MINUTE)
        self._add = self._redis.register_script(ADD)

    def begin(self, identity: str, session: str, request: str) -> None:
        """See :class:`~sideman.web.journal.Journal`."""
        about, _ = _keys(identity)
        with self._redis.pipeline() as line:
            line.hset(about, mapping={"session": session, "request": request})
            line.expire(about, self._seconds)
            line.execute()

    def read(self, identity: str) -> Kept | None:
        """See :class:`~sideman.web.journal.Journal`."""
        about, calls = _keys(identity)
        with self._redis.pipeline() as line:
            line.hgetall(about)
            line.lrange(calls, 0, -1)
            fields, texts = cast("tuple[dict[str, str], list[str]]", line.execute())
        if not fields:
            return None
        return Kept(
            fields["session"], fields["request"], [Call(*json.loads(text)) for text in texts], fields.get("over")
        )

    def add(self, identity: str, after: int, call: Call) -> bool:
        """See :class:`~sideman.web.journal.Journal`."""
        return bool(self._add(keys=list(_keys(identity)), args=[after, self._seconds, json.dumps(call)]))

    def end(self, identity: str, why: str) -> None:
        """See :class:`~sideman.web.journal.Journal`."""
        about, calls = _keys(identity)
        with self._redis.pipeline() as line:
            line.hset(about, "over", why)
            line.expire(about, self._seconds)
            line.delete(calls)
            line.execute()


def _keys(identity: str) -> tuple[str, str]:
    return f"{PREFIX}jam:{identity}", f"{PREFIX}jam:{identity}:calls"
