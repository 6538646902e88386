"""Pictures of the page for docs/page/, as script/screenshots makes them: narrow and wide, light and dark."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, NamedTuple

from PIL import Image
from playwright.sync_api import Browser, sync_playwright
from tests.page import chromium
from tests.page.serving import serve
from tests.page.studio import Studio

FOLDER = Path(__file__).parents[2] / "docs/page"
CHORDS = "Dm7 | G7 | CM7 | Am7 | Dm7 | G7 | C6 | %"
COLOURS = 200  # of a picture: the page has few, and files stay small
SEED = 2
SETTLING = 500  # milliseconds in which the page draws itself anew
MOST_BYTES = 200_000


class Shot(NamedTuple):
    """A window to look through."""

    name: str
    width: int
    height: int
    scheme: Literal["light", "dark"]


SHOTS = (
    Shot("360-dark", 360, 740, "dark"),
    Shot("768-dark", 768, 1024, "dark"),
    Shot("1440-light", 1440, 900, "light"),
    Shot("1440-dark", 1440, 900, "dark"),
)


def take(browser: Browser, address: str, shot: Shot) -> bytes:
    """The whole page, with a piece of two takes that has been played for a while."""
    context = browser.new_context(
        base_url=address,
        viewport={"width": shot.width, "height": shot.height},
        color_scheme=shot.scheme,
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto("/")
    studio = Studio(page)
    studio.choose_takes(2)
    studio.choose_seed(SEED)
    studio.have_composed(CHORDS)
    studio.play.click()
    studio.wait_for_bar(3)
    studio.pause.click()
    studio.fold_text()
    page.mouse.move(0, 0)
    height: int = page.evaluate("() => document.documentElement.scrollHeight")
    page.set_viewport_size({"width": shot.width, "height": height})  # the bar at the bottom would cover the middle
    page.wait_for_timeout(SETTLING)
    picture = page.screenshot()
    context.close()
    return picture


def main() -> None:
    """Write all pictures."""
    path = chromium.find()
    if path is None:
        sys.exit(f"script/screenshots: no Chromium here: install it, or name it with {chromium.VARIABLE}")
    FOLDER.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder, serve(Path(folder)) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=chromium.ARGUMENTS)
        for shot in SHOTS:
            file = FOLDER / f"{shot.name}.png"
            with Image.open(io.BytesIO(take(browser, address, shot))) as picture:
                picture.convert("RGB").quantize(COLOURS).save(file, optimize=True)
            size = file.stat().st_size
            sys.stdout.write(f"{file.relative_to(FOLDER.parents[1])}: {size / 1000:.0f} kB\n")
            if size > MOST_BYTES:
                sys.exit(f"script/screenshots: {file.name} is larger than {MOST_BYTES / 1000:.0f} kB")
        browser.close()


if __name__ == "__main__":
    main()
