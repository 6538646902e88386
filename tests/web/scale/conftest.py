"""Engines that all tests of a process share, each test with a database, a Redis and a bucket folder of its own."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.web.conftest import LAX, TLS, Server, model, wait_until, weights  # noqa: F401 - fixtures
from tests.web.scale.engines import Bucket, Engine, Postgres, Redis, folder, free_port

from sideman import Model
from sideman.web.settings import Settings

if TYPE_CHECKING:
    from sideman.web.scale.worker import Worker

Work = Callable[..., AbstractContextManager["Worker"]]

for name in ("alembic", "obstore", "pg8000", "redis", "sqlalchemy"):
    pytest.importorskip(name, reason="it needs the extra: pip install -e .[scale]")


def _running(engine: Engine, *folders: object) -> Iterator[Engine]:
    engine.start()
    yield engine
    engine.end()
    for each in folders:
        shutil.rmtree(str(each), ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Engine]:
    home = folder("postgres")
    yield from _running(Postgres(home, free_port()), home)


@pytest.fixture(scope="session")
def redis_server() -> Iterator[Engine]:
    home = folder("redis")
    yield from _running(Redis(home, free_port()), home)


@pytest.fixture(scope="session")
def bucket() -> Iterator[Engine]:
    home = folder("bucket")
    yield from _running(Bucket(home, free_port()), home)


@pytest.fixture
def database(postgres: Postgres) -> str:
    """The URL of an empty database."""
    return postgres.create(f"test_{secrets.token_hex(4)}")


@pytest.fixture
def redis_url(redis_server: Redis) -> str:
    """The URL of a Redis that is empty."""
    from redis import Redis as Client

    with Client.from_url(redis_server.url) as client:
        client.flushall()
    return redis_server.url


@pytest.fixture
def shared(redis_url: str, database: str, bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Settings of all processes."""
    for name, value in bucket.environment.items():
        monkeypatch.setenv(name, value)
    return LAX | {"redis": redis_url, "database": database, "files": f"{bucket.url}/{database[-8:]}", "grace": 0.0}


@pytest.fixture
def work(shared: dict[str, Any], model: Model) -> Work:  # noqa: F811 - the fixture
    """A worker in this process."""
    from sideman.web.scale.assembling import working

    return lambda **more: working(Settings.read(**shared | more), model)


@pytest.fixture
def webs(shared: dict[str, Any], model: Model) -> Iterator[list[Server]]:  # noqa: F811 - the fixture
    """Two processes that answer, as threads of this one."""
    servers = [Server(Settings.read(**shared), model) for _ in range(2)]
    yield servers
    for server in servers:
        server.stop()


def ready(server: Server) -> None:
    """Wait until somebody composes for it."""
    wait_until(lambda: httpx.get(f"{server.url}/api/health", verify=TLS).is_success)
