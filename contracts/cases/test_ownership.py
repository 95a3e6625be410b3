"""Ownership: documents of every table are copied, arguments stay as they are, clients are independent."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from contracts.builders import a_patch, a_request, a_sync_job, created
from contracts.entities import each_mutable_entity, mutable, repository
from contracts.expect import every
from contracts.subject import Subject
from harness.adapters.protocol import Store
from harness.models import AuditLog, Row, SyncJob, WebhookEvent, entity_of

NESTED: dict[str, Any] = {"steps": [{"name": "call"}], "tags": ["a"]}
each_document = pytest.mark.parametrize(
    "row", [SyncJob, WebhookEvent, AuditLog], ids=lambda row: entity_of(row).table
)


def spoil(document: Any) -> None:
    """Change a document at every level."""
    document["tags"].append("b")
    document["steps"][0]["name"] = "spoiled"
    document["new"] = True


@each_document
def test_documents_are_copied_on_create(store: Store, row: type[Row]) -> None:
    """Neither the document that create was given nor the one that it returned is the store's."""
    given = deepcopy(NESTED)
    made: Any = created(row, store, payload=given)
    spoil(given)
    assert made.payload == NESTED
    spoil(made.payload)
    assert [item.payload for item in _read(store, row)] == [NESTED]


@each_document
def test_documents_are_copied_on_every_read(store: Store, row: type[Row]) -> None:
    """A document that was read belongs to the reader, whichever read it was."""
    made: Any = created(row, store, payload=deepcopy(NESTED))
    rows: Any = repository(store, row)
    reads: dict[str, Callable[[], Any]] = {
        "get": lambda: rows.get(made.id),
        "list": lambda: rows.list().rows[0],
        "iterate": lambda: next(rows.iterate()),
    }
    with every() as about:
        for name, read in reads.items():
            with about(name):
                spoil(read().payload)
                assert read().payload == NESTED


def test_no_argument_is_changed(store: Store) -> None:
    """What a call was given is afterwards what it was before."""
    document, emails = deepcopy(NESTED), ["a@example.org", "b@example.org"]
    job, request = a_sync_job(payload=document), a_request(interviewer_emails=emails)
    values = dict(job.values), dict(request.values)
    store.scheduling_requests.create(request)
    patch = a_patch(SyncJob)
    changes = dict(patch.values)
    mutable(store, SyncJob).update(store.sync_jobs.create(job).id, patch)
    assert (document, emails) == (NESTED, ["a@example.org", "b@example.org"])
    assert (dict(job.values), dict(request.values)) == values
    assert dict(patch.values) == changes


def test_closing_one_client_leaves_the_others(subject: Subject, store: Store) -> None:
    """A client works on after another one was closed, and so does one that was open meanwhile."""
    with subject.another_client() as second:
        with subject.another_client() as third:
            request = third.scheduling_requests.create(a_request())
        assert second.scheduling_requests.get(request.id) == request
        assert store.scheduling_requests.get(request.id) == request
        made = second.sync_jobs.create(a_sync_job())
    assert store.sync_jobs.list().rows == (made,)


@each_mutable_entity
def test_updated_at_grows_whoever_updates(subject: Subject, store: Store, row: type[Row]) -> None:
    """Of updates by two clients in turn, none is earlier than the one before: the clock is the store's."""
    made = created(row, store)
    seen: list[Any] = [made]
    with subject.another_client() as other:
        clients = (store, other, store, other)
        seen += [mutable(client, row).update(made.id, a_patch(row)) for client in clients]
    times = [item.updated_at for item in seen]
    assert times == sorted(times)


def _read(store: Store, row: type[Row]) -> list[Any]:
    return list(repository(store, row).list().rows)
