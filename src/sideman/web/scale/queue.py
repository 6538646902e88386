"""Work for all processes, in Redis: who composes what, until when, and what was told of it. Knows jobs; no music.

A job is claimed for some seconds, and for more of them as long as its worker says so. One whose worker says nothing any
more is claimed by another one. Every claim has a token; what comes with an older one is refused. Events have numbers
from 1 on: one that is there already is not told again.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

from redis import Redis
from redis.backoff import ExponentialBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from sideman.errors import DataError
from sideman.web.events import Event
from sideman.web.scale import scripts

PREFIX = "sideman:"
ENDINGS = ("done", "stopped", "error")  # kinds of last events
TOLD_SECONDS = 600  # for which an ended piece's events are still in Redis
WORKER_SECONDS = 15  # after which a worker that says nothing is none
TIMEOUT_SECONDS = 5.0
WAKE_SECONDS = 3_600
UNLIMITED = -1


class Claim(NamedTuple):
    """A job that is a worker's: its id, the token that proves it, and how often it was tried with this time."""

    id: str
    token: str
    attempt: int


class Held(NamedTuple):
    """What became of a worker's job: whether it is its own still, is wanted, and for how long nobody asked for it."""

    is_held: bool
    is_wanted: bool
    unheard: float


@dataclass(frozen=True)
class Limits:
    """How many takes may wait, of all and of one session; none where negative."""

    waiting: int = UNLIMITED
    session: int = UNLIMITED


class Busy(Exception):  # noqa: N818 - it is no error
    """Too much is under way: of the session ``mine`` takes, or, where that is None, of all."""

    def __init__(self, mine: int | None) -> None:
        super().__init__(mine)
        self.mine = mine


