"""What a run shows while it goes on: TensorBoard's curves, and a preview of its music now and then.

Knows what the loop tells, not how music is made: a preview is composed by whoever starts the training.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from sideman.errors import MissingLibraryError, SidemanError
from sideman.files import atomic_write
from sideman.training.loop import TrainStep

if TYPE_CHECKING:
    from torch.utils.tensorboard import SummaryWriter

PREVIEWS = "previews"  # folder of the run
_SECONDS_PER_MINUTE = 60.0


class Preview(NamedTuple):
    """A piece that the network composed: ``picture`` uint8 (height, width, 3) and ``midi``, the bytes of a file."""

    picture: npt.NDArray[np.uint8]
    midi: bytes


class Records:
    """Takes the loop's progress: ``trainer.train(records)`` inside a ``with`` block.

    Points stand over the tokens read, one every ``log_tokens``; losses, speeds and shares are means since
    the last one. ``on_preview`` is called every ``preview_minutes``; what it raises of ours costs that preview alone.
    Raises :class:`MissingLibraryError` where TensorBoard is not installed.
    """

    def __init__(
        self,
        run: Path,
        log_tokens: int,
        *,
        tokens: int = 0,
        on_preview: Callable[[], Preview] | None = None,
        preview_minutes: float = 30.0,
    ) -> None:
        """``tokens`` is where the run goes on: points after it, of a run that was killed, are replaced."""
        self.run = run
        self.log_tokens = log_tokens
        self.on_preview = on_preview
        self.preview_seconds = preview_minutes * _SECONDS_PER_MINUTE
        self.writer = _writer(run, tokens)
        self._tokens = tokens
        self._since: list[TrainStep] = []
        self._previewed: float | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Write what is left and close the files."""
        if self._since:
            self._curves()
        self.writer.close()

    def __call__(self, progress: TrainStep) -> None:
        """Take the progress of a step."""
        due = progress.tokens // self.log_tokens > self._tokens // self.log_tokens
        self._tokens = progress.tokens
        if not self._since or self._since[-1].step != progress.step:  # the last step may be told again, with its scores
            self._since.append(progress)
        if progress.scores is not None:
            self._scores(progress)
        if due:
            self._curves()
        if self._previewed is None:
            self._previewed = progress.seconds
        if self.on_preview is not None and progress.seconds - self._previewed >= self.preview_seconds:
            self._previewed = progress.seconds
            self._preview(self.on_preview, progress)

    def _curves(self) -> None:
        """A point of each curve of what came since the last."""
        last = self._since[-1]
        for name, value in (
            ("loss/train", np.mean([each.loss for each in self._since])),
            ("learning rate/AdamW", last.learning_rate),
            ("learning rate/Muon", last.matrix_learning_rate),
            # Tokens over time: the mean of speeds would count slow steps too little.
            ("speed/tokens a second", 1 / np.mean([1 / each.tokens_per_second for each in self._since])),
            ("speed/share of the peak", 1 / np.mean([1 / each.peak_share for each in self._since])),
            ("time/hours", last.seconds / _SECONDS_PER_MINUTE**2),
        ):
            self.writer.add_scalar(name, float(value), last.tokens)
        self._since = []

    def _scores(self, progress: TrainStep) -> None:
        scores = progress.scores
        if scores is not None:
            self.writer.add_scalar("validation/bits a note", scores.bits_per_note, progress.tokens)
            self.writer.add_scalar("validation/bits a token", scores.bits_per_token, progress.tokens)
            self.writer.add_scalar("validation/bits a bar", scores.bits_per_bar, progress.tokens)

    def _preview(self, compose: Callable[[], Preview], progress: TrainStep) -> None:
        """Compose, keep the MIDI file and show the picture."""
        try:
            preview = compose()
            folder = self.run / PREVIEWS
            folder.mkdir(exist_ok=True)
            with atomic_write(folder / f"{progress.step:08d}.mid") as temporary:
                temporary.write_bytes(preview.midi)
            self.writer.add_image("preview", preview.picture, progress.tokens, dataformats="HWC")
        except (SidemanError, OSError) as error:  # the training is worth more than its preview
            self.writer.add_text("preview/failed", str(error), progress.tokens)


def _writer(run: Path, tokens: int) -> SummaryWriter:
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as error:
        raise MissingLibraryError(
            f"TensorBoard cannot be imported ({error}): pip install tensorboard, or run script/setup --dev"
        ) from error
    return SummaryWriter(run, purge_step=tokens + 1 if tokens else None)
