"""Queries: every filter that the API needs, exactly."""

from datetime import timedelta
from uuid import UUID, uuid4

from contracts.builders import (
    FAR_FUTURE,
    NOON,
    PAST,
    a_booking,
    a_request,
    a_sync_job,
    a_webhook_event,
    a_wire,
    an_audit_log,
    created,
)
from contracts.entities import ROWS, repository
from contracts.expect import every
from contracts.subject import Subject
from harness.adapters.protocol import Store
from harness.adapters.queries import Order, where
from harness.models import AuditLog, Booking, Row, SchedulingRequest, SyncJob, WebhookEvent, entity_of

MINUTE = timedelta(minutes=1)


def ids(rows: tuple[Row, ...]) -> set[UUID]:
    """Name rows by their ids."""
    return {row.id for row in rows}


def test_by_text(store: Store) -> None:
    """A filter by a text column finds the rows with this text."""
    made = [store.scheduling_requests.create(a_request(candidate_email=text)) for text in ("a", "b", "a")]
    found = store.scheduling_requests.list(where=[where("candidate_email", "eq", "a")])
    assert ids(found.rows) == {made[0].id, made[2].id}


def test_by_integer(store: Store) -> None:
    """A filter by an integer column finds the rows with this number."""
    made = [store.scheduling_requests.create(a_request(duration_minutes=n)) for n in (30, 45, 300)]
    found = store.scheduling_requests.list(where=[where("duration_minutes", "eq", 30)])
    assert found.rows == (made[0],)


def test_by_needs_attention(store: Store) -> None:
    """A filter by the flag finds the requests that need attention, or those that do not."""
    both = (True, False)
    made = {value: store.scheduling_requests.create(a_request(needs_attention=value)) for value in both}
    for flag in both:
        found = store.scheduling_requests.list(where=[where("needs_attention", "eq", flag)])
        assert found.rows == (made[flag],)


def test_by_time(store: Store) -> None:
    """A filter by a time column finds the rows with this instant."""
    made = [store.scheduling_requests.create(a_request(expires_at=NOON + n * MINUTE)) for n in range(3)]
    found = store.scheduling_requests.list(where=[where("expires_at", "eq", NOON + MINUTE)])
    assert found.rows == (made[1],)


def test_by_reference(store: Store) -> None:
    """A filter by a reference finds the rows that refer to this row, in any spelling of its id."""
    request, other = (store.scheduling_requests.create(a_request()) for _ in range(2))
    booking = store.bookings.create(a_booking(request))
    store.bookings.create(a_booking(other))
    with every() as about:
        for value in (request.id, str(request.id), str(request.id).upper()):
            with about(repr(value)):
                assert store.bookings.list(where=[where("request_id", "eq", value)]).rows == (booking,)
                assert store.bookings.count(where=[where("request_id", "in", [value])]) == 1


def test_by_id(store: Store) -> None:
    """A filter by the id finds one row, in each table."""
    with every() as about:
        for row in ROWS:
            with about(entity_of(row).table):
                one, _ = created(row, store), created(row, store)
                assert repository(store, row).list(where=[where("id", "eq", one.id)]).rows == (one,)


def test_is_null(store: Store) -> None:
    """is_null True finds the rows without a value, False those with one; the empty text is a value."""
    none = store.scheduling_requests.create(a_request())
    empty = store.scheduling_requests.create(a_request(created_by=""))
    text = store.scheduling_requests.create(a_request(created_by="null"))
    without_value = store.scheduling_requests.list(where=[where("created_by", "is_null", value=True)])
    with_value = store.scheduling_requests.list(where=[where("created_by", "is_null", value=False)])
    assert ids(without_value.rows) == {none.id}
    assert ids(with_value.rows) == {empty.id, text.id}


def test_is_null_on_any_type(store: Store) -> None:
    """is_null is asked of columns of every type: here n of one row have a value."""
    columns: tuple[tuple[type[Row], str, int], ...] = (
        (SchedulingRequest, "interviewer_emails", 1),
        (SyncJob, "payload", 1),
        (WebhookEvent, "verified", 1),
        (AuditLog, "request_id", 0),
        (Booking, "cancelled_at", 0),
    )
    with every() as about:
        for row, name, n in columns:
            with about(name):
                rows = repository(store, row)
                created(row, store)
                whole = rows.count()
                assert rows.count(where=[where(name, "is_null", value=False)]) == n * whole
                assert rows.count(where=[where(name, "is_null", value=True)]) == (1 - n) * whole


def test_null_is_equal_to_nothing(store: Store) -> None:
    """A row without a value is found by no equality, membership or range on the column."""
    booking = store.bookings.create(a_booking(store.scheduling_requests.create(a_request())))
    assert booking.cancelled_at is None
    for condition in (
        where("cancellation_reason", "eq", "null"),
        where("cancellation_reason", "in", ["", "null", "None"]),
        where("cancelled_at", "lt", FAR_FUTURE),
        where("cancelled_at", "gte", PAST),
    ):
        assert store.bookings.list(where=[condition]).rows == ()
        assert store.bookings.count(where=[condition]) == 0


def test_in_an_empty_list_finds_nothing(store: Store) -> None:
    """Membership in nothing is false for every row."""
    store.scheduling_requests.create(a_request())
    nothing = [where("status", "in", [])]
    assert store.scheduling_requests.list(where=nothing).rows == ()
    assert store.scheduling_requests.count(where=nothing) == 0
    assert list(store.scheduling_requests.iterate(where=nothing)) == []


def test_in_a_list_with_duplicates(store: Store) -> None:
    """A value that stands twice in a list finds its rows once."""
    made = [store.scheduling_requests.create(a_request(status=text)) for text in ("booked", "expired")]
    found = store.scheduling_requests.list(where=[where("status", "in", ["booked", "expired", "booked"])])
    assert sorted(found.rows, key=lambda row: row.id) == sorted(made, key=lambda row: row.id)


