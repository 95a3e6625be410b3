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
import { randomUUID } from 'node:crypto';
import {
  STATUSES,
  decodeCursor,
  encodeCursor,
  type Actor,
  type Condition,
  type ListQuery,
  type OpsSummary,
  type Page,
  type Received,
} from './types';

const schedulingRequests = new Map<string, SchedulingRequest>();
const bookings = new Map<string, Booking>();
const auditLogs = new Map<string, AuditLog>();
const syncJobs = new Map<string, SyncJob>();
const webhookEvents = new Map<string, WebhookEvent>();
const reconciliationJobs = new Map<string, ReconciliationJob>();

function missing(table: string): Error {
  return Object.assign(new Error('not found'), { kind: 'not_found', table });
}

const plain = (value: any) => (value instanceof Date ? value.getTime() : (value ?? null));

function matches(row: any, [field, operator, value]: Condition): boolean {
  const held = plain(row[field]);
  switch (operator) {
    case 'eq':
      return held === plain(value);
    case 'in':
      return value.map(plain).includes(held);
    case 'is_null':
      return (held === null) === value;
    case 'lt':
      return held < plain(value);
    case 'lte':
      return held <= plain(value);
    case 'gt':
      return held > plain(value);
    case 'gte':
      return held >= plain(value);
  }
}

function listRows<Row extends { id: string }>(
  rows: Map<string, Row>,
  created: string,
  { where = [], order = [], limit = 100, cursor }: ListQuery,
): Page<Row> {
  const [field, direction] = order[0] ?? [created, 'asc'];
  const sign = direction === 'asc' ? 1 : -1;
  const keyOf = (row: any): [number, string] => [+row[field], row.id];
  const compare = (one: any, other: any) =>
    sign * (one[0] - other[0] || (one[1] < other[1] ? -1 : one[1] > other[1] ? 1 : 0));

  let found = [...rows.values()].filter((row) => where.every((condition) => matches(row, condition)));
  found.sort((one, other) => compare(keyOf(one), keyOf(other)));
  if (cursor) {
    const [value, id] = decodeCursor(cursor);
    found = found.filter((row) => compare(keyOf(row), [+new Date(value), id]) > 0);
  }
  const page = found.slice(0, limit);
  const last: any = page[page.length - 1];
  return { rows: page, nextCursor: found.length > limit && last ? encodeCursor(last[field], last.id) : null };
}

function updateRow<Row extends { id: string }>(table: string, rows: Map<string, Row>, id: string, patch: any): Row {
  const row = rows.get(id);
  if (!row) throw missing(table);
  for (const [name, value] of Object.entries(patch)) {
    if (value !== undefined) (row as any)[name] = value;
  }
  (row as any).updatedAt = new Date();
  return row;
}

export async function createSchedulingRequest(data: NewSchedulingRequest): Promise<SchedulingRequest> {
  const now = new Date();
  const row: SchedulingRequest = {
    calendarProvider: 'microsoft_graph',
    status: 'pending',
    needsAttention: false,
    ...data,
    id: randomUUID(),
    createdAt: now,
    updatedAt: now,
  };
  schedulingRequests.set(row.id, row);
  return row;
}

export async function getSchedulingRequest(id: string): Promise<SchedulingRequest | null> {
  return schedulingRequests.get(id) ?? null;
}

export async function listSchedulingRequests(query: ListQuery = {}): Promise<Page<SchedulingRequest>> {
  return listRows(schedulingRequests, 'createdAt', query);
}

export async function updateSchedulingRequest(
  id: string,
  patch: Partial<NewSchedulingRequest>,
): Promise<SchedulingRequest> {
  return updateRow('scheduling_requests', schedulingRequests, id, patch);
}

export async function deleteSchedulingRequest(id: string): Promise<boolean> {
  return schedulingRequests.delete(id);
}

export async function createBooking(data: NewBooking): Promise<Booking> {
  const now = new Date();
  const row: Booking = {
    status: 'confirmed',
    ...data,
    id: randomUUID(),
    bookedAt: now,
    updatedAt: now,
  };
  bookings.set(row.id, row);
  return row;
}

export async function getBooking(id: string): Promise<Booking | null> {
  return bookings.get(id) ?? null;
}

export async function listBookings(query: ListQuery = {}): Promise<Page<Booking>> {
  return listRows(bookings, 'bookedAt', query);
}

export async function updateBooking(id: string, patch: Partial<NewBooking>): Promise<Booking> {
  return updateRow('bookings', bookings, id, patch);
}

export async function deleteBooking(id: string): Promise<boolean> {
  return bookings.delete(id);
}

