"""Bands that the model composes for windows: the same chords, roles, tempo and style, and a seed for each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from sideman.arranging import ArrangeOptions, Model, Performance, Plan
from sideman.composer import Composer
from sideman.errors import DataError
from sideman.judging.windows import Window
from sideman.music.band import Band
from sideman.workers.port import Ended, Workers

TOGETHER = 16  # takes in a batch: their memory is bounded, each is the same music in any company
Compose = Callable[[Sequence[Window], int], Sequence[Band]]  # windows and the number of a take in, their bands out
Show = Callable[[float, str], None]  # takes how much is done, and a word on it


def composes_with(model: Model, options: ArrangeOptions, show: Show | None = None) -> Compose:
    """A function that composes with ``model``, under ``options`` but for what the window decides.

    Its takes have seeds of their own. ``show`` is told how many are done, of all calls together.
    """
    done = 0

    def compose(windows: Sequence[Window], take: int) -> Sequence[Band]:
        nonlocal done
        plans = [Plan(window.progression, asked(options, window, take)) for window in windows]
        performances = perform_all(plans, model, show, done)
        done += len(plans)
        return [performance.bands[0] for performance in performances]

    return compose


class Job(NamedTuple):
    """Windows that a process composes for together."""

    weights: Path  # absolute
    options: ArrangeOptions
    windows: Sequence[Window]
    take: int


def composes_in(workers: Workers, weights: Path, options: ArrangeOptions, show: Show | None = None) -> Compose:
    """As :func:`composes_with`, with the weights at ``weights``, in several processes of one thread each."""
    done = 0

    def compose(windows: Sequence[Window], take: int) -> Sequence[Band]:
        nonlocal done
        size = max(1, min(TOGETHER, -(-len(windows) // workers.count)))
        cut = [windows[start : start + size] for start in range(0, len(windows), size)]
        bands: list[Band] = []
        for made in workers.run(_compose, (Job(weights.absolute(), options, each, take) for each in cut)):
            if isinstance(made, Ended):
                raise DataError("a process that composed was ended, as for want of memory: give fewer workers")
            bands += made
            if show is not None:
                show(done + len(bands), "composing")
        done += len(bands)
        return bands

    return compose


def _compose(job: Job) -> Sequence[Band]:
    return composes_with(_model(job.weights), job.options)(job.windows, job.take)


@lru_cache(maxsize=1)
def _model(weights: Path) -> Model:
    """The model of this process, loaded once."""
    return Model.load(weights, threads=1)


def perform_all(plans: Sequence[Plan], model: Model, show: Show | None = None, done: int = 0) -> list[Performance]:
    """The first take of each plan, composed; ``show`` is told how many are done, and ``done`` were before."""
    performances = [Performance(plan, model.sampling) for plan in plans]
    composer = Composer(model.engine, model.columns, min(TOGETHER, len(plans)))
    for finished in composer.run(performance.takes[0] for performance in performances):
        done += len({id(take) for take, _ in finished if take.done})
        if show is not None:
            show(done, "composing")
    return performances


def asked(options: ArrangeOptions, window: Window, take: int) -> ArrangeOptions:
    """What is asked of the model for a window."""
    band, seed = window.band, window.seed + take
    return replace(options, tempo=band.tempo, style=window.style, roles=band.roles, takes=1, seed=seed)
