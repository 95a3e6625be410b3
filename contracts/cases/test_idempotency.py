"""Idempotency: an event is stored once and never changed, however often and by whomever it is delivered."""

from typing import Any
from uuid import uuid4

import pytest

from contracts.builders import a_delivery, changes
from contracts.case import needs, strict
from contracts.expect import every, refused
from contracts.stored import everything, expected_in_store, in_store
from contracts.subject import Subject
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Received, Store
from harness.adapters.queries import where
from harness.errors import Conflict, InvalidValue
from harness.models import WebhookEvent

FLOW_COLUMNS: dict[str, Any] = {
    "status": "processed",
    "attempts": 1,
    "max_attempts": 9,
    "last_error": "x",
    "run_after": None,
    "processed_at": None,
}


def test_first_delivery_is_new(subject: Subject, store: Store) -> None:
    """The first delivery of an event stores it, as it was delivered."""
    received = store.webhook_events.receive(a_delivery(verified=True, payload={"a": [1, None]}))
    assert received.is_new is True
    event = received.event
    assert (event.event_id, event.tenant_id, event.payload_hash) == ("evt-1", "tenant-1", "hash-1")
    assert (event.verified, event.payload, event.provider) == (True, {"a": [1, None]}, "icims")
    assert (event.status, event.attempts, event.max_attempts) == ("received", 0, 3)
    assert in_store(subject, event) == expected_in_store(subject, event)


def test_second_delivery_is_known(store: Store) -> None:
    """The second delivery of an event returns the first, and one row exists."""
    first = store.webhook_events.receive(a_delivery())
    second = store.webhook_events.receive(a_delivery())
    assert second == Received(first.event, is_new=False)
    assert store.webhook_events.list().rows == (first.event,)


@needs(Capability.CLIENT_IDS)
def test_first_delivery_keeps_the_given_id(store: Store) -> None:
    """An event is stored under the id that its first delivery chose."""
    id_ = uuid4()
    assert store.webhook_events.receive(a_delivery(id=id_)).event.id == id_


def test_redelivery_changes_nothing(subject: Subject, store: Store) -> None:
    """A redelivery with another payload, signature, type or verification leaves the event as it is."""
    first = store.webhook_events.receive(a_delivery()).event
    before = everything(subject)
    again = store.webhook_events.receive(
        a_delivery(payload={"other": 1}, signature="v1=other", event_type="other", verified=True)
    )
    assert again == Received(first, is_new=False)
    assert everything(subject) == before


@needs(Capability.CLIENT_IDS)
def test_redelivery_with_another_id_returns_the_first(store: Store) -> None:
    """A redelivery that chose another id gets the id of the stored event."""
    first = store.webhook_events.receive(a_delivery(id=uuid4())).event
    assert store.webhook_events.receive(a_delivery(id=uuid4())).event == first


@needs(Capability.CLIENT_IDS)
def test_redelivery_with_the_same_id_is_known(store: Store) -> None:
    """A delivery that is repeated after a lost answer, with its id, is known and stored once."""
    new = a_delivery(id=uuid4())
    first = store.webhook_events.receive(new)
    assert store.webhook_events.receive(new) == Received(first.event, is_new=False)


def test_redelivery_with_columns_left_out_clears_nothing(subject: Subject, store: Store) -> None:
    """A redelivery that names fewer columns clears none of the others."""
    first = store.webhook_events.receive(a_delivery(provider="icims", verified=True)).event
    before = everything(subject)
    assert store.webhook_events.receive(a_delivery()).event == first
    assert everything(subject) == before


@pytest.mark.parametrize("end", ["processed", "failed", "processing", "waiting_again"])
def test_redelivery_leaves_the_state(subject: Subject, store: Store, end: str) -> None:
    """A redelivery of an event that was worked on leaves its state, attempts and error."""
    event = store.webhook_events.receive(a_delivery()).event
    if end == "failed":
        store.webhook_events.update(event.id, changes(WebhookEvent, max_attempts=1))
    (claimed,) = store.webhook_events.claim()
    if end == "processed":
        store.webhook_events.complete(event.id, claimed.attempts)
    elif end != "processing":
        store.webhook_events.fail(event.id, claimed.attempts, error="down")
    before = everything(subject)
    again = store.webhook_events.receive(a_delivery())
    assert again.is_new is False
    assert again.event == store.webhook_events.get(event.id)
    assert again.event.status == ("received" if end == "waiting_again" else end)
    assert everything(subject) == before


