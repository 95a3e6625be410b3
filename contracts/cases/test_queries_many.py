"""Queries: more rows than a server returns at once, and rows that change while somebody reads."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from contracts.builders import NOON, PAST, a_sync_job, a_webhook_event, a_wire, changes
from contracts.case import needs, strict
from contracts.expect import refused
from contracts.subject import Subject
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Store
from harness.adapters.queries import Order, where
from harness.errors import InvalidValue
from harness.models import AuditLog, SyncJob, WebhookEvent

MINUTE = timedelta(minutes=1)
ABOVE_THE_CAP = 1100
"""Hosted projects return at most 1,000 rows per answer."""


def many(n: int) -> list[dict[str, Any]]:
    """Make n jobs of which three each were created in the same millisecond, in total order."""
    jobs = [
        a_wire(
            SyncJob,
            id=str(uuid4()),
            entity_id="even" if k % 2 == 0 else "odd",
            created_at=PAST + timedelta(milliseconds=k // 3),
        )
        for k in range(n)
    ]
    return sorted(jobs, key=lambda wire: (wire["created_at"], wire["id"]))


@needs(Capability.WHOLE_ROWS)
def test_more_rows_than_the_cap(subject: Subject, store: Store) -> None:
    """More rows than the server returns at once are all listed, paged, iterated and counted, once each."""
    jobs = many(ABOVE_THE_CAP)
    subject.load(SyncJob, reversed(jobs))
    ordered = [UUID(wire["id"]) for wire in jobs]
    stored = set(ordered)
    assert store.sync_jobs.count() == ABOVE_THE_CAP
    assert store.sync_jobs.count(where=[where("entity_id", "eq", "even")]) == ABOVE_THE_CAP // 2

    whole = store.sync_jobs.list(limit=5000)
    assert [row.id for row in whole.rows] == ordered
    assert whole.next_cursor is None

    exact = store.sync_jobs.list(limit=ABOVE_THE_CAP)
    assert [row.id for row in exact.rows] == ordered
    assert exact.next_cursor is None

    first = store.sync_jobs.list(limit=1050)
    second = store.sync_jobs.list(limit=1050, cursor=first.next_cursor)
    assert [row.id for row in (*first.rows, *second.rows)] == ordered
    assert second.next_cursor is None

    backwards = store.sync_jobs.list(order=Order("created_at", "desc"), limit=1001)
    assert [row.id for row in backwards.rows] == ordered[::-1][:1001]
    assert backwards.next_cursor is not None

    by_id = store.sync_jobs.list(where=[where("id", "in", ordered)], limit=2000)
    assert [row.id for row in by_id.rows] == ordered
    assert by_id.next_cursor is None

    rows = store.sync_jobs.iterate()
    seen = [next(rows).id for _ in range(10)]
    removed = {ordered[0], ordered[5], ordered[500], ordered[-2]}
    for id_ in removed:
        store.sync_jobs.delete(id_)
    store.sync_jobs.update(ordered[7], changes(SyncJob, last_error="x"))
    store.sync_jobs.update(ordered[-3], changes(SyncJob, last_error="x"))
    store.sync_jobs.create(a_sync_job())
    seen += [row.id for row in rows]
    untouched = [id_ for id_ in ordered if id_ not in removed]
    assert [id_ for id_ in seen if id_ in stored - removed] == untouched


def test_default_limit_is_a_hundred(subject: Subject, store: Store) -> None:
    """A list without a limit holds a hundred rows, and a cursor to the others."""
    subject.load(AuditLog, [a_wire(AuditLog) for _ in range(101)])
    page = store.audit_logs.list()
    assert len(page.rows) == 100
    assert len(store.audit_logs.list(cursor=page.next_cursor).rows) == 1


def events(store: Store, n: int) -> list[WebhookEvent]:
    """Create n events that are due a minute apart."""
    return [store.webhook_events.create(a_webhook_event(run_after=NOON + k * MINUTE)) for k in range(n)]


def disturb(store: Store, made: list[WebhookEvent]) -> None:
    """Delete, move and insert rows before and after the middle of an order by run_after."""
    store.webhook_events.delete(made[0].id)
    store.webhook_events.delete(made[9].id)
    store.webhook_events.update(made[1].id, changes(WebhookEvent, run_after=NOON + 30 * MINUTE))
    store.webhook_events.update(made[8].id, changes(WebhookEvent, run_after=NOON - MINUTE))
    store.webhook_events.create(a_webhook_event(run_after=NOON - 2 * MINUTE))
    store.webhook_events.create(a_webhook_event(run_after=NOON + 7 * MINUTE))


def test_pages_while_others_write(store: Store) -> None:
    """Rows that nobody touches come exactly once, whoever inserts, moves and deletes others between pages."""
    made = events(store, 10)
    order = Order("run_after")
    page = store.webhook_events.list(order=order, limit=4)
    seen = [row.id for row in page.rows]
    disturb(store, made)
    while page.next_cursor is not None:
        page = store.webhook_events.list(order=order, limit=4, cursor=page.next_cursor)
        seen += [row.id for row in page.rows]
    untouched = [event.id for event in made[2:8]]
    assert [id_ for id_ in seen if id_ in untouched] == untouched
    assert seen[:4] == [event.id for event in made[:4]]


def test_iterating_while_others_write(store: Store) -> None:
    """Rows that nobody touches come exactly once from an iteration, whoever writes meanwhile."""
    made = events(store, 10)
    rows = store.webhook_events.iterate(order=Order("run_after"))
    seen = [next(rows).id for _ in range(4)]
    disturb(store, made)
    seen += [row.id for row in rows]
    untouched = [event.id for event in made[2:8]]
    assert [id_ for id_ in seen if id_ in untouched] == untouched


def test_iterating_and_updating_each_row(store: Store) -> None:
    """A row may be changed as soon as it was yielded: each row still comes exactly once."""
    made = events(store, 10)
    seen = []
    for row in store.webhook_events.iterate(order=Order("run_after")):
        seen.append(row.id)
        store.webhook_events.update(row.id, changes(WebhookEvent, last_error="seen"))
    assert seen == [event.id for event in made]


def test_iterating_and_deleting_each_row(store: Store) -> None:
    """A row may be deleted as soon as it was yielded: the others still come."""
    made = events(store, 10)
    seen = []
    for row in store.webhook_events.iterate(order=Order("run_after")):
        seen.append(row.id)
        assert store.webhook_events.delete(row.id) is True
    assert seen == [event.id for event in made]
    assert store.webhook_events.count() == 0


def test_two_iterations_are_independent(store: Store) -> None:
    """Two iterations at once each yield every row."""
    made = [event.id for event in events(store, 5)]
    order = Order("run_after")
    one, two = store.webhook_events.iterate(order=order), store.webhook_events.iterate(order=order)
    assert [(left.id, right.id) for left, right in zip(one, two, strict=True)] == list(
        zip(made, made, strict=True)
    )


def test_counts_follow_every_change(store: Store) -> None:
    """A count is exact after each create, update and delete."""
    made = events(store, 4)
    failed = [where("status", "eq", "failed")]
    assert (store.webhook_events.count(), store.webhook_events.count(where=failed)) == (4, 0)
    store.webhook_events.update(made[0].id, changes(WebhookEvent, status="failed"))
    assert (store.webhook_events.count(), store.webhook_events.count(where=failed)) == (4, 1)
    store.webhook_events.delete(made[0].id)
    assert (store.webhook_events.count(), store.webhook_events.count(where=failed)) == (3, 0)


@strict
def test_iterate_checks_when_it_is_called(store: Store) -> None:
    """A wrong condition is refused by the call of iterate, before any row is asked for."""
    with refused(InvalidValue, "favourite_colour"):
        store.audit_logs.iterate(where=[where("favourite_colour", "eq", "mauve")])
    with refused(InvalidValue, "order"):
        store.audit_logs.iterate(order=Order("action"))
