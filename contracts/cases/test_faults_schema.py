"""Faults of the schema cache: between a migration and its reload nothing is half done, and it says so.

Each case has a database of its own: a cache that is stale there is stale for nobody else.
"""

from collections.abc import Callable
from functools import partial

from contracts.builders import COORDINATOR, a_booking, a_request, a_sync_job, changes
from contracts.case import needs
from contracts.expect import every, refused
from contracts.sabotage import altered, reload_schema
from contracts.stored import everything
from contracts.subject import Subject
from contracts.workers import patiently
from contracts.writes import effect_between
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Store
from harness.errors import Unavailable
from harness.models import SyncJob

pytestmark = needs(Capability.SERVER)
COLUMN = (
    "ALTER TABLE public.sync_jobs RENAME COLUMN last_error TO last_failure",
    "ALTER TABLE public.sync_jobs RENAME COLUMN last_failure TO last_error",
)
FUNCTIONS = tuple(
    (
        f"ALTER FUNCTION public.{name} RENAME TO {name}_of_tomorrow",
        f"ALTER FUNCTION public.{name}_of_tomorrow RENAME TO {name}",
    )
    for name in ("book", "receive_webhook_event", "claim_sync_jobs", "ops_summary")
)
TABLE = (
    "ALTER TABLE public.reconciliation_jobs RENAME TO repairs",
    "ALTER TABLE public.repairs RENAME TO reconciliation_jobs",
)
Calls = dict[str, Callable[[Store], object]]


def calls(store: Store) -> Calls:
    """Prepare calls that need what the changes take away: a column, functions, a table."""
    request = store.scheduling_requests.create(a_request())
    job = store.sync_jobs.create(a_sync_job())
    return {
        "create with the column": lambda store: store.sync_jobs.create(a_sync_job(last_error="x")),
        "update of the column": lambda store: store.sync_jobs.update(
            job.id, changes(SyncJob, last_error="y")
        ),
        "book": lambda store: store.book(a_booking(request), actor=COORDINATOR),
        "claim": lambda store: store.sync_jobs.claim(),
        "ops_summary": lambda store: store.ops_summary(),
        "list of the table": lambda store: store.reconciliation_jobs.list(),
        "count of the table": lambda store: store.reconciliation_jobs.count(),
    }


DONE = {
    "sync_jobs": (2, 1, 0),
    "bookings": (1, 0, 0),
    "scheduling_requests": (0, 1, 0),
    "audit_logs": (1, 0, 0),
}
"""What the calls do together, each once."""


def settle(own: Subject, prepared: Calls) -> None:
    """Expect that each call works once PostgREST has caught up; until then it may only be unavailable."""
    reload_schema(own)
    with every() as about:
        for name, call in prepared.items():
            with about(f"{name} afterwards"):
                patiently(partial(call, own.store))


def test_schema_that_is_ahead_of_the_cache(subject: Subject) -> None:
    """What was renamed before PostgREST knows of it is unavailable, and nothing is done."""
    with subject.another_database() as own, every() as about:
        prepared = calls(own.store)
        before = everything(own)
        with altered(own, COLUMN, *FUNCTIONS, TABLE):
            for name, call in prepared.items():
                with about(name), refused(Unavailable):
                    call(own.store)
        assert effect_between(before, everything(own)) == {}
        settle(own, prepared)
        assert effect_between(before, everything(own)) == DONE


def test_cache_that_is_behind_the_schema(subject: Subject) -> None:
    """What a migration has just added works once PostgREST knows of it, and is unavailable until then."""
    with subject.another_database() as own:
        prepared = calls(own.store)
        before = everything(own)
        with altered(own, COLUMN, *FUNCTIONS):
            reload_schema(own)
        settle(own, prepared)
        assert effect_between(before, everything(own)) == DONE
