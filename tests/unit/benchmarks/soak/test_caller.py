"""How a caller goes on after each answer, and what it writes down."""

import random
import threading
from collections.abc import Iterator
from itertools import repeat

import pytest

from harness.errors import Conflict, NotFound, OutcomeUnknown, StoreError, Unavailable
from tests.benchmarks.soak import caller as module
from tests.benchmarks.soak.caller import Caller, GoneWrong
from tests.benchmarks.soak.said import Outcome, Said

LOST, DOWN, TAKEN = OutcomeUnknown("lost"), Unavailable("down"), Conflict("key")


class Answers:
    """Gives one answer after the other."""

    def __init__(self, *answers: StoreError | str) -> None:
        self._answers: Iterator[StoreError | str] = iter(answers)

    def __call__(self) -> str:
        answer = next(self._answers)
        if isinstance(answer, StoreError):
            raise answer
        return answer


@pytest.fixture
def said() -> list[Said]:
    return []


@pytest.fixture
def caller(said: list[Said]) -> Caller:
    hurry = threading.Event()
    hurry.set()
    return Caller(said.append, random.Random(1), hurry)  # noqa: S311  # not for secrets


def words(said: list[Said]) -> list[str]:
    return [one.outcome.value for one in said]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        (["x"], ["done"]),
        ([DOWN, DOWN, "x"], ["unavailable", "unavailable", "done"]),
        ([LOST, "x"], ["unknown", "done"]),
        ([LOST, DOWN, TAKEN], ["unknown", "unavailable", "found"]),
    ],
)
def test_a_call_is_repeated_until_its_end_is_known(
    caller: Caller, said: list[Said], answers: list[StoreError | str], expected: list[str]
) -> None:
    result = caller.make("open", "k", Answers(*answers), told=lambda answer: f"told {answer}")
    assert words(said) == expected
    assert result == (None if expected[-1] == "found" else "x")
    assert said[-1].detail == ("" if result is None else "told x")


@pytest.mark.parametrize("error", [TAKEN, NotFound("bookings")])
def test_what_cannot_be_ends_the_turn(caller: Caller, said: list[Said], error: StoreError) -> None:
    with pytest.raises(GoneWrong):
        caller.make("open", "k", Answers(error))
    assert words(said) == ["wrong"]


def test_somebody_elses_work(caller: Caller, said: list[Said]) -> None:
    assert caller.make("complete", "k", Answers(TAKEN), wrote="2", alone=False) is None
    assert said == [Said("complete", "k", Outcome.STALE, "2")]


def test_a_read_is_repeated_only_while_it_is_unavailable(caller: Caller, said: list[Said]) -> None:
    assert caller.look("look", "k", Answers(DOWN, "x")) == "x"
    with pytest.raises(GoneWrong):
        caller.look("look", "k", Answers(LOST))
    assert words(said) == ["unavailable", "done", "wrong"]


def test_patience_ends(caller: Caller, said: list[Said], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PATIENCE_S", -1.0)
    with pytest.raises(GoneWrong):
        caller.make("open", "k", Answers(*repeat(DOWN, 2)))
    assert words(said) == ["unavailable", "wrong"]


@pytest.mark.parametrize(("answer", "word"), [(DOWN, "unavailable"), (LOST, "unknown")])
def test_what_takes_rows_is_not_repeated(
    caller: Caller, said: list[Said], answer: StoreError, word: str
) -> None:
    def claim() -> list[str]:
        raise answer

    assert caller.take("claim sync_jobs", claim, lambda row: (row, "1")) == []
    assert said == [Said("claim sync_jobs", "", Outcome(word))]
    assert caller.take("claim sync_jobs", lambda: ["k"], lambda row: (row, "1")) == ["k"]
    assert said[-1] == Said("claim sync_jobs", "k", Outcome.DONE, "1")
