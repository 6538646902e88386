"""The mix of a download: who plays which instrument, how loud, and how. Knows ``piano:4:100`` and bands; no files.

Whatever a client writes becomes a role and two numbers, or an error; names are made from these.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, NamedTuple, Self

from sideman.errors import OptionError
from sideman.music.band import AS_COMPOSED, INSTRUMENTS, MIDI_VALUES, Role
from sideman.music.styles import style_program
from sideman.options import PLAYING, PlayOptions
from sideman.render.rendition import Rendition
from sideman.render.soundfont import OFFERED

DIGITS = 12  # of the hash in a name
LONGEST_VALUE = 32  # characters of the client's text that an error repeats
_NUMBER = "(0|[1-9][0-9]{0,2})"
_FORM = re.compile(f"([a-z]+):{_NUMBER}:{_NUMBER}")
# Who may play what: a melody has the program of its file, whatever that is.
_PROGRAMS: dict[Role, Collection[int]] = {**OFFERED, Role.MELODY: range(MIDI_VALUES)}
# The same for the OpenAPI document, exact.
_MIDI_VALUE = "(12[0-7]|1[01][0-9]|[1-9]?[0-9])"
_INSTRUMENT = "|".join(
    f"{role}:({'|'.join(map(str, programs))})" for role, programs in OFFERED.items() if role is not Role.MELODY
)
PATTERN = f"^({_INSTRUMENT}|{Role.MELODY}:{_MIDI_VALUE}):{_MIDI_VALUE}$"
NO_WISHES: Mapping[str, Any] = MappingProxyType({})
UNCHANGED = PlayOptions()


class Strip(NamedTuple):
    """A role's strip of the mixer: General MIDI program and volume, 0 to 127; at 0 it is left out."""

    program: int
    volume: int


class Mix:
    """The strips of some roles; all others play as they are composed. ``wishes`` are options of playing by name.

    One that ``counts_in`` begins with a bar of clicks.
    """

    def __init__(
        self, strips: Mapping[Role, Strip], wishes: Mapping[str, Any] = NO_WISHES, *, counts_in: bool = False
    ) -> None:
        self._strips = {role: strips[role] for role in Role if role in strips}
        PlayOptions(**wishes)  # or they are refused at once
        self._wishes = wishes
        self._counts_in = counts_in

    @classmethod
    def read(cls, texts: Iterable[str], wishes: Mapping[str, Any] = NO_WISHES, *, counts_in: bool = False) -> Self:
        """From ``ROLE:PROGRAM:VOLUME`` each. Raises :class:`OptionError` where one says something else."""
        strips: dict[Role, Strip] = {}
        for text in texts:
            role, strip = _read(text)
            if role in strips:
                raise OptionError(f"two tracks for {role}: give one")
            strips[role] = strip
        return cls(strips, wishes, counts_in=counts_in)

    @property
    def asked(self) -> dict[str, Any]:
        """What JSON can hold of it: :meth:`asking` makes the same of it."""
        tracks = [f"{role.value}:{strip.program}:{strip.volume}" for role, strip in self._strips.items()]
        return {"tracks": tracks, "wishes": dict(self._wishes), "counts_in": self._counts_in}

    @classmethod
    def asking(cls, asked: Mapping[str, Any]) -> Self:
        """From :attr:`asked`. Raises :class:`OptionError` where it says something else."""
        wishes = {
            option.name: option.check(asked["wishes"][option.name])
            for option in PLAYING
            if option.name in asked["wishes"]
        }
        return cls.read(asked["tracks"], wishes, counts_in=asked["counts_in"])

    def playing(self, own: PlayOptions) -> PlayOptions:
        """How a piece sounds that is played in its ``own`` way unless something else is wished."""
        return replace(own, **self._wishes)

    def sounding(self, roles: Collection[Role]) -> list[Role]:
        """Those of ``roles`` that are heard. Raises :class:`OptionError` where none is."""
        heard = [role for role in roles if role not in self._strips or self._strips[role].volume]
        if not heard:
            raise OptionError("every track is left out: give one a volume above 0")
        return heard

    def check_begins_at_once(self) -> None:
        """Raises :class:`OptionError` where it begins with a bar of clicks."""
        if self._counts_in:
            raise OptionError("some bars are not counted in: leave count_in out, or first and bars")

    def suffix(
        self,
        playing: PlayOptions = UNCHANGED,
        style: str | None = None,
        programs: Mapping[Role, int] = MappingProxyType({}),
    ) -> str:
        """What its files are called besides their take, played so: nothing where all is as it was composed.

        ``programs`` are the piece's own, in place of those of its style.
        """
        said = [
            f"{role}:{strip.program}:{strip.volume}"
            for role, strip in self._strips.items()
            if role is Role.MELODY or strip != Strip(programs.get(role, _program(role, style)), AS_COMPOSED)
        ]
        said += [
            f"{option.name}={value}"
            for option in PLAYING
            if (value := getattr(playing, option.attribute)) != option.default
        ]
        said += ["counted in"] * self._counts_in
        return f"-mix-{hashlib.sha256(' '.join(said).encode()).hexdigest()[:DIGITS]}" if said else ""

    def apply(self, band: Rendition) -> Rendition:
        """``band``, with these instruments and volumes, without the tracks that are not heard; counted in if wished."""
        heard = [band[role] for role in self.sounding(band.roles)]
        strips = self._strips
        mixed = (replace(track, **strips[track.role]._asdict()) if track.role in strips else track for track in heard)
        sounding = replace(band, tracks=tuple(mixed))
        return sounding.counted_in() if self._counts_in else sounding


def _program(role: Role, style: str | None) -> int:
    """What plays unless told otherwise."""
    own = style_program(style, role)
    return INSTRUMENTS[role].program if own is None else own


def _read(text: str) -> tuple[Role, Strip]:
    match = _FORM.fullmatch(text)
    if match is None or match[1] not in tuple(Role):
        shown = text[:LONGEST_VALUE]
        raise OptionError(f"cannot read the track {shown!r}: write ROLE:PROGRAM:VOLUME such as piano:4:100")
    role, program, volume = Role(match[1]), int(match[2]), int(match[3])
    if program not in _PROGRAMS[role]:
        offered = ", ".join(f"{number} ({name})" for number, name in OFFERED[role].items())
        raise OptionError(f"program {program} is not one of {role}: give {offered}")
    if volume >= MIDI_VALUES:
        raise OptionError(f"volume {volume} of {role} is outside 0-{MIDI_VALUES - 1} ({AS_COMPOSED} is as composed)")
    return role, Strip(program, volume)
