"""The page in Firefox, as Debian has it: heard, edited, at home on small and large windows, and without its server."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.page.serving import FONTS, serve

from sideman.web.page import FOLDER, INDEX

if TYPE_CHECKING:
    from marionette_driver.marionette import Marionette

# The driver leaves sockets to the garbage collector.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
CONTROL = "\ue009"  # the key, as WebDriver writes it
SECONDS = 120.0  # to wait for anything
NO_DRIVER = "THE PAGE WAS NOT TRIED IN FIREFOX: marionette_driver can't be imported"
NEEDED = ("pulseaudio", "firefox-esr")
WIDTHS = (480, 768, 1280, 1440)
# A song of three bars may be over before a busy machine asks once: the page itself remembers what its meters showed.
LISTEN = """
window.loudest = 0;
window.ears ??= new MutationObserver((changes) => {
  for (const { target } of changes) window.loudest = Math.max(window.loudest, +target.ariaValueNow);
});
window.ears.observe(document.body, { subtree: true, attributeFilter: ["aria-valuenow"] });
"""
PAUSE = "//button[@aria-label='Pause']"
LOUDEST = "return window.loudest"
OVERFLOW = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
MIDI = "return [...document.querySelectorAll('.takeaway-file')].some((each) => !each.disabled)"
KEPT = """
const [needed, done] = arguments;
(async () => {
  const kept = [];
  for (const name of await caches.keys())
    for (const { url } of await (await caches.open(name)).keys()) kept.push(url);
  const { arrangements } = await (await fetch("/api/arrangements")).json();
  const last = arrangements.reduce((one, other) => (one.created < other.created ? other : one));
  needed.push(`${last.id}/events`);
  return needed.every((part) => kept.some((url) => url.includes(part)));
})().then(done);
"""
WHOLE = ["/revisions", "chords:parse", *FONTS]


@pytest.fixture
def speaker(tmp_path: Path) -> Iterator[str]:
    """A sound device that nobody hears: Firefox starts no sound without one."""
    socket = tmp_path / "speaker"
    options = ["--daemonize=no", "--realtime=no", "--exit-idle-time=-1", "--use-pid-file=no", "-n"]
    options += ["-L", "module-null-sink"]
    command = ["pulseaudio", *options, "-L", f"module-native-protocol-unix auth-anonymous=1 socket={socket}"]
    environment = os.environ | {"XDG_RUNTIME_DIR": str(tmp_path), "HOME": str(tmp_path)}
    with (tmp_path / "pulse.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            wait_until(socket.exists)
            yield f"unix:{socket}"
        finally:
            process.terminate()
            process.wait(SECONDS)


@pytest.fixture
def firefox(tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Marionette]:
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing:
        pytest.skip(f"THE PAGE WAS NOT TRIED IN FIREFOX: apt install {' '.join(missing)}")
    if not (FOLDER / INDEX).is_file():
        pytest.skip("THE PAGE IS NOT BUILT, so it was not tried in Firefox: script/setup says why it could not be")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it imports what Python deprecates
        module = pytest.importorskip("marionette_driver.marionette", reason=NO_DRIVER, exc_type=ImportError)
    monkeypatch.setenv("PULSE_SERVER", request.getfixturevalue("speaker"))
    prefs = {"media.autoplay.default": 0, "ui.prefersReducedMotion": 1}
    log, path = tmp_path / "firefox.log", shutil.which("firefox-esr")
    driver: Marionette = module.Marionette(
        bin=path, headless=True, prefs=prefs, gecko_log=str(log), socket_timeout=SECONDS
    )
    driver.start_session()
    driver.timeout.implicit = driver.timeout.script = SECONDS
    yield driver
    driver.quit()
    driver.cleanup()


def wait_until(is_so: Callable[[], object], say: Callable[[], str] = str) -> None:
    """Wait; what else is to be said where it takes too long."""
    deadline = time.monotonic() + SECONDS
    while not is_so():
        assert time.monotonic() < deadline, say()
        time.sleep(0.05)


def press(firefox: Marionette, words: str) -> None:
    """The button of that name, or that says so."""
    path = f"//button[@aria-label='{words}' or normalize-space()='{words}']"
    firefox.find_element("xpath", path).click()


def assert_heard_after(firefox: Marionette, words: str) -> None:
    """Press that button, hear the band, and stop it."""
    firefox.execute_script(LISTEN, sandbox=None)
    press(firefox, words)
    shown = firefox.find_element("tag name", "body")
    wait_until(lambda: firefox.execute_script(LOUDEST, sandbox=None) > 0, lambda: shown.text)
    if firefox.find_elements("xpath", PAUSE):
        press(firefox, "Pause")


def test_firefox_plays_edits_and_opens_without_the_server(firefox: Marionette, tmp_path: Path) -> None:
    with serve(tmp_path) as address:
        firefox.navigate(address)
        press(firefox, "Edit text")
        field = firefox.find_element("id", "chart-field")
        field.send_keys(CONTROL, "a")
        field.send_keys("Dm7 | G7 | C")
        wait_until(lambda: len(firefox.find_elements("css selector", "[role=option]")) == 3)
        assert_heard_after(firefox, "Play")
        wait_until(lambda: firefox.execute_script(MIDI))
        assert_heard_after(firefox, "Another version")
        for width in WIDTHS:
            firefox.set_window_rect(width=width, height=900)
            wait_until(lambda: firefox.execute_script(OVERFLOW) <= 0)
        wait_until(lambda: firefox.execute_script(MIDI))
        wait_until(lambda: firefox.execute_async_script(KEPT, [WHOLE]))
    firefox.navigate(address)  # what the driver calls a refresh passes by the page's worker
    wait_until(lambda: firefox.execute_script(MIDI))
    assert "can't be reached" in firefox.find_element("css selector", ".notices").text
    assert_heard_after(firefox, "Play")
