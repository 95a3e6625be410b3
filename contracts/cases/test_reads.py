"""Reads: they show what is stored by now, whoever changed it and however, and change nothing themselves."""

from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest

from contracts.builders import (
    COORDINATOR,
    a_booking,
    a_patch,
    a_request,
    a_sync_job,
    an_audit_log,
    changes,
    created,
)
from contracts.case import needs
from contracts.entities import (
    ROWS,
    each_entity,
    each_mutable_entity,
    each_queue,
    mutable,
    queue,
    repository,
    states,
)
from contracts.flows import a_booked, each_flow, run
from contracts.stored import everything
from contracts.subject import Subject
from contracts.workers import a_tick
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Store
from harness.adapters.queries import where
from harness.models import Row, SchedulingRequest

FIRST, SECOND = "sha256:first", "sha256:second"


def test_reading_changes_nothing(subject: Subject, store: Store) -> None:
    """No read of what is there leaves a row behind, changes one, or counts as an update."""
    booking = a_booked(store)
    for row in ROWS:
        created(row, store)
    request = store.scheduling_requests.get(booking.request_id)
    assert request is not None
    before = everything(subject)
    for row in ROWS:
        rows = repository(store, row)
        found = rows.list().rows
        assert [rows.get(item.id) for item in found] == list(found)
        assert list(rows.iterate()) == list(found)
        assert rows.count() == len(found)
    assert store.scheduling_requests.get_by_token_hash(request.public_token_hash) == request
    store.ops_summary()
    assert everything(subject) == before


@each_mutable_entity
def test_update_is_seen_by_every_read(store: Store, row: type[Row]) -> None:
    """What was read before an update is read anew after it, by get, list, iterate and count."""
    made = created(row, store)
    rows = mutable(store, row)
    changed = [where("id", "eq", made.id), where("updated_at", "gt", _updated_at(made))]
    assert rows.get(made.id) == made
    assert (rows.list().rows, list(rows.iterate()), rows.count(where=changed)) == ((made,), [made], 0)
    a_tick()
    after = rows.update(made.id, a_patch(row))
    assert rows.get(made.id) == after
    assert (rows.list().rows, list(rows.iterate()), rows.count(where=changed)) == ((after,), [after], 1)


@each_mutable_entity
def test_change_of_another_client_is_seen(subject: Subject, store: Store, row: type[Row]) -> None:
    """What a client read before another one changed and removed it, it reads anew."""
    made = created(row, store)
    rows = mutable(store, row)
    assert (rows.get(made.id), rows.list().rows, rows.count()) == (made, (made,), 1)
    with subject.another_client() as other:
        after = mutable(other, row).update(made.id, a_patch(row))
        assert (rows.get(made.id), rows.list().rows) == (after, (after,))
        assert mutable(other, row).delete(made.id) is True
        assert (rows.get(made.id), rows.list().rows, rows.count()) == (None, (), 0)


@each_mutable_entity
def test_deleted_row_is_gone_for_every_read(store: Store, row: type[Row]) -> None:
    """A row that was read and then deleted is not read again."""
    made = created(row, store)
    rows = mutable(store, row)
    assert (rows.get(made.id), rows.list().rows, list(rows.iterate()), rows.count()) == (
        made,
        (made,),
        [made],
        1,
    )
    assert rows.delete(made.id) is True
    assert (rows.get(made.id), rows.list().rows, list(rows.iterate()), rows.count()) == (None, (), [], 0)


def test_no_read_narrows_the_next(store: Store) -> None:
    """Each read stands for itself: what one asked for limits no other."""
    one, two = (store.sync_jobs.create(a_sync_job(entity_id=name)) for name in ("one", "two"))
    for made in (one, two):
        assert store.sync_jobs.get(made.id) == made
        assert store.sync_jobs.list(where=[where("entity_id", "eq", made.entity_id)]).rows == (made,)
        assert store.sync_jobs.count(where=[where("entity_id", "eq", made.entity_id)]) == 1
    assert {row.id for row in store.sync_jobs.list().rows} == {one.id, two.id}
    assert store.sync_jobs.count() == 2


def test_summary_is_computed_anew(subject: Subject, store: Store) -> None:
    """Who asked for the summary before another client wrote sees what it wrote when asking again."""
    before = store.ops_summary()
    assert before.counts["sync_jobs"]["pending"] == 0
    with subject.another_client() as other:
        other.sync_jobs.create(a_sync_job())
        after = store.ops_summary()
    assert (after.counts["sync_jobs"]["pending"], after.due["sync_jobs"]) == (1, 1)
    assert before.counts["sync_jobs"]["pending"] == 0


