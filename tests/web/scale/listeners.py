"""People who have pieces composed and listen to them, whatever breaks: each bar once, in order, the right one."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
from tests.web.conftest import TLS

from sideman import Model
from sideman.arranging import Arrangement
from sideman.web.jobs import bar_event
from sideman.web.schemas import ArrangementRequest

RETRY_SECONDS = 0.3
PATIENCE_SECONDS = 300.0  # that somebody waits for the next event; then it is lost


def bars_of(request: dict[str, Any], model: Model) -> dict[tuple[int, int], str]:
    """What this process composes for a request: the bars by take and number."""
    from sideman.arranging import Plan

    read = ArrangementRequest.model_validate(request)
    arrangement = Arrangement(Plan(read.read(), read.arrange_options()), model)
    return {(bar.take, bar.number): bar_event(bar).data for bar in arrangement}


@dataclass
class Heard:
    """What one listener heard of one piece."""

    identity: str = ""
    numbers: list[int] = field(default_factory=list)
    bars: list[tuple[int, int]] = field(default_factory=list)
    last: str = ""
    detail: str = ""
    differs: int = 0
    breaks: int = 0
    refused: int = 0
    asked: float = 0.0
    first: float | None = None  # seconds until the first bar
    gaps: list[float] = field(default_factory=list)  # seconds between bars
    seconds: float = 0.0

    def faults(self, wanted: dict[tuple[int, int], str]) -> list[str]:
        """What is not as it should be."""
        said = []
        if self.last != "done":
            said.append(f"ended with {self.last or 'nothing'} {self.detail}")
        if self.numbers != [*range(1, len(self.numbers) + 1)]:
            said.append(f"events {self.numbers}")
        if sorted(self.bars) != sorted(wanted):
            said.append(f"{len(self.bars)} bars, of {len(wanted)}")
        if self.differs:
            said.append(f"{self.differs} bars are other music")
        return [f"piece {self.identity[:8]}: {each}" for each in said]


async def listen(
    urls: Sequence[str], request: dict[str, Any], wanted: dict[tuple[int, int], str], limits: httpx.Limits
) -> Heard:
    """Have a piece composed and hear it to its end, at whichever process answers."""
    heard = Heard(asked=time.monotonic())
    async with httpx.AsyncClient(timeout=httpx.Timeout(10, read=25), limits=limits, verify=TLS) as browser:
        while not heard.identity:
            heard.asked = time.monotonic()
            try:
                answer = await browser.post(f"{random.choice(urls)}/api/arrangements", json=request)
            except httpx.TransportError:
                heard.breaks += 1
                await asyncio.sleep(RETRY_SECONDS)
                continue
            if answer.status_code == 202:
                heard.identity = answer.json()["id"]
            else:
                heard.refused += 1
                assert answer.status_code in (429, 500, 502, 503), answer.text
                await asyncio.sleep(RETRY_SECONDS)
        news = time.monotonic()
        while not heard.last and time.monotonic() - news < PATIENCE_SECONDS:
            before = len(heard.numbers)
            try:
                await _follow(browser, random.choice(urls), heard, wanted)
            except httpx.TransportError:
                heard.breaks += 1
            if len(heard.numbers) > before:
                news = time.monotonic()
            if not heard.last:
                await asyncio.sleep(RETRY_SECONDS)
    heard.seconds = time.monotonic() - heard.asked
    return heard


async def _follow(browser: httpx.AsyncClient, url: str, heard: Heard, wanted: dict[tuple[int, int], str]) -> None:
    after = {"Last-Event-ID": str(heard.numbers[-1])} if heard.numbers else {}
    path = f"{url}/api/arrangements/{heard.identity}/events"
    previous = time.monotonic()
    async with browser.stream("GET", path, headers=after) as stream:
        if stream.status_code != 200:
            heard.refused += 1
            if stream.status_code == 404:
                heard.last, heard.detail = "404", "it is not known"
            return
        fields: dict[str, str] = {}
        async for line in stream.aiter_lines():
            if line:
                name, _, value = line.partition(": ")
                fields[name] = value
                continue
            if "id" in fields and int(fields["id"]):
                heard.numbers.append(int(fields["id"]))
                if fields["event"] == "bar":
                    bar = json.loads(fields["data"])
                    place = bar["take"], bar["bar"]
                    heard.bars.append(place)
                    heard.differs += wanted.get(place) != fields["data"]
                    now = time.monotonic()
                    if heard.first is None:
                        heard.first = now - heard.asked
                    else:
                        heard.gaps.append(now - previous)
                    previous = now
                else:
                    heard.last, heard.detail = fields["event"], fields["data"]
            fields = {}
