"""Work that is owed to iCIMS, retried until it is done."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from harness.models.description import NEW_ID, NOW, Default, MaxBytes, Queue
from harness.models.entity import Json, Row, entity
from harness.models.queues import EntityType, attempts_within_bounds
from harness.models.values import New, Patch

__all__ = ["NewSyncJob", "SyncJob", "SyncJobPatch", "SyncJobStatus"]

SyncJobStatus = Literal["pending", "processing", "completed", "failed"]


@entity(
    "sync_jobs",
    singular="sync_job",
    checks=attempts_within_bounds("sync_jobs"),
    queue=Queue(waiting="pending", done="completed"),
)
class SyncJob(Row):
    """One job. ``run_after`` is when it is due; while it is processed, when its lease expires."""

    id: Annotated[UUID, NEW_ID]
    type: Literal["icims_note"]
    entity_id: Annotated[str, MaxBytes(1024)]
    entity_type: EntityType
    attempts: Annotated[int, Default("0", 0)]
    max_attempts: Annotated[int, Default("5", 5)]
    status: Annotated[SyncJobStatus, Default("'pending'::text", "pending")]
    last_error: str | None
    payload: Annotated[Json, Default("'{}'::jsonb", {})]
    run_after: Annotated[datetime, NOW]
    created_at: Annotated[datetime, NOW]
    updated_at: Annotated[datetime, NOW]


class NewSyncJob(New[SyncJob]):
    """The values of a new sync job."""


class SyncJobPatch(Patch[SyncJob]):
    """Changes to a sync job."""
