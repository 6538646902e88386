"""Fair turns."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sideman.web.turns import FairQueue


def drained(queue: FairQueue[str]) -> str:
    taken = []
    while (item := queue.take()) is not None:
        taken.append(item)
    return " ".join(taken)


def filled(*items: str) -> FairQueue[str]:
    queue: FairQueue[str] = FairQueue()
    for item in items:
        queue.put(item[0], item)
    return queue


def test_owners_take_turns() -> None:
    assert drained(filled("a1", "a2", "a3", "b1", "c1", "b2")) == "a1 b1 c1 a2 b2 a3"


def test_who_comes_late_waits_one_turn_of_each() -> None:
    queue = filled("a1", "a2", "a3")
    assert queue.take() == "a1"
    queue.put("b", "b1")
    assert drained(queue) == "a2 b1 a3"


def test_one_may_be_the_next_of_all() -> None:
    queue = filled("a1", "b1", "a2")
    queue.put("c", "c1", first=True)
    queue.put("a", "a0", first=True)
    assert drained(queue) == "a0 c1 b1 a1 a2"


def test_items_can_be_dropped() -> None:
    queue = filled("a1", "b1", "a2")
    queue.remove(lambda item: item == "b1")
    assert len(queue) == 2
    assert not queue.others_wait("a")
    assert queue.others_wait("b")
    assert drained(queue) == "a1 a2"
    assert not queue.others_wait("a")


@given(st.lists(st.sampled_from("abcd")))
def test_everything_comes_out_once_in_its_owners_order(owners: list[str]) -> None:
    items = [f"{owner}{number}" for number, owner in enumerate(owners)]
    queue = filled(*items)
    assert len(queue) == len(items)
    taken = drained(queue).split()
    for owner in "abcd":
        assert [item for item in taken if item[0] == owner] == [item for item in items if item[0] == owner]
    # While somebody waits, nobody has two turns more.
    for place in range(len(taken)):
        waiting = {item[0] for item in taken[place:]}
        turns = {owner: sum(item[0] == owner for item in taken[:place]) for owner in waiting}
        assert max(turns.values()) - min(turns.values()) <= 1
