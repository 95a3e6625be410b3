/** The scheduler's database in memory: the same answers as Postgres, as long as the process lives. */

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
import { checkActor, checkAttempts, checkBook, checkClaim, checkDelivery, checkFailure, checkSlot } from './arguments';
import { conflict, notFound } from './errors';
import { count, positionOf, select } from './memory-selection';
import { tables, Transaction, type Identified, type Table, type TableName } from './memory-tables';
import { checkQuery, exactTime, makeCursor } from './queries';
import type { Actor, ClaimOptions, Failure, ListQuery, OpsSummary, Page, Received, Slot } from './types';
import { checkNew, checkPatch, checkText, checkTextOrNull, parseId, withId, type Values } from './values';

/** What every table offers. */
function history<Row extends Identified, New extends object>(table: Table<Row>) {
  const { entity } = table;
  return {
    async create(data: New): Promise<Row> {
      const values = checkNew(entity, data);
      return structuredClone(Transaction.run((transaction) => transaction.insert(table, values)));
    },
    async get(id: string): Promise<Row | null> {
      return structuredClone(table.rows.get(parseId(id) ?? '') ?? null);
    },
    async list(request: ListQuery = {}): Promise<Page<Row>> {
      const query = checkQuery(entity, request);
      if (query.limit === 0) return { rows: [], nextCursor: null };
      const found = select(query, table.rows.values(), query.limit + 1);
      const rows = found.slice(0, query.limit);
      const last = rows.at(-1);
      const isLast = found.length <= query.limit || last === undefined;
      return { rows: structuredClone(rows), nextCursor: isLast ? null : makeCursor(query, positionOf(query, last)) };
    },
    async count(request: Pick<ListQuery, 'where'> = {}): Promise<number> {
      return count(checkQuery(entity, request), table.rows.values());
    },
  };
}

/** What a table offers whose rows change. */
function repository<Row extends Identified, New extends object>(table: Table<Row>) {
  return {
    ...history<Row, New>(table),
    async update(id: string, patch: Patch<Row>): Promise<Row> {
      const changes = checkPatch(table.entity, patch);
      return structuredClone(Transaction.run((transaction) => transaction.update(table, table.existing(id), changes)));
    },
    async delete(id: string): Promise<boolean> {
      const row = table.rows.get(parseId(id) ?? '');
      if (row === undefined) return false;
      Transaction.run((transaction) => transaction.remove(table, row));
      return true;
    },
  };
}

type Job = SyncJob | WebhookEvent | ReconciliationJob;

/** A table whose rows are also work. */
function queue<Row extends Job, New extends object>(table: Table<Row>) {
  const states = table.entity.queue;
  if (states === undefined) throw new TypeError(`${table.entity.table} is no queue`);

  const due = (now: Date) =>
    [...table.rows.values()].filter(
      ({ status, runAfter }) => (status === states.waiting || status === 'processing') && runAfter <= now,
    );
  const exhausted = ({ attempts, maxAttempts }: Row) => attempts >= maxAttempts;

  /** The row, if this claim still owns it. */
  const claimed = (id: string, attempts: number): Row => {
    const row = table.existing(id);
    if (row.status !== 'processing' || row.attempts !== attempts) throw conflict('stale_claim');
    return row;
  };

  return {
    ...repository<Row, New>(table),
    due: (now: Date): number => due(now).filter((row) => !exhausted(row)).length,

    async claim(options: ClaimOptions = {}): Promise<Row[]> {
      const { limit, leaseS } = checkClaim(options);
      return Transaction.run((transaction) => {
        const rows = due(transaction.now);
        for (const row of rows.filter(exhausted)) {
          transaction.update(table, row, { status: 'failed', lastError: row.lastError ?? 'attempts exhausted' });
        }
        const left = rows.filter((row) => !exhausted(row));
        left.sort((one, other) => +one.runAfter - +other.runAfter || (one.id < other.id ? -1 : 1));
        return left.slice(0, limit).map((row) => {
          const lease = { attempts: row.attempts + 1, runAfter: later(transaction.now, leaseS) };
          return structuredClone(transaction.update(table, row, { status: 'processing', ...lease }));
        });
      });
    },
    async complete(id: string, attempts: number): Promise<Row> {
      checkAttempts(attempts);
      return Transaction.run((transaction) => {
        const changes: Values = { status: states.done };
        if (states.doneAt !== undefined) changes[states.doneAt] = transaction.now;
        return structuredClone(transaction.update(table, claimed(id, attempts), changes));
      });
    },
    async fail(id: string, attempts: number, failure: Failure): Promise<Row> {
      checkAttempts(attempts);
      const { error, retryInS } = checkFailure(failure);
      return Transaction.run((transaction) => {
        const row = claimed(id, attempts);
        const next = exhausted(row)
          ? { status: 'failed' }
          : { status: states.waiting, runAfter: later(transaction.now, retryInS) };
        return structuredClone(transaction.update(table, row, { lastError: error, ...next }));
      });
    },
  };
}

