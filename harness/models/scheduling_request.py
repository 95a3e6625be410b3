"""A request to schedule one interview, with the candidate's public link."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from harness.models.description import NEW_ID, NOW, Check, Default, MaxBytes, Unique
from harness.models.entity import Row, entity
from harness.models.values import New, Patch

__all__ = [
    "InterviewType",
    "NewSchedulingRequest",
    "RequestStatus",
    "SchedulingRequest",
    "SchedulingRequestPatch",
]

InterviewType = Literal["phone_screen", "hm_screen", "onsite", "final"]
RequestStatus = Literal["pending", "booked", "rescheduled", "cancelled", "expired"]


@entity(
    "scheduling_requests",
    singular="scheduling_request",
    checks=(
        Check(
            "scheduling_requests_duration_positive",
            "duration_minutes > 0",
            lambda row: row["duration_minutes"] > 0,
        ),
        Check(
            "scheduling_requests_window_order",
            "window_end > window_start",
            lambda row: row["window_end"] > row["window_start"],
        ),
    ),
    uniques=(Unique("scheduling_requests_public_token_hash_key", ("public_token_hash",)),),
)
class SchedulingRequest(Row):
    """One interview to be scheduled. Times are aware UTC datetimes with microseconds."""

    id: Annotated[UUID, NEW_ID]
    application_id: str | None
    candidate_name: str
    candidate_email: Annotated[str, MaxBytes(1024)]
    req_id: str | None
    req_title: str
    interview_type: InterviewType
    duration_minutes: int
    interviewer_emails: tuple[str, ...]
    organizer_email: str
    calendar_provider: Annotated[str, Default("'microsoft_graph'::text", "microsoft_graph")]
    graph_tenant_id: str | None
    window_start: datetime
    window_end: datetime
    candidate_timezone: str
    public_token: str
    public_token_hash: Annotated[str, MaxBytes(1024)]
    expires_at: datetime
    status: Annotated[RequestStatus, Default("'pending'::text", "pending")]
    needs_attention: Annotated[bool, Default("false", value=False)]
    needs_attention_reason: str | None
    created_by: str | None
    created_at: Annotated[datetime, NOW]
    updated_at: Annotated[datetime, NOW]


class NewSchedulingRequest(New[SchedulingRequest]):
    """The values of a new scheduling request."""


class SchedulingRequestPatch(Patch[SchedulingRequest]):
    """Changes to a scheduling request."""
