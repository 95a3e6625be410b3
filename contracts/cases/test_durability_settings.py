"""Durability: what is acknowledged was written down first, in tables that survive a crash of the server."""

from psycopg import sql

from contracts.builders import NOON, a_request, created
from contracts.case import needs
from contracts.entities import MUTABLE, QUEUES, ROWS, queue
from contracts.expect import every
from contracts.flows import a_booked
from contracts.held import Session
from contracts.subject import Subject
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Store
from harness.models import entity_of

pytestmark = needs(Capability.DURABLE, Capability.SERVER)

PERMANENT_TABLE = ("r", "p")
KINDS = "SELECT relkind::text AS kind, relpersistence::text AS kept FROM pg_class WHERE oid = %s::regclass"
SETTINGS = """
    SELECT coalesce(rolname, 'all roles') AS role, setting
    FROM pg_db_role_setting
    LEFT JOIN pg_roles ON pg_roles.oid = setrole
    CROSS JOIN unnest(setconfig) AS setting
    WHERE setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
        AND setting LIKE 'synchronous\\_commit=%'
"""
"""PostgREST takes over what is set for a role, and every session what is set for the database."""
FLOWS = (
    "SELECT book(gen_random_uuid(), %(pending)s, %(start)s, %(start)s + interval '1 hour', 'ada', 'system')",
    "SELECT reschedule(%(booked)s, %(start)s, %(start)s + interval '1 hour', 'system')",
    "SELECT cancel(%(booked)s, 'ill', 'system')",
    "SELECT receive_webhook_event(gen_random_uuid(), NULL, 'x', 'x', 'x', 'x', '{}', 'x', true)",
)


def waits(session: Session) -> bool:
    """Tell whether the transaction that runs is written down before its commit is acknowledged."""
    found = session.execute("SELECT current_setting('synchronous_commit') AS mode").fetchall()
    return bool(found[0]["mode"] != "off")


def test_tables_outlive_a_crash(subject: Subject, store: Store) -> None:
    """Each table is an ordinary, logged one: the server empties the others after a crash."""
    with subject.connect() as session, every() as about:
        for row in ROWS:
            table = entity_of(row).table
            with about(table):
                created(row, store)
                (found,) = session.execute(KINDS, (f"public.{table}",)).fetchall()
                assert (found["kind"], found["kept"]) == PERMANENT_TABLE


def test_no_setting_lets_a_commit_go_ahead(subject: Subject, store: Store) -> None:
    """Neither the database nor a role is set to acknowledge what is not written down yet."""
    store.scheduling_requests.create(a_request())
    with subject.connect() as session:
        found = session.execute(SETTINGS).fetchall()
        assert [entry for entry in found if entry["setting"] == "synchronous_commit=off"] == []
        assert waits(session)


def test_no_function_lets_its_commit_go_ahead(subject: Subject, store: Store) -> None:
    """No function and no trigger lets its transaction be acknowledged before it is written down."""
    for row in MUTABLE:
        created(row, store)
    pending = store.scheduling_requests.create(a_request())
    values = {"pending": pending.id, "booked": a_booked(store).id, "start": NOON}
    with subject.connect() as session, every() as about:
        for flow in FLOWS:
            with about(flow):
                session.execute(flow.encode(), values)
                assert waits(session)
        session.rollback()
        for row in MUTABLE:
            with about(f"update of {entity_of(row).table}"):
                table = sql.Identifier(entity_of(row).table)
                session.execute(sql.SQL("UPDATE {} SET id = id").format(table))
                assert waits(session)
        session.rollback()


def test_no_step_of_a_queue_lets_its_commit_go_ahead(subject: Subject, store: Store) -> None:
    """No claim, completion or failure is acknowledged before it is written down."""
    for row in QUEUES:
        created(row, store)
        created(row, store)
    with subject.connect() as session, every() as about:
        for row in QUEUES:
            first, second = queue(store, row).claim()
            entity = entity_of(row)
            calls = {
                f"claim_{entity.table}": "(10, 60)",
                f"complete_{entity.singular}": f"('{first.id}', {first.attempts})",
                f"fail_{entity.singular}": f"('{second.id}', {second.attempts}, 'x', 0)",
            }
            for function, arguments in calls.items():
                with about(function):
                    session.execute(f"SELECT {function}{arguments}".encode())
                    assert waits(session)
            session.rollback()
