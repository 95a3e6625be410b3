"""Aliasing: rows and arguments are values. Changing one never changes the store."""

from dataclasses import FrozenInstanceError
from typing import Any

import pytest

from contracts.builders import (
    COORDINATOR,
    a_booking,
    a_new,
    a_patch,
    a_request,
    a_sync_job,
    a_webhook_event,
    created,
)
from contracts.case import needs
from contracts.entities import (
    QUEUES,
    ROWS,
    each_entity,
    each_mutable_entity,
    mutable,
    queue,
    repository,
)
from contracts.expect import refused
from contracts.stored import everything
from contracts.subject import Subject
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Store
from harness.adapters.queries import where
from harness.errors import Conflict, InvalidValue, NotFound
from harness.models import Row, SchedulingRequestPatch, SyncJobPatch

NESTED = {"steps": [{"name": "call"}, {"name": "offer"}], "tags": ["a", "b"]}


def nested() -> dict[str, Any]:
    """Build the same nested payload anew."""
    return {"steps": [{"name": "call"}, {"name": "offer"}], "tags": ["a", "b"]}


def spoil(payload: Any) -> None:
    """Change a payload at every level."""
    payload["tags"].append("c")
    payload["steps"][0]["name"] = "spoiled"
    del payload["steps"][1]
    payload["new"] = True


@needs(Capability.SHARED_VALUES)
def test_changing_the_input_payload_after_create(store: Store) -> None:
    """The payload that a create was given may be changed afterwards: the store keeps what it was."""
    payload = nested()
    job = store.sync_jobs.create(a_sync_job(payload=payload))
    spoil(payload)
    assert job.payload == NESTED
    assert store.sync_jobs.get(job.id) == job


@needs(Capability.SHARED_VALUES)
def test_changing_the_returned_payload_after_create(store: Store) -> None:
    """The payload of the row that create returned belongs to the caller."""
    job = store.sync_jobs.create(a_sync_job(payload=nested()))
    spoil(job.payload)
    again = store.sync_jobs.get(job.id)
    assert again is not None
    assert again.payload == NESTED


@needs(Capability.SHARED_VALUES)
def test_two_gets_are_independent(store: Store) -> None:
    """Changing what one get returned changes neither the store nor what another get returned."""
    job = store.sync_jobs.create(a_sync_job(payload=nested()))
    one, two = store.sync_jobs.get(job.id), store.sync_jobs.get(job.id)
    assert one is not None
    assert two is not None
    spoil(one.payload)
    assert two.payload == NESTED
    assert store.sync_jobs.get(job.id) == two


@needs(Capability.SHARED_VALUES)
def test_changing_a_listed_payload(store: Store) -> None:
    """The rows of a list belong to the caller."""
    store.sync_jobs.create(a_sync_job(payload=nested()))
    spoil(store.sync_jobs.list().rows[0].payload)
    assert store.sync_jobs.list().rows[0].payload == NESTED


@needs(Capability.SHARED_VALUES)
def test_changing_an_iterated_payload(store: Store) -> None:
    """The rows of an iteration belong to the caller."""
    store.sync_jobs.create(a_sync_job(payload=nested()))
    for job in store.sync_jobs.iterate():
        spoil(job.payload)
    assert [job.payload for job in store.sync_jobs.iterate()] == [NESTED]


@needs(Capability.SHARED_VALUES)
def test_changing_the_payload_of_a_patch_after_update(store: Store) -> None:
    """The payload that an update was given may be changed afterwards."""
    job = store.sync_jobs.create(a_sync_job())
    payload = nested()
    store.sync_jobs.update(job.id, SyncJobPatch(payload=payload))
    spoil(payload)
    assert [row.payload for row in store.sync_jobs.list().rows] == [NESTED]


@needs(Capability.SHARED_VALUES)
def test_changing_the_returned_payload_after_update(store: Store) -> None:
    """The payload of the row that update returned belongs to the caller."""
    job = store.sync_jobs.create(a_sync_job())
    spoil(store.sync_jobs.update(job.id, SyncJobPatch(payload=nested())).payload)
    assert [row.payload for row in store.sync_jobs.list().rows] == [NESTED]


