"""Workers meet, take short turns, and say who won."""

import sys

import pytest

from contracts.expect import Divergence
from contracts.workers import eventually, rounds, started, tally, together, winner, within
from harness.errors import Conflict, NotFound


def test_results_and_refusals_come_in_the_order_of_the_workers() -> None:
    def work(index: int) -> int:
        if index == 1:
            raise NotFound("bookings")
        return index

    one, refused, three = together(3, work)
    assert (one, three) == (0, 2)
    assert isinstance(refused, NotFound)


def test_turns_are_short_while_workers_run_and_usual_afterwards() -> None:
    usual = sys.getswitchinterval()
    assert together(2, lambda _: sys.getswitchinterval() < usual) == [True, True]
    assert sys.getswitchinterval() == usual


def test_turns_are_usual_again_after_an_error_and_after_nested_workers() -> None:
    usual = sys.getswitchinterval()
    ended: list[int] = []

    def fail(index: int) -> None:
        within(started(lambda: together(2, lambda _: None)))
        ended.append(index)
        raise OSError(str(index))

    with pytest.raises(OSError, match="0"):
        together(2, fail)
    # The other worker may still be at it, or yet to begin.
    assert eventually(lambda: len(ended) == 2, "both workers at their end")
    assert eventually(lambda: sys.getswitchinterval() == usual, "usual turns")


def test_one_winner_is_returned() -> None:
    assert winner([Conflict("a"), 7, Conflict("a")], int) == 7


@pytest.mark.parametrize(
    ("outcomes", "actual"),
    [
        ([7, 8, Conflict("a")], "{'Conflict': 1, 'int': 2}"),
        ([Conflict("a")] * 3, "{'Conflict': 3}"),
        ([7, Conflict("a"), NotFound("b")], "{'Conflict': 1, 'NotFound': 1, 'int': 1}"),
    ],
)
def test_no_winner_two_winners_and_other_losers_are_divergences(outcomes: list[object], actual: str) -> None:
    with pytest.raises(Divergence) as caught:
        winner(outcomes, int)
    assert caught.value.expected == "one of 3 to win: {'Conflict': 2, 'int': 1}"
    assert caught.value.actual == actual


def test_outcomes_are_counted_by_their_classes() -> None:
    assert tally([1, "a", 2]) == {"int": 2, "str": 1}


def test_there_are_two_rounds_at_least_and_not_many() -> None:
    assert [*rounds()][:2] == [1, 2]
    assert len([*rounds()]) <= 60
