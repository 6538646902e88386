"""Ends a training between two steps where it is asked to end by a signal. Knows nothing of trainings."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any, Self


class StopSignal:
    """Notes SIGINT and SIGTERM instead of dying of them, while it is entered."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._before: dict[int, Any] = {}

    def is_set(self) -> bool:
        """Whether one came."""
        return self._stop.is_set()

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._note)
        return self

    def _note(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - the signal module's signature
        self._stop.set()

    def __exit__(self, *exception: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
