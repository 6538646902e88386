"""What a leader wants of a section, and how it is written: ``style=jazz density=4,piano:1 tracks=drums loudness=f``.

Knows players, styles and dynamics; no bars and no notes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from sideman.errors import OptionError
from sideman.music.roles import ROLES, Role
from sideman.music.styles import DENSITIES, STYLES

# MIDI velocities that stand for dynamics, as notation programs play them; mf is how a band plays unless told otherwise.
LOUDNESS = {"pp": 33, "p": 49, "mp": 64, "mf": 80, "f": 96, "ff": 112}
NORMAL = LOUDNESS["mf"]
EVERYBODY = "all"
NAMES = ("style", "density", "tracks", "loudness", "repeat")  # as they are written
_SHOWN = 32  # characters of a value in an error


class Repeat(StrEnum):
    """What a section does when it comes again: the same notes, much the same, or something new."""

    AS = "as"
    LIKE = "like"
    NEW = "new"


@dataclass(frozen=True)
class Wishes:
    """What is wanted of a section; None or nothing where it is as in the rest of the piece.

    ``density`` is 0 (sparse) to 4 (busy) by role, ``roles`` who plays, ``loudness`` one of :data:`LOUDNESS`. ``repeat``
    is how it comes again. Raises :class:`OptionError` for a value that there is not.
    """

    style: str | None = None
    density: Mapping[Role, int] = field(default_factory=dict)
    roles: tuple[Role, ...] | None = None
    loudness: str | None = None
    repeat: Repeat = Repeat.LIKE

    def __post_init__(self) -> None:
        if self.style is not None:
            _one_of("style", self.style, STYLES)
        if self.loudness is not None:
            _one_of("loudness", self.loudness, LOUDNESS)
        if not all(type(level) is int and 0 <= level < DENSITIES for level in self.density.values()):
            raise OptionError(f"density {[*self.density.values()]} is out of range: give 0 to {DENSITIES - 1}")
        if self.roles is not None and (not self.roles or len({*self.roles}) < len(self.roles)):
            raise OptionError("tracks of a section: at least one, each once")

    @classmethod
    def parse(cls, pairs: Iterable[tuple[str, str]]) -> Wishes:
        """From names and values as they are written. Raises :class:`OptionError`, as for unknown names."""
        values: dict[str, str] = {}
        for name, value in pairs:
            values[_one_of("wish", name, NAMES)] = value
        tracks = values.get("tracks")
        return cls(
            style=values.get("style"),
            density=_densities(values["density"]) if "density" in values else {},
            roles=None if tracks is None else _roles(tracks),
            loudness=values.get("loudness"),
            repeat=Repeat(_one_of("repeat", values.get("repeat", Repeat.LIKE), [*Repeat])),
        )

    def __str__(self) -> str:
        """As it is written; empty where nothing is wished."""
        written = {"style": self.style, "density": _densities_written(self.density), "loudness": self.loudness}
        everybody = self.roles is not None and {*self.roles} == {*ROLES}
        written["tracks"] = EVERYBODY if everybody else ",".join(self.roles or ())
        written["repeat"] = None if self.repeat is Repeat.LIKE else self.repeat
        return " ".join(f"{name}={written[name]}" for name in NAMES if written[name])


NO_WISHES = Wishes()


class PlayedSection(NamedTuple):
    """One time through a section, in the order of playing: which of its written bars, and what is wished of it.

    Those of one name are the same section: what stands in the same written bar comes again. Without a name it never
    does.
    """

    name: str
    bars: tuple[int, ...]  # numbers of written bars, from 0
    wishes: Wishes = NO_WISHES


def beginnings(sections: Iterable[PlayedSection]) -> Iterator[tuple[int, str]]:
    """The bars at which sections with a name begin, and their names, in the order of playing."""
    bar = 0
    for section in sections:
        if section.name and section.bars:
            yield bar, section.name
        bar += len(section.bars)


def _one_of(name: str, value: str, choices: Iterable[str]) -> str:
    if value not in choices:
        raise OptionError(f"unknown {name} {value[:_SHOWN]!r}: give one of {', '.join(choices)}")
    return value


def _roles(text: str) -> tuple[Role, ...]:
    names = text.split(",")
    if names == [EVERYBODY]:
        return ROLES
    return tuple(Role(_one_of("track", name, [*ROLES])) for name in names)


def _densities(text: str) -> dict[Role, int]:
    """Of all, or of some: ``4``, ``drums:4,bass:1``, ``2,piano:4``."""
    levels: dict[Role, int] = {}
    for part in text.split(","):
        name, colon, level = part.rpartition(":")
        if not (level.isascii() and level.isdigit() and len(level) == 1):
            raise OptionError(f"density {part[:_SHOWN]!r}: give 0 to {DENSITIES - 1}, or piano:{DENSITIES - 1}")
        levels |= dict.fromkeys(_roles(name) if colon else ROLES, int(level))
    return levels


def _densities_written(density: Mapping[Role, int]) -> str:
    """The level of most comes first, where everybody has one."""
    usual = Counter(density.values()).most_common(1)[0][0] if density.keys() == {*ROLES} else None
    others = [f"{role}:{density[role]}" for role in ROLES if density.get(role, usual) != usual]
    return ",".join(others if usual is None else [str(usual), *others])
