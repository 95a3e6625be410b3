"""Histories whose answer is known from the literature, or from looking at them."""

from collections.abc import Iterable

import pytest

from contracts.histories.checker import Undecided, search
from contracts.histories.models.event import Delivered, Event, EventModel
from contracts.histories.models.job import Job, JobModel
from contracts.histories.models.record import Entry, RecordModel
from contracts.histories.operation import (
    UNAVAILABLE,
    UNKNOWN,
    Answer,
    Call,
    Operation,
    Refused,
    overlapping,
)


class Register:
    """The register of the literature: ``write(v)`` and ``read()``, 0 at the start."""

    start = 0
    reads = frozenset({"read"})

    def outcomes(self, state: int, operation: Operation) -> Iterable[tuple[Answer, int]]:
        if operation.call.name == "read":
            return [(state, state)]
        (value,) = operation.call.args
        assert isinstance(value, int)
        return [(None, value)]

    def changed(self, operation: Operation) -> bool:
        return operation.call.name != "read"


def op(
    worker: int, call: str, *args: int | str | None, at: tuple[int, int], gives: Answer = None
) -> Operation:
    return Operation(worker=worker, call=Call(call, args), answer=gives, invoked=at[0], returned=at[1])


def linearizable(*operations: Operation, model: object = None) -> bool:
    chosen = Register() if model is None else model
    return search(overlapping(operations, chosen.reads), chosen) is not None  # type: ignore[attr-defined, arg-type]  # any model


def test_nothing_happened() -> None:
    assert linearizable()


def test_reads_in_the_middle_of_a_write_may_see_either_value() -> None:
    # The register of Herlihy and Wing, section 1: a write that spans reads takes effect between them.
    assert linearizable(
        op(0, "write", 1, at=(0, 100)),
        op(1, "read", at=(10, 20), gives=0),
        op(1, "read", at=(30, 40), gives=1),
    )


def test_value_does_not_change_back() -> None:
    # "New-old inversion" (Lamport, On Interprocess Communication, 1986): regular, but not atomic.
    assert not linearizable(
        op(0, "write", 1, at=(0, 100)),
        op(1, "read", at=(10, 20), gives=1),
        op(2, "read", at=(30, 40), gives=0),
    )


def test_stale_read() -> None:
    assert not linearizable(op(0, "write", 1, at=(0, 10)), op(1, "read", at=(20, 30), gives=0))


def test_overlapping_writes_in_either_order() -> None:
    for last in (1, 2):
        assert linearizable(
            op(0, "write", 1, at=(0, 10)),
            op(1, "write", 2, at=(5, 15)),
            op(0, "read", at=(20, 30), gives=last),
        )


def test_readers_agree_on_the_order_of_writes() -> None:
    # Sequentially consistent for each reader alone: the two cannot both be right.
    assert not linearizable(
        op(0, "write", 1, at=(0, 10)),
        op(1, "write", 2, at=(0, 10)),
        op(2, "read", at=(20, 30), gives=1),
        op(3, "read", at=(40, 50), gives=2),
    )


def test_operation_without_an_answer_may_happen_later_or_never() -> None:
    unknown = op(0, "write", 1, at=(0, 10), gives=UNKNOWN)
    assert linearizable(unknown, op(1, "read", at=(20, 30), gives=0))
    assert linearizable(unknown, op(1, "read", at=(20, 30), gives=0), op(1, "read", at=(40, 50), gives=1))
    assert linearizable(unknown, op(1, "read", at=(20, 30), gives=1))


def test_operation_without_an_answer_does_not_happen_twice_or_before_its_call() -> None:
    unknown = op(0, "write", 1, at=(15, 25), gives=UNKNOWN)
    assert not linearizable(unknown, op(1, "read", at=(0, 10), gives=1))
    assert not linearizable(
        unknown,
        op(1, "read", at=(30, 40), gives=1),
        op(1, "write", 2, at=(50, 60)),
        op(1, "read", at=(70, 80), gives=1),
    )


def test_unavailable_operation_did_not_happen() -> None:
    gone = op(0, "write", 1, at=(0, 10), gives=UNAVAILABLE)
    assert linearizable(gone, op(1, "read", at=(20, 30), gives=0))
    assert not linearizable(gone, op(1, "read", at=(20, 30), gives=1))


def test_two_deliveries_are_told_new() -> None:
    one, two = Event("a1", "h"), Event("b1", "h")
    assert linearizable(
        op(0, "receive", "a1", "h", at=(0, 10), gives=Delivered(one, is_new=True)),
        op(1, "receive", "b1", "h", at=(5, 15), gives=Delivered(one, is_new=False)),
        model=EventModel(),
    )
    assert not linearizable(
        op(0, "receive", "a1", "h", at=(0, 10), gives=Delivered(one, is_new=True)),
        op(1, "receive", "b1", "h", at=(5, 15), gives=Delivered(two, is_new=True)),
        model=EventModel(),
    )


def test_event_is_told_new_again_once_it_was_deleted() -> None:
    one, two = Event("a1", "h"), Event("b1", "h")
    first = op(0, "receive", "a1", "h", at=(0, 10), gives=Delivered(one, is_new=True))
    second = op(1, "receive", "b1", "h", at=(12, 30), gives=Delivered(two, is_new=True))
    assert linearizable(first, second, op(2, "delete", "a1", at=(20, 40), gives=True), model=EventModel())
    assert not linearizable(first, second, op(2, "delete", "a1", at=(35, 40), gives=True), model=EventModel())


def test_lost_update() -> None:
    assert not linearizable(
        op(0, "create", "a1", at=(0, 10), gives=Entry("a1", "a1")),
        op(0, "left", "a1", "a2", at=(20, 40), gives=Entry("a1", "a2")),
        op(1, "right", "a1", "b1", at=(20, 40), gives=Entry("a1", "a1", "b1")),
        op(0, "find", at=(50, 60), gives=Entry("a1", "a1", "b1")),
        model=RecordModel(),
    )


def test_double_claim() -> None:
    claimed = Job("processing", 1)
    assert not linearizable(
        op(0, "claim", at=(0, 10), gives=claimed),
        op(1, "claim", at=(5, 15), gives=claimed),
        model=JobModel(3),
    )
    assert linearizable(
        op(0, "claim", at=(0, 10), gives=claimed),
        op(1, "claim", at=(5, 15), gives=None),
        model=JobModel(3),
    )


def test_claim_passes_over_a_job_only_while_somebody_may_hold_it() -> None:
    # The write that overlaps is refused: it may have held the row all the same.
    held = op(1, "complete", 1, at=(5, 15), gives=Refused("conflict"))
    assert linearizable(op(0, "claim", at=(0, 10), gives=None), held, model=JobModel(3))
    assert not linearizable(op(0, "claim", at=(20, 30), gives=None), held, model=JobModel(3))


def test_lost_attempt() -> None:
    assert not linearizable(
        op(0, "claim", at=(0, 10), gives=Job("processing", 1)),
        op(0, "expire", at=(20, 30), gives=Job("processing", 1)),
        op(1, "claim", at=(40, 50), gives=Job("processing", 1)),
        model=JobModel(3),
    )


def test_search_that_takes_too_long_says_so() -> None:
    writes = [op(worker, "write", worker, at=(0, 10)) for worker in range(12)]
    with pytest.raises(Undecided, match="13 operations took more than 100 steps"):
        search([*writes, op(12, "read", at=(0, 10), gives=99)], Register(), bound=100)
