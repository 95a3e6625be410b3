import type {
  AuditLog,
  Booking,
  NewAuditLog,
  NewBooking,
  NewReconciliationJob,
  NewSchedulingRequest,
  NewSyncJob,
  NewWebhookEvent,
  ReconciliationJob,
  SchedulingRequest,
  SyncJob,
  WebhookEvent,
} from '../../types/scheduling';
import { supabase } from '../supabase/client';
import {
  mapToAuditLog,
  mapToBooking,
  mapToReconciliationJob,
  mapToSchedulingRequest,
  mapToSyncJob,
  mapToWebhookEvent,
} from './mappers';
import {
  STATUSES,
  decodeCursor,
  encodeCursor,
  type Actor,
  type ListQuery,
  type OpsSummary,
  type Page,
  type Received,
} from './types';

type Table = 'scheduling_requests' | 'bookings' | 'audit_logs' | 'sync_jobs' | 'webhook_events' | 'reconciliation_jobs';

const toSnake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const toFilter = (value: unknown) => (value instanceof Date ? value.toISOString() : value);

async function getRow<Row>(table: Table, column: string, value: string, map: (row: any) => Row): Promise<Row | null> {
  const { data, error } = await supabase.from(table).select('*').eq(column, value).maybeSingle();
  if (error) throw error;
  return data ? map(data) : null;
}

async function deleteRow(table: Table, id: string): Promise<boolean> {
  const { error } = await supabase.from(table).delete().eq('id', id);
  if (error) throw error;
  return true;
}

async function listRows<Row extends { id: string }>(
  table: Table,
  map: (row: any) => Row,
  { where = [], order = [], limit = 100, cursor }: ListQuery,
): Promise<Page<Row>> {
  let query: any = supabase.from(table).select('*');
  for (const [field, operator, value] of where) {
    const column = toSnake(field);
    if (operator === 'in') query = query.in(column, value.map(toFilter));
    else if (operator === 'is_null') query = value ? query.is(column, null) : query.not(column, 'is', null);
    else query = query.filter(column, operator, toFilter(value));
  }
  const [field, direction] = order[0] ?? [table === 'bookings' ? 'bookedAt' : 'createdAt', 'asc'];
  const column = toSnake(field);
  const ascending = direction === 'asc';
  if (cursor) {
    const [value, id] = decodeCursor(cursor);
    const beyond = ascending ? 'gt' : 'lt';
    query = query.or(`${column}.${beyond}.${value},and(${column}.eq.${value},id.${beyond}.${id})`);
  }
  const { data, error } = await query.order(column, { ascending }).order('id', { ascending }).limit(limit);
  if (error) throw error;
  const rows: Row[] = data.map(map);
  const last: any = rows[rows.length - 1];
  const isFull = last !== undefined && rows.length === limit;
  return { rows, nextCursor: isFull ? encodeCursor(last[field], last.id) : null };
}

export async function createSchedulingRequest(data: NewSchedulingRequest): Promise<SchedulingRequest> {
  const { data: result, error } = await supabase
    .from('scheduling_requests')
    .insert({
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
    } as any)
    .select()
    .single();

  if (error) throw error;
  return mapToSchedulingRequest(result);
}

export async function getSchedulingRequest(id: string): Promise<SchedulingRequest | null> {
  return getRow('scheduling_requests', 'id', id, mapToSchedulingRequest);
}

export async function listSchedulingRequests(query: ListQuery = {}): Promise<Page<SchedulingRequest>> {
  return listRows('scheduling_requests', mapToSchedulingRequest, query);
}

export async function updateSchedulingRequest(
  id: string,
  patch: Partial<NewSchedulingRequest>,
): Promise<SchedulingRequest> {
  const { error } = await supabase
    .from('scheduling_requests')
    .update({
      application_id: patch.applicationId ?? undefined,
      candidate_name: patch.candidateName,
      candidate_email: patch.candidateEmail,
      req_id: patch.reqId ?? undefined,
      req_title: patch.reqTitle,
      interview_type: patch.interviewType,
      duration_minutes: patch.durationMinutes,
      interviewer_emails: patch.interviewerEmails,
      organizer_email: patch.organizerEmail,
      calendar_provider: patch.calendarProvider,
      graph_tenant_id: patch.graphTenantId ?? undefined,
      window_start: patch.windowStart?.toISOString(),
      window_end: patch.windowEnd?.toISOString(),
      candidate_timezone: patch.candidateTimezone,
      public_token: patch.publicToken,
      public_token_hash: patch.publicTokenHash,
      expires_at: patch.expiresAt?.toISOString(),
      status: patch.status,
      needs_attention: patch.needsAttention,
      needs_attention_reason: patch.needsAttentionReason ?? undefined,
      created_by: patch.createdBy ?? undefined,
    } as any)
    .eq('id', id);

  if (error) throw error;
  return (await getSchedulingRequest(id))!;
}

