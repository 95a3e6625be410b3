"""Queries: values of every type in every condition that takes them, long lists and long texts included."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from contracts.builders import (
    FAR_FUTURE,
    NOON,
    PAST,
    a_request,
    a_webhook_event,
    a_wire,
    created,
)
from contracts.case import needs, strict
from contracts.entities import MUTABLE, QUEUES, ROWS, queue, repository
from contracts.expect import every, refused
from contracts.subject import Subject
from contracts.workers import a_tick
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Store
from harness.adapters.queries import Operator, Order, where
from harness.errors import InvalidValue
from harness.models import AuditLog, SchedulingRequest, SyncJob, WebhookEvent, entity_of

MINUTE = timedelta(minutes=1)
CAP = 1000
BORDERS: tuple[Operator, ...] = ("eq", "lte", "gte")


def test_membership_of_every_type(store: Store) -> None:
    """Membership is asked of texts, integers, booleans, times and ids."""
    one = store.webhook_events.create(
        a_webhook_event(event_id="a", attempts=1, verified=True, run_after=NOON, tenant_id="t")
    )
    a_tick()
    two = store.webhook_events.create(a_webhook_event(event_id="b", attempts=2, run_after=NOON + MINUTE))
    lists: dict[str, list[Any]] = {
        "event_id": ["a", "c", ""],
        "tenant_id": ["t", "null"],
        "attempts": [1, 3, 0],
        "verified": [True],
        "run_after": [NOON, PAST],
        "id": [one.id, str(one.id).upper()],
    }
    with every() as about:
        for name, values in lists.items():
            with about(name):
                condition = [where(name, "in", values)]
                assert store.webhook_events.list(where=condition).rows == (one,)
                assert store.webhook_events.count(where=condition) == 1
                assert list(store.webhook_events.iterate(where=condition)) == [one]
    assert store.webhook_events.list(where=[where("verified", "in", [False, True])], limit=5).rows == (
        one,
        two,
    )


def test_ranges_on_a_column_with_empty_places(store: Store) -> None:
    """A range on a column that may be empty finds the rows with a value in it, and none without."""
    made = [
        store.webhook_events.create(a_webhook_event(processed_at=time))
        for time in (NOON, None, NOON + MINUTE)
    ]
    ranges: tuple[tuple[Operator, int], ...] = (("lt", 1), ("lte", 2), ("gt", 0), ("gte", 1), ("eq", 1))
    with every() as about:
        for operator, n in ranges:
            with about(operator):
                condition = [where("processed_at", operator, NOON + MINUTE)]
                assert store.webhook_events.count(where=condition) == n
    both = [where("processed_at", "gte", NOON), where("processed_at", "lte", FAR_FUTURE)]
    found = store.webhook_events.list(where=both, order=Order("processed_at", "desc"))
    assert found.rows == (made[2], made[0])


def test_assigned_times_read_back_find_their_row(store: Store) -> None:
    """The times that a store assigned, read back, find their row: by equality, membership and range."""
    with every() as about:
        for row in ROWS:
            made = created(row, store)
            names = ["updated_at"] if row in MUTABLE else []
            names += ["run_after"] if row in QUEUES else []
            for name in (entity_of(row).created, *names):
                with about(f"{entity_of(row).table}.{name}"):
                    value = getattr(made, name)
                    rows = repository(store, row)
                    found = rows.list(where=[where(name, operator, value) for operator in BORDERS]).rows
                    assert made in [row for row in found if getattr(row, name) == value]
                    assert made in rows.list(where=[where(name, "in", [value])]).rows
                    assert made not in rows.list(where=[where(name, "gt", value)]).rows


def test_lease_read_back_finds_its_job(store: Store) -> None:
    """The end of a lease, as claim returned it, finds the claimed job."""
    with every() as about:
        for row in QUEUES:
            with about(entity_of(row).table):
                created(row, store)
                (claimed,) = queue(store, row).claim(lease_s=77.7)
                by_lease = [where("run_after", "eq", claimed.run_after)]
                assert queue(store, row).list(where=by_lease).rows == (claimed,)


def test_exactly_the_cap(subject: Subject, store: Store) -> None:
    """As many rows as the server returns at once are one page, and one row more is another."""
    subject.load(AuditLog, [a_wire(AuditLog, action="kept" if n < CAP else "more") for n in range(CAP + 1)])
    kept = [where("action", "eq", "kept")]
    page = store.audit_logs.list(where=kept, limit=CAP)
    assert (len(page.rows), page.next_cursor) == (CAP, None)
    assert len({row.id for row in store.audit_logs.iterate(where=kept)}) == CAP
    by_id = Order("id", "desc")
    page = store.audit_logs.list(order=by_id, limit=CAP)
    last = store.audit_logs.list(order=by_id, limit=CAP, cursor=page.next_cursor)
    ids = [row.id for row in (*page.rows, *last.rows)]
    assert (len(page.rows), len(last.rows), last.next_cursor) == (CAP, 1, None)
    assert ids == sorted(ids, key=str, reverse=True)
    assert len(set(ids)) == store.audit_logs.count() == CAP + 1


def test_pages_by_id(store: Store) -> None:
    """Pages in the order of ids skip none and repeat none, in either direction."""
    made = sorted((store.webhook_events.create(a_webhook_event()).id for _ in range(5)), key=str)
    with every() as about:
        for direction, expected in (("asc", made), ("desc", made[::-1])):
            with about(direction):
                found: list[UUID] = []
                cursor = None
                for _ in range(3):
                    page = store.webhook_events.list(
                        order=Order("id", direction),  # type: ignore[arg-type]  # each is a Direction
                        limit=2,
                        cursor=cursor,
                    )
                    found += [row.id for row in page.rows]
                    cursor = page.next_cursor
                assert (found, cursor) == (expected, None)


def test_text_longer_than_the_column(store: Store) -> None:
    """A filter by a text that is longer than its column can hold finds nothing, and cuts nothing off."""
    text = "a" * 1024
    store.scheduling_requests.create(a_request(candidate_email=text, public_token_hash=text))
    longer = text + "a"
    assert store.scheduling_requests.list(where=[where("candidate_email", "eq", longer)]).rows == ()
    assert store.scheduling_requests.count(where=[where("candidate_email", "in", [longer, "x"])]) == 0
    assert store.scheduling_requests.get_by_token_hash(longer) is None
    assert store.scheduling_requests.get_by_token_hash(text) is not None
    assert store.scheduling_requests.count(where=[where("candidate_email", "in", [longer, text])]) == 1


@strict
def test_text_of_two_kilobytes_in_a_filter(store: Store) -> None:
    """A text in a filter has up to 2,048 bytes; a longer one is refused, and not cut off."""
    text = "\u00eb" * 1024
    request = store.scheduling_requests.create(a_request(req_title=text))
    store.scheduling_requests.create(a_request(req_title=text + "x"))
    assert store.scheduling_requests.list(where=[where("req_title", "eq", text)]).rows == (request,)
    with every() as about:
        for name, value in {"eq": text + "x", "in": ["short", text + "x"]}.items():
            with about(name), refused(InvalidValue, "req_title"):
                store.scheduling_requests.list(where=[where("req_title", name, value)])  # type: ignore[arg-type]  # each is an Operator


@strict
@needs(Capability.PYTHON_VALUES)
def test_what_is_no_condition_is_refused(store: Store) -> None:
    """Conditions are a list of conditions, an order is an order."""
    wrong: dict[str, Any] = {
        "text": "status",
        "mapping": {"status": "pending"},
        "tuples": [("status", "eq", "pending")],
        "none": None,
        "number": 5,
        "set": {where("status", "eq", "pending")},
    }
    with every() as about:
        for name, value in wrong.items():
            with about(f"list {name}"), refused(InvalidValue, "where"):
                store.sync_jobs.list(where=value)
            with about(f"count {name}"), refused(InvalidValue, "where"):
                store.sync_jobs.count(where=value)
            with about(f"iterate {name}"), refused(InvalidValue, "where"):
                store.sync_jobs.iterate(where=value)
        for order in ("created_at", ("created_at", "asc"), 5):
            with about(f"order {order!r}"), refused(InvalidValue, "order"):
                store.sync_jobs.list(order=order)  # type: ignore[arg-type]  # the case is about it


def test_rows_of_a_list_are_of_their_class(store: Store) -> None:
    """Each read returns rows of the entity's class, with a tuple for a list of texts."""
    with every() as about:
        for row in (SchedulingRequest, SyncJob, WebhookEvent):
            with about(entity_of(row).table):
                made = created(row, store)
                rows = repository(store, row)
                found = [made, rows.get(made.id), *rows.list().rows, *rows.iterate()]
                assert [type(item) for item in found] == [row] * 4
    request = store.scheduling_requests.list().rows[0]
    assert isinstance(request.interviewer_emails, tuple)
