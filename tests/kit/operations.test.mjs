import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixture, withKit } from './client.mjs';

/** The protocol's operations, written down once more. */
const OPERATIONS = [
  'createSchedulingRequest getSchedulingRequest listSchedulingRequests countSchedulingRequests',
  'updateSchedulingRequest deleteSchedulingRequest getSchedulingRequestByTokenHash',
  'createBooking getBooking listBookings countBookings updateBooking deleteBooking',
  'createAuditLog getAuditLog listAuditLogs countAuditLogs',
  'createSyncJob getSyncJob listSyncJobs countSyncJobs updateSyncJob deleteSyncJob',
  'claimSyncJobs completeSyncJob failSyncJob',
  'createWebhookEvent getWebhookEvent listWebhookEvents countWebhookEvents updateWebhookEvent deleteWebhookEvent',
  'claimWebhookEvents completeWebhookEvent failWebhookEvent receiveWebhookEvent',
  'createReconciliationJob getReconciliationJob listReconciliationJobs countReconciliationJobs',
  'updateReconciliationJob deleteReconciliationJob',
  'claimReconciliationJobs completeReconciliationJob failReconciliationJob',
  'bookSchedulingRequest rescheduleBooking cancelBooking getOpsSummary __export __import __reset',
].flatMap((line) => line.split(' '));

test('a module that has every name offers exactly the operations of the protocol', async () => {
  await withKit(fixture('everything.mjs'), { mode: 'memory' }, async (kit) => {
    assert.deepEqual(kit.hello.operations.toSorted(), OPERATIONS.toSorted());
    for (const name of ['updateAuditLog', 'deleteAuditLog', 'claimBookings', 'listAuditLog', 'helper']) {
      assert.match((await kit.error(name)).message, /is no operation/);
    }
  });
});

test('reads that fail on the way are safe to repeat, writes are not', async () => {
  const isRead = (name) => /^(get|list|count|__export)/.test(name);
  await withKit(fixture('everything.mjs'), { mode: 'memory' }, async (kit) => {
    for (const name of OPERATIONS) {
      const { kind } = await kit.error(name, 'bookings');
      assert.equal(kind, isRead(name) ? 'unavailable' : 'outcome_unknown', name);
    }
  });
});
