"""Processes beside the main one, and the one that reads a training's rows: a thread would stop it for the GIL."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from concurrent.futures import ProcessPoolExecutor


def reading_process() -> ProcessPoolExecutor:
    """A pool of one process. It ignores Ctrl-C, which is the training's to handle, and ends with its parent."""
    return ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"), initializer=begin_worker)


def begin_worker() -> None:
    """Make this process one that leaves Ctrl-C to its parent and ends with it, even where that is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(0)
