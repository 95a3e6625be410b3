/**
 * The scheduler's database on Supabase.
 *
 * Nothing spans two requests: what belongs together (a flow, a claim, a delivery) is one SQL function, which PostgREST
 * runs in a transaction of its own.
 */

import { randomUUID } from 'node:crypto';
import type {
  AuditLog,
  Booking,
  NewAuditLog,
  NewBooking,
  NewReconciliationJob,
  NewSchedulingRequest,
  NewSyncJob,
  NewWebhookEvent,
  Patch,
  ReconciliationJob,
  SchedulingRequest,
  SyncJob,
  WebhookEvent,
} from '../../types/scheduling';
import { supabase } from '../supabase/client';
import { camelKeys, isWire, toRow, toRows, toWire } from '../supabase/rows';
import { checkActor, checkAttempts, checkBook, checkClaim, checkDelivery, checkFailure, checkSlot } from './arguments';
import type { Entity, FunctionName } from './columns';
import { AUDIT_LOGS, BOOKINGS, RECONCILIATION_JOBS, SCHEDULING_REQUESTS, SYNC_JOBS, WEBHOOK_EVENTS } from './entities';
import { notFound, unexpected } from './errors';
import { checkQuery, makeCursor } from './queries';
import { count, positionOf, select } from './supabase-selection';
import type { Actor, ClaimOptions, Failure, ListQuery, OpsSummary, Page, Received, Slot } from './types';
import { checkNew, checkPatch, checkTextOrNull, parseId, type Values } from './values';

/** What every table offers. */
function history<Row, New extends object>(entity: Entity<Row>) {
  const first = async (field: string, value: unknown): Promise<Row | null> => {
    const [wire] = await select(checkQuery(entity, { where: [[field, 'eq', value]] }), 1);
    return wire === undefined ? null : toRow(entity, wire);
  };

  return {
    first,
    async create(data: New): Promise<Row> {
      // The id is chosen here: who lost the answer may repeat the call, and no second row comes of it.
      const values = { id: randomUUID(), ...checkNew(entity, data) };
      const { data: rows } = await supabase.from(entity.table).insert(toWire(values)).select().throwOnError();
      return onlyRow(entity, rows);
    },
    async get(id: string): Promise<Row | null> {
      return first('id', id);
    },
    async list(request: ListQuery = {}): Promise<Page<Row>> {
      const query = checkQuery(entity, request);
      if (query.limit === 0) return { rows: [], nextCursor: null };
      const found = await select(query, query.limit + 1);
      const wires = found.slice(0, query.limit);
      const last = wires.at(-1);
      const isLast = found.length <= query.limit || last === undefined;
      return {
        rows: wires.map((wire) => toRow(entity, wire)),
        nextCursor: isLast ? null : makeCursor(query, positionOf(query, last)),
      };
    },
    async count(request: Pick<ListQuery, 'where'> = {}): Promise<number> {
      return count(checkQuery(entity, request));
    },
  };
}

/** What a table offers whose rows change. A change that met no row is never taken for done. */
function repository<Row, New extends object>(entity: Entity<Row>) {
  return {
    ...history<Row, New>(entity),
    async update(id: string, patch: Patch<Row>): Promise<Row> {
      const changes = toWire(checkPatch(entity, patch));
      const key = existing(entity, id);
      const { data } = await supabase.from(entity.table).update(changes).eq('id', key).select().throwOnError();
      if (Array.isArray(data) && data.length === 0) throw notFound(entity.table);
      return onlyRow(entity, data);
    },
    async delete(id: string): Promise<boolean> {
      const key = parseId(id);
      if (key === null) return false;
      const { data } = await supabase.from(entity.table).delete().eq('id', key).select().throwOnError();
      return toRows(entity, data).length > 0;
    },
  };
}

/** A table whose rows are also work. */
function queue<Row, New extends object>(entity: Entity<Row>) {
  const { queue } = entity;
  if (queue === undefined) throw new TypeError(`${entity.table} is no queue`);
  const { functions } = queue;
  return {
    ...repository<Row, New>(entity),
    async claim(options: ClaimOptions = {}): Promise<Row[]> {
      return toRows(entity, await call(functions.claim, checkClaim(options)));
    },
    async complete(id: string, attempts: number): Promise<Row> {
      checkAttempts(attempts);
      return toRow(entity, await call(functions.complete, { id: existing(entity, id), attempts }));
    },
    async fail(id: string, attempts: number, failure: Failure): Promise<Row> {
      const report = { attempts: checkAttempts(attempts), ...checkFailure(failure) };
      return toRow(entity, await call(functions.fail, { id: existing(entity, id), ...report }));
    },
  };
}

function onlyRow<Row>(entity: Entity<Row>, answer: unknown): Row {
  const [row, ...more] = toRows(entity, answer);
  if (row === undefined || more.length > 0) throw unexpected(`${entity.table}: the answer is not one row`);
  return row;
}

/** The id of a row to change. What is no id belongs to no row. */
function existing<Row>(entity: Entity<Row>, id: string): string {
  const key = parseId(id);
  if (key === null) throw notFound(entity.table);
  return key;
}

/** Call an SQL function, whose arguments are called `p_…`. */
async function call(name: FunctionName, values: object): Promise<unknown> {
  const { data } = await supabase.rpc(name, toWire(values as Values, 'p_')).throwOnError();
  return data;
}

