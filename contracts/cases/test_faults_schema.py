"""Faults of the schema cache: between a migration and its reload nothing is half done, and it says so."""

from collections.abc import Callable

from contracts.builders import COORDINATOR, a_booking, a_request, a_sync_job, changes
from contracts.case import fault, needs
from contracts.expect import every, refused
from contracts.sabotage import altered, stale_schema
from contracts.stored import everything
from contracts.subject import Subject
from contracts.writes import effect_between
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Store
from harness.errors import Unavailable
from harness.models import SyncJob

pytestmark = [fault, needs(Capability.SERVER)]
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


def test_schema_that_is_ahead_of_the_cache(subject: Subject) -> None:
    """What was renamed before PostgREST knows of it is unavailable, and nothing is done."""
    prepared = calls(subject.store)
    before = everything(subject)
    with every() as about:
        with altered(subject, COLUMN, *FUNCTIONS, TABLE):
            for name, call in prepared.items():
                with about(name), refused(Unavailable):
                    call(subject.store)
        assert effect_between(before, everything(subject)) == {}
        for name, call in prepared.items():
            with about(f"{name} afterwards"):
                call(subject.store)


def test_cache_that_is_behind_the_schema(subject: Subject) -> None:
    """What PostgREST does not know yet is unavailable, nothing is done, and it works after the reload."""
    prepared = calls(subject.store)
    before = everything(subject)
    with every() as about:
        with stale_schema(subject, COLUMN, *FUNCTIONS):
            for name, call in prepared.items():
                if not name.endswith("of the table"):
                    with about(name), refused(Unavailable):
                        call(subject.store)
        assert effect_between(before, everything(subject)) == {}
        for name, call in prepared.items():
            with about(f"{name} afterwards"):
                call(subject.store)
