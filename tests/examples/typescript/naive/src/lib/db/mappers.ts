import type {
  AuditLog,
  Booking,
  ReconciliationJob,
  SchedulingRequest,
  SyncJob,
  WebhookEvent,
} from '../../types/scheduling';

export function mapToSchedulingRequest(row: any): SchedulingRequest {
  return {
    id: row.id,
    applicationId: row.application_id,
    candidateName: row.candidate_name,
    candidateEmail: row.candidate_email,
    reqId: row.req_id,
    reqTitle: row.req_title,
    interviewType: row.interview_type,
    durationMinutes: row.duration_minutes,
    interviewerEmails: row.interviewer_emails,
    organizerEmail: row.organizer_email,
    calendarProvider: row.calendar_provider,
    graphTenantId: row.graph_tenant_id,
    windowStart: new Date(row.window_start),
    windowEnd: new Date(row.window_end),
    candidateTimezone: row.candidate_timezone,
    publicToken: row.public_token,
    publicTokenHash: row.public_token_hash,
    expiresAt: new Date(row.expires_at),
    status: row.status,
    needsAttention: row.needs_attention,
    needsAttentionReason: row.needs_attention_reason,
    createdBy: row.created_by,
    createdAt: new Date(row.created_at),
    updatedAt: new Date(row.updated_at),
  };
}

export function mapToBooking(row: any): Booking {
  return {
    id: row.id,
    requestId: row.request_id,
    scheduledStart: new Date(row.scheduled_start),
    scheduledEnd: new Date(row.scheduled_end),
    calendarEventId: row.calendar_event_id,
    calendarIcalUid: row.calendar_ical_uid,
    conferenceJoinUrl: row.conference_join_url,
    icimsActivityId: row.icims_activity_id,
    status: row.status,
    confirmedAt: new Date(row.confirmed_at),
    cancelledAt: new Date(row.cancelled_at),
    cancellationReason: row.cancellation_reason,
    bookedBy: row.booked_by,
    bookedAt: new Date(row.booked_at),
    updatedAt: new Date(row.updated_at),
  };
}

export function mapToAuditLog(row: any): AuditLog {
  return {
    id: row.id,
    requestId: row.request_id,
    bookingId: row.booking_id,
    action: row.action,
    actorType: row.actor_type,
    actorId: row.actor_id,
    payload: row.payload,
    createdAt: new Date(row.created_at),
  };
}

export function mapToSyncJob(row: any): SyncJob {
  return {
    id: row.id,
    type: row.type,
    entityId: row.entity_id,
    entityType: row.entity_type,
    attempts: row.attempts,
    maxAttempts: row.max_attempts,
    status: row.status,
    lastError: row.last_error,
    payload: row.payload,
    runAfter: new Date(row.run_after),
    createdAt: new Date(row.created_at),
    updatedAt: new Date(row.updated_at),
  };
}

export function mapToWebhookEvent(row: any): WebhookEvent {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    provider: row.provider,
    eventId: row.event_id,
    payloadHash: row.payload_hash,
    eventType: row.event_type,
    payload: row.payload,
    signature: row.signature,
    verified: row.verified,
    status: row.status,
    attempts: row.attempts,
    maxAttempts: row.max_attempts,
    lastError: row.last_error,
    runAfter: new Date(row.run_after),
    processedAt: new Date(row.processed_at),
    createdAt: new Date(row.created_at),
    updatedAt: new Date(row.updated_at),
  };
}

export function mapToReconciliationJob(row: any): ReconciliationJob {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    jobType: row.job_type,
    entityType: row.entity_type,
    entityId: row.entity_id,
    status: row.status,
    attempts: row.attempts,
    maxAttempts: row.max_attempts,
    lastError: row.last_error,
    detectionReason: row.detection_reason,
    runAfter: new Date(row.run_after),
    createdAt: new Date(row.created_at),
    updatedAt: new Date(row.updated_at),
  };
}