def test_same_key_of_another_event_is_refused(subject: Subject, store: Store) -> None:
    """The same key with another payload hash or tenant is somebody else's event: refused."""
    store.webhook_events.receive(a_delivery())
    before = everything(subject)
    others: dict[str, dict[str, Any]] = {
        "hash": {"payload_hash": "hash-2"},
        "tenant": {"tenant_id": "tenant-2"},
        "no_tenant": {"tenant_id": None},
        "hash_in_capitals": {"payload_hash": "HASH-1"},
        "both": {"payload_hash": "hash-2", "tenant_id": "tenant-2"},
    }
    with every() as about:
        for name, other in others.items():
            with about(name), refused(Conflict):
                store.webhook_events.receive(a_delivery(**other))
    assert everything(subject) == before


def test_same_key_of_a_tenant_after_none_is_refused(store: Store) -> None:
    """An event that was stored without a tenant is not the event of a tenant."""
    store.webhook_events.receive(a_delivery(tenant_id=None))
    assert store.webhook_events.receive(a_delivery(tenant_id=None)).is_new is False
    with refused(Conflict):
        store.webhook_events.receive(a_delivery())


@strict
def test_refused_redelivery_names_the_constraint(store: Store) -> None:
    """The refusal names the unique constraint of the key."""
    store.webhook_events.receive(a_delivery())
    with refused(Conflict, "webhook_events_provider_event_id_key"):
        store.webhook_events.receive(a_delivery(tenant_id="tenant-2"))
    with refused(Conflict, "webhook_events_provider_event_id_key"):
        store.webhook_events.receive(a_delivery(payload_hash="hash-2"))


def test_other_provider_is_another_event(store: Store) -> None:
    """The same event id of another provider is new."""
    assert store.webhook_events.receive(a_delivery()).is_new is True
    assert store.webhook_events.receive(a_delivery(provider="greenhouse")).is_new is True
    assert store.webhook_events.count() == 2


def test_keys_are_compared_exactly(store: Store) -> None:
    """Event ids that differ in case, blanks or normal form are different events."""
    for event_id in ("e", "E", " e", "e ", "Zo\u00eb", "Zoe\u0308", ""):
        assert store.webhook_events.receive(a_delivery(event_id=event_id)).is_new is True
    assert store.webhook_events.count() == 7


def test_keys_are_no_syntax(store: Store) -> None:
    """An event id that looks like a filter, a pattern or NULL is a text: new once, then known, and found."""
    ids = ("a,b", "(a)", "*", "%", '"a"', "\\", "null", "x),or=(id.not.is.null", "eq.a")
    made = [store.webhook_events.receive(a_delivery(event_id=event_id)) for event_id in ids]
    assert [received.is_new for received in made] == [True] * len(ids)
    with every() as about:
        for event_id, received in zip(ids, made, strict=True):
            with about(event_id):
                again = store.webhook_events.receive(a_delivery(event_id=event_id))
                assert again == Received(received.event, is_new=False)
                by_key = [where("event_id", "eq", event_id)]
                assert store.webhook_events.list(where=by_key).rows == (received.event,)


def test_create_of_a_known_event_is_a_conflict(store: Store) -> None:
    """Create does not know of deliveries: the same key twice is a conflict."""
    first = store.webhook_events.receive(a_delivery()).event
    with refused(Conflict):
        store.webhook_events.create(a_delivery())
    assert store.webhook_events.list().rows == (first,)


def test_created_event_is_known_to_receive(store: Store) -> None:
    """An event that was created is known when it is delivered."""
    made = store.webhook_events.create(a_delivery())
    assert store.webhook_events.receive(a_delivery()) == Received(made, is_new=False)


def test_deleted_event_is_new_again(store: Store) -> None:
    """An event that was deleted is new when it is delivered again."""
    first = store.webhook_events.receive(a_delivery()).event
    store.webhook_events.delete(first.id)
    assert store.webhook_events.receive(a_delivery()).is_new is True


@needs(Capability.CLIENT_IDS)
def test_id_of_another_event_is_a_conflict(subject: Subject, store: Store) -> None:
    """A new event with the id of another is refused, and the other stays."""
    first = store.webhook_events.receive(a_delivery()).event
    before = everything(subject)
    with refused(Conflict):
        store.webhook_events.receive(a_delivery(id=first.id, event_id="evt-2"))
    assert everything(subject) == before


@strict
def test_columns_of_the_flow_are_refused(store: Store) -> None:
    """A delivery cannot set what the queue sets."""
    with every() as about:
        for name, value in FLOW_COLUMNS.items():
            with about(name), refused(InvalidValue, name):
                store.webhook_events.receive(a_delivery(**{name: value}))
    assert store.webhook_events.count() == 0


@strict
def test_broken_delivery_is_refused(store: Store) -> None:
    """A delivery is held to the constraints of the table, known or not."""
    for known in (False, True):
        with refused(InvalidValue, "event_type"):
            store.webhook_events.receive(a_delivery(event_type=None))
        with refused(InvalidValue, "webhook_events_payload_hash_size"):
            store.webhook_events.receive(a_delivery(payload_hash="a" * 1025))
        assert store.webhook_events.count() == known
        store.webhook_events.receive(a_delivery())
