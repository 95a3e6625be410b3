/** The six tables, each described once. Codec, constraints of memory, queries and mapping all derive from here. */

import type {
  AuditLog,
  Booking,
  ReconciliationJob,
  SchedulingRequest,
  SyncJob,
  WebhookEvent,
} from '../../types/scheduling';
import type { Database } from '../supabase/types';
import { entity, type Check, type Initial, type Snake } from './columns';

const ID: Initial = { kind: 'id' };
const NOW: Initial = { kind: 'now' };
const value = (value: unknown): Initial => ({ kind: 'value', value });

/** The longest text in an index: a B-tree refuses longer ones by how well they compress, that is, by luck. */
const INDEXED = { type: 'text', maxBytes: 1024 } as const;
const ENTITY_TYPE = { type: 'text', choices: ['scheduling_request', 'booking'] } as const;

const attemptsWithinBounds = (table: string): Check<{ attempts: number; maxAttempts: number }>[] => [
  { name: `${table}_attempts_bounds`, holds: ({ attempts, maxAttempts }) => attempts >= 0 && attempts <= maxAttempts },
  { name: `${table}_max_attempts_positive`, holds: ({ maxAttempts }) => maxAttempts > 0 },
];

export const SCHEDULING_REQUESTS = entity<SchedulingRequest>({
  table: 'scheduling_requests',
  created: 'createdAt',
  updated: 'updatedAt',
  columns: {
    id: { type: 'uuid', initial: ID },
    applicationId: { type: 'text', nullable: true },
    candidateName: { type: 'text' },
    candidateEmail: INDEXED,
    reqId: { type: 'text', nullable: true },
    reqTitle: { type: 'text' },
    interviewType: { type: 'text', choices: ['phone_screen', 'hm_screen', 'onsite', 'final'] },
    durationMinutes: { type: 'integer' },
    interviewerEmails: { type: 'texts' },
    organizerEmail: { type: 'text' },
    calendarProvider: { type: 'text', initial: value('microsoft_graph') },
    graphTenantId: { type: 'text', nullable: true },
    windowStart: { type: 'time' },
    windowEnd: { type: 'time' },
    candidateTimezone: { type: 'text' },
    publicToken: { type: 'text' },
    publicTokenHash: INDEXED,
    expiresAt: { type: 'time' },
    status: {
      type: 'text',
      choices: ['pending', 'booked', 'rescheduled', 'cancelled', 'expired'],
      initial: value('pending'),
    },
    needsAttention: { type: 'boolean', initial: value(false) },
    needsAttentionReason: { type: 'text', nullable: true },
    createdBy: { type: 'text', nullable: true },
    createdAt: { type: 'time', initial: NOW },
    updatedAt: { type: 'time', initial: NOW },
  },
  checks: [
    { name: 'scheduling_requests_duration_positive', holds: (row) => row.durationMinutes > 0 },
    { name: 'scheduling_requests_window_order', holds: (row) => row.windowEnd > row.windowStart },
  ],
  uniques: [{ name: 'scheduling_requests_public_token_hash_key', columns: ['publicTokenHash'] }],
});

export const BOOKINGS = entity<Booking>({
  table: 'bookings',
  created: 'bookedAt',
  updated: 'updatedAt',
  columns: {
    id: { type: 'uuid', initial: ID },
    requestId: { type: 'uuid', references: { table: 'scheduling_requests', onDelete: 'cascade' } },
    scheduledStart: { type: 'time' },
    scheduledEnd: { type: 'time' },
    calendarEventId: { type: 'text', nullable: true },
    calendarIcalUid: { type: 'text', nullable: true },
    conferenceJoinUrl: { type: 'text', nullable: true },
    icimsActivityId: { type: 'text', nullable: true },
    status: { type: 'text', choices: ['confirmed', 'rescheduled', 'cancelled'], initial: value('confirmed') },
    confirmedAt: { type: 'time', nullable: true },
    cancelledAt: { type: 'time', nullable: true },
    cancellationReason: { type: 'text', nullable: true },
    bookedBy: { type: 'text' },
    bookedAt: { type: 'time', initial: NOW },
    updatedAt: { type: 'time', initial: NOW },
  },
  checks: [{ name: 'bookings_slot_order', holds: (row) => row.scheduledEnd > row.scheduledStart }],
  uniques: [
    {
      name: 'bookings_one_active_per_request',
      columns: ['requestId'],
      where: (row) => row.status !== 'cancelled',
    },
  ],
});

export const AUDIT_LOGS = entity<AuditLog>({
  table: 'audit_logs',
  created: 'createdAt',
  updated: null,
  columns: {
    id: { type: 'uuid', initial: ID },
    requestId: {
      type: 'uuid',
      nullable: true,
      references: { table: 'scheduling_requests', onDelete: 'set null' },
    },
    bookingId: { type: 'uuid', nullable: true, references: { table: 'bookings', onDelete: 'set null' } },
    action: INDEXED,
    actorType: { type: 'text', choices: ['coordinator', 'candidate', 'system'] },
    actorId: { type: 'text', nullable: true },
    payload: { type: 'json', initial: value({}) },
    createdAt: { type: 'time', initial: NOW },
  },
  checks: [],
  uniques: [],
});