@needs(Capability.SHARED_VALUES)
def test_changing_a_claimed_payload(store: Store) -> None:
    """The rows that claim returned belong to the worker."""
    store.sync_jobs.create(a_sync_job(payload=nested()))
    (job,) = store.sync_jobs.claim()
    spoil(job.payload)
    assert [row.payload for row in store.sync_jobs.list().rows] == [NESTED]


@needs(Capability.SHARED_VALUES)
def test_changing_a_received_payload(store: Store) -> None:
    """Neither the delivered payload nor the one of the answer is shared with the store."""
    payload = nested()
    received = store.webhook_events.receive(a_webhook_event(payload=payload))
    spoil(payload)
    assert received.event.payload == NESTED
    spoil(received.event.payload)
    assert [row.payload for row in store.webhook_events.list().rows] == [NESTED]


@needs(Capability.SHARED_VALUES)
def test_changing_a_given_list_after_create(store: Store) -> None:
    """A list of texts that was given on create may be changed afterwards."""
    emails = ["charles@example.org"]
    request = store.scheduling_requests.create(a_request(interviewer_emails=emails))
    emails.append("luigi@example.org")
    assert request.interviewer_emails == ("charles@example.org",)
    assert store.scheduling_requests.get(request.id) == request


@needs(Capability.SHARED_VALUES)
def test_changing_a_given_list_after_update(store: Store) -> None:
    """A list of texts that was given on update may be changed afterwards."""
    request = store.scheduling_requests.create(a_request())
    emails = ["luigi@example.org"]
    store.scheduling_requests.update(request.id, SchedulingRequestPatch(interviewer_emails=emails))
    emails.clear()
    assert [row.interviewer_emails for row in store.scheduling_requests.list().rows] == [
        ("luigi@example.org",)
    ]


@needs(Capability.SHARED_VALUES)
def test_one_input_for_two_rows(store: Store) -> None:
    """Rows that were created from one payload do not share it."""
    payload = nested()
    one, two = (store.sync_jobs.create(a_sync_job(payload=payload)) for _ in range(2))
    store.sync_jobs.update(one.id, SyncJobPatch(payload={"changed": True}))
    assert store.sync_jobs.get(two.id) == two


def test_rows_are_frozen(store: Store) -> None:
    """A column of a returned row cannot be assigned."""
    for row in ROWS:
        made = created(row, store)
        with pytest.raises(FrozenInstanceError):
            made.id = made.id


def test_reading_creates_nothing(subject: Subject, store: Store) -> None:
    """No read, and no claim of nothing, leaves a row behind, whatever it was asked for."""
    for row in ROWS:
        rows = repository(store, row)
        rows.get("00000000-0000-4000-8000-000000000000")
        rows.list(where=[where("id", "eq", "00000000-0000-4000-8000-000000000000")])
        list(rows.iterate())
        rows.count()
    for row in QUEUES:
        queue(store, row).claim()
    store.scheduling_requests.get_by_token_hash("no such hash")
    store.ops_summary()
    assert not any(everything(subject).values())


@needs(Capability.CLIENT_IDS)
@each_entity
def test_failed_create_leaves_no_trace(subject: Subject, store: Store, row: type[Row]) -> None:
    """A create that raises changes nothing in any table."""
    second = a_new(row, store, id=created(row, store).id)
    before = everything(subject)
    with refused(Conflict):
        repository(store, row).create(second)
    assert everything(subject) == before


@each_mutable_entity
def test_failed_update_leaves_no_trace(subject: Subject, store: Store, row: type[Row]) -> None:
    """An update that raises changes nothing in any table, not even updated_at."""
    made = created(row, store)
    before = everything(subject)
    with refused(InvalidValue):
        mutable(store, row).update(made.id, type(a_patch(row))(**a_patch(row).values, status="no such state"))
    with refused(NotFound):
        mutable(store, row).update("00000000-0000-4000-8000-000000000000", a_patch(row))
    assert everything(subject) == before


def test_failed_flow_leaves_no_trace(subject: Subject, store: Store) -> None:
    """A flow that raises changes nothing in any table."""
    request = store.scheduling_requests.create(a_request(status="cancelled"))
    before = everything(subject)
    with refused(Conflict):
        store.book(a_booking(request), actor=COORDINATOR)
    assert everything(subject) == before