@each_flow
def test_flow_is_seen_by_every_read(store: Store, flow: str) -> None:
    """What was read before a flow is read anew after it: booking and request."""
    request = store.scheduling_requests.create(a_request())
    booking: Any = None if flow == "book" else store.book(a_booking(request), actor=COORDINATOR)
    before = store.scheduling_requests.get(request.id)
    assert before is not None
    assert store.scheduling_requests.get_by_token_hash(request.public_token_hash) == before
    if booking is not None:
        assert store.bookings.get(booking.id) == booking
    after = run(store, flow, request.id if booking is None else booking.id)
    assert store.bookings.get(after.id) == after
    again = store.scheduling_requests.get(request.id)
    assert again is not None
    assert again.status == {"book": "booked", "reschedule": "rescheduled", "cancel": "cancelled"}[flow]
    assert store.scheduling_requests.get_by_token_hash(request.public_token_hash) == again


@each_queue
def test_claim_is_seen_by_every_read(store: Store, row: type[Row]) -> None:
    """What was read before a claim, a failure and a completion is read anew after each."""
    made = created(row, store)
    assert queue(store, row).get(made.id) == made
    (claimed,) = queue(store, row).claim()
    assert queue(store, row).get(made.id) == claimed
    given_back = queue(store, row).fail(made.id, 1, error="down", retry_in_s=0)
    assert queue(store, row).get(made.id) == given_back
    (claimed,) = queue(store, row).claim()
    done = queue(store, row).complete(made.id, claimed.attempts)
    assert queue(store, row).get(made.id) == done
    assert done.status == states(row).done


def test_delete_is_seen_by_every_read(store: Store) -> None:
    """What a deleted request took along is gone for whoever read it before, and links to it are None."""
    request = store.scheduling_requests.create(a_request())
    booking = store.bookings.create(a_booking(request))
    entry = store.audit_logs.create(an_audit_log(request_id=request.id, booking_id=booking.id))
    assert store.bookings.get(booking.id) == booking
    assert store.audit_logs.get(entry.id) == entry
    assert store.scheduling_requests.get_by_token_hash(request.public_token_hash) == request
    assert store.scheduling_requests.delete(request.id) is True
    assert store.bookings.get(booking.id) is None
    assert store.scheduling_requests.get(request.id) is None
    assert store.scheduling_requests.get_by_token_hash(request.public_token_hash) is None
    kept = store.audit_logs.get(entry.id)
    assert kept is not None
    assert (kept.request_id, kept.booking_id) == (None, None)


@needs(Capability.CLIENT_IDS)
@each_entity
def test_missing_row_is_found_once_it_exists(subject: Subject, store: Store, row: type[Row]) -> None:
    """A row that was not there is found as soon as it is, also if another client created it."""
    id_ = uuid4()
    assert repository(store, row).get(id_) is None
    with subject.another_client() as other:
        made = created(row, other, id=id_)
    assert repository(store, row).get(id_) == made


def test_token_leads_to_the_request_as_it_is(subject: Subject, store: Store) -> None:
    """The lookup by token hash follows each change of the request and of its hash, by any client."""
    request = store.scheduling_requests.create(a_request(public_token_hash=FIRST))
    find = store.scheduling_requests.get_by_token_hash
    assert (find(FIRST), find(SECOND)) == (request, None)
    with subject.another_client() as other:
        after = other.scheduling_requests.update(
            request.id, changes(SchedulingRequest, candidate_name="Grace Hopper")
        )
        assert find(FIRST) == after
        after = other.scheduling_requests.update(
            request.id, changes(SchedulingRequest, public_token_hash=SECOND)
        )
    assert (find(FIRST), find(SECOND)) == (None, after)


@pytest.mark.parametrize("first", ["met", "not_met"])
def test_conditions_count_in_any_order(store: Store, first: str) -> None:
    """Of two conditions on one column both count, whichever is met."""
    store.scheduling_requests.create(a_request())
    both = [where("status", "eq", "pending"), where("status", "eq", "booked")]
    conditions = both if first == "met" else both[::-1]
    assert store.scheduling_requests.list(where=conditions).rows == ()
    assert store.scheduling_requests.count(where=conditions) == 0
    assert list(store.scheduling_requests.iterate(where=conditions)) == []


def _updated_at(row: Any) -> datetime:
    found: datetime = row.updated_at
    return found
