import { randomUUID } from 'node:crypto';
import type { NewBooking, NewSchedulingRequest, NewSyncJob, NewWebhookEvent } from '../src/types/scheduling';

export function aRequest(overrides: Partial<NewSchedulingRequest> = {}): NewSchedulingRequest {
  const token = randomUUID();
  return {
    candidateName: 'Ada Lovelace',
    candidateEmail: 'ada@example.org',
    reqTitle: 'Analyst',
    interviewType: 'phone_screen',
    durationMinutes: 45,
    interviewerEmails: ['charles@example.org'],
    organizerEmail: 'mary@example.org',
    windowStart: new Date('2030-01-15T12:00:00Z'),
    windowEnd: new Date('2030-01-22T12:00:00Z'),
    candidateTimezone: 'Europe/London',
    publicToken: token,
    publicTokenHash: `sha256:${token}`,
    expiresAt: new Date('2099-12-31T00:00:00Z'),
    ...overrides,
  };
}

export function aBooking(requestId: string, overrides: Partial<NewBooking> = {}): NewBooking {
  return {
    requestId,
    scheduledStart: new Date('2030-01-15T12:00:00Z'),
    scheduledEnd: new Date('2030-01-15T12:30:00Z'),
    bookedBy: 'ada@example.org',
    ...overrides,
  };
}

export function anEvent(overrides: Partial<NewWebhookEvent> = {}): NewWebhookEvent {
  return {
    eventId: `evt-${randomUUID()}`,
    payloadHash: 'sha256:5feceb66',
    eventType: 'candidate.updated',
    payload: { candidate: 17 },
    signature: 'v1=c0ffee',
    ...overrides,
  };
}

export function aJob(overrides: Partial<NewSyncJob> = {}): NewSyncJob {
  return { type: 'icims_note', entityId: randomUUID(), entityType: 'booking', ...overrides };
}