export const SYNC_JOBS = entity<SyncJob>({
  table: 'sync_jobs',
  created: 'createdAt',
  updated: 'updatedAt',
  columns: {
    id: { type: 'uuid', initial: ID },
    type: { type: 'text', choices: ['icims_note'] },
    entityId: INDEXED,
    entityType: ENTITY_TYPE,
    attempts: { type: 'integer', initial: value(0) },
    maxAttempts: { type: 'integer', initial: value(5) },
    status: {
      type: 'text',
      choices: ['pending', 'processing', 'completed', 'failed'],
      initial: value('pending'),
    },
    lastError: { type: 'text', nullable: true },
    payload: { type: 'json', initial: value({}) },
    runAfter: { type: 'time', initial: NOW },
    createdAt: { type: 'time', initial: NOW },
    updatedAt: { type: 'time', initial: NOW },
  },
  checks: attemptsWithinBounds('sync_jobs'),
  uniques: [],
  queue: {
    waiting: 'pending',
    done: 'completed',
    functions: { claim: 'claim_sync_jobs', complete: 'complete_sync_job', fail: 'fail_sync_job' },
  },
});

export const WEBHOOK_EVENTS = entity<WebhookEvent>({
  table: 'webhook_events',
  created: 'createdAt',
  updated: 'updatedAt',
  columns: {
    id: { type: 'uuid', initial: ID },
    tenantId: { type: 'text', nullable: true },
    provider: { ...INDEXED, initial: value('icims') },
    eventId: INDEXED,
    payloadHash: INDEXED,
    eventType: { type: 'text' },
    payload: { type: 'json' },
    signature: { type: 'text' },
    verified: { type: 'boolean', initial: value(false) },
    status: {
      type: 'text',
      choices: ['received', 'processing', 'processed', 'failed'],
      initial: value('received'),
    },
    attempts: { type: 'integer', initial: value(0) },
    maxAttempts: { type: 'integer', initial: value(3) },
    lastError: { type: 'text', nullable: true },
    runAfter: { type: 'time', initial: NOW },
    processedAt: { type: 'time', nullable: true },
    createdAt: { type: 'time', initial: NOW },
    updatedAt: { type: 'time', initial: NOW },
  },
  checks: attemptsWithinBounds('webhook_events'),
  uniques: [{ name: 'webhook_events_provider_event_id_key', columns: ['provider', 'eventId'] }],
  queue: {
    waiting: 'received',
    done: 'processed',
    doneAt: 'processedAt',
    functions: {
      claim: 'claim_webhook_events',
      complete: 'complete_webhook_event',
      fail: 'fail_webhook_event',
    },
  },
});

export const RECONCILIATION_JOBS = entity<ReconciliationJob>({
  table: 'reconciliation_jobs',
  created: 'createdAt',
  updated: 'updatedAt',
  columns: {
    id: { type: 'uuid', initial: ID },
    tenantId: { type: 'text', nullable: true },
    jobType: { type: 'text', choices: ['icims_note_missing', 'calendar_event_missing', 'state_mismatch'] },
    entityType: ENTITY_TYPE,
    entityId: INDEXED,
    status: {
      type: 'text',
      choices: ['pending', 'processing', 'completed', 'failed', 'requires_attention'],
      initial: value('pending'),
    },
    attempts: { type: 'integer', initial: value(0) },
    maxAttempts: { type: 'integer', initial: value(3) },
    lastError: { type: 'text', nullable: true },
    detectionReason: { type: 'text' },
    runAfter: { type: 'time', initial: NOW },
    createdAt: { type: 'time', initial: NOW },
    updatedAt: { type: 'time', initial: NOW },
  },
  checks: attemptsWithinBounds('reconciliation_jobs'),
  uniques: [],
  queue: {
    waiting: 'pending',
    done: 'completed',
    functions: {
      claim: 'claim_reconciliation_jobs',
      complete: 'complete_reconciliation_job',
      fail: 'fail_reconciliation_job',
    },
  },
});

/** Rows of the application and rows of the generated types have the same columns, or this does not compile. */
type Tables = Database['public']['Tables'];
type SameColumns<Row, Table extends keyof Tables> = [Snake<keyof Row & string>] extends [keyof Tables[Table]['Row']]
  ? [keyof Tables[Table]['Row']] extends [Snake<keyof Row & string>]
    ? true
    : false
  : false;
const compared: [
  SameColumns<SchedulingRequest, 'scheduling_requests'>,
  SameColumns<Booking, 'bookings'>,
  SameColumns<AuditLog, 'audit_logs'>,
  SameColumns<SyncJob, 'sync_jobs'>,
  SameColumns<WebhookEvent, 'webhook_events'>,
  SameColumns<ReconciliationJob, 'reconciliation_jobs'>,
] = [true, true, true, true, true, true];
void compared;