export async function createAuditLog(data: NewAuditLog): Promise<AuditLog> {
  const now = new Date();
  const row: AuditLog = {
    payload: {},
    ...data,
    id: randomUUID(),
    createdAt: now,
  };
  auditLogs.set(row.id, row);
  return row;
}

export async function getAuditLog(id: string): Promise<AuditLog | null> {
  return auditLogs.get(id) ?? null;
}

export async function listAuditLogs(query: ListQuery = {}): Promise<Page<AuditLog>> {
  return listRows(auditLogs, 'createdAt', query);
}

export async function createSyncJob(data: NewSyncJob): Promise<SyncJob> {
  const now = new Date();
  const row: SyncJob = {
    attempts: 0,
    maxAttempts: 5,
    status: 'pending',
    payload: {},
    runAfter: now,
    ...data,
    id: randomUUID(),
    createdAt: now,
    updatedAt: now,
  };
  syncJobs.set(row.id, row);
  return row;
}

export async function getSyncJob(id: string): Promise<SyncJob | null> {
  return syncJobs.get(id) ?? null;
}

export async function listSyncJobs(query: ListQuery = {}): Promise<Page<SyncJob>> {
  return listRows(syncJobs, 'createdAt', query);
}

export async function updateSyncJob(id: string, patch: Partial<NewSyncJob>): Promise<SyncJob> {
  return updateRow('sync_jobs', syncJobs, id, patch);
}

export async function deleteSyncJob(id: string): Promise<boolean> {
  return syncJobs.delete(id);
}

export async function createWebhookEvent(data: NewWebhookEvent): Promise<WebhookEvent> {
  const now = new Date();
  const row: WebhookEvent = {
    provider: 'icims',
    verified: false,
    status: 'received',
    attempts: 0,
    maxAttempts: 3,
    runAfter: now,
    ...data,
    id: randomUUID(),
    createdAt: now,
    updatedAt: now,
  };
  webhookEvents.set(row.id, row);
  return row;
}

export async function getWebhookEvent(id: string): Promise<WebhookEvent | null> {
  return webhookEvents.get(id) ?? null;
}

export async function listWebhookEvents(query: ListQuery = {}): Promise<Page<WebhookEvent>> {
  return listRows(webhookEvents, 'createdAt', query);
}

export async function updateWebhookEvent(id: string, patch: Partial<NewWebhookEvent>): Promise<WebhookEvent> {
  return updateRow('webhook_events', webhookEvents, id, patch);
}

export async function deleteWebhookEvent(id: string): Promise<boolean> {
  return webhookEvents.delete(id);
}

export async function createReconciliationJob(data: NewReconciliationJob): Promise<ReconciliationJob> {
  const now = new Date();
  const row: ReconciliationJob = {
    status: 'pending',
    attempts: 0,
    maxAttempts: 3,
    runAfter: now,
    ...data,
    id: randomUUID(),
    createdAt: now,
    updatedAt: now,
  };
  reconciliationJobs.set(row.id, row);
  return row;
}

export async function getReconciliationJob(id: string): Promise<ReconciliationJob | null> {
  return reconciliationJobs.get(id) ?? null;
}

export async function listReconciliationJobs(query: ListQuery = {}): Promise<Page<ReconciliationJob>> {
  return listRows(reconciliationJobs, 'createdAt', query);
}

export async function updateReconciliationJob(
  id: string,
  patch: Partial<NewReconciliationJob>,
): Promise<ReconciliationJob> {
  return updateRow('reconciliation_jobs', reconciliationJobs, id, patch);
}

export async function deleteReconciliationJob(id: string): Promise<boolean> {
  return reconciliationJobs.delete(id);
}

export async function getSchedulingRequestByTokenHash(tokenHash: string): Promise<SchedulingRequest | null> {
  for (const request of schedulingRequests.values()) {
    if (request.publicTokenHash === tokenHash) return request;
  }
  return null;
}

export async function receiveWebhookEvent(data: NewWebhookEvent): Promise<Received> {
  for (const event of webhookEvents.values()) {
    if (event.provider === (data.provider ?? 'icims') && event.eventId === data.eventId) {
      return { event, isNew: false };
    }
  }
  return { event: await createWebhookEvent(data), isNew: true };
}

// Queues

type Job = SyncJob | WebhookEvent | ReconciliationJob;

function isDue(job: Job, now: Date): boolean {
  return ['pending', 'received', 'processing'].includes(job.status) && job.runAfter <= now;
}

