"""Whatever happened one by one is explained, however the calls overlap; a changed answer is not."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from contracts.histories.checker import search
from contracts.histories.models.event import EventModel
from contracts.histories.models.interview import InterviewModel
from contracts.histories.models.job import JobModel
from contracts.histories.models.record import RecordModel
from contracts.histories.operation import UNKNOWN, Call, Operation, overlapping
from contracts.histories.witness import witness

MARKS = st.sampled_from(["a1", "a2", "b1"])
HOURS = st.integers(1, 5)
TOKENS = st.integers(1, 3)


def call(name: str, *args: st.SearchStrategy[Any]) -> st.SearchStrategy[Call]:
    return st.tuples(*args).map(lambda drawn: Call(name, drawn))


KINDS: dict[str, tuple[Any, st.SearchStrategy[Call]]] = {
    "event": (
        EventModel(),
        call("receive", MARKS, st.sampled_from(["h1", "h2"]))
        | call("create", MARKS, st.just("h1"))
        | call("delete", MARKS)
        | call("get", MARKS)
        | call("find"),
    ),
    "job": (
        JobModel(3),
        call("claim")
        | call("complete", TOKENS)
        | call("fail", TOKENS, MARKS)
        | call("note", MARKS)
        | st.sampled_from([Call("claim"), Call("expire"), Call("get"), Call("delete")]),
    ),
    "interview": (
        InterviewModel(),
        call("book", MARKS, HOURS)
        | call("reschedule", MARKS, HOURS)
        | call("cancel", MARKS)
        | call("booking", MARKS)
        | st.sampled_from([Call("reopen"), Call("request"), Call("history"), Call("delete")]),
    ),
    "record": (
        RecordModel(),
        call("create", MARKS)
        | call("left", MARKS, MARKS)
        | call("right", MARKS, st.none() | MARKS)
        | call("delete", MARKS)
        | call("get", MARKS)
        | call("find"),
    ),
}


def one_by_one(model: Any, calls: Sequence[tuple[Call, int]]) -> list[Operation]:
    """Let the model answer the calls in their order; each is stretched around its moment by some time."""
    state, done = model.start, []
    for number, (asked, width) in enumerate(calls):
        moment = 10 * number
        operation = Operation(
            worker=number, call=asked, answer=None, invoked=moment - width, returned=moment + width
        )
        answer, state = next(iter(model.outcomes(state, operation)))
        done.append(replace(operation, answer=answer))
    return done


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@settings(max_examples=50)
def test_what_happened_one_by_one_is_explained(kind: str, data: st.DataObject) -> None:
    model, calls = KINDS[kind]
    drawn = data.draw(st.lists(st.tuples(calls, st.integers(0, 40)), max_size=8))
    operations = one_by_one(model, drawn)
    lost = data.draw(st.sets(st.integers(0, 7)))
    seen = [
        replace(operation, answer=UNKNOWN) if number in lost else operation
        for number, operation in enumerate(operations)
    ]
    marked = overlapping(seen, model.reads)
    found = search(marked, model)
    assert found is not None
    assert witness(marked, model) is None
    assert {operation for operation in marked if operation.answered} <= set(found)


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@settings(max_examples=50)
def test_answer_that_no_state_gives_is_the_witness(kind: str, data: st.DataObject) -> None:
    model, calls = KINDS[kind]
    drawn = data.draw(st.lists(st.tuples(calls, st.integers(0, 40)), min_size=1, max_size=7))
    operations = one_by_one(model, drawn)
    number = data.draw(st.integers(0, len(operations) - 1))
    operations[number] = replace(operations[number], answer="no such answer")
    found = witness(overlapping(operations, model.reads), model)
    assert found is not None
    assert found.stuck.answer == "no such answer"
    assert found.allowed


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@settings(max_examples=50)
def test_answers_that_changed_places_are_refused_unless_another_order_explains_them(
    kind: str, data: st.DataObject
) -> None:
    model, calls = KINDS[kind]
    # Without overlap there is one order only.
    drawn = data.draw(st.lists(st.tuples(calls, st.just(0)), min_size=2, max_size=7))
    operations = one_by_one(model, drawn)
    one, other = data.draw(st.sampled_from([(i, j) for i in range(len(drawn)) for j in range(i)]))
    assume(operations[one].answer != operations[other].answer)
    first, second = operations[one].answer, operations[other].answer
    operations[one] = replace(operations[one], answer=second)
    operations[other] = replace(operations[other], answer=first)
    found = witness(overlapping(operations, model.reads), model)
    assert found is not None
    # The witness alone is no more explained than the history it was taken from.
    assert search(found.operations, model) is None
    assert found.stuck in found.operations
    assert found.stuck in found.order
    assert found.stuck.answer not in found.allowed
