"""What iCIMS tells us: signed, stored once, and never refused because it was told before."""

import contextlib
import hashlib
import hmac
from uuid import NAMESPACE_URL, UUID, uuid5

from harness.adapters.queries import where
from harness.api.exchange import Inquiry, Reply, document, json_of
from harness.api.refusals import Refusal, invalid, unavailable
from harness.api.schemas import TEXT, obj
from harness.api.schemas import UUID as ID
from harness.api.service import Access, Endpoint, Service
from harness.errors import Conflict
from harness.models import NewAuditLog, NewWebhookEvent

__all__ = ["ENDPOINTS", "SIGNATURE", "signature_of"]

SIGNATURE = "x-icims-signature"
_PROVIDER = "icims"
_SAME_EVENT = "webhook_events_provider_event_id_key"
_CONFLICT = "webhook_conflict"


def signature_of(secret: str, body: bytes) -> str:
    """Return the signature of a body: ``sha256=`` and the HMAC-SHA256 in hexadecimal (RFC 2104)."""
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"


def receive(service: Service, inquiry: Inquiry) -> Reply:
    """Store a delivery. The signature is checked before anything of the body is looked at."""
    signature = _verified(service, inquiry)
    event = document(inquiry.body)
    for name in ("eventId", "eventType"):
        if not isinstance(event.get(name), str):
            raise invalid(name, "is not a text")
    payload_hash = hashlib.sha256(inquiry.body).hexdigest()
    new = NewWebhookEvent(
        tenant_id=event.get("tenantId"),
        provider=_PROVIDER,
        event_id=event["eventId"],
        payload_hash=payload_hash,
        event_type=event["eventType"],
        payload=event,
        signature=signature,
        verified=True,
    )
    try:
        received = service.store.webhook_events.receive(new)
    except Conflict as conflict:
        if conflict.constraint != _SAME_EVENT:
            raise
        return json_of({"id": str(_note(service, event["eventId"], payload_hash)), "isNew": False})
    return json_of({"id": str(received.event.id), "isNew": received.is_new})


def _verified(service: Service, inquiry: Inquiry) -> str:
    if service.webhook_secret is None:
        raise unavailable("no webhook is accepted: this server has no ICIMS_WEBHOOK_SECRET")
    given = inquiry.headers.get(SIGNATURE, "")
    expected = signature_of(service.webhook_secret, inquiry.body)
    if not hmac.compare_digest(given.encode(), expected.encode()):
        raise Refusal("unauthorized", "the signature is missing, or is not the one of this body")
    return given


def _note(service: Service, event_id: str, payload_hash: str) -> UUID:
    """Write down that an event came again with other content, once per content; return the stored event's id.

    The sender did nothing that it could repair: a refusal would only have it send the same again.
    """
    same = (where("provider", "eq", _PROVIDER), where("event_id", "eq", event_id))
    (stored,) = service.store.webhook_events.list(where=same, limit=1).rows
    entry = NewAuditLog(
        id=uuid5(NAMESPACE_URL, f"{_CONFLICT}:{stored.id}:{payload_hash}"),
        action=_CONFLICT,
        actor_type="system",
        actor_id=_PROVIDER,
        payload={
            "webhookEventId": str(stored.id),
            "storedPayloadHash": stored.payload_hash,
            "refusedPayloadHash": payload_hash,
        },
    )
    with contextlib.suppress(Conflict):  # it was written down when this content came for the first time
        service.store.audit_logs.create(entry)
    return stored.id


ENDPOINTS = (
    Endpoint(
        name="receive_webhook",
        method="POST",
        path="/api/webhooks/icims",
        summary="Store an event of iCIMS once; a repetition is told so, and one with other content is noted.",
        handle=receive,
        round_trips=1,
        header={SIGNATURE: {"type": "string", "pattern": "^sha256=[0-9a-f]{64}$"}},
        body={
            "type": "object",
            "properties": {
                "eventId": {**TEXT, "maxLength": 1024},
                "eventType": TEXT,
                "tenantId": {"anyOf": [TEXT, {"type": "null"}]},
            },
            "required": ["eventId", "eventType"],
            "additionalProperties": True,
        },
        answers=obj({"id": ID, "isNew": {"type": "boolean"}}),
        refusals=("invalid_value",),
        access=Access.SIGNED,
    ),
)