function claimRows<Row extends Job>(
  jobs: Map<string, Row>,
  { limit = 10, leaseS = 60 }: { limit?: number; leaseS?: number },
): Row[] {
  const now = new Date();
  const due = [...jobs.values()].filter((job) => isDue(job, now));
  due.sort((one, other) => +one.runAfter - +other.runAfter);
  const claimed: Row[] = [];
  for (const job of due) {
    if (job.attempts >= job.maxAttempts) {
      job.status = 'failed';
      job.lastError = job.lastError || 'attempts exhausted';
    } else if (claimed.length < limit) {
      job.status = 'processing';
      job.attempts += 1;
      job.runAfter = new Date(now.getTime() + leaseS * 1000);
      claimed.push(job);
    }
    job.updatedAt = now;
  }
  return claimed;
}

function claimedRow<Row extends Job>(table: string, jobs: Map<string, Row>, id: string, attempts: number): Row {
  const job = jobs.get(id);
  if (!job) throw missing(table);
  if (job.status !== 'processing' || job.attempts !== attempts) {
    throw Object.assign(new Error('stale claim'), { kind: 'conflict', constraint: 'stale_claim' });
  }
  return job;
}

function failRow<Row extends Job>(
  job: Row,
  waiting: Row['status'],
  { error, retryInS = 60 }: { error: string; retryInS?: number },
): Row {
  job.lastError = error;
  if (job.attempts >= job.maxAttempts) {
    job.status = 'failed';
  } else {
    job.status = waiting;
    job.runAfter = new Date(Date.now() + retryInS * 1000);
  }
  job.updatedAt = new Date();
  return job;
}

export async function claimSyncJobs(options: { limit?: number; leaseS?: number }): Promise<SyncJob[]> {
  return claimRows(syncJobs, options);
}

export async function completeSyncJob(id: string, attempts: number): Promise<SyncJob> {
  const job = claimedRow('sync_jobs', syncJobs, id, attempts);
  return updateRow('sync_jobs', syncJobs, job.id, { status: 'completed' });
}

export async function failSyncJob(
  id: string,
  attempts: number,
  failure: { error: string; retryInS?: number },
): Promise<SyncJob> {
  return failRow(claimedRow('sync_jobs', syncJobs, id, attempts), 'pending', failure);
}

export async function claimWebhookEvents(options: { limit?: number; leaseS?: number }): Promise<WebhookEvent[]> {
  return claimRows(webhookEvents, options);
}

export async function completeWebhookEvent(id: string, attempts: number): Promise<WebhookEvent> {
  const job = claimedRow('webhook_events', webhookEvents, id, attempts);
  return updateRow('webhook_events', webhookEvents, job.id, { status: 'processed', processedAt: new Date() });
}

export async function failWebhookEvent(
  id: string,
  attempts: number,
  failure: { error: string; retryInS?: number },
): Promise<WebhookEvent> {
  return failRow(claimedRow('webhook_events', webhookEvents, id, attempts), 'received', failure);
}

export async function claimReconciliationJobs(options: {
  limit?: number;
  leaseS?: number;
}): Promise<ReconciliationJob[]> {
  return claimRows(reconciliationJobs, options);
}

export async function completeReconciliationJob(id: string, attempts: number): Promise<ReconciliationJob> {
  const job = claimedRow('reconciliation_jobs', reconciliationJobs, id, attempts);
  return updateRow('reconciliation_jobs', reconciliationJobs, job.id, { status: 'completed' });
}

export async function failReconciliationJob(
  id: string,
  attempts: number,
  failure: { error: string; retryInS?: number },
): Promise<ReconciliationJob> {
  return failRow(claimedRow('reconciliation_jobs', reconciliationJobs, id, attempts), 'pending', failure);
}

// Flows

function refused(): Error {
  return Object.assign(new Error('request not bookable'), { kind: 'conflict', constraint: 'request_not_bookable' });
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
  const now = new Date();
  const maps = { schedulingRequests, bookings, syncJobs, webhookEvents, reconciliationJobs };
  const counts: OpsSummary['counts'] = {};
  for (const [name, statuses] of Object.entries(STATUSES)) {
    const rows: { status: string }[] = [...maps[name as keyof typeof maps].values()];
    counts[name] = Object.fromEntries(
      statuses.map((status) => [status, rows.filter((row) => row.status === status).length]),
    );
  }
  const due = (jobs: Map<string, Job>) =>
    [...jobs.values()].filter((job) => isDue(job, now) && job.attempts < job.maxAttempts).length;
  return {
    counts,
    needsAttention: [...schedulingRequests.values()].filter((request) => request.needsAttention).length,
    due: {
      syncJobs: due(syncJobs as Map<string, Job>),
      webhookEvents: due(webhookEvents as Map<string, Job>),
      reconciliationJobs: due(reconciliationJobs as Map<string, Job>),
    },
  };
}

/** For scripts that look at all rows, or put whole ones in. */
export const maps = { schedulingRequests, bookings, auditLogs, syncJobs, webhookEvents, reconciliationJobs };
