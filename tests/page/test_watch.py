"""The watch over all these tests: that it sees what a page must not do."""

from __future__ import annotations

import re

import pytest
from tests.page.conftest import Visit, Watch


@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        pytest.param("console.error('no')", "console: no", id="error"),
        pytest.param("setTimeout(() => { throw new Error('broken'); })", "exception: .*broken", id="exception"),
        pytest.param(
            "document.head.append(Object.assign(document.createElement('script'), { textContent: '1' }))",
            "policy: script-src-elem inline",
            id="inline script",
        ),
        pytest.param("document.body.setAttribute('style', 'color: red')", "policy: style-src-attr", id="inline style"),
        pytest.param("fetch('http://127.0.0.1:9/').catch(() => 0)", "policy: connect-src", id="another host"),
        pytest.param("fetch('/api/no-such-thing')", "status of 404", id="request that is refused"),
    ],
)
def test_is_noticed(visit: Visit, watch: Watch, script: str, complaint: str) -> None:
    page = visit()
    assert watch.complaints == []
    page.evaluate(f"() => {{ {script}; }}")
    page.wait_for_timeout(300)
    assert [line for line in watch.complaints if re.search(complaint, line)]
    watch.allow(complaint)
    watch.allow("Content Security Policy|Failed to fetch|Refused")  # the browser's own words on the same
    assert watch.complaints == []