const later = (now: Date, seconds: number): Date => new Date(now.getTime() + seconds * 1000);

const schedulingRequests = repository<SchedulingRequest, NewSchedulingRequest>(tables.schedulingRequests);
const bookings = repository<Booking, NewBooking>(tables.bookings);
const auditLogs = history<AuditLog, NewAuditLog>(tables.auditLogs);
const syncJobs = queue<SyncJob, NewSyncJob>(tables.syncJobs);
const webhookEvents = queue<WebhookEvent, NewWebhookEvent>(tables.webhookEvents);
const reconciliationJobs = queue<ReconciliationJob, NewReconciliationJob>(tables.reconciliationJobs);

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
  checkText('publicTokenHash', tokenHash);
  for (const row of tables.schedulingRequests.rows.values()) {
    if (row.publicTokenHash === tokenHash) return structuredClone(row);
  }
  return null;
}

/** Store a delivery unless its (provider, eventId) is stored already; a stored event is never changed. */
export async function receiveWebhookEvent(data: NewWebhookEvent): Promise<Received> {
  const values = checkDelivery(data);
  return Transaction.run((transaction) => {
    const [event, isNew] = transaction.insertOnce(tables.webhookEvents, values, (row) => [row.provider, row.eventId]);
    if (!isNew && (event.payloadHash !== values.payloadHash || event.tenantId !== values.tenantId)) {
      throw conflict('webhook_events_provider_event_id_key');
    }
    return { event: structuredClone(event), isNew };
  });
}

/** A pending request whose link has not expired gets its booking. */
export async function bookSchedulingRequest(data: NewBooking, actor: Actor): Promise<Booking> {
  const values = withId(checkBook(data));
  const by = checkActor(actor);
  return Transaction.run((transaction) => {
    const request = tables.schedulingRequests.rows.get(values.requestId as string);
    if (request === undefined) throw notFound('scheduling_requests');
    if (tables.bookings.rows.has(values.id)) throw conflict('bookings_pkey');
    if (request.status !== 'pending' || request.expiresAt <= transaction.now) throw conflict('request_not_bookable');
    const booking = transaction.insert(tables.bookings, {
      ...values,
      status: 'confirmed',
      confirmedAt: transaction.now,
    });
    transaction.update(tables.schedulingRequests, request, { status: 'booked' });
    record(transaction, booking, 'booked', slotOf(booking), by);
    return structuredClone(booking);
  });
}

/** An active booking moves to another slot; the row and its id stay. */
export async function rescheduleBooking(bookingId: string, slot: Slot, actor: Actor): Promise<Booking> {
  const changes = checkSlot(slot);
  const by = checkActor(actor);
  return Transaction.run((transaction) => {
    const [before, request] = activeBooking(bookingId);
    const after = transaction.update(tables.bookings, before, { status: 'rescheduled', ...changes });
    transaction.update(tables.schedulingRequests, request, { status: 'rescheduled' });
    record(transaction, after, 'rescheduled', { from: slotOf(before), to: slotOf(after) }, by);
    return structuredClone(after);
  });
}

