"""Mistakes in the numbers of the dashboard that rest on another column of the row."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from contracts.selfcheck.wrapping import broken

from ._helpers import around, rows_of, wire

REQUESTS = "flows_summary_rules.requests_by_status_and_flag"
JOBS = "flows_summary_rules.jobs_by_status_time_and_attempts[reconciliation_jobs]"
FLAG = "protocol: needs_attention counts scheduling requests with the flag set"


def summed(store: Any, change: Callable[[Any], Any]) -> None:
    """Change the numbers on their way out."""
    around(store, "ops_summary", lambda original: change(original()))


def number(store: Any, table: str, holds: Callable[[Any], Any]) -> int:
    """Count stored rows."""
    return sum(bool(holds(row)) for row in rows_of(store, table).values())


def now() -> str:
    """Spell the time as stores do."""
    return wire(datetime.now(UTC))


@broken(killer=REQUESTS, source=FLAG)
def attention_by_its_reason(store: Any) -> None:
    """Requests with a reason count as needing attention, whether or not the flag is set."""
    summed(
        store,
        lambda found: replace(
            found,
            needs_attention=number(
                store,
                "scheduling_requests",
                lambda row: row["needs_attention"] or row["needs_attention_reason"],
            ),
        ),
    )


@broken(killer=REQUESTS, source="protocol: counts are rows per table and status, as stored")
def expired_links_count_as_expired(store: Any) -> None:
    """Pending requests whose link has ended count as expired."""

    def change(found: Any) -> Any:
        ended = number(
            store,
            "scheduling_requests",
            lambda row: row["status"] == "pending" and row["expires_at"] <= now(),
        )
        counts = found.counts["scheduling_requests"]
        moved = {**counts, "pending": counts["pending"] - ended, "expired": counts["expired"] + ended}
        return replace(found, counts={**found.counts, "scheduling_requests": moved})

    summed(store, change)


@broken(killer=JOBS, source=FLAG)
def jobs_need_attention(store: Any) -> None:
    """Reconciliation jobs that require attention count as requests that need it."""
    summed(
        store,
        lambda found: replace(
            found,
            needs_attention=found.needs_attention + found.counts["reconciliation_jobs"]["requires_attention"],
        ),
    )


@broken(killer=JOBS, source="protocol: due are the rows that a claim would return now")
def jobs_that_require_attention_are_due(store: Any) -> None:
    """Reconciliation jobs that require attention count as due."""

    def change(found: Any) -> Any:
        waiting = number(
            store,
            "reconciliation_jobs",
            lambda row: row["status"] == "requires_attention" and row["run_after"] <= now(),
        )
        due = {**found.due, "reconciliation_jobs": found.due["reconciliation_jobs"] + waiting}
        return replace(found, due=due)

    summed(store, change)
