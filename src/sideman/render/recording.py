"""Audio files of takes that are still being composed: a thread plays each, as its bars come. Knows no composer.

FluidSynth and LAME work outside of Python's lock, so one core composes while another plays; what is left to do after
the last bar is to mix, to master and to encode. The files are, byte by byte, those of :func:`write_audio` afterwards.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import Self

from sideman.machine import processors
from sideman.music.band import Band, NoteArray, Role
from sideman.render.audio import USUAL, Encoding, write_audio
from sideman.render.fluidsynth import FluidSynthPair
from sideman.render.playing import LiveBand, sides
from sideman.render.soundfont import check_soundfont

SECONDS_BETWEEN_REPORTS = 0.1


class _GivenUp(Exception):  # noqa: N818 - ends a thread, no error
    """Raised in a thread whose file nobody wants any more."""


class Recording:
    """The audio of several takes, ``paths`` one each, by as many threads as there are cores.

    ``chairs`` is the band of each before anybody plays; its bars end at ``ends``.
    A context: what is not finished when its block ends, or ends in an exception, is given up, and leaves no file.
    Raises :class:`DataError` where the SoundFont cannot be read, :class:`MissingLibraryError` without FluidSynth; what
    a thread runs into is raised by :meth:`finish`.
    """

    def __init__(
        self,
        paths: Sequence[Path],
        chairs: Band,
        ends: Sequence[int],
        *,
        soundfont: Path | None = None,
        programs: Mapping[Role, int] | None = None,
        encoding: Encoding = USUAL,
    ) -> None:
        self._paths = paths
        self._encoding = encoding
        self._soundfont = check_soundfont(soundfont)
        self._programs = programs
        # The first take's: a font that cannot be read is told before anybody plays.
        self._synthesizer = FluidSynthPair(self._soundfont, sides(chairs))
        self._count = len(ends)
        self._bars: list[SimpleQueue[Mapping[Role, NoteArray] | None]] = [SimpleQueue() for _ in paths]
        self._bands = [LiveBand(chairs, ends, self._coming(take)) for take in range(len(paths))]
        self._shares = [0.0] * len(paths)
        self._given_up = False
        self._pool = ThreadPoolExecutor(min(len(paths), processors()))
        self._jobs: list[Future[None]] = []

    def __enter__(self) -> Self:
        try:
            for take in range(len(self._paths)):
                self._jobs.append(self._pool.submit(self._record, take))
        except BaseException:  # Ctrl-C, before there is a block to leave
            self._give_up()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        ended = False
        while not ended:  # a second Ctrl-C has nothing to add: the threads are about to delete what they began
            with contextlib.suppress(KeyboardInterrupt):
                self._give_up()
                self._pool.shutdown()
                ended = True
        self._synthesizer.close()

    def add(self, take: int, notes: Mapping[Role, NoteArray]) -> None:
        """The next bar of a take: its notes, (notes, 4) for every role, onsets counted from the start of the song."""
        self._bars[take].put(notes)

    def finish(self, on_progress: Callable[[float], object]) -> None:
        """Wait until all files are written; ``on_progress`` is told how many are, parts of one included.

        Raises what the first that failed ran into; the others are given up, :attr:`written` stays.
        """
        pending = {*self._jobs}
        while pending:
            done, pending = wait(pending, SECONDS_BETWEEN_REPORTS, FIRST_EXCEPTION)
            on_progress(sum(self._shares))
            if any(job.exception() for job in done):
                self._give_up()
                wait(pending)
            for job in done:
                job.result()

    @property
    def written(self) -> list[Path]:
        """The files that are whole."""
        ended = ((path, job) for path, job in zip(self._paths, self._jobs, strict=True) if job.done())
        return [path for path, job in ended if not job.cancelled() and not job.exception()]

    def _record(self, take: int) -> None:
        write_audio(
            self._bands[take],
            self._paths[take],
            soundfont=self._soundfont,
            programs=self._programs,
            encoding=self._encoding,
            on_progress=lambda share: self._report(take, share),
            synthesizer=None if take else self._synthesizer,
        )

    def _coming(self, take: int) -> Iterator[Mapping[Role, NoteArray]]:
        for _ in range(self._count):
            notes = self._bars[take].get()
            if notes is None:
                raise _GivenUp
            yield notes

    def _report(self, take: int, share: float) -> None:
        if self._given_up:
            raise _GivenUp
        self._shares[take] = share

    def _give_up(self) -> None:
        """End the threads that still work, at their next bar or block."""
        self._given_up = True
        for job in self._jobs:
            job.cancel()
        for waiting in self._bars:
            waiting.put(None)
