"""The page as people meet it: a real browser, a server of its own with the model of the package, and nothing else."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect, sync_playwright
from tests.page import chromium, instruments
from tests.page.serving import serve
from tests.page.studio import Studio

from sideman.web.page import FOLDER, INDEX

MILLISECONDS = 60_000.0  # for anything that a test waits for; a busy machine is no failure
SEED = 2
SAVE_DATA = "Object.defineProperty(navigator, 'connection', { value: { saveData: true } })"
NO_WORKER = "Service Worker registration blocked"  # as visits ask for it
POLICY_WATCH = """
addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sourceFile, lineNumber }) =>
  console.error(`policy: ${violatedDirective} ${blockedURI} ${sourceFile}:${lineNumber}`));
"""


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist looks at the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Two processes at most have a browser, of half of the modules each: more would keep each other from playing."""
    modules = sorted(Path(__file__).parent.glob("test_*.py"))
    for item in items:
        if item.path in modules:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group(f"browser {modules.index(item.path) % 2}"))


@pytest.fixture(scope="session")
def executable() -> str:
    """The browser's path. Skips, and says what to do, where there is none or no page to show."""
    if not (FOLDER / INDEX).is_file():
        pytest.skip("THE PAGE IS NOT BUILT, so nothing of it was tested: script/setup says why it could not be")
    path = chromium.find()
    if path is None:
        pytest.skip(
            "NO CHROMIUM ON THIS MACHINE, so nothing of the page was tested: install it (Debian: apt install chromium; "
            f"elsewhere: .venv/bin/playwright install chromium), or name it: {chromium.VARIABLE}=/path/to/chromium"
        )
    return path


@pytest.fixture(scope="session")
def server(executable: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server, in a process of its own, with a data folder of its own."""
    assert executable
    with serve(tmp_path_factory.mktemp("server")) as address:
        yield address


@pytest.fixture(scope="module")
def browser(executable: str) -> Iterator[Browser]:
    """Not for the session: while Playwright runs, no other test of the process could have an event loop."""
    expect.set_options(timeout=MILLISECONDS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=chromium.ARGUMENTS)
        yield browser
        browser.close()


class Watch:
    """Everything that a page must not do: complain, break its policy, ask another host for something."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._allowed = [NO_WORKER]
        self._complaints: list[str] = []

    def allow(self, pattern: str) -> None:
        """Expect complaints that a regular expression is found in: a test makes the server say no."""
        self._allowed.append(pattern)

    def over(self, context: BrowserContext) -> None:
        context.add_init_script(POLICY_WATCH)
        context.on("console", self._console)
        context.on("weberror", lambda error: self._complaints.append(f"exception: {error.error}"))
        context.on("request", self._request)

    @property
    def complaints(self) -> list[str]:
        return [line for line in self._complaints if not any(re.search(allowed, line) for allowed in self._allowed)]

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning", "assert"}:
            self._complaints.append(f"console: {message.text} ({message.location.get('url')})")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((f"{self._server}/", "data:", "blob:")):
            self._complaints.append(f"foreign request: {request.url}")


Scheme = Literal["light", "dark"]
Visit = Callable[..., Page]


@pytest.fixture
def watch(server: str, request: pytest.FixtureRequest) -> Iterator[Watch]:
    assert "PYTEST_XDIST_WORKER" not in os.environ or "@browser" in request.node.nodeid, "any process has a browser"
    watch = Watch(server)
    yield watch
    assert watch.complaints == []


@pytest.fixture
def visit(browser: Browser, server: str, watch: Watch) -> Iterator[Visit]:
    """Opens the page in browsers that know nothing of each other, as visitors' are."""
    contexts = []

    def come(
        size: tuple[int, int] = (1440, 900),
        scheme: Scheme = "light",
        path: str = "/",
        *,
        phone: bool = False,
        saves_data: bool = True,  # instruments come when play is pressed: most visitors of tests never press it
        recorded: bool = False,  # whether those are the recorded ones: to decode them takes seconds
    ) -> Page:
        context = browser.new_context(
            base_url=server,
            viewport={"width": size[0], "height": size[1]},
            color_scheme=scheme,
            reduced_motion="reduce",
            service_workers="block",  # answers are the server's own
            is_mobile=phone,
            has_touch=phone,
            device_scale_factor=2 if phone else 1,
        )
        contexts.append(context)
        watch.over(context)
        if saves_data:
            context.add_init_script(SAVE_DATA)
        if not recorded:
            instruments.give(context)
        context.set_default_timeout(MILLISECONDS)
        page = context.new_page()
        page.goto(path)
        return page

    yield come
    for context in contexts:
        context.close()


@pytest.fixture
def studio(visit: Visit) -> Studio:
    """A visitor's page, with the same band each time: one in which all five play."""
    studio = Studio(visit())
    studio.choose_seed(SEED)
    return studio
