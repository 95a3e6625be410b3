"""Mistakes in the reception of webhook events."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from contracts.selfcheck.wrapping import broken
from harness.adapters.protocol import Received
from harness.models import NewWebhookEvent

MEASURED = "facts: measured on PostgREST 12"


@broken(killer="idempotency.second_delivery_is_known", source=MEASURED)
def every_delivery_is_new(store: Any) -> None:
    """Every delivery is told that it is new, as an ignored duplicate answers 201, too."""
    receive: Callable[[NewWebhookEvent], Received] = store.webhook_events.receive

    def received(new: NewWebhookEvent) -> Received:
        return replace(receive(new), is_new=True)

    store.webhook_events.receive = received
