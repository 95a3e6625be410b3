"""Repairs of drift between the scheduler, the calendar and the ATS."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from harness.models.description import NEW_ID, NOW, Default, MaxBytes, Queue
from harness.models.entity import Row, entity
from harness.models.queues import EntityType, attempts_within_bounds
from harness.models.values import New, Patch

__all__ = ["NewReconciliationJob", "ReconciliationJob", "ReconciliationJobPatch", "ReconciliationJobStatus"]

ReconciliationJobStatus = Literal["pending", "processing", "completed", "failed", "requires_attention"]


@entity(
    "reconciliation_jobs",
    singular="reconciliation_job",
    checks=attempts_within_bounds("reconciliation_jobs"),
    queue=Queue(waiting="pending", done="completed"),
)
class ReconciliationJob(Row):
    """One repair. ``run_after`` is when it is due; while it is processed, when its lease expires."""

    id: Annotated[UUID, NEW_ID]
    tenant_id: str | None
    job_type: Literal["icims_note_missing", "calendar_event_missing", "state_mismatch"]
    entity_type: EntityType
    entity_id: Annotated[str, MaxBytes(1024)]
    status: Annotated[ReconciliationJobStatus, Default("'pending'::text", "pending")]
    attempts: Annotated[int, Default("0", 0)]
    max_attempts: Annotated[int, Default("3", 3)]
    last_error: str | None
    detection_reason: str
    run_after: Annotated[datetime, NOW]
    created_at: Annotated[datetime, NOW]
    updated_at: Annotated[datetime, NOW]


class NewReconciliationJob(New[ReconciliationJob]):
    """The values of a new reconciliation job."""


class ReconciliationJobPatch(Patch[ReconciliationJob]):
    """Changes to a reconciliation job."""
