// mapToDbRow, which the plan names and does not show: its adapter's insert, with the id and the times of the row.

import type {
  AuditLog,
  Booking,
  ReconciliationJob,
  SchedulingRequest,
  SyncJob,
  WebhookEvent,
} from '../../naive/src/types/scheduling';

export function mapToDbRow(data: SchedulingRequest): any {
  return {
    id: data.id,
    application_id: data.applicationId,
    candidate_name: data.candidateName,
    candidate_email: data.candidateEmail,
    req_id: data.reqId,
    req_title: data.reqTitle,
    interview_type: data.interviewType,
    duration_minutes: data.durationMinutes,
    interviewer_emails: data.interviewerEmails,
    organizer_email: data.organizerEmail,
    calendar_provider: data.calendarProvider,
    graph_tenant_id: data.graphTenantId,
    window_start: data.windowStart.toISOString(),
    window_end: data.windowEnd.toISOString(),
    candidate_timezone: data.candidateTimezone,
    public_token: data.publicToken,
    public_token_hash: data.publicTokenHash,
    expires_at: data.expiresAt.toISOString(),
    status: data.status,
    needs_attention: data.needsAttention,
    needs_attention_reason: data.needsAttentionReason,
    created_by: data.createdBy,
    created_at: data.createdAt.toISOString(),
    updated_at: data.updatedAt.toISOString(),
  };
}

export function mapBookingToDbRow(data: Booking): any {
  return {
    id: data.id,
    request_id: data.requestId,
    scheduled_start: data.scheduledStart.toISOString(),
    scheduled_end: data.scheduledEnd.toISOString(),
    calendar_event_id: data.calendarEventId,
    calendar_ical_uid: data.calendarIcalUid,
    conference_join_url: data.conferenceJoinUrl,
    icims_activity_id: data.icimsActivityId,
    status: data.status,
    confirmed_at: data.confirmedAt?.toISOString(),
    cancelled_at: data.cancelledAt?.toISOString(),
    cancellation_reason: data.cancellationReason,
    booked_by: data.bookedBy,
    booked_at: data.bookedAt.toISOString(),
    updated_at: data.updatedAt.toISOString(),
  };
}

export function mapAuditLogToDbRow(data: AuditLog): any {
  return {
    id: data.id,
    request_id: data.requestId,
    booking_id: data.bookingId,
    action: data.action,
    actor_type: data.actorType,
    actor_id: data.actorId,
    payload: data.payload,
    created_at: data.createdAt.toISOString(),
  };
}

export function mapSyncJobToDbRow(data: SyncJob): any {
  return {
    id: data.id,
    type: data.type,
    entity_id: data.entityId,
    entity_type: data.entityType,
    attempts: data.attempts,
    max_attempts: data.maxAttempts,
    status: data.status,
    last_error: data.lastError,
    payload: data.payload,
    run_after: data.runAfter.toISOString(),
    created_at: data.createdAt.toISOString(),
    updated_at: data.updatedAt.toISOString(),
  };
}

export function mapWebhookEventToDbRow(data: WebhookEvent): any {
  return {
    id: data.id,
    tenant_id: data.tenantId,
    provider: data.provider,
    event_id: data.eventId,
    payload_hash: data.payloadHash,
    event_type: data.eventType,
    payload: data.payload,
    signature: data.signature,
    verified: data.verified,
    status: data.status,
    attempts: data.attempts,
    max_attempts: data.maxAttempts,
    last_error: data.lastError,
    run_after: data.runAfter.toISOString(),
    processed_at: data.processedAt?.toISOString(),
    created_at: data.createdAt.toISOString(),
    updated_at: data.updatedAt.toISOString(),
  };
}

export function mapReconciliationJobToDbRow(data: ReconciliationJob): any {
  return {
    id: data.id,
    tenant_id: data.tenantId,
    job_type: data.jobType,
    entity_type: data.entityType,
    entity_id: data.entityId,
    status: data.status,
    attempts: data.attempts,
    max_attempts: data.maxAttempts,
    last_error: data.lastError,
    detection_reason: data.detectionReason,
    run_after: data.runAfter.toISOString(),
    created_at: data.createdAt.toISOString(),
    updated_at: data.updatedAt.toISOString(),
  };
}
