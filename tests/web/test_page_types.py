"""The page's types of what goes over the wire are those of the OpenAPI document, and what is sent is of these types.

With SIDEMAN_WRITE_GOLDEN set, this writes ``frontend/src/wire.ts``.
"""

from __future__ import annotations

import os
from pathlib import Path

import httpx
from tests.web.conftest import LONG, create, heard, listen
from tests.web.typescript import typescript

from sideman.web.document import EVENTS

TYPES = Path(__file__).parents[2] / "frontend/src/wire.ts"


def test_the_pages_types_are_those_of_the_document(browser: httpx.Client) -> None:
    text = typescript(browser.get("/api/openapi.json").json())
    if os.environ.get("SIDEMAN_WRITE_GOLDEN"):
        TYPES.write_text(text, "utf-8")
    assert TYPES.read_text("utf-8") == text, "run this test with SIDEMAN_WRITE_GOLDEN=1"


def test_events_are_of_the_types_of_the_document(browser: httpx.Client) -> None:
    told = listen(browser, create(browser)["id"])
    identity = create(browser, LONG, takes=8)["id"]
    with browser.stream("GET", f"/api/arrangements/{identity}/events") as response:
        events = heard(response.iter_lines())
        told.append(next(events))
        browser.delete(f"/api/arrangements/{identity}")
        told += events
    assert {"bar", "progress", "done", "stopped"} == {event.kind for event in told}
    for event in told:
        assert EVENTS[event.kind].model_validate(event.data).model_dump(mode="json", exclude_unset=True) == event.data
