import type { ActorType, WebhookEvent } from '../../types/scheduling';

export type Operator = 'eq' | 'in' | 'is_null' | 'lt' | 'lte' | 'gt' | 'gte';
export type Condition = [field: string, operator: Operator, value: any];
export type Order = [field: string, direction: 'asc' | 'desc'];

export interface ListQuery {
  where?: Condition[];
  order?: Order[];
  limit?: number;
  cursor?: string | null;
}

export interface Page<Row> {
  rows: Row[];
  nextCursor: string | null;
}

export interface Actor {
  type: ActorType;
  id?: string | null;
}

export interface Received {
  event: WebhookEvent;
  isNew: boolean;
}

export interface OpsSummary {
  counts: Record<string, Record<string, number>>;
  needsAttention: number;
  due: Record<string, number>;
}

/** The states of the rows with a status, for the operations page. */
export const STATUSES = {
  schedulingRequests: ['pending', 'booked', 'rescheduled', 'cancelled', 'expired'],
  bookings: ['confirmed', 'rescheduled', 'cancelled'],
  syncJobs: ['pending', 'processing', 'completed', 'failed'],
  webhookEvents: ['received', 'processing', 'processed', 'failed'],
  reconciliationJobs: ['pending', 'processing', 'completed', 'failed', 'requires_attention'],
} as const;

/** The position after a row: its sort value and its id. */
export function encodeCursor(value: unknown, id: string): string {
  return Buffer.from(JSON.stringify([value, id])).toString('base64url');
}

export function decodeCursor(cursor: string): [value: string, id: string] {
  return JSON.parse(Buffer.from(cursor, 'base64url').toString());
}
