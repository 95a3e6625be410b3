"""Mistakes in the numbers of the dashboard."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from contracts.selfcheck.wrapping import broken
from harness.adapters.protocol import OpsSummary
from harness.adapters.queries import where

from ._helpers import around


def summary(store: Any, change: Callable[[OpsSummary], OpsSummary]) -> None:
    """Change the numbers of the dashboard."""
    around(store, "ops_summary", lambda original: change(original()))


@broken(killer="flows_summary.summary_of_nothing", source="PostgreSQL manual: GROUP BY makes no empty groups")
def empty_groups_are_missing(store: Any) -> None:
    """A status that no row has is left out of the counts."""
    summary(
        store,
        lambda numbers: replace(
            numbers,
            counts={
                table: {status: n for status, n in found.items() if n}
                for table, found in numbers.counts.items()
            },
        ),
    )


@broken(
    killer="flows_summary.summary_counts_what_a_claim_would_take[sync_jobs]",
    source="garrytan/gbrain#2974: retry resets started_at/attempts/stalled_counter",
)
def exhausted_jobs_are_due(store: Any) -> None:
    """Rows whose attempts are used up count as due."""

    def change(numbers: OpsSummary) -> OpsSummary:
        found = {}
        for table in numbers.due:
            repository = getattr(store, table)
            conditions = [
                where("status", "in", [repository._queue.waiting, "processing"]),
                where("run_after", "lte", store._now()),
            ]
            found[table] = repository.count(where=conditions)
        return replace(numbers, due=found)

    summary(store, change)


@broken(
    killer="rows.summary_counts_more_rows_than_the_cap",
    source="mem0ai/mem0#6695: Supabase 1000-row cap, RLS init probe, and col_info crash",
)
def counts_are_capped(store: Any) -> None:
    """The dashboard counts the rows that it fetched, which are 1,000 at most."""

    def change(numbers: OpsSummary) -> OpsSummary:
        counts = {
            table: {status: min(n, 1000) for status, n in found.items()}
            for table, found in numbers.counts.items()
        }
        return replace(numbers, counts=counts)

    summary(store, change)


@broken(
    killer="flows_summary.summary_counts_what_needs_attention",
    source="plan: who is done needs nothing",
)
def attention_ends_with_the_request(store: Any) -> None:
    """Requests that were cancelled do not count as needing attention."""

    def change(numbers: OpsSummary) -> OpsSummary:
        conditions = [where("needs_attention", "eq", value=True), where("status", "eq", "pending")]
        return replace(numbers, needs_attention=store.scheduling_requests.count(where=conditions))

    summary(store, change)