const schedulingRequests = repository<SchedulingRequest, NewSchedulingRequest>(SCHEDULING_REQUESTS);
const bookings = repository<Booking, NewBooking>(BOOKINGS);
const auditLogs = history<AuditLog, NewAuditLog>(AUDIT_LOGS);
const syncJobs = queue<SyncJob, NewSyncJob>(SYNC_JOBS);
const webhookEvents = queue<WebhookEvent, NewWebhookEvent>(WEBHOOK_EVENTS);
const reconciliationJobs = queue<ReconciliationJob, NewReconciliationJob>(RECONCILIATION_JOBS);

export const createSchedulingRequest = schedulingRequests.create;
export const getSchedulingRequest = schedulingRequests.get;
export const listSchedulingRequests = schedulingRequests.list;
export const countSchedulingRequests = schedulingRequests.count;
export const updateSchedulingRequest = schedulingRequests.update;
export const deleteSchedulingRequest = schedulingRequests.delete;

export const createBooking = bookings.create;
export const getBooking = bookings.get;
export const listBookings = bookings.list;
export const countBookings = bookings.count;
export const updateBooking = bookings.update;
export const deleteBooking = bookings.delete;

export const createAuditLog = auditLogs.create;
export const getAuditLog = auditLogs.get;
export const listAuditLogs = auditLogs.list;
export const countAuditLogs = auditLogs.count;

export const createSyncJob = syncJobs.create;
export const getSyncJob = syncJobs.get;
export const listSyncJobs = syncJobs.list;
export const countSyncJobs = syncJobs.count;
export const updateSyncJob = syncJobs.update;
export const deleteSyncJob = syncJobs.delete;
export const claimSyncJobs = syncJobs.claim;
export const completeSyncJob = syncJobs.complete;
export const failSyncJob = syncJobs.fail;

export const createWebhookEvent = webhookEvents.create;
export const getWebhookEvent = webhookEvents.get;
export const listWebhookEvents = webhookEvents.list;
export const countWebhookEvents = webhookEvents.count;
export const updateWebhookEvent = webhookEvents.update;
export const deleteWebhookEvent = webhookEvents.delete;
export const claimWebhookEvents = webhookEvents.claim;
export const completeWebhookEvent = webhookEvents.complete;
export const failWebhookEvent = webhookEvents.fail;

export const createReconciliationJob = reconciliationJobs.create;
export const getReconciliationJob = reconciliationJobs.get;
export const listReconciliationJobs = reconciliationJobs.list;
export const countReconciliationJobs = reconciliationJobs.count;
export const updateReconciliationJob = reconciliationJobs.update;
export const deleteReconciliationJob = reconciliationJobs.delete;
export const claimReconciliationJobs = reconciliationJobs.claim;
export const completeReconciliationJob = reconciliationJobs.complete;
export const failReconciliationJob = reconciliationJobs.fail;

export async function getSchedulingRequestByTokenHash(tokenHash: string): Promise<SchedulingRequest | null> {
  return schedulingRequests.first('publicTokenHash', tokenHash);
}

/** Store a delivery unless its (provider, eventId) is stored already; a stored event is never changed. */
export async function receiveWebhookEvent(data: NewWebhookEvent): Promise<Received> {
  const answer = await call('receive_webhook_event', { id: randomUUID(), ...checkDelivery(data) });
  const received: unknown = Array.isArray(answer) ? answer[0] : null;
  if (!isWire(received) || typeof received.is_new !== 'boolean') {
    throw unexpected('receive_webhook_event did not return one event');
  }
  return { event: toRow(WEBHOOK_EVENTS, received.event), isNew: received.is_new };
}

/** A pending request whose link has not expired gets its booking. */
export async function bookSchedulingRequest(data: NewBooking, actor: Actor): Promise<Booking> {
  return toRow(BOOKINGS, await call('book', { id: randomUUID(), ...checkBook(data), ...checkActor(actor) }));
}

/** An active booking moves to another slot; the row and its id stay. */
export async function rescheduleBooking(bookingId: string, slot: Slot, actor: Actor): Promise<Booking> {
  const values = { ...checkSlot(slot), ...checkActor(actor) };
  return toRow(BOOKINGS, await call('reschedule', { bookingId: existing(BOOKINGS, bookingId), ...values }));
}

/** An active booking and its request end. */
export async function cancelBooking(
  bookingId: string,
  { reason }: { reason?: string | null },
  actor: Actor,
): Promise<Booking> {
  const values = { reason: checkTextOrNull('reason', reason), ...checkActor(actor) };
  return toRow(BOOKINGS, await call('cancel', { bookingId: existing(BOOKINGS, bookingId), ...values }));
}

export async function getOpsSummary(): Promise<OpsSummary> {
  const { data } = await supabase.rpc('ops_summary', {}, { get: true }).retry(false).throwOnError();
  if (!isWire(data) || !isWire(data.counts) || !isWire(data.due) || typeof data.needs_attention !== 'number') {
    throw unexpected('ops_summary did not return the numbers');
  }
  return {
    counts: camelKeys(data.counts) as OpsSummary['counts'],
    needsAttention: data.needs_attention,
    due: camelKeys(data.due) as OpsSummary['due'],
  };
}
