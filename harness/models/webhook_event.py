"""What the ATS told us, once per (provider, event_id)."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from harness.models.description import NEW_ID, NOW, Default, MaxBytes, Queue, Unique
from harness.models.entity import Json, Row, entity
from harness.models.queues import attempts_within_bounds
from harness.models.values import New, Patch

__all__ = ["NewWebhookEvent", "WebhookEvent", "WebhookEventPatch", "WebhookEventStatus"]

WebhookEventStatus = Literal["received", "processing", "processed", "failed"]


@entity(
    "webhook_events",
    singular="webhook_event",
    checks=attempts_within_bounds("webhook_events"),
    uniques=(Unique("webhook_events_provider_event_id_key", ("provider", "event_id")),),
    queue=Queue(waiting="received", done="processed", done_at="processed_at"),
)
class WebhookEvent(Row):
    """One delivery. ``run_after`` is when it is due; while it is processed, when its lease expires."""

    id: Annotated[UUID, NEW_ID]
    tenant_id: str | None
    provider: Annotated[str, Default("'icims'::text", "icims"), MaxBytes(1024)]
    event_id: Annotated[str, MaxBytes(1024)]
    payload_hash: Annotated[str, MaxBytes(1024)]
    event_type: str
    payload: Json
    signature: str
    verified: Annotated[bool, Default("false", value=False)]
    status: Annotated[WebhookEventStatus, Default("'received'::text", "received")]
    attempts: Annotated[int, Default("0", 0)]
    max_attempts: Annotated[int, Default("3", 3)]
    last_error: str | None
    run_after: Annotated[datetime, NOW]
    processed_at: datetime | None
    created_at: Annotated[datetime, NOW]
    updated_at: Annotated[datetime, NOW]


class NewWebhookEvent(New[WebhookEvent]):
    """The values of a new webhook event."""


class WebhookEventPatch(Patch[WebhookEvent]):
    """Changes to a webhook event."""
