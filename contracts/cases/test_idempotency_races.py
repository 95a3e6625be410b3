"""Idempotency: a delivery that meets another one in the middle of its transaction."""

from concurrent.futures import Future
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from contracts.builders import a_delivery, a_webhook_event, an_audit_log
from contracts.case import needs
from contracts.expect import refused
from contracts.subject import Subject
from contracts.workers import clients, eventually, started, together, within
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Received, Store
from harness.errors import Conflict, StoreError
from harness.models import AuditLog

INSERT = """
    INSERT INTO webhook_events (tenant_id, event_id, payload_hash, event_type, payload, signature)
    VALUES (%s, 'evt-1', 'hash-1', 'candidate.updated', '{}', 'first')
"""
WAITING = """
    SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


def receive_while_held(
    subject: Subject, store: Store, session: psycopg.Connection[dict[str, Any]]
) -> Future[Received]:
    """Insert evt-1 without committing, start to receive it, and return when the delivery waits."""
    session.execute(INSERT, ("tenant-1",))
    new = a_webhook_event(event_id="evt-1", tenant_id="tenant-1", payload_hash="hash-1", signature="second")
    delivered = started(lambda: store.webhook_events.receive(new))
    with subject.connect() as observer:
        observer.autocommit = True

        def waits() -> bool:
            return delivered.done() or observer.execute(WAITING).fetchall()[0]["n"] > 0

        eventually(waits, "a delivery that waits for the first writer")
    assert not delivered.done()
    return delivered


@needs(Capability.SERVER)
def test_first_writer_aborts(subject: Subject, store: Store) -> None:
    """A delivery that waited for a writer that gave up stores the event and is new."""
    with subject.connect() as session:
        delivered = receive_while_held(subject, store, session)
        session.rollback()
    received = within(delivered)
    assert received.is_new is True
    assert received.event.signature == "second"
    assert store.webhook_events.list().rows == (received.event,)


@needs(Capability.SERVER)
def test_first_writer_commits(subject: Subject, store: Store) -> None:
    """A delivery that waited for a writer that succeeded is known, and gets that writer's row."""
    with subject.connect() as session:
        delivered = receive_while_held(subject, store, session)
        session.commit()
    received = within(delivered)
    assert received.is_new is False
    assert received.event.signature == "first"
    assert store.webhook_events.list().rows == (received.event,)


@needs(Capability.SERVER)
def test_uncommitted_event_is_not_seen(subject: Subject, store: Store) -> None:
    """A row whose writer has not committed is neither listed nor counted nor claimed."""
    with subject.connect() as session:
        session.execute(INSERT, ("tenant-1",))
        assert store.webhook_events.list().rows == ()
        assert store.webhook_events.count() == 0
        assert store.webhook_events.claim() == ()
        session.rollback()


@needs(Capability.SERVER)
def test_event_written_by_another_client_is_known(subject: Subject, store: Store) -> None:
    """An event that another client of the database stored is known, and of another tenant a conflict."""
    with subject.connect() as session:
        session.execute(INSERT, (None,))
    known = store.webhook_events.receive(a_webhook_event(event_id="evt-1", payload_hash="hash-1"))
    assert known.is_new is False
    with refused(Conflict):
        store.webhook_events.receive(
            a_webhook_event(event_id="evt-1", payload_hash="hash-1", tenant_id="tenant-1")
        )


@pytest.mark.parametrize("n", [2, 16])
def test_deliveries_at_once_store_one_event(subject: Subject, store: Store, n: int) -> None:
    """Of n clients that deliver an event at once, exactly one is told new, and all get the same row."""
    with clients(subject, n) as stores:
        outcomes = together(n, lambda index: stores[index].webhook_events.receive(a_delivery()))
    received = [outcome for outcome in outcomes if isinstance(outcome, Received)]
    assert len(received) == n
    assert sum(answer.is_new for answer in received) == 1
    (event,) = store.webhook_events.list().rows
    assert [answer.event for answer in received] == [event] * n


def test_deliveries_of_two_tenants_at_once(subject: Subject, store: Store) -> None:
    """Of two tenants that deliver the same key at once, one has the event, the other is refused each time."""
    with clients(subject, 8) as stores:
        outcomes = together(
            8, lambda index: stores[index].webhook_events.receive(a_delivery(tenant_id=f"tenant-{index % 2}"))
        )
    (event,) = store.webhook_events.list().rows
    winner = 0 if event.tenant_id == "tenant-0" else 1
    for index, outcome in enumerate(outcomes):
        assert isinstance(outcome, Received if index % 2 == winner else Conflict), index
    assert sum(isinstance(answer, Received) and answer.is_new for answer in outcomes) == 1


def test_creates_at_once_store_one_event(subject: Subject, store: Store) -> None:
    """Of sixteen clients that create an event at once, one succeeds and the others see the conflict."""
    with clients(subject, 16) as stores:
        outcomes = together(16, lambda index: stores[index].webhook_events.create(a_delivery()))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict"] * 15 + ["WebhookEvent"]
    assert store.webhook_events.count() == 1


@needs(Capability.CLIENT_IDS)
def test_repeated_audit_entry_is_stored_once(subject: Subject, store: Store) -> None:
    """Of sixteen clients that append an audit entry with the same id at once, one succeeds."""
    id_ = uuid4()
    with clients(subject, 16) as stores:
        outcomes = together(16, lambda index: stores[index].audit_logs.create(an_audit_log(id=id_)))
    assert sum(isinstance(outcome, StoreError) for outcome in outcomes) == 15
    assert {type(outcome) for outcome in outcomes} == {AuditLog, Conflict}
    assert [row.id for row in store.audit_logs.list().rows] == [id_]
