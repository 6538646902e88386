"""The OpenAPI document is true: whatever it allows is asked, and every answer is one that it names."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from tests.web.conftest import Server, compose

# Not every text is a chord, and no schema says which are; not every id is one of a piece.
CHECKS = {
    "positive_data_acceptance": {"expected-statuses": ["2xx", "404", "409", "422"]},
    "negative_data_rejection": {"expected-statuses": ["400", "404", "413", "422"]},
}
EXAMPLES = int(os.environ.get("SIDEMAN_API_EXAMPLES", "2"))  # of each operation and mode
SECONDS = 120.0  # to answer; files of sound take their time on a busy machine


@pytest.fixture(scope="module")
def owner(server: Server) -> Iterator[httpx.Client]:
    """Somebody with a finished piece."""
    with server.browser() as browser:
        compose(browser, "C:4", seed=1, tempo=400, tracks=["piano", "drums"])
        yield browser


@pytest.mark.slow
@pytest.mark.parametrize("name", ["positive", "negative"])
def test_every_answer_is_in_the_document(server: Server, owner: httpx.Client, name: str) -> None:
    import schemathesis  # only one of the processes that collect this needs it
    from schemathesis.generation import GenerationMode

    mode = GenerationMode(name)
    config = schemathesis.Config.from_dict({"checks": CHECKS})
    document = schemathesis.openapi.from_url(f"{server.url}/api/openapi.json", config=config)
    identity = owner.get("/api/arrangements").json()["arrangements"][0]["id"]
    results: list[Any] = [*document.get_all_operations()]
    operations = [result.ok() for result in results]  # fails where the document is wrong
    assert len(operations) == 33
    for operation in operations:
        if mode is GenerationMode.NEGATIVE and not (operation.body or operation.query):
            continue  # every text is an id

        @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case: schemathesis.Case[Any]) -> None:
            case.call_and_validate(timeout=SECONDS)
            if case.path_parameters and case.method == "GET":  # the same of a piece that is there
                case.path_parameters["identity"] = identity
                case.cookies = dict(owner.cookies)
                case.call_and_validate(timeout=SECONDS)

        ask()


def test_every_route_is_told_to_people(browser: httpx.Client) -> None:
    text = (Path(__file__).parents[2] / "docs/server.md").read_text("utf-8")
    for path, operations in browser.get("/api/openapi.json").json()["paths"].items():
        for method in operations:
            assert f"| `{method.upper()} {path}` |" in text


def test_the_document_has_every_route_and_only_our_form_of_errors(browser: httpx.Client) -> None:
    document = browser.get("/api/openapi.json").json()
    assert "HTTPValidationError" not in document["components"]["schemas"]
    for path, operations in document["paths"].items():
        for operation in operations.values():
            assert operation.get("description"), path
            for status, answer in operation["responses"].items():
                if status.startswith(("4", "5")) and status != "416":
                    assert list(answer["content"]) == ["application/problem+json"], (path, status)
