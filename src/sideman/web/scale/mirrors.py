"""Events of jobs that others compose, as logs of this process. Knows streams and listeners; no music.

One thread reads all streams that somebody here listens to, however many listen.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time

from redis.exceptions import RedisError

from sideman.web.events import EventLog, Listened
from sideman.web.scale.queue import RedisQueue, Repeating, is_last

BLOCK_SECONDS = 1.0
RETRY_SECONDS = 0.2
IDLE_SECONDS = 10.0  # after which a log without listeners is not kept up to date any more
HEARD_SECONDS = 3.0  # how often it is said who is listened to

log = logging.getLogger(__name__)


class Mirror(Listened):
    """The events of a job, as far as they were read; ``used`` says when somebody asked for them last."""

    def __init__(self) -> None:
        super().__init__()
        self.used = time.monotonic()

    @property
    def is_idle(self) -> bool:
        """Whether nobody listens any more."""
        return not self.listeners and time.monotonic() - self.used > IDLE_SECONDS


class Mirrors:
    """All logs of this process."""

    def __init__(self, queue: RedisQueue) -> None:
        self._queue = queue
        self._name = secrets.token_hex(8)
        self._seen = "0-0"
        self._mirrors: dict[str, Mirror] = {}
        self._lock = threading.Lock()
        self._said = 0.0
        self._cutting = False
        self._reading = Repeating("reading bars", self._read, 0.0)

    def start(self) -> None:
        """Begin to read."""
        self._reading.start()

    def cut(self) -> None:
        """End all streams soon, as if the connection had broken: whoever listens goes on at another process."""
        self._cutting = True

    def stop(self) -> None:
        """No call comes after this one."""
        self._reading.stop()

    def log(self, identity: str) -> EventLog:
        """The events of a job so far, and those that come. Raises :class:`RedisError`."""
        with self._lock:
            mirror = self._mirrors.get(identity)
            if mirror is not None:
                mirror.used = time.monotonic()
                return mirror
        mirror = Mirror()
        for event in self._queue.told(identity):
            mirror.append(event, last=is_last(event))
        if mirror.closed:
            return mirror
        with self._lock:
            mirror = self._mirrors.setdefault(identity, mirror)
        self._queue.wake(self._name)
        return mirror

    def _read(self) -> None:
        try:
            self._say()
            with self._lock:
                if self._cutting:
                    for mirror in self._mirrors.values():
                        mirror.end()
                    self._mirrors.clear()
                for identity in [each for each, mirror in self._mirrors.items() if mirror.is_idle]:
                    del self._mirrors[identity]
                after = {identity: len(mirror.events) for identity, mirror in self._mirrors.items()}
            found, self._seen = self._queue.read(after, self._name, self._seen, BLOCK_SECONDS)
        except RedisError as error:
            log.warning("no bars can be read: %s", error)
            time.sleep(RETRY_SECONDS)
            return
        for identity, events in found.items():
            mirror = self._mirrors[identity]
            for event in events:
                mirror.append(event, last=is_last(event))
            if mirror.closed:
                with self._lock:
                    self._mirrors.pop(identity, None)

    def _say(self) -> None:
        """Say which jobs somebody listens to."""
        if time.monotonic() - self._said > HEARD_SECONDS:
            self._said = time.monotonic()
            with self._lock:
                heard = [identity for identity, mirror in self._mirrors.items() if mirror.listeners]
            if heard:
                self._queue.heard(heard)
