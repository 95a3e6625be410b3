"""What was done, by whom: appended, never changed."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from harness.models.description import NEW_ID, NOW, Default, MaxBytes, References
from harness.models.entity import Json, Row, entity
from harness.models.values import New

__all__ = ["ActorType", "AuditLog", "NewAuditLog"]

ActorType = Literal["coordinator", "candidate", "system"]


@entity("audit_logs", singular="audit_log", updated=None)
class AuditLog(Row):
    """One entry of the history. It outlives what it is about: its links become None."""

    id: Annotated[UUID, NEW_ID]
    request_id: Annotated[UUID | None, References("scheduling_requests", on_delete="set null")]
    booking_id: Annotated[UUID | None, References("bookings", on_delete="set null")]
    action: Annotated[str, MaxBytes(1024)]
    actor_type: ActorType
    actor_id: str | None
    payload: Annotated[Json, Default("'{}'::jsonb", {})]
    created_at: Annotated[datetime, NOW]


class NewAuditLog(New[AuditLog]):
    """The values of a new audit entry."""
