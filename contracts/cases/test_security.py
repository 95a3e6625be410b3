"""Security: the public key reads nothing, changes nothing and calls nothing."""

from typing import Any

import psycopg
import pytest
from psycopg import errors, sql

from contracts.builders import COORDINATOR, a_booking, created
from contracts.case import needs
from contracts.entities import ROWS
from contracts.expect import Divergence, every
from contracts.stored import everything
from contracts.subject import Subject
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Store
from harness.models import SchedulingRequest, entity_of

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
RIGHTS = """
    SELECT priv || ' on ' || oid::regclass AS held
    FROM pg_class,
        unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) priv
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')
        AND has_table_privilege(%(role)s, oid, priv)
    UNION ALL
    SELECT priv || ' on a column of ' || oid::regclass
    FROM pg_class, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'REFERENCES']) priv
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')
        AND has_any_column_privilege(%(role)s, oid, priv)
    UNION ALL
    SELECT 'EXECUTE on ' || oid::regprocedure
    FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace AND has_function_privilege(%(role)s, oid, 'EXECUTE')
    ORDER BY held
"""
each_public_role = pytest.mark.parametrize("role", ["anon", "authenticated"])


def become(session: psycopg.Connection[dict[str, Any]], role: str) -> None:
    """Go on as another role, as PostgREST does for a request with its key."""
    session.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)))


def denied(
    session: psycopg.Connection[dict[str, Any]],
    role: str,
    statement: sql.SQL | sql.Composed,
    message: str = "",
) -> None:
    """Expect that a role lacks the privilege for a statement, and undo whatever it did."""
    try:
        become(session, role)
        session.execute(statement)
    except errors.InsufficientPrivilege as error:
        if message not in str(error):
            raise Divergence(message, str(error)) from error
    except psycopg.Error as error:
        raise Divergence("insufficient privilege", f"{error.sqlstate}: {error}") from error
    else:
        raise Divergence("insufficient privilege", "success")
    finally:
        session.rollback()


@needs(Capability.SERVER)
@each_public_role
def test_public_role_reads_nothing(subject: Subject, store: Store, role: str) -> None:
    """A table that has rows is refused to the public roles, not shown as empty by luck."""
    with subject.connect() as session, every() as about:
        for row in ROWS:
            created(row, store)
            with about(entity_of(row).table):
                denied(session, role, sql.SQL("SELECT FROM {}").format(sql.Identifier(entity_of(row).table)))


@needs(Capability.SERVER)
@each_public_role
def test_public_role_changes_nothing(subject: Subject, store: Store, role: str) -> None:
    """The public roles can neither add, remove nor empty."""
    for row in ROWS:
        created(row, store)
    before = everything(subject)
    with subject.connect() as session, every() as about:
        for row in ROWS:
            table = entity_of(row).table
            for statement in ("DELETE FROM {}", "TRUNCATE {}", "INSERT INTO {} DEFAULT VALUES"):
                with about(statement.format(table)):
                    denied(session, role, sql.SQL(statement).format(sql.Identifier(table)))
    assert everything(subject) == before


@needs(Capability.SERVER)
@each_public_role
def test_public_role_calls_nothing(subject: Subject, store: Store, role: str) -> None:
    """The public roles can call none of the functions that the server's key calls."""
    store.book(a_booking(created(SchedulingRequest, store)), actor=COORDINATOR)
    before = everything(subject)
    with subject.connect() as session, every() as about:
        for name, call in CALLS.items():
            with about(name):
                denied(session, role, sql.SQL(call), "permission denied for function")
    assert everything(subject) == before


@needs(Capability.SERVER)
@each_public_role
def test_public_role_has_no_right(subject: Subject, store: Store, role: str) -> None:
    """The public roles hold no right on any table, column or function, their own or everyone's."""
    assert store.ops_summary().needs_attention == 0
    with subject.connect() as session:
        rights = session.execute(RIGHTS, {"role": role}).fetchall()
    assert [row["held"] for row in rights] == []


@needs(Capability.SERVER)
@each_public_role
def test_granted_table_still_shows_no_row(subject: Subject, store: Store, role: str) -> None:
    """With SELECT granted by mistake, row level security still hides every row."""
    for row in ROWS:
        created(row, store)
    tables = {entity_of(row).table: sql.Identifier(entity_of(row).table) for row in ROWS}
    with subject.connect() as session, every() as about:
        for table in tables.values():
            session.execute(sql.SQL("GRANT SELECT ON {} TO {}").format(table, sql.Identifier(role)))
        become(session, role)
        for name, table in tables.items():
            with about(name):
                assert session.execute(sql.SQL("SELECT id FROM {}").format(table)).fetchall() == []
        session.rollback()


@needs(Capability.SERVER)
def test_history_is_append_only_for_the_server(subject: Subject, store: Store) -> None:
    """The key of the server cannot rewrite the history either."""
    store.book(a_booking(created(SchedulingRequest, store)), actor=COORDINATOR)
    with subject.connect() as session, every() as about:
        for statement in ("UPDATE {} SET action = 'x'", "DELETE FROM {}", "TRUNCATE {}"):
            with about(statement):
                denied(session, "service_role", sql.SQL(statement).format(sql.Identifier("audit_logs")))
