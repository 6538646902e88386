"""What `arrange` and its batches share: options in, bands composed with a progress bar."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sideman.errors import OptionError

if TYPE_CHECKING:
    from sideman.arranging import Arrangement, ArrangeOptions, Model
    from sideman.music.band import Role
    from sideman.render.recording import Recording
    from sideman.render.rendition import Rendition


@dataclass(frozen=True)
class Wishes:
    """What the leader asked for, as it was written; the fields are those of the command line."""

    tempo: float
    style: str | None
    density: int | None
    tracks: str | None
    seed: int | None
    temperature: float
    top_p: float | None

    def options(self, takes: int) -> ArrangeOptions:
        """The options of an arrangement. Raises :class:`OptionError` for a value out of range."""
        from sideman.arranging import ArrangeOptions
        from sideman.model.sampling import SamplingOptions
        from sideman.music.band import ROLES

        return ArrangeOptions(
            tempo=self.tempo,
            style=self.style,
            density=self.density,
            roles=ROLES if self.tracks is None else _roles(self.tracks),
            takes=takes,
            sampling=SamplingOptions(temperature=self.temperature, top_p=self.top_p, seed=self.seed),
        )


def _roles(text: str) -> tuple[Role, ...]:
    """Roles from `drums,bass`."""
    from sideman.music.band import ROLES, Role

    names = [name.strip().lower() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in tuple(ROLES):
            raise OptionError(f"unknown track {name!r}: one or more of {', '.join(ROLES)}")
    if not names:
        raise OptionError(f"no track in {text!r}: one or more of {', '.join(ROLES)}")
    return tuple(dict.fromkeys(map(Role, names)))


def read_programs(settings: Sequence[str]) -> dict[Role, int]:
    """General MIDI programs from `piano=4`. Raises :class:`OptionError` for an unknown track or program."""
    from sideman.music.band import MAX_PROGRAM, ROLES, Role

    programs: dict[Role, int] = {}
    for setting in settings:
        name, _, number = setting.partition("=")
        if name not in tuple(ROLES) or not re.fullmatch(r"[0-9]{1,3}", number) or int(number) > MAX_PROGRAM:
            raise OptionError(
                f"unknown program {setting!r}: write TRACK=NUMBER such as piano=4, "
                f"with a track of {', '.join(ROLES)} and a General MIDI program from 0 to {MAX_PROGRAM}"
            )
        programs[Role(name)] = int(number)
    return programs


def load_model(weights: Path | None) -> Model:
    """The model in a file, or the package's own."""
    from sideman.arranging import Model, default_model

    return default_model() if weights is None else Model.load(weights)


def compose(
    arrangement: Arrangement, on_progress: Callable[[float], object], recording: Recording | None = None
) -> tuple[Rendition, ...]:
    """All takes of an arrangement; ``on_progress`` is told the bars that are done, of all takes together.

    ``recording`` gets each bar to play.
    """
    for done, bar in enumerate(arrangement, 1):
        on_progress(done)
        if recording is not None:
            recording.add(bar.take, bar.notes)
    return arrangement.bands
