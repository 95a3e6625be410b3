"""Reads and writes the ledger: runs, checkpoints of segments, and refused rows."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row, dict_row, scalar_row

from migrations.inputs.json_text import has_surrogate
from migrations.loading.account import Account
from migrations.loading.sql import query
from migrations.sources.segment import Refused, Segment

__all__ = [
    "RuleCount",
    "Run",
    "add_run",
    "checkpoint",
    "count_rules",
    "create",
    "done",
    "finish_run",
    "is_done",
    "quarantine",
    "read_quarantine",
    "unfinished",
]


@dataclass(frozen=True, kw_only=True)
class Run:
    """A run that has begun and has not ended."""

    run_id: str
    started_at: datetime
    source: str
    source_fingerprint: str
    plan_fingerprint: str
    schema_fingerprint: str
    rows_per_segment: int
    empty_tables: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class RuleCount:
    """How many rows of a table were refused for one reason."""

    table: str
    rule: str
    sqlstate: str | None
    rows: int
    first_position: int


def create(connection: psycopg.Connection) -> None:
    """Create the ledger where there is none, in one transaction."""
    with connection.transaction():
        if not connection.cursor(row_factory=scalar_row).execute(query("ledger_exists")).fetchone():
            connection.execute(query("ledger_create"))


def unfinished(connection: psycopg.Connection) -> Run | None:
    """The run that has not ended, if there is one."""
    return connection.cursor(row_factory=class_row(Run)).execute(query("run_unfinished")).fetchone()


def add_run(connection: psycopg.Connection, values: Mapping[str, Any]) -> datetime:
    """Write down that a run begins; returns when."""
    connection.execute(query("identical_forget"))  # of a run that was rolled back before its end
    row = connection.execute(query("run_insert"), dict(values)).fetchone()
    if row is None:
        raise LookupError("pg_database does not list the current database")
    started: datetime = row[0]
    return started


def finish_run(connection: psycopg.Connection, run_id: str) -> bool:
    """Write down that a run is complete; False if it is not running any more."""
    with connection.transaction():
        connection.execute(query("identical_forget"))
        return connection.execute(query("run_finish"), {"run_id": run_id}).fetchone() is not None


def done(connection: psycopg.Connection, run_id: str, table: str) -> dict[int, Account]:
    """The segments of a table that are committed, by number."""
    cursor = connection.cursor(row_factory=class_row(Account))
    rows = cursor.execute(query("segments_done"), {"run_id": run_id, "table": table})
    return {account.number: account for account in rows}


def is_done(connection: psycopg.Connection, run_id: str, table: str, number: int) -> bool:
    """True if one segment is committed."""
    values = {"run_id": run_id, "table": table, "number": number}
    row = connection.execute(query("segment_is_done"), values).fetchone()
    return row is not None and bool(row[0])


def checkpoint(
    connection: psycopg.Connection,
    run_id: str,
    segment: Segment,
    account: Account,
    *,
    digest: str,
    xid: str,
    fingerprint: Any,
) -> None:
    """Write down what became of a segment, in the transaction that writes its rows."""
    values = {
        "run_id": run_id,
        "table": segment.table,
        "number": segment.number,
        "first": segment.first,
        "read": account.read,
        "inserted": account.inserted,
        "identical": account.identical,
        "quarantined": account.quarantined,
        "digest": digest,
        "xid": xid,
        "fingerprint": fingerprint,
    }
    connection.execute(query("segment_insert"), values)


def quarantine(
    connection: psycopg.Connection, run_id: str, segment: Segment, refused: Iterable[Refused]
) -> None:
    """Keep refused rows, in the transaction of their segment's checkpoint and after it."""
    numbers: dict[int, int] = {}
    ordered = sorted(refused, key=lambda one: one.position)
    if not ordered:
        return
    with connection.cursor() as cursor, cursor.copy(query("quarantine_copy")) as copy:
        for one in ordered:
            number = numbers[one.position] = numbers.get(one.position, -1) + 1
            escaped = not _fits(one.raw)
            copy.write_row(
                (
                    run_id,
                    one.table,
                    segment.number,
                    one.position,
                    number,
                    _shown(one.key),
                    _shown(one.column),
                    one.rule,
                    _shown(one.reason),
                    one.sqlstate,
                    json.dumps(one.raw) if escaped else one.raw,
                    escaped,
                )
            )


def read_quarantine(connection: psycopg.Connection, run_id: str, table: str) -> Iterator[Refused]:
    """The refused rows of a table in the order of the source, streamed. Needs a transaction."""
    with connection.cursor(name="parity_quarantine", row_factory=dict_row) as cursor:
        cursor.itersize = 500
        for row in cursor.execute(query("quarantine_read"), {"run_id": run_id, "table": table}):
            raw = row.pop("raw")
            escaped = row.pop("raw_is_escaped")
            yield Refused(table=table, raw=json.loads(raw) if escaped else raw, **row)


def count_rules(connection: psycopg.Connection, run_id: str) -> tuple[RuleCount, ...]:
    """The reasons of a run, counted by table."""
    cursor = connection.cursor(row_factory=class_row(RuleCount))
    return tuple(cursor.execute(query("quarantine_count"), {"run_id": run_id}))


def _fits(text: str) -> bool:
    # A text column holds neither NUL nor half of a surrogate pair.
    return "\0" not in text and not has_surrogate(text)


def _shown(text: str | None) -> str | None:
    if text is None or _fits(text):
        return text
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\u0000")
