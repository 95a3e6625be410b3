"""What two stores chose by themselves is compared by its relations."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.agreement.clock import TickingClock
from contracts.agreement.correspondence import Correspondence, same
from contracts.agreement.listing import Groups, compare_in_order, in_own_order
from contracts.expect import Divergence
from harness.models import AuditLog, SyncJob

BEGIN = datetime(2026, 1, 15, 10, tzinfo=UTC)
SECOND = timedelta(seconds=1)
LEASE = timedelta(hours=1)


class Both:
    """A reference whose steps are told apart by its clock, and the times of another store."""

    def __init__(self) -> None:
        self.clock = TickingClock(lambda: BEGIN)
        self.correspondence = Correspondence(self.clock)

    def step(self, number: int) -> datetime:
        """Begin a step and return the reference's time of it."""
        self.clock.step = number
        return self.clock()

    def compare(self, reference: SyncJob, subject: SyncJob) -> None:
        self.correspondence.compare(reference, subject)


@pytest.fixture
def both() -> Both:
    return Both()


@pytest.fixture
def later() -> Iterator[datetime]:
    """Times of the subject, whose clock is nowhere near the reference's."""
    return iter(BEGIN.replace(year=2031) + SECOND * number for number in range(100))


def job(**columns: Any) -> SyncJob:
    values = {
        "id": UUID(int=1),
        "type": "icims_note",
        "entity_id": "booking-1",
        "entity_type": "booking",
        "attempts": 0,
        "max_attempts": 5,
        "status": "pending",
        "last_error": None,
        "payload": {},
        "run_after": BEGIN - timedelta(days=1),
        "created_at": BEGIN,
        "updated_at": BEGIN,
    }
    return SyncJob(**{**values, **columns})


def made(time: datetime, **columns: Any) -> SyncJob:
    return job(**{"created_at": time, "updated_at": time, **columns})


def test_times_in_the_same_order_correspond(both: Both, later: Iterator[datetime]) -> None:
    both.compare(made(both.step(1)), made(next(later)))
    both.compare(made(both.step(2), id=UUID(int=2)), made(next(later), id=UUID(int=2)))


def test_times_in_another_order_do_not(both: Both, later: Iterator[datetime]) -> None:
    first, second = next(later), next(later)
    both.compare(made(both.step(1)), made(second))
    with pytest.raises(Divergence, match=r"a time after .*, of step 1"):
        both.compare(made(both.step(2), id=UUID(int=2)), made(first, id=UUID(int=2)))


def test_equal_times_of_two_steps_do_not(both: Both, later: Iterator[datetime]) -> None:
    time = next(later)
    both.compare(made(both.step(1)), made(time))
    with pytest.raises(Divergence, match="a time after"):
        both.compare(made(both.step(2), id=UUID(int=2)), made(time, id=UUID(int=2)))


def test_earlier_step_that_is_seen_late_keeps_its_place(both: Both, later: Iterator[datetime]) -> None:
    one, two = both.step(1), both.step(2)
    first, second = next(later), next(later)
    both.compare(made(two, id=UUID(int=2)), made(first, id=UUID(int=2)))
    with pytest.raises(Divergence, match=r"a time before .*, of step 2"):
        both.compare(made(one), made(second))


def test_times_of_one_step_may_differ_and_be_in_any_order(both: Both, later: Iterator[datetime]) -> None:
    time = both.step(1)
    first, second = next(later), next(later)
    both.compare(made(time), made(second))
    both.compare(made(time, id=UUID(int=2)), made(first, id=UUID(int=2)))


def test_column_that_was_left_alone_keeps_its_value(both: Both, later: Iterator[datetime]) -> None:
    time, first = both.step(1), next(later)
    both.compare(made(time), made(first))
    both.compare(made(time), made(first))
    with pytest.raises(Divergence, match="as before"):
        both.compare(made(time), job(created_at=first, updated_at=next(later)))


def test_created_equals_updated_until_the_first_change(both: Both, later: Iterator[datetime]) -> None:
    with pytest.raises(Divergence, match="updated_at equal to created_at"):
        both.compare(made(both.step(1)), job(created_at=next(later), updated_at=next(later)))


def test_update_advances_the_column(both: Both, later: Iterator[datetime]) -> None:
    created, first = both.step(1), next(later)
    both.compare(made(created), made(first))
    with pytest.raises(Divergence, match="a time after"):
        both.compare(job(created_at=created, updated_at=both.step(2)), made(first))


def test_lease_is_measured_from_its_step(both: Both, later: Iterator[datetime]) -> None:
    both.clock.offsets.add(LEASE)
    created, first = both.step(1), next(later)
    both.compare(made(created), made(first))
    claimed, second = both.step(2), next(later)
    reference = job(created_at=created, updated_at=claimed, run_after=claimed + LEASE)
    both.compare(reference, job(created_at=first, updated_at=second, run_after=second + LEASE))
    with pytest.raises(Divergence, match="run_after"):
        Both.compare(both, reference, job(created_at=first, updated_at=second, run_after=second + 2 * LEASE))