def test_in_two_thousand_ids(subject: Subject, store: Store) -> None:
    """Membership in a list of 2,000 ids works: the first, the last and the middle one are found."""
    wanted = [store.scheduling_requests.create(a_request()).id for _ in range(3)]
    subject.load(SchedulingRequest, [a_wire(SchedulingRequest)])
    others = [uuid4() for _ in range(1997)]
    asked = [wanted[0], *others[:1000], wanted[1], *others[1000:], wanted[2]]
    by_id = [where("id", "in", asked)]
    assert ids(store.scheduling_requests.list(where=by_id).rows) == set(wanted)
    assert store.scheduling_requests.count(where=by_id) == 3


def test_in_two_thousand_texts_is_ordered(store: Store) -> None:
    """A list by 2,000 texts is in total order and paged as any other."""
    emails = [f"candidate-{n}@example.org" for n in range(2000)]
    made = [
        store.scheduling_requests.create(
            a_request(candidate_email=emails[n * 499], expires_at=NOON + (n * 3 % 5) * MINUTE)
        )
        for n in range(5)
    ]
    expected = sorted(made, key=lambda row: row.expires_at)
    by_email, order = [where("candidate_email", "in", emails)], Order("expires_at")
    first = store.scheduling_requests.list(where=by_email, order=order, limit=3)
    second = store.scheduling_requests.list(where=by_email, order=order, limit=3, cursor=first.next_cursor)
    assert [*first.rows, *second.rows] == expected
    assert second.next_cursor is None


def test_conditions_are_joined_by_and(store: Store) -> None:
    """A row is found if all conditions hold, several on one column included."""
    made = [
        store.scheduling_requests.create(
            a_request(status=status, needs_attention=flag, expires_at=NOON + n * MINUTE)
        )
        for n, (status, flag) in enumerate(
            [("pending", True), ("booked", True), ("pending", False), ("pending", True)]
        )
    ]
    found = store.scheduling_requests.list(
        where=[
            where("status", "in", ["pending", "expired"]),
            where("status", "eq", "pending"),
            where("needs_attention", "eq", value=True),
            where("expires_at", "gt", NOON),
        ]
    )
    assert found.rows == (made[3],)


def test_contradicting_conditions_find_nothing(store: Store) -> None:
    """Two values for one column find no row."""
    store.scheduling_requests.create(a_request())
    both = [where("status", "eq", "pending"), where("status", "eq", "booked")]
    assert store.scheduling_requests.list(where=both).rows == ()


def test_range_on_an_integer(store: Store) -> None:
    """Integers are compared as numbers, not as texts."""
    made = [store.sync_jobs.create(a_sync_job(attempts=n, max_attempts=200)) for n in (9, 10, 100)]
    above = store.sync_jobs.list(where=[where("attempts", "gt", 9)])
    assert ids(above.rows) == {made[1].id, made[2].id}
    assert store.sync_jobs.list(where=[where("attempts", "lte", 9)]).rows == (made[0],)


def test_due_jobs(store: Store) -> None:
    """Jobs that wait and whose time has come are found by status and run_after."""
    due = store.webhook_events.create(a_webhook_event(run_after=PAST))
    store.webhook_events.create(a_webhook_event(run_after=FAR_FUTURE))
    store.webhook_events.create(a_webhook_event(run_after=PAST, status="processed"))
    found = store.webhook_events.list(
        where=[where("status", "eq", "received"), where("run_after", "lte", NOON)], order=Order("run_after")
    )
    assert found.rows == (due,)


def test_patterns_are_literal(store: Store) -> None:
    """Characters that mean something in patterns mean themselves in an equality."""
    store.audit_logs.create(an_audit_log(action="Ada"))
    with every() as about:
        for pattern in ("A%", "A*", "_da", "%", "*", "A__", "A\\%", "~A", ".*"):
            with about(pattern):
                literal = store.audit_logs.create(an_audit_log(action=pattern))
                assert store.audit_logs.list(where=[where("action", "eq", pattern)]).rows == (literal,)


def test_choice_in_a_filter_is_no_syntax(store: Store) -> None:
    """A filter by a text that no row may hold finds nothing."""
    store.scheduling_requests.create(a_request())
    with every() as about:
        for value in ("pending,booked", "pending)", "pending&status=eq.booked", "(pending)"):
            with about(value):
                assert store.scheduling_requests.count(where=[where("status", "eq", value)]) == 0
                assert store.scheduling_requests.count(where=[where("status", "in", [value])]) == 0


def test_by_token_hash(store: Store) -> None:
    """A request is found by the hash of its token, and by no other text."""
    request = store.scheduling_requests.create(a_request())
    store.scheduling_requests.create(a_request())
    assert store.scheduling_requests.get_by_token_hash(request.public_token_hash) == request
    assert store.scheduling_requests.get_by_token_hash(request.public_token_hash.upper()) is None
    assert store.scheduling_requests.get_by_token_hash(request.public_token) is None
    assert store.scheduling_requests.get_by_token_hash("") is None


def test_by_token_hash_of_special_characters(store: Store) -> None:
    """A token hash is a literal, whatever it looks like."""
    store.scheduling_requests.create(a_request())
    with every() as about:
        for token_hash in ("*", "%", "a,b", "a.b)", 'a"b', "\\", " h", "null", "a&b=c", "a+b"):
            with about(token_hash):
                assert store.scheduling_requests.get_by_token_hash(token_hash) is None
                request = store.scheduling_requests.create(a_request(public_token_hash=token_hash))
                assert store.scheduling_requests.get_by_token_hash(token_hash) == request
