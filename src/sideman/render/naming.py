"""What files of a piece are called: by its song, on any system. Knows texts; no files.

Where the page can't wait for the answer to name a file, ``frontend/src/takeaway.ts`` puts the same name together.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from sideman.music.band import Role

MAX_STEM = 60  # characters
MAX_STEM_BYTES = 160  # in UTF-8: with what comes behind it, a name has less than the 255 of most systems
NAMELESS = "Sideman"
FORBIDDEN = set('<>:"/\\|?*')  # on Windows
RESERVED = re.compile(r"(CON|PRN|AUX|NUL|CLOCK\$|(COM|LPT)[0-9\u00b9\u00b2\u00b3])(\..*)?", re.IGNORECASE)  # there, too


def file_stem(title: str) -> str:
    """A song's title as the beginning of a file's name, safe on Windows, macOS and Linux; never empty."""
    kept = "".join(each if _is_safe(each) else " " for each in unicodedata.normalize("NFC", title))
    stem = " ".join(kept.split()).lstrip(". ")[:MAX_STEM]
    stem = stem.encode()[:MAX_STEM_BYTES].decode(errors="ignore").rstrip(". ")
    return f"_{stem}" if RESERVED.fullmatch(stem) else stem or NAMELESS


def take_stem(title: str, take: int, takes: int) -> str:
    """The same of one of its takes: ``Song B`` of the second of several."""
    return f"{file_stem(title)} {chr(ord('A') + take)}" if takes > 1 else file_stem(title)


def file_name(stem: str, ending: str, *, roles: Sequence[Role] = (), bars: range | None = None, what: str = "") -> str:
    """``Song B - drums+bass - bars 5-8 - stems.zip``: with what of it is in the file, where that is not all."""
    told = [stem, "+".join(roles), "" if bars is None else _bars_told(bars), what]
    return f"{' - '.join(filter(None, told))}.{ending}"


def _bars_told(bars: range) -> str:
    """Counted from 1."""
    return f"bar {bars.stop}" if len(bars) == 1 else f"bars {bars.start + 1}-{bars.stop}"


def _is_safe(character: str) -> bool:
    """Nothing that is not seen, and nothing that means something in a path."""
    return character not in FORBIDDEN and unicodedata.category(character)[0] != "C"
