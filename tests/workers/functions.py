"""What processes are given to do. They import this module alone: without pytest they start four times as fast."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from sideman.errors import DataError


def square(number: int) -> int:
    time.sleep(0.02 * (number % 3 == 0))  # later ones are done before earlier ones
    return number * number


def deadly(item: tuple[int, str]) -> int:
    """Ends its process: the item 3 always, the item 5 only where nobody has died of it yet."""
    number, mark = item
    if number == 3 or (number == 5 and not Path(mark).exists()):
        if number == 5:
            Path(mark).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def failing(number: int) -> int:
    if number == 4:
        raise DataError("four")
    return number
