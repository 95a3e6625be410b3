"""Stores that one client at a time cannot tell from a right one are rejected by the cases on concurrency."""

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from contracts.cases import (
    test_concurrency_flows as flows,
)
from contracts.cases import (
    test_concurrency_histories as histories,
)
from contracts.cases import (
    test_concurrency_queues as queues,
)
from contracts.cases import (
    test_concurrency_readers as readers,
)
from contracts.cases import (
    test_concurrency_rows as rows,
)
from harness.adapters.memory import MemoryDatabase, MemoryStore
from harness.adapters.protocol import Store
from harness.errors import StoreError
from harness.models import ReconciliationJob, SyncJob
from tests.unit.contracts.concurrency.racy_flows import CountsInPieces, FlowsInSteps, MovesFromWhatItRead
from tests.unit.contracts.concurrency.racy_queues import (
    ClaimsByReadingFirst,
    CountsAttemptsFromWhatItRead,
    EndsByLookingFirst,
    ReceivesByLookingFirst,
)
from tests.unit.contracts.concurrency.racy_rows import (
    DeletesByLookingFirst,
    RemembersWhatItRead,
    StampsBeforeItWaits,
    WritesWholeRows,
)
from tests.unit.contracts.concurrency.racy_subject import Lockless, RacySubject

Case = Callable[..., None]

# Each case alone finds its store nine times out of ten and more; a store that escapes from all of them is
# one in thousands of runs.
CASES: dict[type[Store], tuple[Case, ...]] = {
    Lockless: (flows.test_moves_form_one_chain, readers.test_dashboard_shows_whole_bookings),
    ReceivesByLookingFirst: (
        queues.test_deliveries_of_one_event,
        queues.test_delivery_against_claims,
        queues.test_deliveries_and_deletions_balance,
        histories.test_deliveries_of_two_payloads_under_one_key,
        histories.test_deliveries_and_deletes_of_one_event,
    ),
    ClaimsByReadingFirst: (
        queues.test_queue_is_drained_without_loss,
        queues.test_claims_of_one_expired_job,
        histories.test_claims_of_one_job,
    ),
    CountsAttemptsFromWhatItRead: (
        queues.test_queue_is_drained_without_loss,
        queues.test_claims_of_one_expired_job,
        histories.test_claims_of_one_job,
    ),
    EndsByLookingFirst: (
        queues.test_complete_against_fail,
        queues.test_late_worker_against_the_next_claim,
        histories.test_claims_of_one_job,
    ),
    WritesWholeRows: (rows.test_patches_of_different_columns, histories.test_claims_of_one_job),
    DeletesByLookingFirst: (
        rows.test_deletes_of_one_row,
        queues.test_deliveries_and_deletions_balance,
    ),
    RemembersWhatItRead: (histories.test_claims_of_one_job, histories.test_removal_of_one_job),
    FlowsInSteps: (flows.test_everything_at_once, readers.test_dashboard_shows_whole_bookings),
    MovesFromWhatItRead: (flows.test_moves_form_one_chain, flows.test_everything_at_once),
    CountsInPieces: (
        readers.test_dashboard_shows_whole_bookings,
        readers.test_dashboard_shows_whole_cancellations,
    ),
    StampsBeforeItWaits: (readers.test_readers_see_each_write_whole,),
}


def run(case: Case, make: Callable[[MemoryDatabase], Store], **more: Any) -> None:
    """Run a case on a subject of its own."""
    subject = RacySubject(make)
    given = {"subject": subject, "store": subject.store, **more}
    case(**{name: given[name] for name in inspect.signature(case).parameters})


def runs(cases: tuple[Case, ...]) -> Iterator[tuple[Case, dict[str, Any]]]:
    """Yield each case with what it is parametrized with, twice over."""
    for case in cases * 2:
        if "row" not in inspect.signature(case).parameters:
            yield case, {}
            continue
        for row in (SyncJob, ReconciliationJob):
            yield case, {"row": row}


@pytest.mark.parametrize("racy", CASES)
def test_racy_store_is_rejected(racy: Callable[[MemoryDatabase], Store]) -> None:
    rejections = 0
    for case, more in runs(CASES[racy]):  # type: ignore[index]  # the keys are what it is parametrized with
        try:
            run(case, racy, **more)
        except (AssertionError, StoreError, KeyError, RuntimeError):
            rejections += 1
            break
    assert rejections == 1


@pytest.mark.parametrize("module", [flows, histories, queues, readers, rows])
def test_right_store_passes(module: Any) -> None:
    cases = tuple(case for name, case in vars(module).items() if name.startswith("test_"))
    for case in cases:
        more = {"row": SyncJob}
        run(case, lambda database: MemoryStore(database=database), **more)
