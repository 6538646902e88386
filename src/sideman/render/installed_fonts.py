"""SoundFonts that this computer has: where systems and other programs keep them. Reads names, opens no file."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

SUFFIXES = (".sf3", ".sf2")
DEBIAN_FONT, DEBIAN_PACKAGE = "FluidR3_GM", "fluid-soundfont-gm"


def installed_fonts() -> dict[str, Path]:
    """SoundFonts by their names, which are those of their files without the ending; the first of a name counts."""
    found: dict[str, Path] = {}
    for folder in _folders():
        try:
            files = sorted(folder.iterdir())
        except OSError:  # not there, or not for us
            continue
        for file in files:
            if file.suffix.lower() in SUFFIXES:
                found.setdefault(file.stem, file)
    return found


def named_font(name: Path) -> Path | None:
    """The installed SoundFont of a name such as ``FluidR3_GM``; None for a path, or where there is none."""
    if len(name.parts) != 1:
        return None
    fonts = {known.casefold(): path for known, path in installed_fonts().items()}
    stem = name.stem if name.suffix.lower() in SUFFIXES else name.name
    return fonts.get(stem.casefold())


def remedy() -> str:
    """What to do where a name is none of them."""
    names = ", ".join(sorted(installed_fonts()))
    if names:
        return f"give an .sf2 or .sf3 file, or one that is installed: {names}"
    return f"give an .sf2 or .sf3 file, or install one: Debian's {DEBIAN_PACKAGE} is called {DEBIAN_FONT}"


def _folders() -> Iterator[Path]:
    """The person's own folders, then the system's."""
    home = Path.home()
    data = os.environ.get("XDG_DATA_HOME")
    own = Path(data) if data else home / ".local/share"
    yield own / "soundfonts"
    yield own / "sounds/sf2"
    if sys.platform == "darwin":
        yield home / "Library/Audio/Sounds/Banks"
        yield Path("/Library/Audio/Sounds/Banks")
    if sys.platform == "win32":
        yield home / "Documents/SoundFonts"
        yield Path("C:/soundfonts")
        return
    for share in ("/usr/share", "/usr/local/share", "/opt/homebrew/share"):
        yield Path(share) / "soundfonts"
        yield Path(share) / "sounds/sf2"
        yield Path(share) / "sounds/sf3"