/** An active booking and its request end. */
export async function cancelBooking(
  bookingId: string,
  { reason }: { reason?: string | null },
  actor: Actor,
): Promise<Booking> {
  const cancellationReason = checkTextOrNull('reason', reason);
  const by = checkActor(actor);
  return Transaction.run((transaction) => {
    const [before, request] = activeBooking(bookingId);
    const changes = { status: 'cancelled', cancelledAt: transaction.now, cancellationReason };
    const after = transaction.update(tables.bookings, before, changes);
    transaction.update(tables.schedulingRequests, request, { status: 'cancelled' });
    record(transaction, after, 'cancelled', { reason: cancellationReason }, by);
    return structuredClone(after);
  });
}

function activeBooking(id: string): [Booking, SchedulingRequest] {
  const booking = tables.bookings.existing(id);
  const request = tables.schedulingRequests.existing(booking.requestId);
  const active =
    (booking.status === 'confirmed' || booking.status === 'rescheduled') &&
    (request.status === 'booked' || request.status === 'rescheduled');
  if (!active) throw conflict('request_not_bookable');
  return [booking, request];
}

/** What each flow leaves behind: the audit entry, then the note that is owed to iCIMS. */
function record(
  transaction: Transaction,
  booking: Booking,
  action: string,
  payload: Values,
  by: { actorType: string | null; actorId: string | null },
): void {
  const { id: bookingId, requestId } = booking;
  transaction.insert(tables.auditLogs, { requestId, bookingId, action, payload, ...by });
  transaction.insert(tables.syncJobs, {
    type: 'icims_note',
    entityType: 'booking',
    entityId: bookingId,
    payload: { action, request_id: requestId },
  });
}

/** Times inside a payload are texts of one form, so that equal times are equal texts. */
const slotOf = ({ scheduledStart, scheduledEnd }: Booking): Values => ({
  scheduled_start: exactTime(scheduledStart).replace('Z', '+00:00'),
  scheduled_end: exactTime(scheduledEnd).replace('Z', '+00:00'),
});

export async function getOpsSummary(): Promise<OpsSummary> {
  const now = new Date();
  const counts = <Row extends Identified & { status: string }>({ entity, rows }: Table<Row>) => {
    const statuses = entity.byName.get('status')?.choices ?? [];
    const found = [...rows.values()];
    return Object.fromEntries(
      statuses.map((status) => [status, found.filter((row) => row.status === status).length]),
    ) as Record<Row['status'], number>;
  };
  return {
    counts: {
      schedulingRequests: counts(tables.schedulingRequests),
      bookings: counts(tables.bookings),
      syncJobs: counts(tables.syncJobs),
      webhookEvents: counts(tables.webhookEvents),
      reconciliationJobs: counts(tables.reconciliationJobs),
    },
    needsAttention: [...tables.schedulingRequests.rows.values()].filter((row) => row.needsAttention).length,
    due: {
      syncJobs: syncJobs.due(now),
      webhookEvents: webhookEvents.due(now),
      reconciliationJobs: reconciliationJobs.due(now),
    },
  };
}

/** All rows of a table as they are stored: for `harness migrate`, and for looking past the adapter in the contract. */
export async function __export(name: TableName): Promise<Identified[]> {
  return structuredClone([...tables[name].rows.values()]);
}

/** Put whole rows in, the times included that only the store assigns. */
export async function __import(name: TableName, rows: Values[]): Promise<null> {
  const table = tables[name] as unknown as Table<Identified>;
  Transaction.run((transaction) => rows.forEach((row) => transaction.insert(table, structuredClone(row))));
  return null;
}

/** Forget all rows. */
export async function __reset(): Promise<null> {
  for (const { rows } of Object.values(tables)) rows.clear();
  return null;
}
