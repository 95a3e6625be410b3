"""Idempotency: what a delivery stores, and which event a redelivery is about."""

from contracts.builders import a_delivery
from contracts.case import needs, strict
from contracts.expect import every, refused
from contracts.held import paused, waits
from contracts.subject import Subject
from contracts.workers import started, within
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Received, Store
from harness.errors import InvalidValue
from harness.models import NewWebhookEvent, WebhookEvent, entity_of

KEYS = [
    {"provider": provider, "event_id": event_id}
    for provider in ("icims", "greenhouse")
    for event_id in ("evt-1", "evt-2", "EVT-1")
]


def test_first_delivery_keeps_every_column(store: Store) -> None:
    """A delivery is stored with each column that it carries."""
    new = a_delivery(
        provider="greenhouse",
        verified=True,
        event_type="candidate.hired",
        signature="v1=f00",
        payload={"candidate": None, "stage": 3},
    )
    event = store.webhook_events.receive(new).event
    assert {name: getattr(event, name) for name in new.values} == dict(new.values)


@strict
def test_delivery_needs_what_the_table_needs(store: Store) -> None:
    """A delivery without a required column is refused and leaves no event; the first one is named."""
    required = [
        column.name
        for column in entity_of(WebhookEvent).columns
        if not column.nullable and column.default is None
    ]
    with every() as about:
        for place, name in enumerate(required):
            for left_out in ([name], required[place:]):
                given = {key: value for key, value in a_delivery().values.items() if key not in left_out}
                with about(f"without {', '.join(left_out)}"), refused(InvalidValue, name):
                    store.webhook_events.receive(NewWebhookEvent(**given))
    assert store.webhook_events.count() == 0


def test_redelivery_returns_its_own_event(store: Store) -> None:
    """Of many events, a redelivery gets the one with its provider and its event id."""
    firsts = [store.webhook_events.receive(a_delivery(**key)).event for key in KEYS]
    with every() as about:
        for key, first in zip(KEYS, firsts, strict=True):
            with about(key):
                assert store.webhook_events.receive(a_delivery(**key)) == Received(first, is_new=False)


@needs(Capability.SERVER)
def test_event_that_is_deleted_while_it_is_delivered(subject: Subject, store: Store) -> None:
    """A redelivery whose event is deleted before it could be read stores the event, and is new."""
    first = store.webhook_events.receive(a_delivery()).event
    # The trigger stops the delivery after it found the event there, and before it reads it.
    with (
        paused(subject, "webhook_events", "AFTER INSERT ON {} FOR EACH STATEMENT") as keeper,
        subject.connect() as session,
    ):
        delivered = started(lambda: store.webhook_events.receive(a_delivery()))
        waits(subject, keeper, delivered)
        session.execute("DELETE FROM webhook_events WHERE id = %s", (first.id,))
        session.commit()
        keeper.rollback()
        received = within(delivered)
    assert received.is_new is True
    assert received.event.id != first.id
    assert store.webhook_events.list().rows == (received.event,)
