"""What a leader wants of a section, in its label: ``[Chorus density=4 tracks=all]``. Knows no bars and no chords."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches
from typing import NamedTuple

from sideman.errors import ChordSyntaxError, OptionError
from sideman.music.roles import ROLES
from sideman.music.styles import DENSITIES, STYLES, near_styles
from sideman.music.wishes import LOUDNESS, NAMES, Repeat, Wishes

_WISH = re.compile(rf"(?<!\S)({'|'.join(NAMES)})=([^\s\[\](){{}}<>*]*[^\s\[\](){{}}<>*:])", re.ASCII | re.IGNORECASE)
_CLOSING = re.compile(r"(\s+)([\])}>*:]+)")  # what closes a label, to stand behind its name again
_VALUES: dict[str, Sequence[str]] = {
    "style": STYLES,
    "tracks": [*map(str, ROLES)],
    "loudness": [*LOUDNESS],
    "repeat": [*map(str, Repeat)],
    "density": [*map(str, range(DENSITIES))],
}
_SHOWN = 32  # characters of a value in a fault


class Wish(NamedTuple):
    """What is wanted, as it is written: a name and a value; ``start`` counts in the text."""

    name: str
    value: str
    start: int


def cut_wishes(line: str, start: int) -> tuple[str, tuple[Wish, ...]]:
    """A line that begins at ``start`` without what is wanted in it: as long as before, with blanks in its place."""
    wishes = tuple(Wish(match[1].lower(), match[2].lower(), start + match.start(2)) for match in _WISH.finditer(line))
    if not wishes:
        return line, ()
    blank = _WISH.sub(lambda match: " " * len(match[0]), line)
    return _CLOSING.sub(r"\2\1", blank), wishes


def wishes_of(written: Sequence[Wish]) -> tuple[Wishes, list[ChordSyntaxError]]:
    """What is wanted in all, and a fault for each value that there is not."""
    pairs, faults = [], []
    for name, value, start in written:
        try:
            Wishes.parse([(name, value)])
            pairs.append((name, value))
        except OptionError as error:
            meant = near_styles(value) if name == "style" else ()
            close = meant or tuple(get_close_matches(value, _VALUES[name], 3, 0.4))
            _, _, remedy = str(error).rpartition(": ")
            faults.append(ChordSyntaxError(f"unknown {name}", value[:_SHOWN], start + 1, remedy, close))
    return Wishes.parse(pairs), faults
