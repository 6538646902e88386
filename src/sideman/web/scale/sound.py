"""Sound that workers make for processes that only answer. Knows jobs and files; no requests, no notes."""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
import threading
import time
from http import HTTPStatus

from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from sideman.errors import SidemanError
from sideman.web.downloads import BUSY_SECONDS, Downloads
from sideman.web.events import Event
from sideman.web.problems import Problem
from sideman.web.rendering import Asked
from sideman.web.scale.queue import Busy, Claim, Limits, RedisQueue, Repeating, is_last
from sideman.web.scale.work import SOUND, sound_fit
from sideman.web.sessions import Session
from sideman.web.settings import Settings
from sideman.web.store import Piece

POLL_SECONDS = 0.05
LONGEST_SECONDS = 300.0  # that a client waits
WAIT_SECONDS = 1.0
RETRY_SECONDS = 1.0
UNMADE = "the file could not be made: take MIDI, or tell who runs this server, whose log says why"

log = logging.getLogger(__name__)


class RemoteRenderer:
    """A :class:`~sideman.web.rendering.Renderer` that asks workers, once for a file, however many ask for it."""

    def __init__(self, settings: Settings, queue: RedisQueue) -> None:
        self._settings = settings
        self._queue = queue

    def render(self, piece: Piece, name: str, asked: Asked) -> None:
        """See :class:`~sideman.web.rendering.Renderer`."""
        identity = f"{SOUND}.{piece.id}.{hashlib.sha256(name.encode()).hexdigest()[:16]}"
        try:
            limits = Limits(self._settings.max_waiting, self._settings.max_unfinished)
            fields = {"kind": SOUND, "piece": piece.id, "of": piece.session, "request": json.dumps(asked.json)}
            self._queue.put(identity, sound_fit(), f"{SOUND}/{piece.session}", 1, limits, **fields)
            last = self._wait(identity)
        except (Busy, RedisError) as error:
            detail = "too many audio files are made at the moment: try again"
            raise Problem(HTTPStatus.TOO_MANY_REQUESTS, "busy", detail, BUSY_SECONDS) from error
        if last is None or last.kind != "done":
            about = {} if last is None else json.loads(last.data)
            status, kind = about.get("status", HTTPStatus.INTERNAL_SERVER_ERROR), about.get("problem", "rendering")
            raise Problem(status, kind, about.get("detail", UNMADE))

    def _wait(self, identity: str) -> Event | None:
        deadline = time.monotonic() + LONGEST_SECONDS
        while self._queue.job(identity):
            if time.monotonic() > deadline:
                detail = "this file takes long: ask for it again in a while"
                raise Problem(HTTPStatus.TOO_MANY_REQUESTS, "busy", detail, BUSY_SECONDS)
            time.sleep(POLL_SECONDS)
        events = [event for event in self._queue.told(identity) if is_last(event)]
        return events[-1] if events else None


class SoundWorker:
    """Makes the files that others were asked for, ``settings.renderings`` at a time."""

    def __init__(self, settings: Settings, queue: RedisQueue, downloads: Downloads) -> None:
        self._settings = settings
        self._queue = queue
        self._downloads = downloads
        self._name = secrets.token_hex(4)
        self._claims: set[Claim] = set()
        self._lock = threading.Lock()
        self._threads = [Repeating(f"sound {number}", self._make_next, 0.0) for number in range(settings.renderings)]
        self._beating = Repeating("sound beating", self._beat, settings.lease / 4)
        self._seen: dict[str, str] = {}

    def start(self) -> None:
        """Begin."""
        for thread in (*self._threads, self._beating):
            thread.start()

    def stop(self) -> None:
        """End, when what is being made is."""
        for thread in (*self._threads, self._beating):
            thread.stop()

    def _make_next(self) -> None:
        try:
            claim = self._queue.claim(sound_fit(), self._name, self._settings.lease)
            if claim is None:
                self._queue.wait([sound_fit()], {}, WAIT_SECONDS)
                return
        except RedisError as error:
            log.warning("no sound can be asked for: %s", error)
            time.sleep(RETRY_SECONDS)
            return
        with self._lock:
            self._claims.add(claim)
        try:
            self._end(claim, self._make(claim))
        except (RedisError, SQLAlchemyError, OSError) as error:  # another one makes it when the lease is over
            log.warning("a file can't be made yet: %s", error)
            time.sleep(RETRY_SECONDS)
        finally:
            with self._lock:
                self._claims.discard(claim)

    def _make(self, claim: Claim) -> Event:
        if claim.attempt > self._settings.tries:
            log.error("a file of sound failed too often")
            return _problem(Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "rendering", UNMADE))
        job = self._queue.job(claim.id)
        try:
            asked = Asked.read(json.loads(job["request"]))
            begin = time.monotonic()
            self._downloads.made(Session(job["of"], ""), job["piece"], asked)
        except Problem as problem:
            return _problem(problem)
        except SidemanError as error:
            return _problem(Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "option", str(error)))
        milliseconds = round((time.monotonic() - begin) * 1000)
        log.info("sound made", extra={"piece": job["piece"][:8], "milliseconds": milliseconds})
        return Event.of("done", {})

    def _end(self, claim: Claim, last: Event) -> None:
        self._queue.finish(claim, len(self._queue.told(claim.id)) + 1, last)

    def _beat(self) -> None:
        with self._lock:
            claims = [*self._claims]
        try:
            if claims:
                self._queue.renew(claims, self._settings.lease)
        except RedisError as error:
            log.warning("sound can't be kept to be made: %s", error)


def _problem(problem: Problem) -> Event:
    return Event.of("error", {"status": int(problem.status), "problem": problem.kind, "detail": problem.detail})
