"""Constraints: unique keys, which of several violations is reported, and what a message may say."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from contracts.builders import NOON, a_booking, a_request, a_webhook_event, an_audit_log, changes
from contracts.case import needs, strict
from contracts.expect import chain, every, raised, refused
from contracts.subject import Subject
from contracts.workers import clients, together
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Store
from harness.errors import Conflict, InvalidValue, MissingReference
from harness.models import Booking, SchedulingRequest, WebhookEvent

H1, H2 = "h1", "h2"
SECRET = "tok-5d1f0c7e-do-not-log"  # noqa: S105 - what no message may repeat


def test_same_token_hash_is_a_conflict(store: Store) -> None:
    """Two requests never share a token hash."""
    store.scheduling_requests.create(a_request(public_token_hash=H1))
    with refused(Conflict):
        store.scheduling_requests.create(a_request(public_token_hash=H1))
    assert store.scheduling_requests.count() == 1


def test_same_token_hash_on_update_is_a_conflict(store: Store) -> None:
    """A request cannot take over the token hash of another."""
    store.scheduling_requests.create(a_request(public_token_hash=H1))
    other = store.scheduling_requests.create(a_request(public_token_hash=H2))
    with refused(Conflict):
        store.scheduling_requests.update(other.id, changes(SchedulingRequest, public_token_hash=H1))
    assert store.scheduling_requests.get(other.id) == other


def test_own_token_hash_on_update_is_no_conflict(store: Store) -> None:
    """A request may keep its token hash in a patch."""
    request = store.scheduling_requests.create(a_request(public_token_hash=H1))
    store.scheduling_requests.update(request.id, changes(SchedulingRequest, public_token_hash=H1))


def test_token_hash_is_free_after_delete(store: Store) -> None:
    """The token hash of a deleted request can be used again."""
    request = store.scheduling_requests.create(a_request(public_token_hash=H1))
    store.scheduling_requests.delete(request.id)
    again = store.scheduling_requests.create(a_request(public_token_hash=H1))
    assert store.scheduling_requests.get_by_token_hash(H1) == again


def test_token_hash_of_a_request_that_is_over(store: Store) -> None:
    """The token hash of a request that is over still belongs to it."""
    store.scheduling_requests.create(a_request(public_token_hash=H1, status="cancelled"))
    with refused(Conflict):
        store.scheduling_requests.create(a_request(public_token_hash=H1))


def test_token_hash_is_free_after_change(store: Store) -> None:
    """The token hash that a request gave up can be used again, and finds its new owner."""
    request = store.scheduling_requests.create(a_request(public_token_hash=H1))
    store.scheduling_requests.update(request.id, changes(SchedulingRequest, public_token_hash=H2))
    again = store.scheduling_requests.create(a_request(public_token_hash=H1))
    assert store.scheduling_requests.get_by_token_hash(H1) == again


def test_token_hashes_differ_by_case_and_form(store: Store) -> None:
    """Token hashes are compared byte by byte: case, blanks and normal form matter."""
    hashes = ["h1", "H1", "h1 ", " h1", "Zo\u00eb", "Zoe\u0308", ""]
    made = [store.scheduling_requests.create(a_request(public_token_hash=text)) for text in hashes]
    assert [store.scheduling_requests.get_by_token_hash(text) for text in hashes] == made
    assert store.scheduling_requests.get_by_token_hash("h1,h2") is None


@strict
def test_token_hash_conflict_names_the_constraint(store: Store) -> None:
    """The conflict names the unique constraint, on create and on update."""
    store.scheduling_requests.create(a_request(public_token_hash=H1))
    other = store.scheduling_requests.create(a_request())
    with refused(Conflict, "scheduling_requests_public_token_hash_key"):
        store.scheduling_requests.create(a_request(public_token_hash=H1))
    with refused(Conflict, "scheduling_requests_public_token_hash_key"):
        store.scheduling_requests.update(other.id, changes(SchedulingRequest, public_token_hash=H1))


def test_same_event_of_a_provider_is_a_conflict(store: Store) -> None:
    """An event is created once per provider."""
    store.webhook_events.create(a_webhook_event(provider="icims", event_id="e1"))
    with refused(Conflict):
        store.webhook_events.create(a_webhook_event(provider="icims", event_id="e1"))
    assert store.webhook_events.count() == 1


def test_same_event_of_another_provider_is_allowed(store: Store) -> None:
    """Providers number their events independently of each other."""
    one = store.webhook_events.create(a_webhook_event(provider="icims", event_id="e1"))
    two = store.webhook_events.create(a_webhook_event(provider="greenhouse", event_id="e1"))
    assert one.id != two.id
    assert store.webhook_events.count() == 2


@strict
def test_event_conflict_names_the_constraint(store: Store) -> None:
    """The conflict names the unique constraint, on create and on update."""
    store.webhook_events.create(a_webhook_event(event_id="e1"))
    other = store.webhook_events.create(a_webhook_event(event_id="e2"))
    with refused(Conflict, "webhook_events_provider_event_id_key"):
        store.webhook_events.create(a_webhook_event(event_id="e1"))
    with refused(Conflict, "webhook_events_provider_event_id_key"):
        store.webhook_events.update(other.id, changes(WebhookEvent, event_id="e1"))


def test_one_active_booking_per_request(store: Store) -> None:
    """A request has at most one booking that is not cancelled."""
    request = store.scheduling_requests.create(a_request())
    store.bookings.create(a_booking(request))
    with refused(Conflict):
        store.bookings.create(a_booking(request, status="rescheduled"))
    store.bookings.create(a_booking(request, status="cancelled"))
    assert store.bookings.count() == 2


def test_request_is_free_after_its_booking_is_cancelled(store: Store) -> None:
    """A cancelled booking makes room for another, and cannot come back beside it."""
    request = store.scheduling_requests.create(a_request())
    first = store.bookings.create(a_booking(request))
    store.bookings.update(first.id, changes(Booking, status="cancelled"))
    store.bookings.create(a_booking(request))
    with refused(Conflict):
        store.bookings.update(first.id, changes(Booking, status="confirmed"))


@strict
def test_second_booking_names_the_constraint(store: Store) -> None:
    """The conflict names the partial unique index."""
    request = store.scheduling_requests.create(a_request())
    store.bookings.create(a_booking(request))
    with refused(Conflict, "bookings_one_active_per_request"):
        store.bookings.create(a_booking(request))


def test_of_sixteen_bookings_at_once_one_is_stored(subject: Subject, store: Store) -> None:
    """Of sixteen clients that create a booking for one request at once, one succeeds."""
    request = store.scheduling_requests.create(a_request())
    with clients(subject, 16) as stores:
        outcomes = together(16, lambda index: stores[index].bookings.create(a_booking(request)))
    assert sum(isinstance(outcome, Booking) for outcome in outcomes) == 1
    assert {type(outcome) for outcome in outcomes} == {Booking, Conflict}
    assert store.bookings.count() == 1


@strict
def test_required_before_check(store: Store) -> None:
    """A missing value is reported before a broken CHECK, a conflict and a missing reference."""
    store.scheduling_requests.create(a_request(public_token_hash=H1))
    with refused(InvalidValue, "req_title"):
        store.scheduling_requests.create(
            a_request(req_title=None, status="no such state", public_token_hash=H1)
        )


@strict
def test_check_before_unique(store: Store) -> None:
    """A broken CHECK is reported before a conflict."""
    store.scheduling_requests.create(a_request(public_token_hash=H1))
    with refused(InvalidValue, "scheduling_requests_status_check"):
        store.scheduling_requests.create(a_request(status="no such state", public_token_hash=H1))


@strict
def test_checks_in_order_of_their_names(store: Store) -> None:
    """Of several broken CHECKs, the one whose name comes first is reported."""
    with refused(InvalidValue, "scheduling_requests_duration_positive"):
        store.scheduling_requests.create(
            a_request(status="no such state", duration_minutes=0, window_end=NOON, interview_type="none")
        )


@strict
@needs(Capability.CLIENT_IDS)
def test_primary_key_before_other_keys(store: Store) -> None:
    """Of several conflicts, the one on the primary key is reported."""
    request = store.scheduling_requests.create(a_request(public_token_hash=H1))
    with refused(Conflict, "scheduling_requests_pkey"):
        store.scheduling_requests.create(a_request(id=request.id, public_token_hash=H1))


@strict
@needs(Capability.CLIENT_IDS)
def test_unique_before_reference(store: Store) -> None:
    """A conflict is reported before a missing reference."""
    entry = store.audit_logs.create(an_audit_log())
    with refused(Conflict, "audit_logs_pkey"):
        store.audit_logs.create(an_audit_log(id=entry.id, request_id=uuid4()))


@strict
def test_type_before_missing_row(store: Store) -> None:
    """A value of a wrong type is reported before a missing row."""
    with refused(InvalidValue, "duration_minutes"):
        store.scheduling_requests.update(uuid4(), changes(SchedulingRequest, duration_minutes="5"))


@strict
def test_no_message_repeats_the_row(store: Store) -> None:
    """No error repeats contents of the row, nor does any error that it came from."""
    store.webhook_events.create(a_webhook_event(event_id=SECRET))
    secret: dict[str, Any] = {"candidate_name": SECRET, "public_token": SECRET, "public_token_hash": SECRET}
    attempts: dict[str, Callable[[], object]] = {
        "required": lambda: store.scheduling_requests.create(a_request(**secret, req_title=None)),
        "check": lambda: store.scheduling_requests.create(a_request(**secret, status=SECRET)),
        "size": lambda: store.scheduling_requests.create(
            a_request(**{**secret, "public_token_hash": SECRET * 99})
        ),
        "unique": lambda: store.webhook_events.create(a_webhook_event(event_id=SECRET, signature=SECRET)),
        "reference": lambda: store.bookings.create(a_booking(uuid4(), booked_by=SECRET)),
        "type": lambda: store.scheduling_requests.create(a_request(**secret, duration_minutes=SECRET)),
        "token_lookup": lambda: store.scheduling_requests.get_by_token_hash(f"{SECRET}\x00"),
    }
    with every() as about:
        for broken, attempt in attempts.items():
            with about(broken):
                for error in chain(raised(attempt)):
                    said = f"{error} {error!r} {error.args!r} {vars(error)!r}"
                    assert SECRET not in said, type(error)


@strict
def test_reference_is_missing_last(store: Store) -> None:
    """A row that only lacks its reference says so."""
    with refused(MissingReference, "bookings_request_id_fkey"):
        store.bookings.create(a_booking(uuid4()))
