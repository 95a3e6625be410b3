"""Aliasing: in every table, and by every operation, rows and arguments are values."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from contracts.builders import PAST, a_sync_job, a_webhook_event, an_audit_log, changes
from contracts.case import needs
from contracts.entities import repository
from contracts.expect import every
from contracts.subject import Subject
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import AppendOnlyRepository, Store
from harness.adapters.queries import where
from harness.models import AuditLog, New, Row, SyncJob, WebhookEvent, entity_of

BUILDERS: dict[type[Row], Callable[..., New[Any]]] = {
    AuditLog: an_audit_log,
    SyncJob: a_sync_job,
    WebhookEvent: a_webhook_event,
}
"""The tables that hold JSON."""


def nested() -> dict[str, Any]:
    """Build the same payload anew."""
    return {"list": [{"name": "call"}], "object": {"deep": [1]}}


def spoil(payload: Any) -> None:
    """Change a payload at every level."""
    payload["list"][0]["name"] = "spoiled"
    payload["object"]["deep"].append(2)
    payload["new"] = True


def read(rows: AppendOnlyRepository[Any], operation: str, id_: UUID) -> Any:
    """Read one row by an operation."""
    by_id = [where("id", "eq", id_)]
    if operation == "get":
        return rows.get(id_)
    return rows.list(where=by_id).rows[0] if operation == "list" else next(rows.iterate(where=by_id))


@needs(Capability.SHARED_VALUES)
def test_payloads_of_every_table(subject: Subject, store: Store) -> None:
    """Neither what was given to create nor what any read returned is shared with the store."""
    with every() as about:
        for row, build in BUILDERS.items():
            rows = repository(store, row)
            payload = nested()
            made: Any = rows.create(build(payload=payload))
            spoil(payload)
            spoil(made.payload)
            for name in ("get", "list", "iterate"):
                with about(f"{entity_of(row).table} {name}"):
                    found = read(rows, name, made.id)
                    assert found.payload == nested()
                    spoil(found.payload)
                    assert read(rows, name, made.id).payload == nested()
            with about(f"{entity_of(row).table} stored"):
                wire = subject.stored(row, made.id)
                assert wire is not None
                assert wire["payload"] == nested()


@needs(Capability.SHARED_VALUES)
def test_payloads_of_finished_jobs(store: Store) -> None:
    """The rows that complete and fail return belong to the worker."""
    for _ in range(2):
        store.sync_jobs.create(a_sync_job(payload=nested(), run_after=PAST))
    one, two = store.sync_jobs.claim()
    spoil(store.sync_jobs.complete(one.id, one.attempts).payload)
    spoil(store.sync_jobs.fail(two.id, two.attempts, error="down").payload)
    assert [job.payload for job in store.sync_jobs.list().rows] == [nested(), nested()]


@needs(Capability.SHARED_VALUES)
def test_payloads_of_redeliveries(store: Store) -> None:
    """A stored event that a redelivery returned belongs to the caller, as does what was redelivered."""
    store.webhook_events.receive(a_webhook_event(event_id="evt-1", payload=nested()))
    payload = nested()
    again = store.webhook_events.receive(a_webhook_event(event_id="evt-1", payload=payload))
    spoil(payload)
    spoil(again.event.payload)
    assert [event.payload for event in store.webhook_events.list().rows] == [nested()]


@needs(Capability.SHARED_VALUES)
def test_one_payload_in_two_tables(store: Store) -> None:
    """Rows of different tables that were created from one payload do not share it."""
    payload = nested()
    job = store.sync_jobs.create(a_sync_job(payload=payload))
    entry = store.audit_logs.create(an_audit_log(payload=payload))
    spoil(job.payload)
    store.sync_jobs.update(job.id, changes(SyncJob, payload=[]))
    assert store.audit_logs.get(entry.id) == entry
    assert entry.payload == nested()
