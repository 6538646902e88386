"""Whatever is killed while pieces are composed: each ends whole, and each listener hears each bar once, in order.

``benchmarks/scale.py`` does the same for longer, with more of everything.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.web.scale.cluster import LEASE, Cluster
from tests.web.scale.listeners import Heard, bars_of, listen

from sideman import Model

LONG = "|".join(["C:4", "Am:4", "F:4", "G7:4"] * 20)
PEOPLE = 3


@pytest.mark.slow
def test_everything_is_killed_once(tmp_path: Path, weights: Path) -> None:
    requests: list[dict[str, Any]] = [
        {"progression": LONG, "seed": seed, "takes": 1 + seed % 2} for seed in range(PEOPLE)
    ]
    model = Model.load(weights)  # as the file has it: of half precision
    wanted = [bars_of(request, model) for request in requests]
    cluster = Cluster(tmp_path, weights=weights, arrangements_per_minute=1000, requests_per_minute=10_000)
    with cluster.running(webs=2, workers=2):
        heard = asyncio.run(_disturbed(cluster, requests, wanted))
        words = "".join(process.words for process in (*cluster.webs, *cluster.workers))
    assert [fault for each, bars in zip(heard, wanted, strict=True) for fault in each.faults(bars)] == []
    assert "Traceback" not in words


async def _disturbed(
    cluster: Cluster, requests: list[dict[str, Any]], wanted: list[dict[tuple[int, int], str]]
) -> list[Heard]:
    limits = httpx.Limits()

    async def everybody() -> list[Heard]:
        return await asyncio.gather(
            *(listen(cluster.urls, *each, limits) for each in zip(requests, wanted, strict=True))
        )

    frozen = cluster.workers[0]
    disturbances: list[Callable[[], Any]] = [
        cluster.workers[1].kill,
        lambda: cluster.crash(cluster.redis),
        cluster.webs[0].kill,
        lambda: frozen.signal(signal.SIGSTOP),
        lambda: cluster.crash(cluster.postgres),
    ]
    listening = asyncio.ensure_future(everybody())
    for disturb in disturbances:
        await asyncio.sleep(LEASE / 3)
        await asyncio.to_thread(disturb)
    await asyncio.sleep(1.5 * LEASE)
    frozen.signal(signal.SIGCONT)
    return await _in_time(listening)


async def _in_time(listening: Awaitable[list[Heard]]) -> list[Heard]:
    return await asyncio.wait_for(listening, 300)