export async function deleteSchedulingRequest(id: string): Promise<boolean> {
  return deleteRow('scheduling_requests', id);
}

export async function createBooking(data: NewBooking): Promise<Booking> {
  const { data: result, error } = await supabase
    .from('bookings')
    .insert({
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
    } as any)
    .select()
    .single();

  if (error) throw error;
  return mapToBooking(result);
}

export async function getBooking(id: string): Promise<Booking | null> {
  return getRow('bookings', 'id', id, mapToBooking);
}

export async function listBookings(query: ListQuery = {}): Promise<Page<Booking>> {
  return listRows('bookings', mapToBooking, query);
}

export async function updateBooking(id: string, patch: Partial<NewBooking>): Promise<Booking> {
  const { error } = await supabase
    .from('bookings')
    .update({
      request_id: patch.requestId,
      scheduled_start: patch.scheduledStart?.toISOString(),
      scheduled_end: patch.scheduledEnd?.toISOString(),
      calendar_event_id: patch.calendarEventId ?? undefined,
      calendar_ical_uid: patch.calendarIcalUid ?? undefined,
      conference_join_url: patch.conferenceJoinUrl ?? undefined,
      icims_activity_id: patch.icimsActivityId ?? undefined,
      status: patch.status,
      confirmed_at: patch.confirmedAt?.toISOString(),
      cancelled_at: patch.cancelledAt?.toISOString(),
      cancellation_reason: patch.cancellationReason ?? undefined,
      booked_by: patch.bookedBy,
    } as any)
    .eq('id', id);

  if (error) throw error;
  return (await getBooking(id))!;
}

export async function deleteBooking(id: string): Promise<boolean> {
  return deleteRow('bookings', id);
}

export async function createAuditLog(data: NewAuditLog): Promise<AuditLog> {
  const { data: result, error } = await supabase
    .from('audit_logs')
    .insert({
      request_id: data.requestId,
      booking_id: data.bookingId,
      action: data.action,
      actor_type: data.actorType,
      actor_id: data.actorId,
      payload: data.payload,
    } as any)
    .select()
    .single();

  if (error) throw error;
  return mapToAuditLog(result);
}

export async function getAuditLog(id: string): Promise<AuditLog | null> {
  return getRow('audit_logs', 'id', id, mapToAuditLog);
}

export async function listAuditLogs(query: ListQuery = {}): Promise<Page<AuditLog>> {
  return listRows('audit_logs', mapToAuditLog, query);
}

export async function createSyncJob(data: NewSyncJob): Promise<SyncJob> {
  const { data: result, error } = await supabase
    .from('sync_jobs')
    .insert({
      type: data.type,
      entity_id: data.entityId,
      entity_type: data.entityType,
      attempts: data.attempts,
      max_attempts: data.maxAttempts,
      status: data.status,
      last_error: data.lastError,
      payload: data.payload,
      run_after: data.runAfter?.toISOString(),
    } as any)
    .select()
    .single();

  if (error) throw error;
  return mapToSyncJob(result);
}

export async function getSyncJob(id: string): Promise<SyncJob | null> {
  return getRow('sync_jobs', 'id', id, mapToSyncJob);
}

export async function listSyncJobs(query: ListQuery = {}): Promise<Page<SyncJob>> {
  return listRows('sync_jobs', mapToSyncJob, query);
}

export async function updateSyncJob(id: string, patch: Partial<NewSyncJob>): Promise<SyncJob> {
  const { error } = await supabase
    .from('sync_jobs')
    .update({
      type: patch.type,
      entity_id: patch.entityId,
      entity_type: patch.entityType,
      attempts: patch.attempts,
      max_attempts: patch.maxAttempts,
      status: patch.status,
      last_error: patch.lastError ?? undefined,
      payload: patch.payload,
      run_after: patch.runAfter?.toISOString(),
    } as any)
    .eq('id', id);

  if (error) throw error;
  return (await getSyncJob(id))!;
}

