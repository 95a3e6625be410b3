"""Removing waits for what is under way, and what comes waits for it."""

import threading
from concurrent.futures import ThreadPoolExecutor, wait

import pytest

from harness.stack.external.turns import Turns

PATIENCE_S = 30


def test_shared_turns_run_beside_each_other() -> None:
    turns, both = Turns(), threading.Barrier(2)

    def act() -> None:
        with turns.shared():
            both.wait(PATIENCE_S)

    with ThreadPoolExecutor() as pool:
        done, _ = wait([pool.submit(act), pool.submit(act)], PATIENCE_S)
        assert [one.result() for one in done] == [None, None]


def test_alone_means_alone_and_comes_before_those_who_came_later() -> None:
    turns, order = Turns(), list[str]()
    began, go = threading.Event(), threading.Event()

    def first() -> None:
        with turns.shared():
            began.set()
            go.wait(PATIENCE_S)
            order.append("shared")

    def second() -> None:
        with turns.alone():
            order.append("alone")

    def third() -> None:
        with turns.shared():
            order.append("later")

    with ThreadPoolExecutor() as pool:
        one = pool.submit(first)
        assert began.wait(PATIENCE_S)
        two = pool.submit(second)
        while not turns._waiting:
            threading.Event().wait(0.001)
        three = pool.submit(third)
        assert order == []
        go.set()
        wait([one, two, three], PATIENCE_S)
    assert order == ["shared", "alone", "later"]


@pytest.mark.parametrize("kind", ["shared", "alone"])
def test_an_error_ends_the_turn(kind: str) -> None:
    turns = Turns()
    with pytest.raises(ZeroDivisionError), getattr(turns, kind)():
        _ = 1 / 0
    with turns.alone():
        pass
