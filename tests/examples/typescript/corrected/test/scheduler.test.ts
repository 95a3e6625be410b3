import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import * as db from '../src/lib/db';
import { StoreError, type ErrorSubject } from '../src/lib/db/errors';
import type { ListQuery } from '../src/lib/db/types';
import { aBooking, aJob, aRequest, anEvent } from './builders';

/** Callers decide by the kind and the subject of an error, so tests look at nothing else. */
const refusal = (kind: string, subject: ErrorSubject) => (error: unknown) => {
  assert.ok(error instanceof StoreError);
  const { table, constraint, field } = error;
  assert.deepEqual(
    { kind: error.kind, table, constraint, field },
    {
      kind,
      table: undefined,
      constraint: undefined,
      field: undefined,
      ...subject,
    },
  );
  return true;
};

const coordinator = { type: 'coordinator', id: 'coordinator-7' } as const;

describe('scheduling requests', () => {
  it('creates and retrieves a scheduling request', async () => {
    const request = await db.createSchedulingRequest(aRequest());
    assert.deepEqual(await db.getSchedulingRequest(request.id), request);
    assert.equal(request.status, 'pending');
    assert.ok(request.createdAt instanceof Date);
  });

  it('finds a request by the hash of its token', async () => {
    const request = await db.createSchedulingRequest(aRequest());
    const found = await db.getSchedulingRequestByTokenHash(request.publicTokenHash);
    assert.equal(found?.id, request.id);
    assert.equal(await db.getSchedulingRequestByTokenHash('sha256:unknown'), null);
  });

  it('updates what the patch names', async () => {
    const request = await db.createSchedulingRequest(aRequest());
    const updated = await db.updateSchedulingRequest(request.id, { candidateName: 'Grace Hopper' });
    assert.equal(updated.candidateName, 'Grace Hopper');
    assert.equal(updated.candidateEmail, 'ada@example.org');
  });

  it('deletes a request', async () => {
    const request = await db.createSchedulingRequest(aRequest());
    assert.equal(await db.deleteSchedulingRequest(request.id), true);
    assert.equal(await db.getSchedulingRequest(request.id), null);
  });

  it('lists requests page by page', async () => {
    const candidateEmail = `${randomUUID()}@example.org`;
    for (const day of [3, 1, 2]) {
      await db.createSchedulingRequest(aRequest({ candidateEmail, expiresAt: new Date(`2099-01-0${day}T00:00:00Z`) }));
    }
    const query: ListQuery = {
      where: [['candidateEmail', 'eq', candidateEmail]],
      order: [['expiresAt', 'asc']],
      limit: 2,
    };
    const first = await db.listSchedulingRequests(query);
    const second = await db.listSchedulingRequests({ ...query, cursor: first.nextCursor });
    const days = [...first.rows, ...second.rows].map(({ expiresAt }) => expiresAt.getUTCDate());
    assert.deepEqual(days, [1, 2, 3]);
  });
});

describe('flows', () => {
  it('books, reschedules and cancels', async () => {
    const request = await db.createSchedulingRequest(aRequest());
    const booking = await db.bookSchedulingRequest(aBooking(request.id), coordinator);
    assert.equal(booking.status, 'confirmed');
    assert.equal((await db.getSchedulingRequest(request.id))?.status, 'booked');

    const slot = { scheduledStart: new Date('2030-01-16T12:00:00Z'), scheduledEnd: new Date('2030-01-16T12:30:00Z') };
    const moved = await db.rescheduleBooking(booking.id, slot, coordinator);
    assert.deepEqual(moved.scheduledStart, slot.scheduledStart);

    const cancelled = await db.cancelBooking(booking.id, { reason: 'ill' }, coordinator);
    assert.equal(cancelled.cancellationReason, 'ill');
    assert.equal((await db.getSchedulingRequest(request.id))?.status, 'cancelled');

    const history = await db.listAuditLogs({ where: [['bookingId', 'eq', booking.id]] });
    assert.deepEqual(history.rows.map(({ action }) => action).sort(), ['booked', 'cancelled', 'rescheduled']);
  });

  it('refuses to book a request twice', async () => {
    const request = await db.createSchedulingRequest(aRequest());
    await db.bookSchedulingRequest(aBooking(request.id), coordinator);
    await assert.rejects(
      db.bookSchedulingRequest(aBooking(request.id), coordinator),
      refusal('conflict', { constraint: 'request_not_bookable' }),
    );
  });
});

