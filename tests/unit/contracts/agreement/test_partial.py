"""The search leaves out what is missing and accepted, and nothing else."""

from collections.abc import Callable
from typing import NoReturn

import pytest

from contracts.agreement.partial import left_out
from contracts.agreement.search import Search, search
from contracts.agreement.steps import Step, ask
from contracts.subjects import StoreSubject
from harness.adapters.bridge.errors import MissingOperation
from harness.adapters.memory import MemoryDatabase, MemoryStore
from harness.models.operations import OPERATIONS, OPTIONAL

ALL = frozenset(OPERATIONS)
MISSING = "claimSyncJobs"


class Partial(MemoryStore):
    """Memory without one operation of one queue."""

    def __init__(self, database: MemoryDatabase) -> None:
        super().__init__(database=database)
        self.sync_jobs.claim = _missing  # type: ignore[method-assign]


def _missing(**_: object) -> NoReturn:
    raise MissingOperation(MISSING)


def fresh() -> Callable[[], MemoryStore]:
    database = MemoryDatabase()
    return lambda: Partial(database)


def test_steps_of_a_missing_operation_are_left_out_if_that_is_accepted() -> None:
    assert left_out(ALL - {MISSING}, [MISSING]) == {"sync_jobs.claim": MISSING}
    assert left_out(ALL - {MISSING}, []) == {}
    assert left_out(ALL, [MISSING]) == {}
    assert left_out(None, [MISSING]) == {}


def test_every_step_belongs_to_an_operation() -> None:
    steps = left_out(frozenset(), ALL)
    assert {operation for operation in ALL - set(steps.values()) if operation not in OPTIONAL} == set()
    assert {"book", "bookings.iterate", "bookings.count", "webhook_events.receive"} < set(steps)


def test_rows_are_counted_by_pages_unless_the_adapter_counts() -> None:
    lists = "listBookings"
    assert left_out(ALL - {lists}, [lists]).keys() == {"bookings.list", "bookings.iterate"}
    assert "bookings.count" in left_out(ALL - {lists, "countBookings"}, [lists])


def test_search_goes_over_the_rest() -> None:
    asked = Search(
        budget_s=60, seed=3, most_sequences=40, without=frozenset(left_out(ALL - {MISSING}, [MISSING]))
    )
    tally, found = search(StoreSubject(fresh), asked)
    assert found is None
    assert tally.sequences >= 40
    assert tally.asked["claim", "ok"] > 0  # of the other queues: that of sync jobs raises


def test_search_that_leaves_nothing_out_ends_at_once() -> None:
    with pytest.raises(MissingOperation, match=MISSING):
        search(StoreSubject(fresh), Search(budget_s=60, seed=3, most_sequences=40))


def test_missing_operation_is_no_answer() -> None:
    with pytest.raises(MissingOperation):
        ask(fresh()(), Step("sync_jobs.claim"))