class RedisQueue:
    """Jobs, their leases and their events. May be called by any thread; raises :class:`RedisError` without Redis."""

    def __init__(self, url: str) -> None:
        self.redis = connect(url)
        self._enqueue = self._script(scripts.ENQUEUE)
        self._claim = self._script(scripts.CLAIM)
        self._renew = self._script(scripts.RENEW)
        self._append = self._script(scripts.APPEND)
        self._finish = self._script(scripts.FINISH)
        self._release = self._script(scripts.RELEASE)
        self._note = self._script(scripts.NOTE)
        self._pardon = self._script(scripts.PARDON)
        self._drop = self._script(scripts.DROP)
        self._heard = self._script(scripts.HEARD)
        self._lead = self._script(scripts.LEAD)

    def _script(self, text: str) -> Any:  # noqa: ANN401 - redis' own
        return self.redis.register_script(scripts.COMMON + text)

    # For who asks

    def put(
        self, identity: str, fit: str, session: str, size: int, limits: Limits, redo: str = "", **fields: str
    ) -> bool:
        """Have a job done by a worker that fits; False where it is under way already.

        ``redo`` names a piece of which one job at a time may change something. Raises :class:`Busy`.
        """
        flat = [text for entry in fields.items() for text in entry]
        said = self._enqueue(args=[identity, fit, session, size, limits.waiting, limits.session, redo, *flat])
        if said == "busy":
            raise Busy(None)
        if said.startswith("mine"):
            raise Busy(int(said.split()[1]))
        return bool(said == "ok")

    def drop(self, identity: str, last: Event) -> None:
        """Nobody wants a job any more. One that waits is gone, with a last event; else its worker hears of it."""
        self._drop(args=[identity, last.kind, last.data, TOLD_SECONDS])

    def heard(self, identities: Iterable[str]) -> None:
        """Somebody wants to hear of these."""
        self._heard(args=[*identities])

    def job(self, identity: str) -> dict[str, str]:
        """What is known of a job; nothing where there is none."""
        return cast("dict[str, str]", self.redis.hgetall(f"{PREFIX}job:{identity}"))

    def redo(self, piece: str) -> str | None:
        """The id of the last change to a piece."""
        return cast("str | None", self.redis.get(f"{PREFIX}redo:{piece}"))

    def forget_redo(self, piece: str) -> None:
        """Tell nobody of the last change to a piece any more."""
        self.redis.delete(f"{PREFIX}redo:{piece}")

    def waiting(self, fit: str) -> int:
        """How many takes wait for a worker that fits."""
        return int(cast("str | None", self.redis.hget(f"{PREFIX}takes", fit)) or 0)

    def fits(self) -> set[str]:
        """All kinds of workers that work was ever put for."""
        return cast("set[str]", self.redis.smembers(f"{PREFIX}fits"))

    # For who composes

    def claim(self, fit: str, name: str, lease: float, least: float = 0.0, *, begins: bool = True) -> Claim | None:
        """The next job that fits, for ``lease`` seconds; one that waited ``least`` seconds.

        Unless it ``begins`` at once, its worker's end is not held against it before :meth:`note` says that it is begun.
        """
        token = f"{name}:{secrets.token_hex(8)}"
        found = self._claim(args=[fit, token, int(lease * 1000), int(least * 1000), int(begins)])
        return None if not found else Claim(found[0], token, int(found[1]))

    def renew(self, claims: Sequence[Claim], lease: float) -> list[Held]:
        """Keep jobs for so many seconds more."""
        told = self._renew(args=[int(lease * 1000), *(text for claim in claims for text in (claim.id, claim.token))])
        return [
            Held(state > 0, state != 2, heard / 1000)  # noqa: PLR2004 - the script's own
            for state, heard in zip(told[::2], told[1::2], strict=True)
        ]

    def append(self, claim: Claim, first: int, events: Iterable[Event]) -> bool:
        """Tell events, of which the first has this number; False where the job is another worker's."""
        flat = [text for event in events for text in event]
        return bool(self._append(args=[claim.id, claim.token, first, *flat]))

    def pardon(self, claim: Claim) -> None:
        """A worker lives whose job became another's: whatever made it late, it was not the job that ended it."""
        self._pardon(args=[claim.id])

    def note(self, claim: Claim, **fields: str) -> bool:
        """Say more about a job; False where it is another worker's."""
        return bool(self._note(args=[claim.id, claim.token, *(text for entry in fields.items() for text in entry)]))

    def finish(self, claim: Claim, number: int, last: Event) -> bool:
        """Tell the last event of a job, which is over then; False where it is another worker's."""
        return bool(self._finish(args=[claim.id, claim.token, number, last.kind, last.data, TOLD_SECONDS]))

    def release(self, claim: Claim, *, counts: bool) -> bool:
        """Let others do a job, the next thing; whether this attempt ``counts``. False where it is another worker's."""
        return bool(self._release(args=[claim.id, claim.token, int(counts)]))

    def wait(self, fits: Iterable[str], since: dict[str, str], seconds: float) -> None:
        """Wait until there may be work that fits, or for so long; ``since`` says what was seen of it."""
        streams: dict[Any, Any] = {f"{PREFIX}news:{fit}": since.get(f"{PREFIX}news:{fit}", "$") for fit in fits}
        for name, entries in cast("list[Any]", self.redis.xread(streams, block=max(1, int(seconds * 1000))) or []):
            since[name] = entries[-1][0]

    def lead(self, what: str, name: str, seconds: float) -> bool:
        """Whether this process is the one that does ``what``, for so many seconds."""
        return bool(self._lead(args=[f"leader:{what}", name, int(seconds * 1000)]))

    # Workers

    def present(self, name: str, fits: Iterable[str], about: Mapping[str, str]) -> None:
        """A worker is there."""
        with self.redis.pipeline(transaction=False) as line:
            line.hset(f"{PREFIX}worker:{name}", mapping={**about, "fits": " ".join(fits)})
            line.expire(f"{PREFIX}worker:{name}", WORKER_SECONDS)
            line.sadd(f"{PREFIX}workers", name)
            line.execute()

    def absent(self, name: str) -> None:
        """A worker is gone."""
        self.redis.delete(f"{PREFIX}worker:{name}")
        self.redis.srem(f"{PREFIX}workers", name)

    def workers(self) -> dict[str, dict[str, str]]:
        """All that are there, by name."""
        found = {}
        for name in sorted(cast("set[str]", self.redis.smembers(f"{PREFIX}workers"))):
            about = cast("dict[str, str]", self.redis.hgetall(f"{PREFIX}worker:{name}"))
            if about:
                found[name] = about
            else:
                self.redis.srem(f"{PREFIX}workers", name)
        return found

    # Events

    def told(self, identity: str) -> list[Event]:
        """The events of a job so far."""
        return [_event(fields) for _, fields in cast("list[Any]", self.redis.xrange(f"{PREFIX}bars:{identity}"))]

    def read(
        self, after: Mapping[str, int], wake: str, seen: str, seconds: float
    ) -> tuple[dict[str, list[Event]], str]:
        """The events of some jobs after these numbers, once there are some, or somebody calls :meth:`wake`.

        With them comes what to give for ``seen`` next time.
        """
        streams: dict[Any, Any] = {f"{PREFIX}wake:{wake}": seen}
        streams |= {f"{PREFIX}bars:{identity}": f"{number}-0" for identity, number in after.items()}
        found: dict[str, list[Event]] = {}
        for name, entries in cast("list[Any]", self.redis.xread(streams, block=int(seconds * 1000)) or []):
            if name == f"{PREFIX}wake:{wake}":
                seen = entries[-1][0]
            else:
                found[name.removeprefix(f"{PREFIX}bars:")] = [_event(fields) for _, fields in entries]
        return found, seen

    def wake(self, name: str) -> None:
        """Let who reads look again which jobs it reads of."""
        with self.redis.pipeline(transaction=False) as line:
            line.xadd(f"{PREFIX}wake:{name}", {"n": "1"}, maxlen=1)
            line.expire(f"{PREFIX}wake:{name}", WAKE_SECONDS)
            line.execute()

    def check(self) -> None:
        """Raises :class:`DataError` where Redis can't be used."""
        try:
            self.redis.ping()
        except RedisError as error:
            raise DataError(f"cannot use --redis: {error}") from error

    def close(self) -> None:
        """No call comes after this one."""
        self.redis.close()


def connect(url: str) -> Redis:
    """Connections to Redis. Raises :class:`DataError` where the URL can't be read."""
    try:
        return Redis.from_url(
            url,
            decode_responses=True,
            socket_connect_timeout=TIMEOUT_SECONDS,
            socket_timeout=TIMEOUT_SECONDS,
            socket_keepalive=True,
            health_check_interval=15,
            retry=Retry(ExponentialBackoff(0.5, 0.02), 3),
        )
    except ValueError as error:
        raise DataError("cannot read --redis: give redis://host:6379/0") from error


def is_last(event: Event) -> bool:
    """Whether none comes after it."""
    return event.kind in ENDINGS


def _event(fields: Mapping[str, str]) -> Event:
    return Event(fields["kind"], fields["data"])


class Repeating:
    """A thread that does something again and again until it is stopped, whatever fails."""

    def __init__(self, name: str, work: Any, seconds: float) -> None:  # noqa: ANN401 - without arguments and answer
        self._stopping = threading.Event()
        self._work, self._seconds = work, seconds
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, after what is being done."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._work()
            self._stopping.wait(self._seconds)