describe('webhooks and queues', () => {
  it('stores a delivery once', async () => {
    const delivery = anEvent();
    const first = await db.receiveWebhookEvent(delivery);
    const second = await db.receiveWebhookEvent(delivery);
    assert.deepEqual([first.isNew, second.isNew], [true, false]);
    assert.equal(second.event.id, first.event.id);
  });

  it('claims and completes a job', async () => {
    const job = await db.createSyncJob(aJob({ runAfter: new Date('2020-01-15T12:00:00Z') }));
    const claimed = await db.claimSyncJobs({ limit: 1000, leaseS: 60 });
    const mine = claimed.find(({ id }) => id === job.id);
    assert.equal(mine?.attempts, 1);
    assert.equal((await db.completeSyncJob(job.id, 1)).status, 'completed');
  });

  it('counts for the operations page', async () => {
    await db.createSchedulingRequest(aRequest({ needsAttention: true }));
    const { counts, needsAttention } = await db.getOpsSummary();
    assert.ok(needsAttention >= 1);
    assert.ok(counts.schedulingRequests.pending >= 1);
  });
});

describe('edges', () => {
  const nobody = '00000000-0000-4000-8000-000000000000';

  it('never takes a change that met no row for done', async () => {
    for (const id of [nobody, 'no-uuid']) {
      await assert.rejects(db.updateBooking(id, { bookedBy: 'x' }), refusal('not_found', { table: 'bookings' }));
      assert.equal(await db.deleteBooking(id), false);
      assert.equal(await db.getBooking(id), null);
    }
  });

  it('clears with null and leaves alone what is absent', async () => {
    const request = await db.createSchedulingRequest(aRequest({ createdBy: 'mary', needsAttentionReason: 'late' }));
    const updated = await db.updateSchedulingRequest(request.id, {
      createdBy: null,
      needsAttentionReason: undefined,
      reqId: 'r1',
    });
    assert.deepEqual([updated.createdBy, updated.needsAttentionReason, updated.reqId], [null, 'late', 'r1']);
  });

  it('keeps an empty time empty', async () => {
    const event = await db.createWebhookEvent(anEvent());
    assert.equal(event.processedAt, null);
  });

  it('shares no object with its callers', async () => {
    const payload = { tags: ['a'] };
    const job = await db.createSyncJob(aJob({ payload }));
    payload.tags.push('b');
    (job.payload as typeof payload).tags.push('c');
    assert.deepEqual((await db.getSyncJob(job.id))?.payload, { tags: ['a'] });
  });

  it('stores one row for a create that is repeated with its id', async () => {
    const id = randomUUID();
    await db.createAuditLog({ id, action: 'viewed', actorType: 'system' });
    await assert.rejects(
      db.createAuditLog({ id, action: 'viewed', actorType: 'system' }),
      refusal('conflict', { constraint: 'audit_logs_pkey' }),
    );
  });

  it('refuses a key with another payload', async () => {
    const delivery = anEvent();
    await db.receiveWebhookEvent(delivery);
    await assert.rejects(
      db.receiveWebhookEvent({ ...delivery, payloadHash: 'sha256:other' }),
      refusal('conflict', { constraint: 'webhook_events_provider_event_id_key' }),
    );
  });

  it('refuses text that Postgres cannot store, in filters, too', async () => {
    const refused = refusal('invalid_value', { field: 'candidateName' });
    await assert.rejects(db.createSchedulingRequest(aRequest({ candidateName: 'Ada\0' })), refused);
    await assert.rejects(db.listSchedulingRequests({ where: [['candidateName', 'eq', '\ud800']] }), refused);
  });

  it('finds a row by a time that was read from it', async () => {
    const { id, createdAt } = await db.createSchedulingRequest(aRequest());
    const found = await db.listSchedulingRequests({
      where: [
        ['id', 'eq', id],
        ['createdAt', 'eq', createdAt],
      ],
    });
    assert.equal(found.rows.length, 1);
  });
});
