"""Sections of a piece, as requests and answers hold them. Knows no HTTP."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import ConfigDict, Field

from sideman.music.band import ROLES, Role
from sideman.music.chords import MAX_BEATS
from sideman.music.styles import DENSITIES, STYLES
from sideman.music.wishes import LOUDNESS, PlayedSection, Repeat, Wishes
from sideman.web.strict import Strict

MAX_NAME = 200
MAX_SECTIONS = 512

Player = Annotated[Role, Field(strict=False)]
Level = Annotated[int, Field(ge=0, lt=DENSITIES)]
WrittenBar = Annotated[int, Field(ge=0, lt=MAX_BEATS)]


class PlayedSectionRequest(Strict):
    """One time through a section, and what is wanted of it; null where it is as in the rest of the piece."""

    name: str = Field("", max_length=MAX_NAME, description="Those of one name come again; without one, it doesn't.")
    bars: list[WrittenBar] = Field(
        min_length=1, max_length=MAX_BEATS, description="Which of its written bars, from 0, in the order of playing."
    )
    style: str | None = Field(None, json_schema_extra={"enum": [*STYLES, None]})
    density: dict[Player, Level] = Field(
        default_factory=dict, description="How much players play, from sparse to busy; others as in the piece."
    )
    tracks: list[Player] | None = Field(
        None, min_length=1, max_length=len(ROLES), json_schema_extra={"uniqueItems": True}, description="Who plays."
    )
    loudness: str | None = Field(None, json_schema_extra={"enum": [*LOUDNESS, None]})
    repeat: Annotated[Repeat, Field(strict=False)] = Field(
        Repeat.LIKE, description="As the last time, to the note; like it; or new."
    )

    def read(self) -> PlayedSection:
        """The same for :mod:`sideman.arranging`. Raises :class:`OptionError`."""
        roles = None if self.tracks is None else tuple(self.tracks)
        return PlayedSection(
            self.name, tuple(self.bars), Wishes(self.style, self.density, roles, self.loudness, self.repeat)
        )


class PlayedSectionView(PlayedSectionRequest):
    """The same in an answer."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)

    @classmethod
    def of(cls, section: PlayedSection) -> Self:
        """Of a section that is played."""
        name, bars, wishes = section
        return cls(
            name=name[:MAX_NAME],
            bars=list(bars),
            style=wishes.style,
            density=dict(wishes.density),
            tracks=None if wishes.roles is None else list(wishes.roles),
            loudness=wishes.loudness,
            repeat=wishes.repeat,
        )
