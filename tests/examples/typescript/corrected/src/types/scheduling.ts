/** What the scheduler stores: six entities, as the application sees them. */

/** A JSON value that is not null itself: `null` at the top would be SQL NULL. */
export type Json = string | number | boolean | (Json | null)[] | { [key: string]: Json | null };

export type ActorType = 'coordinator' | 'candidate' | 'system';
export type EntityType = 'scheduling_request' | 'booking';

export interface SchedulingRequest {
  id: string;
  applicationId: string | null;
  candidateName: string;
  candidateEmail: string;
  reqId: string | null;
  reqTitle: string;
  interviewType: 'phone_screen' | 'hm_screen' | 'onsite' | 'final';
  durationMinutes: number;
  interviewerEmails: string[];
  organizerEmail: string;
  calendarProvider: string;
  graphTenantId: string | null;
  windowStart: Date;
  windowEnd: Date;
  candidateTimezone: string;
  publicToken: string;
  publicTokenHash: string;
  expiresAt: Date;
  status: 'pending' | 'booked' | 'rescheduled' | 'cancelled' | 'expired';
  needsAttention: boolean;
  needsAttentionReason: string | null;
  createdBy: string | null;
  createdAt: Date;
  updatedAt: Date;
}

export interface Booking {
  id: string;
  requestId: string;
  scheduledStart: Date;
  scheduledEnd: Date;
  calendarEventId: string | null;
  calendarIcalUid: string | null;
  conferenceJoinUrl: string | null;
  icimsActivityId: string | null;
  status: 'confirmed' | 'rescheduled' | 'cancelled';
  confirmedAt: Date | null;
  cancelledAt: Date | null;
  cancellationReason: string | null;
  bookedBy: string;
  bookedAt: Date;
  updatedAt: Date;
}

/** One entry of the history: appended, never changed. */
export interface AuditLog {
  id: string;
  requestId: string | null;
  bookingId: string | null;
  action: string;
  actorType: ActorType;
  actorId: string | null;
  payload: Json;
  createdAt: Date;
}

/** Work that is owed to iCIMS. While it is processed, `runAfter` is the end of the lease. */
export interface SyncJob {
  id: string;
  type: 'icims_note';
  entityId: string;
  entityType: EntityType;
  attempts: number;
  maxAttempts: number;
  status: 'pending' | 'processing' | 'completed' | 'failed';
  lastError: string | null;
  payload: Json;
  runAfter: Date;
  createdAt: Date;
  updatedAt: Date;
}

export interface WebhookEvent {
  id: string;
  tenantId: string | null;
  provider: string;
  eventId: string;
  payloadHash: string;
  eventType: string;
  payload: Json;
  signature: string;
  verified: boolean;
  status: 'received' | 'processing' | 'processed' | 'failed';
  attempts: number;
  maxAttempts: number;
  lastError: string | null;
  runAfter: Date;
  processedAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

export interface ReconciliationJob {
  id: string;
  tenantId: string | null;
  jobType: 'icims_note_missing' | 'calendar_event_missing' | 'state_mismatch';
  entityType: EntityType;
  entityId: string;
  status: 'pending' | 'processing' | 'completed' | 'failed' | 'requires_attention';
  attempts: number;
  maxAttempts: number;
  lastError: string | null;
  detectionReason: string;
  runAfter: Date;
  createdAt: Date;
  updatedAt: Date;
}

type NullableKeys<Row> = { [K in keyof Row]-?: null extends Row[K] ? K : never }[keyof Row];

/** A row to create: what may be NULL or has a default may be left out, and times that the store assigns must be. */
type NewRow<Row extends { id: string }, Defaulted extends keyof Row> = Omit<
  Row,
  'id' | 'createdAt' | 'bookedAt' | 'updatedAt' | Defaulted | NullableKeys<Row>
> & { [K in 'id' | Defaulted | NullableKeys<Row>]?: Row[K] | undefined };

export type NewSchedulingRequest = NewRow<SchedulingRequest, 'calendarProvider' | 'status' | 'needsAttention'>;
export type NewBooking = NewRow<Booking, 'status'>;
export type NewAuditLog = NewRow<AuditLog, 'payload'>;
export type NewSyncJob = NewRow<SyncJob, 'attempts' | 'maxAttempts' | 'status' | 'payload' | 'runAfter'>;
export type NewWebhookEvent = NewRow<
  WebhookEvent,
  'provider' | 'verified' | 'status' | 'attempts' | 'maxAttempts' | 'runAfter'
>;
export type NewReconciliationJob = NewRow<ReconciliationJob, 'status' | 'attempts' | 'maxAttempts' | 'runAfter'>;

/** Changes to a row: what is named changes, null clears, what is absent (or undefined) stays. */
export type Patch<Row> = {
  [K in Exclude<keyof Row, 'id' | 'createdAt' | 'bookedAt' | 'updatedAt'>]?: Row[K] | undefined;
};
