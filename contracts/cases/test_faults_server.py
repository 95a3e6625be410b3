"""Faults inside of the server: what it refuses for reasons of its own has not happened, and is named."""

import pytest

from contracts.case import fault, needs
from contracts.entities import ROWS
from contracts.expect import every, refused
from contracts.reads import READS, scenery
from contracts.sabotage import altered, failing_writes
from contracts.stored import everything
from contracts.subject import Subject
from contracts.writes import WRITES, effect_between, one_of_each_kind
from harness.adapters.capabilities import Capability
from harness.errors import Unauthorized, Unavailable
from harness.models import AuditLog, Row, entity_of

pytestmark = [fault, needs(Capability.SERVER, Capability.CLIENT_IDS)]
CODES = {
    "statement_timeout": "57014",
    "lock_timeout": "55P03",
    "deadlock": "40P01",
    "disk_full": "53100",
    "out_of_memory": "53200",
    "too_many_connections": "53300",
    "read_only": "25006",
}
FUNCTIONS = (
    *(
        f"{verb}_{name}"
        for verb in ("complete", "fail")
        for name in ("sync_job", "webhook_event", "reconciliation_job")
    ),
    *("claim_sync_jobs", "claim_webhook_events", "claim_reconciliation_jobs", "receive_webhook_event"),
    *("book", "reschedule", "cancel", "ops_summary"),
)
CALLED = {"receive", "claim", "complete", "fail", "book", "reschedule", "cancel"}
"""The kinds of writes that are functions of the database."""
STEPS = (
    ("INSERT", "bookings"),
    ("UPDATE", "scheduling_requests"),
    ("INSERT", "audit_logs"),
    ("INSERT", "sync_jobs"),
)
"""What book needs, in its order."""


@pytest.mark.parametrize("reason", CODES)
def test_write_that_the_server_gives_up(subject: Subject, reason: str) -> None:
    """A write that the server rolls back for want of time, space or a lock is safe to repeat, and works."""
    writes = one_of_each_kind([*CODES].index(reason))
    attempts = {write.name: write.prepare(subject.store) for write in writes}
    before = everything(subject)
    with every() as about, failing_writes(subject, CODES[reason]):
        for name, attempt in attempts.items():
            with about(name), refused(Unavailable):
                attempt.call(subject.store)
    assert effect_between(before, everything(subject)) == {}
    with every() as about:
        for name, attempt in attempts.items():
            with about(name):
                attempt.call(subject.store)


def granted(row: type[Row]) -> str:
    """Name what the server's key may do with the rows of a table."""
    return "SELECT, INSERT" if row is AuditLog else "SELECT, INSERT, UPDATE, DELETE"


def missing(privileges: str, what: str) -> tuple[str, str]:
    """Take a privilege from the server's key, and give it back."""
    return f"REVOKE {privileges} ON {what} FROM service_role", f"GRANT {privileges} ON {what} TO service_role"


def test_tables_without_grants(subject: Subject) -> None:
    """Without the grants that newer projects no longer give by themselves, nothing is read or written."""
    there = scenery(subject.store)
    attempts = {write.name: write.prepare(subject.store) for write in one_of_each_kind(1)}
    before = everything(subject)
    grants = [missing(granted(row), f"TABLE public.{entity_of(row).table}") for row in ROWS]
    with every() as about:
        with altered(subject, *grants):
            for name, read in READS.items():
                with about(name), refused(Unauthorized):
                    read(subject.store, there)
            for name, attempt in attempts.items():
                with about(name), refused(Unauthorized):
                    attempt.call(subject.store)
        assert effect_between(before, everything(subject)) == {}
        for name, read in READS.items():
            with about(f"{name} afterwards"):
                read(subject.store, there)


def test_functions_without_grants(subject: Subject) -> None:
    """Without the grants of the functions, no flow and no queue works, and nothing is left half done."""
    writes = [write for write in WRITES if write.kind in CALLED]
    attempts = {write.name: write.prepare(subject.store) for write in writes}
    before = everything(subject)
    with (
        every() as about,
        altered(subject, *(missing("EXECUTE", f"FUNCTION public.{name}") for name in FUNCTIONS)),
    ):
        for name, attempt in attempts.items():
            with about(name), refused(Unauthorized):
                attempt.call(subject.store)
        with about("ops_summary"), refused(Unauthorized):
            subject.store.ops_summary()
    assert effect_between(before, everything(subject)) == {}


def test_flow_that_lacks_one_grant(subject: Subject) -> None:
    """A flow that lacks the grant for one of its steps does none of them, and works once it is granted."""
    (book,) = (write for write in WRITES if write.kind == "book")
    with every() as about:
        for privilege, table in STEPS:
            attempt = book.prepare(subject.store)
            before = everything(subject)
            with about(f"{privilege} {table}"):
                with altered(subject, missing(privilege, f"TABLE public.{table}")), refused(Unauthorized):
                    attempt.call(subject.store)
                assert effect_between(before, everything(subject)) == {}
                attempt.call(subject.store)
                assert effect_between(before, everything(subject)) == book.effect