export async function deleteSyncJob(id: string): Promise<boolean> {
  return deleteRow('sync_jobs', id);
}

export async function createWebhookEvent(data: NewWebhookEvent): Promise<WebhookEvent> {
  const { data: result, error } = await supabase
    .from('webhook_events')
    .insert({
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
      run_after: data.runAfter?.toISOString(),
      processed_at: data.processedAt?.toISOString(),
    } as any)
    .select()
    .single();

  if (error) throw error;
  return mapToWebhookEvent(result);
}

export async function getWebhookEvent(id: string): Promise<WebhookEvent | null> {
  return getRow('webhook_events', 'id', id, mapToWebhookEvent);
}

export async function listWebhookEvents(query: ListQuery = {}): Promise<Page<WebhookEvent>> {
  return listRows('webhook_events', mapToWebhookEvent, query);
}

export async function updateWebhookEvent(id: string, patch: Partial<NewWebhookEvent>): Promise<WebhookEvent> {
  const { error } = await supabase
    .from('webhook_events')
    .update({
      tenant_id: patch.tenantId ?? undefined,
      provider: patch.provider,
      event_id: patch.eventId,
      payload_hash: patch.payloadHash,
      event_type: patch.eventType,
      payload: patch.payload,
      signature: patch.signature,
      verified: patch.verified,
      status: patch.status,
      attempts: patch.attempts,
      max_attempts: patch.maxAttempts,
      last_error: patch.lastError ?? undefined,
      run_after: patch.runAfter?.toISOString(),
      processed_at: patch.processedAt?.toISOString(),
    } as any)
    .eq('id', id);

  if (error) throw error;
  return (await getWebhookEvent(id))!;
}

export async function deleteWebhookEvent(id: string): Promise<boolean> {
  return deleteRow('webhook_events', id);
}

export async function createReconciliationJob(data: NewReconciliationJob): Promise<ReconciliationJob> {
  const { data: result, error } = await supabase
    .from('reconciliation_jobs')
    .insert({
      tenant_id: data.tenantId,
      job_type: data.jobType,
      entity_type: data.entityType,
      entity_id: data.entityId,
      status: data.status,
      attempts: data.attempts,
      max_attempts: data.maxAttempts,
      last_error: data.lastError,
      detection_reason: data.detectionReason,
      run_after: data.runAfter?.toISOString(),
    } as any)
    .select()
    .single();

  if (error) throw error;
  return mapToReconciliationJob(result);
}

export async function getReconciliationJob(id: string): Promise<ReconciliationJob | null> {
  return getRow('reconciliation_jobs', 'id', id, mapToReconciliationJob);
}

export async function listReconciliationJobs(query: ListQuery = {}): Promise<Page<ReconciliationJob>> {
  return listRows('reconciliation_jobs', mapToReconciliationJob, query);
}

export async function updateReconciliationJob(
  id: string,
  patch: Partial<NewReconciliationJob>,
): Promise<ReconciliationJob> {
  const { error } = await supabase
    .from('reconciliation_jobs')
    .update({
      tenant_id: patch.tenantId ?? undefined,
      job_type: patch.jobType,
      entity_type: patch.entityType,
      entity_id: patch.entityId,
      status: patch.status,
      attempts: patch.attempts,
      max_attempts: patch.maxAttempts,
      last_error: patch.lastError ?? undefined,
      detection_reason: patch.detectionReason,
      run_after: patch.runAfter?.toISOString(),
    } as any)
    .eq('id', id);

  if (error) throw error;
  return (await getReconciliationJob(id))!;
}

export async function deleteReconciliationJob(id: string): Promise<boolean> {
  return deleteRow('reconciliation_jobs', id);
}

export async function getSchedulingRequestByTokenHash(tokenHash: string): Promise<SchedulingRequest | null> {
  return getRow('scheduling_requests', 'public_token_hash', tokenHash, mapToSchedulingRequest);
}

export async function receiveWebhookEvent(data: NewWebhookEvent): Promise<Received> {
  const { data: existing, error } = await supabase
    .from('webhook_events')
    .select('*')
    .eq('provider', data.provider ?? 'icims')
    .eq('event_id', data.eventId)
    .maybeSingle();

  if (error) throw error;
  if (existing) return { event: mapToWebhookEvent(existing), isNew: false };
  return { event: await createWebhookEvent(data), isNew: true };
}

