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
def test_public_role_calls_nothing(subject: Subject, role: str, call: str) -> None:
    """The public roles can call none of the functions."""
    with subject.connect() as session:
        become(session, role)
        with pytest.raises(errors.InsufficientPrivilege):
            session.execute(CALLS[call])


@needs(Capability.SERVER)
@each_entity
def test_row_level_security_is_on(subject: Subject, row: type[Row]) -> None:
    """Should somebody grant a privilege later, a public role still sees no row."""
    with subject.connect() as session:
        (table,) = session.execute(
            "SELECT relrowsecurity FROM pg_class WHERE oid = %s::regclass", (entity_of(row).table,)
        ).fetchall()
    assert table["relrowsecurity"] is True


@needs(Capability.SERVER)
def test_granted_table_still_shows_no_row(subject: Subject, store: Store) -> None:
    """With SELECT granted by mistake, row level security hides every row from the public key."""
    created(SchedulingRequest, store)
    with subject.connect() as session:
        session.execute("GRANT SELECT ON scheduling_requests TO anon")
        become(session, "anon")
        assert session.execute("SELECT id FROM scheduling_requests").fetchall() == []
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
