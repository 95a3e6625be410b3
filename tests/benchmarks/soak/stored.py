"""What lies in the database at the end of a soak, read past the store: how often each call has happened."""

from collections.abc import Mapping
from dataclasses import dataclass

import psycopg
from psycopg.rows import tuple_row

from tests.benchmarks.soak.desk import NOTED

__all__ = ["EFFECTS", "Job", "Stored", "read", "waiting"]

EFFECTS: Mapping[str, tuple[str, ...]] = {
    "open": ("open",),
    "note": ("note",),
    "enqueue": ("enqueue",),
    "deliver": ("deliver",),
    "book": ("booking", "booked entry", "booked job"),
    "reschedule": ("rescheduled entry", "rescheduled job"),
    "cancel": ("cancelled booking", "cancelled entry", "cancelled job"),
}
"""What a call leaves behind, each once per time that it happens."""

_COUNTS = """
SELECT what, key, count(*) FROM (
    SELECT 'open' AS what, id::text AS key FROM public.scheduling_requests
    UNION ALL
    SELECT 'booking', id::text FROM public.bookings
    UNION ALL
    SELECT 'cancelled booking', id::text FROM public.bookings WHERE status = 'cancelled'
    UNION ALL
    SELECT 'deliver', event_id FROM public.webhook_events
    UNION ALL
    SELECT 'note', payload ->> 'key' FROM public.audit_logs WHERE action = %(noted)s
    UNION ALL
    SELECT action || ' entry', booking_id::text FROM public.audit_logs WHERE action <> %(noted)s
    UNION ALL
    SELECT 'enqueue', entity_id FROM public.sync_jobs WHERE NOT payload ? 'action'
    UNION ALL
    SELECT (payload ->> 'action') || ' job', entity_id FROM public.sync_jobs WHERE payload ? 'action'
) AS effects
GROUP BY what, key
"""
_JOBS = """
SELECT 'sync_jobs', id::text, status = 'completed', status = 'failed', attempts, max_attempts
FROM public.sync_jobs
UNION ALL
SELECT 'webhook_events', id::text, status = 'processed', status = 'failed', attempts, max_attempts
FROM public.webhook_events
"""
_WAITING = """
SELECT (SELECT count(*) FROM public.sync_jobs WHERE status IN ('pending', 'processing'))
     + (SELECT count(*) FROM public.webhook_events WHERE status IN ('received', 'processing'))
"""


@dataclass(frozen=True, kw_only=True)
class Job:
    """A row of a queue."""

    is_done: bool
    is_failed: bool
    attempts: int
    max_attempts: int


@dataclass(frozen=True, kw_only=True)
class Stored:
    """All of it."""

    counts: Mapping[tuple[str, str], int]
    """How often an effect is there, by its name in `EFFECTS` and the key of the call."""
    names: Mapping[str, str]
    """The candidate's name of each request."""
    jobs: Mapping[tuple[str, str], Job]
    """The rows of the queues, by table and id."""


def read(database: psycopg.Connection) -> Stored:
    """Read it."""
    with database.cursor(row_factory=tuple_row) as cursor:
        counts = cursor.execute(_COUNTS, {"noted": NOTED}).fetchall()
        names = cursor.execute("SELECT id::text, candidate_name FROM public.scheduling_requests").fetchall()
        jobs = cursor.execute(_JOBS).fetchall()
    return Stored(
        counts={(what, str(key)): number for what, key, number in counts},
        names=dict(names),
        jobs={
            (table, id_): Job(is_done=done, is_failed=failed, attempts=attempts, max_attempts=most)
            for table, id_, done, failed, attempts, most in jobs
        },
    )


def waiting(database: psycopg.Connection) -> int:
    """Count the rows of the queues that are not at their end yet."""
    row = database.execute(_WAITING).fetchone()
    return 0 if row is None else int(row[0])
