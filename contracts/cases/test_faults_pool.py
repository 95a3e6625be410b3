"""Faults of a busy server: who waits too long for a connection, a lock or an answer has done nothing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from psycopg import sql

from contracts.builders import a_sync_job, changes
from contracts.case import needs
from contracts.expect import every
from contracts.reads import Scenery, one_get, scenery
from contracts.stored import everything
from contracts.subject import Subject
from contracts.workers import eventually, patiently, started, together, within
from contracts.writes import WRITES, effect_between, one_of_each_kind, total_effect
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Store
from harness.errors import StoreError, Unavailable
from harness.models import SyncJob

pytestmark = needs(Capability.SERVER, Capability.CLIENT_IDS)
CALLERS = 64
CONNECTIONS = 5


def unhurried(subject: Subject) -> None:
    """Let requests wait for a lock as long as it takes: only the pool shall be impatient."""
    with subject.connect(superuser=True) as session:
        for setting in ("lock_timeout", "statement_timeout"):
            session.execute(
                sql.SQL("ALTER ROLE authenticator IN DATABASE {} SET {} = 0").format(
                    sql.Identifier(session.info.dbname), sql.Identifier(setting)
                )
            )
        session.commit()
        session.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND usename = 'authenticator'"
        )
    patiently(subject.store.sync_jobs.count)


@contextmanager
def holding_the_pool(subject: Subject) -> Iterator[None]:
    """Let one request hold the only connection: it waits for a row that another session has locked."""
    # The server itself takes the connection now and then, to look at its schema.
    job = patiently(partial(subject.store.sync_jobs.create, a_sync_job()))
    update = partial(
        patiently, partial(subject.store.sync_jobs.update, job.id, changes(SyncJob, last_error="late"))
    )
    with subject.connect() as session:
        session.execute("SELECT FROM sync_jobs WHERE id = %s FOR UPDATE", [job.id])
        held = started(update)

        def waits() -> bool:
            found = session.execute(
                "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            ).fetchone()
            return found is not None

        try:
            eventually(waits, "a request that waits for the lock")
            yield
        finally:
            session.rollback()
    assert within(held).last_error == "late"


def test_exhausted_pool(subject: Subject) -> None:
    """Calls that find no free connection in time have done nothing, and work once there is one."""
    with subject.another_database(pool_size=1, pool_wait_s=1) as crowded:
        there = scenery(crowded.store)
        writes = one_of_each_kind(1)
        attempts = [write.prepare(crowded.store) for write in writes]
        unhurried(crowded)
        calls: dict[str, Callable[[Store], object]] = {
            **{write.name: attempt.call for write, attempt in zip(writes, attempts, strict=True)},
            **{name: partial(_read, read, there) for name, read in one_get(1).items()},
        }
        run = list(calls.values())
        with holding_the_pool(crowded):
            before = everything(crowded)
            outcomes = together(len(run), lambda index: run[index](crowded.store))
            assert effect_between(before, everything(crowded)) == {}
        with every() as about:
            for name, outcome in zip(calls, outcomes, strict=True):
                with about(name):
                    assert kind(outcome) == Unavailable.kind
        before = everything(crowded)
        for attempt in attempts:
            patiently(partial(attempt.call, crowded.store))
        assert effect_between(before, everything(crowded)) == total_effect(writes)


def test_more_callers_than_connections(subject: Subject) -> None:
    """Of 64 calls at once on five connections, each waits or has done nothing: none is lost or doubled."""
    # A caller who waits in vain hears it from the server, long before its own patience ends.
    with subject.another_database(pool_size=CONNECTIONS, pool_wait_s=2) as crowded:
        writes = [WRITES[number % len(WRITES)] for number in range(CALLERS)]
        attempts = [write.prepare(crowded.store) for write in writes]
        before = everything(crowded)
        outcomes = together(CALLERS, lambda index: attempts[index].call(crowded.store))
        refused = [index for index, outcome in enumerate(outcomes) if isinstance(outcome, StoreError)]
        with every() as about:
            for index in refused:
                with about(writes[index].name):
                    assert kind(outcomes[index]) == Unavailable.kind
        worked = [write for index, write in enumerate(writes) if index not in refused]
        assert effect_between(before, everything(crowded)) == total_effect(worked)
        for index in refused:
            patiently(partial(attempts[index].call, crowded.store))
        assert effect_between(before, everything(crowded)) == total_effect(writes)


def _read(read: Callable[[Store, Scenery], object], there: Scenery, store: Store) -> object:
    return read(store, there)


def kind(outcome: object) -> str:
    """Name the error, or say that there was none."""
    return outcome.kind if isinstance(outcome, StoreError) else "success"
