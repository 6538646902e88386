"""What is asked of whoever does one piece of work many times over, wherever the work is done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class Ended:
    """In place of a result: the item ends every process that takes it on, as for want of memory."""


class Workers(Protocol):
    """Processes that are each as good as any other."""

    count: int  # how many work at the same time

    def run(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result | Ended]:
        """The results of a function for each item, in the items' order.

        The function is one of a module, and it and the items travel to other processes, which may have other working
        folders: paths in them are absolute. An item whose process dies is tried again; if it goes on to end
        processes, :class:`Ended` stands for its result. Items are taken only as they are needed. What the function
        raises ends the run. Raises :class:`~sideman.errors.DataError` where no process can be started.
        """
