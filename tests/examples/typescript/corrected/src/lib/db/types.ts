/** What the operations of both adapters take and return, besides rows. */

import type { ActorType, Booking, SchedulingRequest, SyncJob, WebhookEvent } from '../../types/scheduling';

export type Operator = 'eq' | 'in' | 'is_null' | 'lt' | 'lte' | 'gt' | 'gte';

/** One condition on one column: `['status', 'in', ['pending', 'booked']]`. A list joins its conditions by AND. */
export type Condition = readonly [field: string, operator: Operator, value: unknown];

/** A time column, or the id. Rows with equal times come by id, in the same direction. */
export type Order = readonly [field: string, direction: 'asc' | 'desc'];

export interface ListQuery {
  where?: readonly Condition[];
  /** By default in order of creation. At most one entry. */
  order?: readonly Order[];
  /** 100 by default. Any number works, above the server's row cap, too. */
  limit?: number;
  /** What `nextCursor` of the same list was. */
  cursor?: string | null;
}

export interface Page<Row> {
  rows: Row[];
  /** Null exactly when no row follows. */
  nextCursor: string | null;
}

export interface Actor {
  type: ActorType;
  id?: string | null;
}

export interface Slot {
  scheduledStart: Date;
  scheduledEnd: Date;
}

export interface ClaimOptions {
  limit?: number;
  leaseS?: number;
}

export interface Failure {
  error: string;
  retryInS?: number;
}

export interface Received {
  /** The stored event: the first delivery's, however often it is delivered. */
  event: WebhookEvent;
  /** True for at most one delivery of an event. */
  isNew: boolean;
}

export interface OpsSummary {
  counts: {
    schedulingRequests: Record<SchedulingRequest['status'], number>;
    bookings: Record<Booking['status'], number>;
    syncJobs: Record<SyncJob['status'], number>;
    webhookEvents: Record<WebhookEvent['status'], number>;
    reconciliationJobs: Record<string, number>;
  };
  needsAttention: number;
  /** Rows that a claim would return now. */
  due: { syncJobs: number; webhookEvents: number; reconciliationJobs: number };
}
