"""Security: the public key reads nothing, changes nothing and calls nothing."""

from typing import Any

import psycopg
import pytest
from psycopg import errors, sql

from contracts.builders import COORDINATOR, a_booking, created
from contracts.case import needs
from contracts.entities import each_entity
from contracts.stored import everything
from contracts.subject import Subject
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Store
from harness.models import Row, SchedulingRequest, entity_of

CALLS = {
    "claim_sync_jobs": "SELECT claim_sync_jobs(1, 60)",
    "claim_webhook_events": "SELECT claim_webhook_events(1, 60)",
    "claim_reconciliation_jobs": "SELECT claim_reconciliation_jobs(1, 60)",
    "ops_summary": "SELECT ops_summary()",
    "cancel": "SELECT cancel('00000000-0000-4000-8000-000000000000', NULL, 'system')",
    "reschedule": "SELECT reschedule('00000000-0000-4000-8000-000000000000', now(), now(), 'system')",
    "book": "SELECT book(gen_random_uuid(), gen_random_uuid(), now(), now(), 'x', 'system')",
    "complete_sync_job": "SELECT complete_sync_job('00000000-0000-4000-8000-000000000000', 1)",
    "fail_sync_job": "SELECT fail_sync_job('00000000-0000-4000-8000-000000000000', 1, 'x', 0)",
    "receive_webhook_event": (
        "SELECT receive_webhook_event(gen_random_uuid(), NULL, 'x', 'x', 'x', 'x', '{}', 'x', true)"
    ),
}
each_public_role = pytest.mark.parametrize("role", ["anon", "authenticated"])


def become(session: psycopg.Connection[dict[str, Any]], role: str) -> None:
    """Go on as another role, as PostgREST does for a request with its key."""
    session.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)))


@needs(Capability.SERVER)
@each_public_role
@each_entity
def test_public_role_reads_nothing(subject: Subject, store: Store, row: type[Row], role: str) -> None:
    """A table that has rows is refused to the public roles, not shown as empty by luck."""
    created(row, store)
    with subject.connect() as session:
        become(session, role)
        with pytest.raises(errors.InsufficientPrivilege):
            session.execute(sql.SQL("SELECT FROM {}").format(sql.Identifier(entity_of(row).table)))


@needs(Capability.SERVER)
@each_public_role
@each_entity
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "TRUNCATE {}", "INSERT INTO {} DEFAULT VALUES"])
def test_public_role_changes_nothing(
    subject: Subject, store: Store, row: type[Row], role: str, statement: str
) -> None:
    """The public roles can neither add, remove nor empty."""
    created(row, store)
    before = everything(subject)
    with subject.connect() as session:
        become(session, role)
        with pytest.raises(errors.InsufficientPrivilege):
            session.execute(sql.SQL(statement).format(sql.Identifier(entity_of(row).table)))
        session.rollback()
    assert everything(subject) == before


@needs(Capability.SERVER)
@each_public_role
@pytest.mark.parametrize("call", CALLS)
def test_public_role_calls_nothing(subject: Subject, store: Store, role: str, call: str) -> None:
    """The public roles can call none of the functions that the server's key calls."""
    store.book(a_booking(created(SchedulingRequest, store)), actor=COORDINATOR)
    before = everything(subject)
    with subject.connect() as session:
        become(session, role)
        with pytest.raises(errors.InsufficientPrivilege, match="permission denied for function"):
            session.execute(CALLS[call])
        session.rollback()
    assert everything(subject) == before


@needs(Capability.SERVER)
@each_public_role
@each_entity
def test_granted_table_still_shows_no_row(subject: Subject, store: Store, row: type[Row], role: str) -> None:
    """With SELECT granted by mistake, row level security still hides every row."""
    created(row, store)
    table = sql.Identifier(entity_of(row).table)
    with subject.connect() as session:
        session.execute(sql.SQL("GRANT SELECT ON {} TO {}").format(table, sql.Identifier(role)))
        become(session, role)
        assert session.execute(sql.SQL("SELECT id FROM {}").format(table)).fetchall() == []
        session.rollback()


@needs(Capability.SERVER)
@pytest.mark.parametrize("statement", ["UPDATE {} SET action = 'x'", "DELETE FROM {}", "TRUNCATE {}"])
def test_history_is_append_only_for_the_server(subject: Subject, store: Store, statement: str) -> None:
    """The key of the server cannot rewrite the history either."""
    request = created(SchedulingRequest, store)
    store.book(a_booking(request), actor=COORDINATOR)
    with subject.connect() as session:
        become(session, "service_role")
        with pytest.raises(errors.InsufficientPrivilege):
            session.execute(sql.SQL(statement).format(sql.Identifier("audit_logs")))
