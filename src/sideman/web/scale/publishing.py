"""What a worker tells of its jobs: bars go to Redis as they are composed, by a thread of their own. Knows no music.

A job that another worker had begun has bars that were told: they are composed again, must be the same, and are not told
again. While Redis is away bars wait here; composing goes on.
"""

from __future__ import annotations

import contextlib
import json
import logging
import threading
import time
from collections.abc import Iterable

from redis.exceptions import RedisError

from sideman.web.events import Event, Listened
from sideman.web.scale.queue import Claim, RedisQueue

RETRY_SECONDS = 0.1
POLL_SECONDS = 0.5

log = logging.getLogger(__name__)


class PublishedLog(Listened):
    """The events of a claimed job; those that were ``told`` before come first. ``is_lost``: another worker has it."""

    def __init__(self, claim: Claim, told: Iterable[Event], publisher: Publisher) -> None:
        super().__init__()
        self.events = list(told)
        self.claim = claim
        self.sent = len(self.events)
        self.is_lost = False
        self.differs = False
        self.has_begun, self.begin_sent = False, False
        self._known = {_place(event): event.data for event in self.events}
        self._ahead = {*self._known}  # of who composes them again
        self.catches_up = bool(self._ahead)
        self._publisher = publisher

    def append(self, event: Event, *, last: bool = False) -> None:
        """See :class:`EventLog`. A last event is told by who ends the job, not here."""
        place = _place(event) if self._known else ()
        known = self._known.get(place)
        if known is not None:
            self._ahead.discard(place)
            self.catches_up = bool(self._ahead)
            self.differs = self.differs or known != event.data
            return
        super().append(event, last=last)
        self._publisher.notify(self)

    def begin(self) -> None:
        """See :class:`EventLog`."""
        self.has_begun = True
        self._publisher.notify(self)

    @property
    def is_sent(self) -> bool:
        """Whether all was told."""
        return self.sent == len(self.events)


class Publisher:
    """The thread that tells Redis."""

    def __init__(self, queue: RedisQueue) -> None:
        self._queue = queue
        self._changed = threading.Condition()
        self._waiting: dict[PublishedLog, None] = {}
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="publishing", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End; what was not told is not."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._thread.join()

    def notify(self, told: PublishedLog) -> None:
        """There is more to tell."""
        with self._changed:
            self._waiting[told] = None
            self._changed.notify_all()

    def flush(self, told: PublishedLog) -> bool:
        """Wait until all of a job was told; False where it is another worker's, or this one ends."""
        with self._changed:
            while not (told.is_sent or told.is_lost or self._stopping):
                self._changed.wait(POLL_SECONDS)
            return told.is_sent and not told.is_lost

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._waiting and not self._stopping:
                    self._changed.wait()
                if self._stopping:
                    return
                waiting = [*self._waiting]
                self._waiting.clear()
            for each in waiting:
                self._send(each)

    def _send(self, told: PublishedLog) -> None:
        if told.has_begun and not told.begin_sent:
            with contextlib.suppress(RedisError):  # what is told says so, too
                told.begin_sent = self._queue.note(told.claim, begun="1")
        events, _ = told.since(told.sent)
        while events and not told.is_lost and not self._stopping:
            try:
                is_held = self._queue.append(told.claim, told.sent + 1, events)
            except RedisError as error:
                log.warning("bars wait until they can be told: %s", error)
                time.sleep(RETRY_SECONDS)
                continue
            with self._changed:
                if is_held:
                    told.sent += len(events)
                else:
                    told.is_lost = True
                self._changed.notify_all()
            return


def _place(event: Event) -> tuple[object, ...]:
    """Which bar of a piece this is."""
    data = json.loads(event.data)
    return event.kind, data.get("take"), data.get("bar"), data.get("candidate")
