"""The watch over all these tests: that it sees what a page must not do."""

from __future__ import annotations

import re

from tests.page.conftest import Visit, Watch

NOTICED = {  # by its complaint
    "console: no": "console.error('no')",
    "exception: .*broken": "setTimeout(() => { throw new Error('broken'); })",
    "policy: script-src-elem inline": (
        "document.head.append(Object.assign(document.createElement('script'), { textContent: '1' }))"
    ),
    "policy: style-src-attr": "document.body.setAttribute('style', 'color: red')",
    "policy: connect-src": "fetch('http://127.0.0.1:9/').catch(() => 0)",  # another host
    "status of 404": "fetch('/api/no-such-thing')",
}


def test_is_noticed(visit: Visit, watch: Watch) -> None:
    page = visit()
    for complaint, script in NOTICED.items():
        assert watch.complaints == [], complaint
        page.evaluate(f"() => {{ {script}; }}")
        page.wait_for_timeout(300)
        assert [line for line in watch.complaints if re.search(complaint, line)], complaint
        watch.allow(complaint)
        watch.allow("Content Security Policy|Failed to fetch|Refused")  # the browser's own words on the same
    assert watch.complaints == []
