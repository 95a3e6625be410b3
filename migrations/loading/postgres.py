"""A target that is a Postgres: rows and checkpoints in the same transactions."""

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import psycopg
from psycopg import sql

from harness.errors import ConfigurationError, HarnessError
from harness.models import ENTITIES
from migrations.loading import ledger
from migrations.loading.account import Account
from migrations.loading.ledger import RuleCount
from migrations.loading.load import load, load_segment
from migrations.loading.locks import RUN, SEGMENTS
from migrations.loading.plan import LoadPlan
from migrations.loading.preflight import Facts, read_facts, require
from migrations.loading.session import SESSIONS, Session, open_connection
from migrations.loading.sql import query
from migrations.loading.target import TargetFacts
from migrations.loading.versions import versions
from migrations.loading.work import Task
from migrations.pooler import require_session
from migrations.sources.location import DatabaseAt
from migrations.sources.segment import Refused, Segment
from migrations.sources.source import Inventory, Source

__all__ = ["PostgresTarget"]

_RUN_WAIT = "5s"
"""How long the end of a killed predecessor's session is waited for."""
_SEGMENTS_WAIT = "2min"
"""How long the commit of a killed predecessor's segments is waited for."""


@dataclass(frozen=True, kw_only=True)
class PostgresLoading:
    """A run on a Postgres: its control connection, and what its segments need to know."""

    control: Session
    source: Source
    dsn: str
    run_id: str
    resumed: bool
    empty_tables: frozenset[str]
    facts: TargetFacts

    def done(self, table: str) -> Mapping[int, Account]:
        """The segments of a table that are committed already, by number."""
        return ledger.done(self.control.connection, self.run_id, table)

    def submit(self, executor: Executor, segment: Segment) -> "Future[Account | None]":
        """Have a segment loaded by the executor; a rehearsal does it here, in its one transaction."""
        task = Task(
            source=self.source,
            segment=segment,
            dsn=self.dsn,
            run_id=self.run_id,
            was_empty=segment.table in self.empty_tables,
        )
        if not self.control.rehearses:
            return executor.submit(load_segment, task)
        future: Future[Account | None] = Future()
        try:
            future.set_result(load(self.control, task))
        except Exception as error:  # noqa: BLE001  # what a future is for
            future.set_exception(error)
        return future

    def cancel(self) -> None:
        """Cancel the statements that this process's sessions are executing."""
        SESSIONS.cancel(self.run_id)

    def finish(self) -> None:
        """Write down that the run is complete."""
        if not ledger.finish_run(self.control.connection, self.run_id):
            raise HarnessError(f"Run {self.run_id} was ended by somebody else, a rollback perhaps.")

    def rules(self) -> tuple[RuleCount, ...]:
        """How many rows are in quarantine, by table and reason."""
        return ledger.count_rules(self.control.connection, self.run_id)

    def refused(self, table: str) -> Iterator[Refused]:
        """The rows of a table that are in quarantine, in the order of the source."""
        with self.control.connection.transaction():
            yield from ledger.read_quarantine(self.control.connection, self.run_id, table)