// Queues

type QueueTable = 'sync_jobs' | 'webhook_events' | 'reconciliation_jobs';

async function claimRows<Row>(
  table: QueueTable,
  map: (row: any) => Row,
  { limit = 10, leaseS = 60 }: { limit?: number; leaseS?: number },
): Promise<Row[]> {
  const now = new Date();
  const { data, error } = await supabase
    .from(table)
    .select('*')
    .in('status', [table === 'webhook_events' ? 'received' : 'pending', 'processing'])
    .lte('run_after', now.toISOString())
    .order('run_after')
    .order('id')
    .limit(limit);
  if (error) throw error;

  const claimed: Row[] = [];
  for (const row of data) {
    if (row.attempts >= row.max_attempts) {
      await updateRow(table, row.id, { status: 'failed', last_error: row.last_error || 'attempts exhausted' });
      continue;
    }
    const leaseEnds = new Date(now.getTime() + leaseS * 1000).toISOString();
    claimed.push(
      map(await updateRow(table, row.id, { status: 'processing', attempts: row.attempts + 1, run_after: leaseEnds })),
    );
  }
  return claimed;
}

async function finishRow(table: QueueTable, id: string, attempts: number, changes: (row: any) => object): Promise<any> {
  const { data: row, error } = await supabase.from(table).select('*').eq('id', id).maybeSingle();
  if (error) throw error;
  if (!row) throw Object.assign(new Error('not found'), { kind: 'not_found', table });
  if (row.status !== 'processing' || row.attempts !== attempts) {
    throw Object.assign(new Error('stale claim'), { kind: 'conflict', constraint: 'stale_claim' });
  }
  return updateRow(table, id, changes(row));
}

async function updateRow(table: QueueTable, id: string, changes: object): Promise<any> {
  const { data, error } = await supabase
    .from(table)
    .update(changes as any)
    .eq('id', id)
    .select()
    .single();
  if (error) throw error;
  return data;
}

function failed(waiting: string, { error, retryInS = 60 }: { error: string; retryInS?: number }) {
  return (row: any) =>
    row.attempts >= row.max_attempts
      ? { status: 'failed', last_error: error }
      : { status: waiting, last_error: error, run_after: new Date(Date.now() + retryInS * 1000).toISOString() };
}

export async function claimSyncJobs(options: { limit?: number; leaseS?: number }): Promise<SyncJob[]> {
  return claimRows('sync_jobs', mapToSyncJob, options);
}

export async function completeSyncJob(id: string, attempts: number): Promise<SyncJob> {
  return mapToSyncJob(await finishRow('sync_jobs', id, attempts, () => ({ status: 'completed' })));
}

export async function failSyncJob(
  id: string,
  attempts: number,
  failure: { error: string; retryInS?: number },
): Promise<SyncJob> {
  return mapToSyncJob(await finishRow('sync_jobs', id, attempts, failed('pending', failure)));
}

export async function claimWebhookEvents(options: { limit?: number; leaseS?: number }): Promise<WebhookEvent[]> {
  return claimRows('webhook_events', mapToWebhookEvent, options);
}

export async function completeWebhookEvent(id: string, attempts: number): Promise<WebhookEvent> {
  return mapToWebhookEvent(
    await finishRow('webhook_events', id, attempts, () => ({
      status: 'processed',
      processed_at: new Date().toISOString(),
    })),
  );
}

export async function failWebhookEvent(
  id: string,
  attempts: number,
  failure: { error: string; retryInS?: number },
): Promise<WebhookEvent> {
  return mapToWebhookEvent(await finishRow('webhook_events', id, attempts, failed('received', failure)));
}

export async function claimReconciliationJobs(options: {
  limit?: number;
  leaseS?: number;
}): Promise<ReconciliationJob[]> {
  return claimRows('reconciliation_jobs', mapToReconciliationJob, options);
}

export async function completeReconciliationJob(id: string, attempts: number): Promise<ReconciliationJob> {
  return mapToReconciliationJob(await finishRow('reconciliation_jobs', id, attempts, () => ({ status: 'completed' })));
}

