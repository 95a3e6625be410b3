"""Idempotency: a delivery that meets another one in the middle of its transaction."""

from concurrent.futures import Future
from typing import Any

import psycopg

from contracts.builders import a_webhook_event
from contracts.case import needs
from contracts.expect import refused
from contracts.subject import Subject
from contracts.workers import eventually, started, within
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Received, Store
from harness.errors import Conflict

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