@dataclass(frozen=True)
class PostgresTarget:
    """A database that is reached in session mode."""

    at: DatabaseAt

    @contextmanager
    def open(self, plan: LoadPlan, source: Source, inventory: Inventory) -> Iterator[PostgresLoading]:
        """Check, lock, and begin a run or go on with one. Raises HarnessError before anything is written."""
        require_session(self.at.dsn)
        control = Session(open_connection(self.at.dsn, "parity migrate copy (control)"), plan.dry_run)
        connection = control.connection
        try:
            facts = read_facts(connection)
            require(facts, allow_triggers=plan.allow_triggers)
            _be_the_only_run(connection)
            with _rolled_back(connection) if plan.dry_run else _committed():
                ledger.create(connection)
                loading = self._begin(control, plan, source, inventory, facts)
                try:
                    yield loading
                finally:
                    SESSIONS.close(loading.run_id)
        finally:
            connection.close()

    def _begin(
        self, control: Session, plan: LoadPlan, source: Source, inventory: Inventory, facts: Facts
    ) -> PostgresLoading:
        connection = control.connection
        identifier = _system_identifier(connection) if facts.server.may_identify else None
        wanted: dict[str, Any] = {
            "source_fingerprint": inventory.fingerprint,
            "plan_fingerprint": plan.fingerprint,
            "schema_fingerprint": facts.schema_fingerprint,
        }
        run = ledger.unfinished(connection)
        if run is not None:
            _require_the_same(run, wanted, source)
            run_id, empty = run.run_id, frozenset(run.empty_tables)
        else:
            run_id, empty = str(uuid4()), _empty_tables(connection)
            values = wanted | {
                "run_id": run_id,
                "source": str(source.location),
                "rows_per_segment": plan.rows_per_segment,
                "empty_tables": sorted(empty),
                "system_identifier": identifier,
                "versions": json.dumps({**versions(), "postgres": facts.server.version}),
            }
            ledger.add_run(connection, values)
        return PostgresLoading(
            control=control,
            source=source,
            dsn=self.at.dsn,
            run_id=run_id,
            resumed=run is not None,
            empty_tables=empty,
            facts=TargetFacts(
                kind="postgres",
                version=facts.server.version,
                database=facts.server.database,
                system_identifier=identifier,
                schema_fingerprint=facts.schema_fingerprint,
            ),
        )


def _be_the_only_run(connection: psycopg.Connection) -> None:
    """Hold the lock of the run, and see the last commit of a predecessor that was killed."""
    try:
        connection.execute("SELECT set_config('lock_timeout', %s, false)", [_RUN_WAIT])
        connection.execute("SELECT pg_advisory_lock(%s)", [RUN])
        connection.execute("SELECT set_config('lock_timeout', %s, false)", [_SEGMENTS_WAIT])
        connection.execute("SELECT pg_advisory_lock(%s)", [SEGMENTS])
        connection.execute("SELECT pg_advisory_unlock(%s)", [SEGMENTS])
        connection.execute(query("session_settings"))
    except psycopg.errors.LockNotAvailable as cause:
        raise ConfigurationError(_another_run(connection)) from cause


def _another_run(connection: psycopg.Connection) -> str:
    for key in (SEGMENTS, RUN):
        row = connection.execute(query("lock_holder"), {"key": key}).fetchone()
        if row is not None and row[0] != connection.info.backend_pid:
            pid, since, name, client = row
            return (
                f"Another run is at work on this database: process {pid} of the server ({name}, from "
                f"{client or 'the local socket'}), since {since:%Y-%m-%d %H:%M:%S} UTC. Wait for its end; if "
                f"its machine is gone, end it there with SELECT pg_terminate_backend({pid})."
            )
    return "Another run was at work on this database, and has just ended. Run the same command again."


def _require_the_same(run: ledger.Run, wanted: Mapping[str, str], source: Source) -> None:
    told = {
        "source_fingerprint": f"the source ({source.location}) is not what it was ({run.source})",
        "plan_fingerprint": (
            f"the rows are cut or mapped in another way (it has --rows-per-segment {run.rows_per_segment})"
        ),
        "schema_fingerprint": "the tables of the target were changed since",
    }
    differing = [words for name, words in told.items() if getattr(run, name) != wanted[name]]
    if differing:
        raise ConfigurationError(
            f"Run {run.run_id} of {run.started_at:%Y-%m-%d %H:%M:%S} UTC is not finished, and this is "
            f"another one: {'; '.join(differing)}. Finish it with the command that began it, or take its "
            f"rows back first: harness migrate rollback {run.run_id}"
        )


def _empty_tables(connection: psycopg.Connection) -> frozenset[str]:
    found = set()
    for table in ENTITIES:
        row = connection.execute(
            sql.SQL("SELECT EXISTS (SELECT FROM {})").format(sql.Identifier("public", table))
        ).fetchone()
        if row is not None and not row[0]:
            found.add(table)
    return frozenset(found)


def _system_identifier(connection: psycopg.Connection) -> str | None:
    row = connection.execute("SELECT system_identifier::text FROM pg_control_system()").fetchone()
    return row[0] if row is not None else None


@contextmanager
def _rolled_back(connection: psycopg.Connection) -> Iterator[None]:
    with connection.transaction(force_rollback=True):
        yield


@contextmanager
def _committed() -> Iterator[None]:
    yield
