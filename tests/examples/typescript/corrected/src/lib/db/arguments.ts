/** The arguments of flows and queues, checked once for both adapters. */

import { BOOKINGS, WEBHOOK_EVENTS } from './entities';
import { invalidField } from './errors';
import type { Actor, ClaimOptions, Failure, Slot } from './types';
import { checkInteger, checkNew, checkText, checkTextOrNull, checkTime, type Values } from './values';

/** Rows per claim: the row cap of a hosted project, past which claimed rows would be lost on the way. */
const MAX_CLAIM = 1000;
const MAX_LEASE_S = 86_400;
const MAX_RETRY_S = 30 * 86_400;

/** The columns of a booking that only the flows set. */
const SET_BY_FLOWS = ['status', 'confirmedAt', 'cancelledAt', 'cancellationReason'];
const REQUIRED_BY_BOOK = ['scheduledStart', 'scheduledEnd', 'bookedBy'];
const DELIVERED = ['tenantId', 'provider', 'eventId', 'payloadHash', 'eventType', 'payload', 'signature', 'verified'];

/** Required columns that are absent become null, for the table to refuse in its own order. */
export function checkBook(data: object): Values & { requestId: string } {
  const values = checkNew(BOOKINGS, data);
  for (const name of SET_BY_FLOWS) {
    if (name in values) throw invalidField(name, 'is set by the flow');
  }
  const { requestId } = values;
  if (typeof requestId !== 'string') throw invalidField('requestId', 'is required');
  return { ...Object.fromEntries(REQUIRED_BY_BOOK.map((name) => [name, null])), ...values, requestId };
}

/** All columns of a delivery but an absent id: absent ones get their default, or null. */
export function checkDelivery(data: object): Values {
  const values = checkNew(WEBHOOK_EVENTS, data);
  for (const name of Object.keys(values)) {
    if (name !== 'id' && !DELIVERED.includes(name)) throw invalidField(name, 'is not part of a delivery');
  }
  const defaults = DELIVERED.map((name) => {
    const initial = WEBHOOK_EVENTS.byName.get(name)?.initial;
    return [name, initial?.kind === 'value' ? initial.value : null];
  });
  return { ...Object.fromEntries(defaults), ...values };
}

export function checkSlot({ scheduledStart, scheduledEnd }: Slot): Slot {
  return {
    scheduledStart: checkTime('scheduledStart', scheduledStart),
    scheduledEnd: checkTime('scheduledEnd', scheduledEnd),
  };
}

/** Which types of actors there are is the audit log's matter. */
export const checkActor = ({ type, id }: Actor) => ({
  actorType: checkTextOrNull('actorType', type),
  actorId: checkTextOrNull('actorId', id),
});

export function checkClaim({ limit = 10, leaseS = 60 }: ClaimOptions): Required<ClaimOptions> {
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_CLAIM) {
    throw invalidField('limit', `is not an integer from 1 to ${MAX_CLAIM}`);
  }
  if (typeof leaseS !== 'number' || !(leaseS > 0 && leaseS <= MAX_LEASE_S)) {
    throw invalidField('leaseS', `is not a number of seconds above 0, up to ${MAX_LEASE_S}`);
  }
  return { limit, leaseS };
}

export const checkAttempts = (attempts: number): number => checkInteger('attempts', attempts);

export function checkFailure({ error, retryInS = 60 }: Failure): Required<Failure> {
  checkText('error', error);
  if (typeof retryInS !== 'number' || !(retryInS >= 0 && retryInS <= MAX_RETRY_S)) {
    throw invalidField('retryInS', `is not a number of seconds from 0 to ${MAX_RETRY_S}`);
  }
  return { error, retryInS };
}
