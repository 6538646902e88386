"""What `arrange` and its batches share: options in, bands composed with a progress bar."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sideman.errors import OptionError
from sideman.option import Kind, Option
from sideman.options import OPTIONS, ArrangeOptions, PlayOptions, options_of

if TYPE_CHECKING:
    from sideman.arranging import Arrangement, Model
    from sideman.music.band import Role
    from sideman.render.recording import Recording
    from sideman.render.rendition import Rendition


_TYPES: dict[Kind, type] = {"number": float, "whole": int, "text": str, "several": str, "flag": bool}


def with_options(
    before: str, options: Sequence[Option] = OPTIONS
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command, which takes them as keywords, a parameter for each option of a table, ``before`` this one."""

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        signature = inspect.signature(command, eval_str=True)
        own = [parameter for name, parameter in signature.parameters.items() if name != "wishes"]
        place = [parameter.name for parameter in own].index(before)
        parameters = [*own[:place], *map(_parameter, options), *own[place:]]
        vars(command)["__signature__"] = signature.replace(parameters=parameters)
        return command

    return decorate


def _parameter(option: Option) -> inspect.Parameter:
    """An option as typer reads it; several are names with commas in between."""
    several = option.kind == "several"
    left_out = option.nothing or ("all" if several else "")
    words = option.help if option.kind == "flag" else f"{option.help}; {option.range}"
    words += f"; {left_out} if left out." if left_out else "."
    annotation: Any = _TYPES[option.kind]
    return inspect.Parameter(
        option.name,
        inspect.Parameter.POSITIONAL_OR_KEYWORD,
        default=None if several else option.default,
        annotation=Annotated[annotation | None if left_out else annotation, typer.Option(help=words)],
    )


def read_options(wishes: Mapping[str, Any]) -> ArrangeOptions:
    """The options of an arrangement; None leaves one out. Raises :class:`OptionError` for a value out of range."""
    return options_of({name: value for name, value in wishes.items() if value is not None})


def read_programs(settings: Sequence[str]) -> dict[Role, int]:
    """General MIDI programs from `piano=4`. Raises :class:`OptionError` for an unknown track or program."""
    from sideman.music.band import MAX_PROGRAM, Role

    programs: dict[Role, int] = {}
    for setting in settings:
        name, _, number = setting.lower().partition("=")
        if name not in tuple(Role) or not re.fullmatch(r"[0-9]{1,3}", number) or int(number) > MAX_PROGRAM:
            raise OptionError(
                f"unknown program {setting!r}: write TRACK=NUMBER such as piano=4, "
                f"with a track of {', '.join(Role)} and a General MIDI program from 0 to {MAX_PROGRAM}"
            )
        programs[Role(name)] = int(number)
    return programs


def load_model(weights: Path | None, threads: int | None = None) -> Model:
    """The model in a file, or the package's own; it computes with so many threads, by default as many as help."""
    from sideman.arranging import DEFAULT_WEIGHTS, Model, default_model

    return default_model() if weights is None and threads is None else Model.load(weights or DEFAULT_WEIGHTS, threads)


def read_playing(wishes: Mapping[str, Any]) -> PlayOptions:
    """The options of playing alone; None leaves one out. Raises :class:`OptionError` for a value out of range."""
    return PlayOptions(**{name: value for name, value in wishes.items() if value is not None})


def compose(
    arrangement: Arrangement, on_progress: Callable[[float], object], recording: Recording | None = None
) -> tuple[Rendition, ...]:
    """All takes of an arrangement; ``on_progress`` is told the bars that are done, of all takes together.

    ``recording`` gets each bar to play; in another key when all is composed: which octave a player takes shows then.
    """
    is_moved = arrangement.plan.options.transpose != 0
    for done, bar in enumerate(arrangement, 1):
        on_progress(done)
        if recording is not None and not is_moved:
            recording.add(bar.take, bar.notes)
    if recording is not None and is_moved:
        _record(arrangement, recording)
    return arrangement.bands


def _record(arrangement: Arrangement, recording: Recording) -> None:
    from sideman.music.band import ONSET

    plan = arrangement.plan
    for take, band in enumerate(arrangement.bands):
        for start, end in pairwise(plan.progression.lines.onsets(plan.bars)):
            bar = {
                track.role: track.notes[(track.notes[:, ONSET] >= start) & (track.notes[:, ONSET] < end)]
                for track in band.tracks
            }
            recording.add(take, bar)
