"""The six entities of the scheduler, each described once in a module of its own."""

from collections.abc import Mapping
from typing import Any

from harness.models.audit_log import ActorType, AuditLog, NewAuditLog
from harness.models.booking import Booking, BookingPatch, BookingStatus, NewBooking
from harness.models.description import (
    NEW_ID,
    NOW,
    Check,
    Column,
    ColumnType,
    Default,
    Queue,
    References,
    Unique,
)
from harness.models.entity import Entity, Json, Row, entity_of
from harness.models.reconciliation_job import (
    NewReconciliationJob,
    ReconciliationJob,
    ReconciliationJobPatch,
    ReconciliationJobStatus,
)
from harness.models.scheduling_request import (
    InterviewType,
    NewSchedulingRequest,
    RequestStatus,
    SchedulingRequest,
    SchedulingRequestPatch,
)
from harness.models.sync_job import NewSyncJob, SyncJob, SyncJobPatch, SyncJobStatus
from harness.models.values import New, Patch
from harness.models.webhook_event import NewWebhookEvent, WebhookEvent, WebhookEventPatch, WebhookEventStatus

__all__ = [
    "ENTITIES",
    "NEW_ID",
    "NOW",
    "ActorType",
    "AuditLog",
    "Booking",
    "BookingPatch",
    "BookingStatus",
    "Check",
    "Column",
    "ColumnType",
    "Default",
    "Entity",
    "InterviewType",
    "Json",
    "New",
    "NewAuditLog",
    "NewBooking",
    "NewReconciliationJob",
    "NewSchedulingRequest",
    "NewSyncJob",
    "NewWebhookEvent",
    "Patch",
    "Queue",
    "ReconciliationJob",
    "ReconciliationJobPatch",
    "ReconciliationJobStatus",
    "References",
    "RequestStatus",
    "Row",
    "SchedulingRequest",
    "SchedulingRequestPatch",
    "SyncJob",
    "SyncJobPatch",
    "SyncJobStatus",
    "Unique",
    "WebhookEvent",
    "WebhookEventPatch",
    "WebhookEventStatus",
    "entity_of",
]

_ROWS: tuple[type[Row], ...] = (
    SchedulingRequest,
    Booking,
    AuditLog,
    SyncJob,
    WebhookEvent,
    ReconciliationJob,
)

ENTITIES: Mapping[str, Entity[Any]] = {entity.table: entity for entity in map(entity_of, _ROWS)}
"""The descriptions by table, parents before the children that refer to them."""