export async function failReconciliationJob(
  id: string,
  attempts: number,
  failure: { error: string; retryInS?: number },
): Promise<ReconciliationJob> {
  return mapToReconciliationJob(await finishRow('reconciliation_jobs', id, attempts, failed('pending', failure)));
}

// Flows

function refused(): Error {
  return Object.assign(new Error('request not bookable'), { kind: 'conflict', constraint: 'request_not_bookable' });
}

function missing(table: string): Error {
  return Object.assign(new Error('not found'), { kind: 'not_found', table });
}

export async function bookSchedulingRequest(data: NewBooking, actor: Actor): Promise<Booking> {
  const request = await getSchedulingRequest(data.requestId);
  if (!request) throw missing('scheduling_requests');
  if (request.status !== 'pending' || request.expiresAt <= new Date()) throw refused();

  const booking = await createBooking({ ...data, status: 'confirmed', confirmedAt: new Date() });
  await updateSchedulingRequest(request.id, { status: 'booked' });
  await record(booking, 'booked', slotOf(booking), actor);
  return booking;
}

export async function rescheduleBooking(
  bookingId: string,
  { scheduledStart, scheduledEnd }: { scheduledStart: Date; scheduledEnd: Date },
  actor: Actor,
): Promise<Booking> {
  const before = await activeBooking(bookingId);
  const after = await updateBooking(bookingId, { status: 'rescheduled', scheduledStart, scheduledEnd });
  await updateSchedulingRequest(after.requestId, { status: 'rescheduled' });
  await record(after, 'rescheduled', { from: slotOf(before), to: slotOf(after) }, actor);
  return after;
}

export async function cancelBooking(
  bookingId: string,
  { reason }: { reason?: string | null },
  actor: Actor,
): Promise<Booking> {
  await activeBooking(bookingId);
  const booking = await updateBooking(bookingId, {
    status: 'cancelled',
    cancelledAt: new Date(),
    cancellationReason: reason,
  });
  await updateSchedulingRequest(booking.requestId, { status: 'cancelled' });
  await record(booking, 'cancelled', { reason: reason ?? null }, actor);
  return booking;
}

async function activeBooking(id: string): Promise<Booking> {
  const booking = await getBooking(id);
  if (!booking) throw missing('bookings');
  const request = await getSchedulingRequest(booking.requestId);
  const active = booking.status !== 'cancelled' && ['booked', 'rescheduled'].includes(request?.status ?? '');
  if (!active) throw refused();
  return booking;
}

async function record(booking: Booking, action: string, payload: any, actor: Actor): Promise<void> {
  await createAuditLog({
    requestId: booking.requestId,
    bookingId: booking.id,
    action,
    actorType: actor.type,
    actorId: actor.id,
    payload,
  });
  await createSyncJob({
    type: 'icims_note',
    entityType: 'booking',
    entityId: booking.id,
    payload: { action, request_id: booking.requestId },
  });
}

// As the API's other texts of times: UTC, six digits.
const timeText = (time: Date) => time.toISOString().replace('Z', '000+00:00');

const slotOf = ({ scheduledStart, scheduledEnd }: Booking) => ({
  scheduled_start: timeText(scheduledStart),
  scheduled_end: timeText(scheduledEnd),
});

export async function getOpsSummary(): Promise<OpsSummary> {
  const counts: OpsSummary['counts'] = {};
  for (const [name, statuses] of Object.entries(STATUSES)) {
    const { data, error } = await supabase.from(toSnake(name) as Table).select('status');
    if (error) throw error;
    const rows = data as unknown as { status: string }[];
    counts[name] = Object.fromEntries(
      statuses.map((status) => [status, rows.filter((row) => row.status === status).length]),
    );
  }
  const { data: flagged, error } = await supabase.from('scheduling_requests').select('id').eq('needs_attention', true);
  if (error) throw error;
  return {
    counts,
    needsAttention: flagged.length,
    due: {
      syncJobs: await countDue('sync_jobs'),
      webhookEvents: await countDue('webhook_events'),
      reconciliationJobs: await countDue('reconciliation_jobs'),
    },
  };
}

async function countDue(table: QueueTable): Promise<number> {
  const { data, error } = await supabase
    .from(table)
    .select('attempts, max_attempts')
    .in('status', [table === 'webhook_events' ? 'received' : 'pending', 'processing'])
    .lte('run_after', new Date().toISOString());
  if (error) throw error;
  return data.filter((row) => row.attempts < row.max_attempts).length;
}
