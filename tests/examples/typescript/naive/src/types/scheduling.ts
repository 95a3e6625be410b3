export type Json = string | number | boolean | (Json | null)[] | { [key: string]: Json | null };

export type ActorType = 'coordinator' | 'candidate' | 'system';
export type EntityType = 'scheduling_request' | 'booking';

export interface SchedulingRequest {
  id: string;
  applicationId?: string | null;
  candidateName: string;
  candidateEmail: string;
  reqId?: string | null;
  reqTitle: string;
  interviewType: 'phone_screen' | 'hm_screen' | 'onsite' | 'final';
  durationMinutes: number;
  interviewerEmails: string[];
  organizerEmail: string;
  calendarProvider: string;
  graphTenantId?: string | null;
  windowStart: Date;
  windowEnd: Date;
  candidateTimezone: string;
  publicToken: string;
  publicTokenHash: string;
  expiresAt: Date;
  status: 'pending' | 'booked' | 'rescheduled' | 'cancelled' | 'expired';
  needsAttention: boolean;
  needsAttentionReason?: string | null;
  createdBy?: string | null;
  createdAt: Date;
  updatedAt: Date;
}

export interface Booking {
  id: string;
  requestId: string;
  scheduledStart: Date;
  scheduledEnd: Date;
  calendarEventId?: string | null;
  calendarIcalUid?: string | null;
  conferenceJoinUrl?: string | null;
  icimsActivityId?: string | null;
  status: 'confirmed' | 'rescheduled' | 'cancelled';
  confirmedAt?: Date | null;
  cancelledAt?: Date | null;
  cancellationReason?: string | null;
  bookedBy: string;
  bookedAt: Date;
  updatedAt: Date;
}

export interface AuditLog {
  id: string;
  requestId?: string | null;
  bookingId?: string | null;
  action: string;
  actorType: ActorType;
  actorId?: string | null;
  payload: Json;
  createdAt: Date;
}

export interface SyncJob {
  id: string;
  type: 'icims_note';
  entityId: string;
  entityType: EntityType;
  attempts: number;
  maxAttempts: number;
  status: 'pending' | 'processing' | 'completed' | 'failed';
  lastError?: string | null;
  payload: Json;
  runAfter: Date;
  createdAt: Date;
  updatedAt: Date;
}

export interface WebhookEvent {
  id: string;
  tenantId?: string | null;
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
  lastError?: string | null;
  runAfter: Date;
  processedAt?: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

export interface ReconciliationJob {
  id: string;
  tenantId?: string | null;
  jobType: 'icims_note_missing' | 'calendar_event_missing' | 'state_mismatch';
  entityType: EntityType;
  entityId: string;
  status: 'pending' | 'processing' | 'completed' | 'failed' | 'requires_attention';
  attempts: number;
  maxAttempts: number;
  lastError?: string | null;
  detectionReason: string;
  runAfter: Date;
  createdAt: Date;
  updatedAt: Date;
}

/** What callers may leave out when they create a row: columns with a default. */
export type New<Row, Defaulted extends keyof Row = never> = Omit<
  Row,
  'id' | 'createdAt' | 'bookedAt' | 'updatedAt' | Defaulted
> &
  Partial<Pick<Row, Defaulted>>;

export type NewSchedulingRequest = New<SchedulingRequest, 'calendarProvider' | 'status' | 'needsAttention'>;
export type NewBooking = New<Booking, 'status'>;
export type NewAuditLog = New<AuditLog, 'payload'>;
export type NewSyncJob = New<SyncJob, 'attempts' | 'maxAttempts' | 'status' | 'payload' | 'runAfter'>;
export type NewWebhookEvent = New<
  WebhookEvent,
  'provider' | 'verified' | 'status' | 'attempts' | 'maxAttempts' | 'runAfter'
>;
export type NewReconciliationJob = New<ReconciliationJob, 'status' | 'attempts' | 'maxAttempts' | 'runAfter'>;