def test_lease_of_another_length_is_noticed(both: Both, later: Iterator[datetime]) -> None:
    both.clock.offsets.add(LEASE)
    created, first = both.step(1), next(later)
    claimed = both.step(2)
    both.compare(made(both.step(3), id=UUID(int=2)), made(first + SECOND * 10, id=UUID(int=2)))
    with pytest.raises(Divergence, match="a time before"):
        both.compare(
            job(created_at=created, updated_at=claimed, run_after=claimed + LEASE),
            job(created_at=first, updated_at=first + SECOND, run_after=first + SECOND + 2 * LEASE),
        )


def test_given_times_are_equal_or_differ(both: Both) -> None:
    with pytest.raises(Divergence, match="run_after"):
        both.compare(job(), job(run_after=BEGIN))


def test_times_that_were_copied_are_compared_as_values(both: Both, later: Iterator[datetime]) -> None:
    time, first = both.step(1), next(later)
    both.compare(made(time), made(first))
    both.correspondence.merge(keep_reference=True)
    both.compare(made(time), made(time))
    with pytest.raises(Divergence, match="created_at"):
        both.compare(made(time), made(first))


def test_ids_of_the_stores_own_choice_are_paired_for_good(both: Both) -> None:
    mine, theirs = uuid4(), uuid4()
    both.correspondence.pair(mine, theirs)
    payload, translated = {"ids": [str(mine)]}, {"ids": [str(theirs)]}
    both.compare(
        job(id=mine, entity_id=str(mine), payload=payload),
        job(id=theirs, entity_id=str(theirs), payload=translated),
    )
    with pytest.raises(Divergence, match="id="):
        both.compare(job(id=mine), job(id=uuid4()))
    with pytest.raises(Divergence, match="the id of another row"):
        both.correspondence.pair(uuid4(), theirs)


def test_pairs_are_one_id_after_a_copy(both: Both) -> None:
    mine, theirs = uuid4(), uuid4()
    both.correspondence.pair(mine, theirs)
    both.correspondence.merge(keep_reference=False)
    assert both.correspondence.assigned == [(theirs, theirs)]
    assert both.correspondence.number(theirs) == 0
    assert not both.correspondence.is_paired(theirs)


@pytest.mark.parametrize(
    ("one", "other"),
    [(1, True), (1, 1.0), ({"a": [1]}, {"a": [1.0]}), ([], ()), ({"a": None}, {}), ("", None)],
)
def test_values_of_different_types_differ(one: object, other: object) -> None:
    assert same(one, one)
    assert not same(one, other)


def groups(rows: list[SyncJob], field: str, both: Both) -> Groups:
    return Groups(rows, field, both.clock, both.correspondence.is_paired)


def test_rows_of_one_step_are_a_set_and_others_a_sequence(both: Both, later: Iterator[datetime]) -> None:
    together, after = both.step(1), both.step(2)
    rows = [made(together), made(together, id=UUID(int=2)), made(after, id=UUID(int=3))]
    first, second = next(later), next(later)
    theirs = [made(first, id=UUID(int=2)), made(first), made(second, id=UUID(int=3))]
    key = groups(rows, "updated_at", both).key
    compare_in_order(rows, theirs, key, both.correspondence)
    with pytest.raises(Divergence, match="3 rows"):
        compare_in_order(rows, [theirs[2], theirs[0], theirs[1]], key, both.correspondence)


def test_ties_of_given_times_are_in_the_order_of_given_ids(both: Both) -> None:
    rows = [job(), job(id=UUID(int=2))]
    key = groups(rows, "run_after", both).key
    with pytest.raises(Divergence):
        compare_in_order(rows, rows[::-1], key, both.correspondence)


def test_ties_that_a_chosen_id_decides_are_a_set(both: Both) -> None:
    mine, theirs = UUID(int=5), UUID(int=0)
    both.correspondence.pair(mine, theirs)
    rows = [job(), job(id=mine)]
    key = groups(rows, "run_after", both).key
    compare_in_order(rows, [job(id=theirs), job()], key, both.correspondence)


def test_missing_row_is_noticed(both: Both) -> None:
    rows = [job(), job(id=UUID(int=2))]
    with pytest.raises(Divergence, match="2 rows"):
        compare_in_order(rows, rows[:1], groups(rows, "id", both).key, both.correspondence)


def test_position_is_open_where_others_share_its_value(both: Both) -> None:
    together, alone = both.step(1), both.step(2)
    rows = [made(together), made(together, id=UUID(int=2)), made(alone, id=UUID(int=3))]
    found = groups(rows, "created_at", both)
    assert found.is_open(together, UUID(int=1))
    assert not found.is_open(alone, UUID(int=3))
    assert not found.is_open(BEGIN - SECOND, UUID(int=9))


@pytest.mark.parametrize("descending", [False, True])
def test_list_keeps_the_order_of_its_own_values(*, descending: bool) -> None:
    def entry(number: int) -> AuditLog:
        return AuditLog(
            id=UUID(int=number),
            request_id=None,
            booking_id=None,
            action="viewed",
            actor_type="system",
            actor_id=None,
            payload={},
            created_at=BEGIN + SECOND * (number // 2),
        )

    rows = [entry(number) for number in range(4)]
    rows = rows[::-1] if descending else rows
    in_own_order(rows, "created_at", descending=descending)
    with pytest.raises(Divergence, match="in the order of created_at and id"):
        in_own_order([rows[1], rows[0], *rows[2:]], "created_at", descending=descending)
