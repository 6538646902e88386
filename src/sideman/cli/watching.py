"""What people see of a training: a bar or lines on the terminal, TensorBoard, and the band's state of learning.

The only module of the command line that needs torch; the commands import it when they run.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sideman.arranging import Model, arrange
from sideman.cli.terminal import Show, counted, is_watched, progress, say
from sideman.training.export import checkpoint_of
from sideman.training.inspect import piano_roll
from sideman.training.loop import Trainer, TrainStep
from sideman.training.records import Preview, Records
from sideman.training.state import weights_of

PREVIEW = "C:4|Am:4|F:4|G7:4|C:4|E7:4|Am:2|F:2|G7:4"
SECONDS_BETWEEN_LINES = 60.0  # where no terminal shows a bar


@contextmanager
def watch(trainer: Trainer, preview_minutes: float) -> Iterator[Callable[[TrainStep], None]]:
    """Gives what the loop is to call after each step; of several processes only the first shows and records.

    Every ``preview_minutes`` (0: never) the network composes a fixed progression. Raises
    :class:`MissingLibraryError` without TensorBoard.
    """
    if not trainer.processes.is_first:
        yield lambda now: None  # noqa: ARG005 - the first process shows it
        return
    config = trainer.config
    for line in beginning(trainer):
        say(line)
    with (
        Records(
            trainer.folder.path,
            config.log_tokens,
            tokens=trainer.place.tokens,
            on_preview=(lambda: compose_preview(trainer)) if preview_minutes else None,
            preview_minutes=preview_minutes,
        ) as records,
        progress("training", 1.0) as bar,
    ):
        lines = _Lines(bar)

        def show(now: TrainStep) -> None:
            records(now)
            lines(now)

        yield show


def beginning(trainer: Trainer) -> Iterator[str]:
    """What is known of a training before its first step: where it runs, how large it is, when it ends."""
    config, device, world = trainer.config, trainer.device, trainer.processes.world
    precision = str(device.dtype).removeprefix("torch.")
    processes = f", {world} processes" if world > 1 else ""
    threads = counted(trainer.threads, "thread")
    yield f"{device.device} in {precision}, {threads}{processes}, {config.attention} attention"
    songs = trainer.groups.songs
    ids = sum(song.tokens for song in songs)
    yield f"{config.network.parameters:,} parameters; {counted(len(songs), 'song')} of {ids:,} ids make an epoch"
    ends = [f"{config.tokens:,} ids ({config.tokens / ids:.2g} epochs)"]
    if config.epochs:
        ends.append(f"{config.epochs:g} epochs ({config.epochs * ids:,.0f} ids)")
    if config.minutes:
        ends.append(f"{config.minutes:g} minutes")
    after = f"; {trainer.place.tokens:,} ids are done" if trainer.place.tokens else ""
    yield f"ends after {' or '.join(ends)}{', whichever comes first' if len(ends) > 1 else ''}{after}"


def compose_preview(trainer: Trainer) -> Preview:
    """The fixed progression by the network as it is now; the same seed every time, so that only the learning shows."""
    model = Model(checkpoint_of(weights_of(trainer.model), trainer.config, {}))
    band = arrange(PREVIEW, seed=0, model=model).band
    return Preview(piano_roll(band), band.midi())


class _Lines:
    """How the training goes, in words: beside the bar, or as a line a minute and a line a validation."""

    def __init__(self, bar: Show) -> None:
        self._bar = bar
        self._best = ""
        self._spoken = float("-inf")

    def __call__(self, now: TrainStep) -> None:
        if now.scores is not None:
            self._best = f", {now.scores.bits_per_note:.3f} bits a note"
        words = (
            f"loss {now.loss:.3f}{self._best}, {now.tokens_per_second:,.0f} tokens/s, {now.peak_share:.0%} of the peak"
        )
        self._bar(now.share, words)
        clock = time.monotonic()
        if not is_watched() and (now.scores is not None or clock - self._spoken >= SECONDS_BETWEEN_LINES):
            say(f"step {now.step:,}: {now.tokens:,} tokens, {now.share:.1%} of the run, {words}")
            self._spoken = clock
