"""Who is next: a queue in which owners take turns, however much one of them asks for. Knows nothing of what waits."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

T = TypeVar("T")


class Queue(Protocol[T]):
    """The port: items wait here for their turn."""

    def put(self, owner: str, item: T, *, first: bool = False) -> None:
        """Add an item at the end of its owner's; ``first``: it is the next of all."""

    def take(self) -> T | None:
        """The next item, None where nothing waits."""

    def remove(self, unwanted: Callable[[T], bool]) -> None:
        """Drop items."""

    def others_wait(self, owner: str) -> bool:
        """Whether anybody but ``owner`` has an item here."""

    def __len__(self) -> int:
        """How many wait."""


class FairQueue(Generic[T]):
    """A :class:`Queue` in memory: one item of each owner in turn, an owner's items in the order that they came."""

    def __init__(self) -> None:
        self._items: OrderedDict[str, deque[T]] = OrderedDict()  # the next owner first; none is empty

    def put(self, owner: str, item: T, *, first: bool = False) -> None:
        """Add an item at the end of its owner's; ``first``: it is the next of all."""
        items = self._items.setdefault(owner, deque())
        if first:
            items.appendleft(item)
            self._items.move_to_end(owner, last=False)
        else:
            items.append(item)

    def take(self) -> T | None:
        """The next item, None where nothing waits."""
        if not self._items:
            return None
        owner, items = self._items.popitem(last=False)
        item = items.popleft()
        if items:
            self._items[owner] = items  # to the end
        return item

    def remove(self, unwanted: Callable[[T], bool]) -> None:
        """Drop items."""
        for owner, items in list(self._items.items()):
            kept = deque(item for item in items if not unwanted(item))
            if kept:
                self._items[owner] = kept
            else:
                del self._items[owner]

    def others_wait(self, owner: str) -> bool:
        """Whether anybody but ``owner`` has an item here."""
        return len(self._items) > (owner in self._items)

    def __len__(self) -> int:
        return sum(map(len, list(self._items.values())))  # a copy: other threads change them meanwhile
