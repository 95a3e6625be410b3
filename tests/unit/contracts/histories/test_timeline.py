"""What a stranger reads of a history that nothing explains."""

from dataclasses import replace

import pytest

from contracts.expect import Divergence
from contracts.histories.models.job import Job, JobModel
from contracts.histories.operation import UNAVAILABLE, UNKNOWN, Call, Operation
from contracts.histories.recorder import explained

MS = 1_000_000


def op(worker: int, call: Call, answer: object, begin: float, end: float) -> Operation:
    return Operation(
        worker=worker, call=call, answer=answer, invoked=round(begin * MS), returned=round(end * MS)
    )


DOUBLE_CLAIM = (
    op(0, Call("get"), Job("waiting", 0), 0, 1),
    op(0, Call("claim"), Job("processing", 1), 2, 4),
    op(1, Call("claim"), Job("processing", 1), 3, 6),
    op(2, Call("fail", (1, "c1")), UNKNOWN, 5, 9),
    op(2, Call("get"), Job("processing", 1), 10, 11),
)


def test_timeline_shows_the_lanes_the_answers_and_what_cannot_follow() -> None:
    with pytest.raises(Divergence) as caught:
        explained(DOUBLE_CLAIM, JobModel(3), heading="round 2, 3 workers")
    assert caught.value.detail.splitlines() == GOLDEN
    assert caught.value.expected == "claim() of worker b answers None or processing#2 'c1'"
    assert caught.value.actual == "processing#1, which no order of the operations explains"


GOLDEN = """\
round 2, 3 workers

worker a  |---1---|
worker b      |-----2-----|
worker c              |---3--->

  1  worker a  0.00 ms  claim() -> processing#1       1st
  2  worker b  1.00 ms  claim() -> processing#1       NO ORDER EXPLAINS THIS; 2nd if it had answered None
  3  worker c  3.00 ms  fail(1, c1) -> no answer yet  need not have happened yet
""".splitlines()


def test_store_that_mostly_does_nothing_is_a_divergence() -> None:
    gone = [replace(operation, answer=UNAVAILABLE) for operation in DOUBLE_CLAIM[:2]]
    with pytest.raises(Divergence) as caught:
        explained([*gone, DOUBLE_CLAIM[0]], JobModel(3), heading="")
    assert caught.value.actual == "2 of them unavailable"


def test_history_that_is_explained_is_no_divergence() -> None:
    explained(DOUBLE_CLAIM[:2], JobModel(3), heading="")
