"""Engines that all tests of a process share, each test with a database, a Redis and a bucket folder of its own."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator

import pytest
from tests.web.conftest import model, weights  # noqa: F401 - fixtures
from tests.web.scale.engines import Bucket, Engine, Postgres, Redis, folder, free_port

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
