"""The search alone finds what is wrong with a store."""

import pytest
from hypothesis.database import InMemoryExampleDatabase

from contracts.agreement.search import Search, search
from harness.models import ENTITIES
from tests.unit.contracts.agreement.spoiled import SPOILED, opened

SEED = 7
MOST = 400
"""Sequences without time to count: what ten seconds hold on an idle machine."""


def sought(**changes: object) -> Search:
    return Search(**{"budget_s": 600.0, "seed": SEED, "most_sequences": MOST, "shrinking_s": 0.0, **changes})  # type: ignore[arg-type]  # names and types as in Search


@pytest.mark.parametrize("name", SPOILED)
def test_mistake_is_found(name: str) -> None:
    _, found = search(opened(None, name), sought())
    assert found is not None


def test_correct_store_agrees_in_everything_that_can_happen() -> None:
    tally, found = search(opened(None, "correct"), sought(most_sequences=120))
    assert found is None
    assert tally.sequences >= 120
    kinds = {kind for _, kind in tally.asked}
    assert kinds == {"ok", "not_found", "conflict", "invalid_value", "missing_reference"}
    assert {operation for operation, kind in tally.asked if kind == "ok"} >= {
        *("create", "get", "list", "iterate", "count", "update", "delete", "get_by_token_hash", "receive"),
        *("claim", "complete", "fail", "book", "reschedule", "cancel", "ops_summary"),
    }
    every = {
        (table, status)
        for table, entity in ENTITIES.items()
        if "status" in entity.by_name
        for status in entity.by_name["status"].choices or ()
    }
    assert every <= tally.states


def test_same_seed_means_the_same_sequences() -> None:
    one, other, another = (
        search(opened(None, "correct"), sought(most_sequences=9, seed=seed))[0] for seed in (3, 3, 4)
    )
    assert one.asked == other.asked
    assert one.asked != another.asked


def test_sequence_that_failed_is_made_short() -> None:
    _, found = search(opened(None, "cancel_forgets_the_request"), sought(shrinking_s=60.0))
    assert found is not None
    made, booked, cancelled, *seen = (step.operation for step in found.steps)
    assert (made, booked, cancelled) == ("scheduling_requests.create", "book", "cancel")
    assert len(seen) == 1


def test_sequence_that_failed_is_tried_first() -> None:
    examples = InMemoryExampleDatabase()
    first, found = search(opened(None, "stale_claim_completes"), sought(examples=examples, shrinking_s=5.0))
    assert found is not None
    second, again = search(opened(None, "stale_claim_completes"), sought(examples=examples, seed=SEED + 1))
    assert again is not None
    assert second.sequences == 1
    assert first.sequences > second.sequences


def test_sequence_that_failed_once_does_not_break_a_correct_store() -> None:
    examples = InMemoryExampleDatabase()
    search(opened(None, "missing_row_is_made"), sought(examples=examples, shrinking_s=5.0))
    tally, found = search(opened(None, "correct"), sought(examples=examples, most_sequences=9))
    assert found is None
    assert tally.sequences >= 9


def test_one_sequence_runs_however_small_the_budget() -> None:
    tally, found = search(opened(None, "correct"), sought(budget_s=0.0))
    assert found is None
    assert tally.sequences == 1
    assert tally.steps > 0


def test_store_that_cannot_be_emptied_is_no_disagreement() -> None:
    subject = opened(None, "correct")

    def refuse() -> None:
        raise OSError("connection refused")

    subject.reset = refuse  # type: ignore[method-assign]  # the fault that this test is about
    with pytest.raises(OSError, match="connection refused"):
        search(subject, sought())
