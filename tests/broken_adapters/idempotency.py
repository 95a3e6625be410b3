"""Mistakes in the reception of webhook events."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from contracts.selfcheck.wrapping import broken
from harness.adapters.protocol import Received
from harness.adapters.queries import where
from harness.errors import Conflict
from harness.models import NewWebhookEvent, WebhookEvent, WebhookEventPatch

from ._helpers import Call, around, replaced_values, round_trip

MEASURED = "facts: measured on PostgREST 12"


def stored_event(store: Any, new: NewWebhookEvent, *, any_provider: bool = False) -> WebhookEvent | None:
    """Find the event of a delivery."""
    key = [where("event_id", "eq", new.values["event_id"])]
    if not any_provider:
        key.append(where("provider", "eq", new.values.get("provider", "icims")))
    rows: tuple[WebhookEvent, ...] = store.webhook_events.list(where=key, limit=1).rows
    return rows[0] if rows else None


@broken(killer="idempotency.second_delivery_is_known", source=MEASURED)
def every_delivery_is_new(store: Any) -> None:
    """Every delivery is told that it is new, as an ignored duplicate answers 201, too."""

    def receive(original: Call, new: NewWebhookEvent) -> Any:
        return replace(original(new), is_new=True)

    around(store.webhook_events, "receive", receive)


@broken(
    killer="idempotency_races.deliveries_at_once_store_one_event[16]",
    source="stellarBank/StellarBank#39: Duplicate webhook deliveries can race and double-apply",
)
def check_then_insert(store: Any) -> None:
    """A delivery looks whether the event is stored, and inserts it in a second request."""

    def receive(original: Call, new: NewWebhookEvent) -> Any:
        if stored_event(store, new) is not None:
            answer: Received = original(new)
            return answer
        round_trip()
        return Received(store.webhook_events.create(new), is_new=True)

    around(store.webhook_events, "receive", receive)


@broken(
    killer="idempotency.redelivery_leaves_the_state[processed]",
    source="facts: a merge upsert resets a processed row to received",
    on="supabase",
)
def upsert_merges(store: Any) -> None:
    """A delivery is a merge upsert, which overwrites the stored event, and with it its state."""

    def receive(original: Call, new: NewWebhookEvent) -> Any:
        known = stored_event(store, new)
        answer: Received = original(new)
        if known is not None:
            table = store._rest.table("webhook_events")
            values = {name: value for name, value in new.values.items() if name != "id"}
            row = {"provider": "icims", "status": "received", "attempts": 0, **values}
            store._rest.rows(table.upsert(row, on_conflict="provider,event_id"), reading=False)
        return Received(store.webhook_events.get(answer.event.id), answer.is_new)

    around(store.webhook_events, "receive", receive)


@broken(
    killer="idempotency.redelivery_with_another_id_returns_the_first",
    source="facts: an ignored duplicate answers 201 and []",
    on="supabase",
)
def ignored_duplicate_is_echoed(store: Any) -> None:
    """The answer to an ignored duplicate is empty, so the adapter returns what it sent."""

    def receive(original: Call, new: NewWebhookEvent) -> Any:
        answer: Received = original(new)
        return answer if answer.is_new else replace(answer, event=replace(answer.event, **new.values))

    around(store.webhook_events, "receive", receive)


@broken(
    killer="idempotency.other_provider_is_another_event",
    source="plan: the key is (provider, event_id), and the lookup took the event_id alone",
)
def provider_is_not_looked_at(store: Any) -> None:
    """An event is known if any provider sent one with its event_id."""

    def receive(original: Call, new: NewWebhookEvent) -> Any:
        known = stored_event(store, new, any_provider=True)
        return original(new) if known is None else Received(known, is_new=False)

    around(store.webhook_events, "receive", receive)


@broken(
    killer="idempotency_races.deliveries_of_two_tenants_at_once",
    source="facts: the unique key omits tenant_id, so tenant B's event with tenant A's id vanishes",
)
def tenant_is_ignored(store: Any) -> None:
    """An event of another tenant with the same key is taken for a redelivery."""

    def receive(original: Call, new: NewWebhookEvent) -> Any:
        known = stored_event(store, new)
        if known is not None and "tenant_id" in new.values:
            new = replaced_values(new, tenant_id=known.tenant_id)
        try:
            return original(new)
        except Conflict:
            known = stored_event(store, new)
            if known is None or known.payload_hash != new.values["payload_hash"]:
                raise
            return Received(known, is_new=False)

    around(store.webhook_events, "receive", receive)


@broken(
    killer="idempotency.same_key_of_another_event_is_refused",
    source="plan: the payload hash is stored and compared by nobody",
)
def payload_hash_is_ignored(store: Any) -> None:
    """A delivery of the same key with another payload_hash is taken for a redelivery."""

    def receive(original: Call, new: NewWebhookEvent) -> Any:
        known = stored_event(store, new)
        if known is not None and known.tenant_id == new.values.get("tenant_id"):
            new = replaced_values(new, payload_hash=known.payload_hash)
        return original(new)

    around(store.webhook_events, "receive", receive)


@broken(
    killer="idempotency.redelivery_changes_nothing",
    source="wasp-lang/open-saas#688: Missing idempotency in webhook endpoints (+ related robustness gaps)",
)
def last_delivery_wins(store: Any) -> None:
    """A redelivery replaces the payload of the stored event."""

    def receive(original: Call, new: NewWebhookEvent) -> Any:
        answer: Received = original(new)
        if answer.is_new or "payload" not in new.values:
            return answer
        patch = WebhookEventPatch(payload=new.values["payload"])
        return replace(answer, event=store.webhook_events.update(answer.event.id, patch))

    around(store.webhook_events, "receive", receive)


@broken(killer="idempotency.redelivery_changes_nothing", source="plan: the event is built from the request")
def payload_of_the_caller(store: Any) -> None:
    """The answer to a redelivery holds the payload of the redelivery, and not the stored one."""

    def receive(original: Call, new: NewWebhookEvent) -> Any:
        answer: Received = original(new)
        payload = new.values.get("payload", answer.event.payload)
        return replace(answer, event=replace(answer.event, payload=payload))

    around(store.webhook_events, "receive", receive)


@broken(
    killer="idempotency.redelivery_leaves_the_state[failed]",
    source="webrenew/memories#396: Race condition: Stripe webhook processing has no event idempotency gate",
)
def redelivery_revives(store: Any) -> None:
    """A redelivery of an event that failed makes it wait again."""

    def receive(original: Call, new: NewWebhookEvent) -> Any:
        answer: Received = original(new)
        if answer.event.status != "failed":
            return answer
        patch = WebhookEventPatch(status="received")
        return replace(answer, event=store.webhook_events.update(answer.event.id, patch))

    around(store.webhook_events, "receive", receive)


@broken(
    killer="timestamps.redelivery_advances_nothing",
    source="PostgreSQL manual: ON CONFLICT DO UPDATE writes a row version, and fires the triggers",
)
def redelivery_touches(store: Any) -> None:
    """A redelivery updates the stored event with its own values, so that it is returned."""

    def receive(original: Call, new: NewWebhookEvent) -> Any:
        answer: Received = original(new)
        if answer.is_new:
            return answer
        patch = WebhookEventPatch(provider=answer.event.provider)
        return replace(answer, event=store.webhook_events.update(answer.event.id, patch))

    around(store.webhook_events, "receive", receive)


@broken(
    killer="idempotency.deleted_event_is_new_again",
    source="webrenew/unicon#56: Stripe webhook idempotency is in-memory only and not safe across instances",
)
def remembered_in_the_process(store: Any) -> None:
    """Each client keeps the events that it has seen in a dictionary, and asks nobody else."""
    seen: dict[tuple[Any, Any], Received] = {}

    def receive(original: Call, new: NewWebhookEvent) -> Any:
        key = new.values.get("provider", "icims"), new.values.get("event_id")
        if key in seen:
            return replace(seen[key], is_new=False)
        return seen.setdefault(key, original(new))

    around(store.webhook_events, "receive", receive)


@broken(
    killer="idempotency.keys_are_compared_exactly",
    source="nextauthjs/next-auth#13415: normalize email in WebAuthn getUserInfo",
)
def keys_are_normalised(store: Any) -> None:
    """The event_id is trimmed and lowered before it is stored, as e-mail addresses are."""

    def receive(original: Call, new: NewWebhookEvent) -> Any:
        event_id = new.values.get("event_id")
        if isinstance(event_id, str):
            new = replaced_values(new, event_id=event_id.strip().lower())
        return original(new)

    around(store.webhook_events, "receive", receive)


@broken(killer="idempotency.second_delivery_is_known", source="facts: a duplicate insert is 409 23505")
def redelivery_is_an_error(store: Any) -> None:
    """A redelivery is a Conflict, as receive is a plain insert."""

    def receive(original: Call, new: NewWebhookEvent) -> Any:
        answer: Received = original(new)
        if not answer.is_new:
            raise Conflict("webhook_events_provider_event_id_key")
        return answer

    around(store.webhook_events, "receive", receive)


@broken(
    killer="idempotency.second_delivery_is_known", source="plan: is_new is read off the state of the event"
)
def unprocessed_is_new(store: Any) -> None:
    """A delivery counts as new as long as nobody has processed the event."""

    def receive(original: Call, new: NewWebhookEvent) -> Any:
        answer: Received = original(new)
        return replace(answer, is_new=answer.event.status == "received")

    around(store.webhook_events, "receive", receive)


@broken(
    killer="idempotency_keys.delivery_needs_what_the_table_needs",
    source="psycopg: Jsonb(None) is a JSON value, and no NULL that the table would refuse",
)
def missing_payload_is_a_document(store: Any) -> None:
    """A delivery without a payload is stored with a document in its place."""
    receive: Callable[[NewWebhookEvent], Received] = store.webhook_events.receive

    def received(new: NewWebhookEvent) -> Received:
        return receive(NewWebhookEvent(**{"payload": {}, **new.values}))

    store.webhook_events.receive = received
