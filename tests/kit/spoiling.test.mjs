import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MODES, fixture, withKit } from './client.mjs';

const AT = '2026-03-01T10:00:00.000Z';

async function spoiled(kit, op, ...args) {
  kit.write(`${JSON.stringify({ id: 'spoiled', op, args, spoil: true })}\n`);
  return JSON.parse(await kit.line());
}

for (const mode of MODES) {
  test(`nested JSON that a store shares is seen to change, ${mode}`, async () => {
    await withKit(fixture('sharing.mjs'), { mode }, async (kit) => {
      const { result } = await spoiled(kit, 'createAuditLog', {
        id: 'a',
        payload: { list: [1], text: 'mine' },
      });
      assert.deepEqual([result.action, result.payload], ['x', { list: [1], text: 'mine' }]);
      const { action, payload } = await kit.result('getAuditLog', 'a');
      assert.equal(action, 'x');
      assert.deepEqual(payload, {
        list: [-1, 'changed by the caller'],
        text: 'changed by the caller',
        'changed by the caller': 'changed by the caller',
      });
    });
  });

  test(`an argument that a store keeps is seen to change, Dates included, ${mode}`, async () => {
    await withKit(fixture('sharing.mjs'), { mode }, async (kit) => {
      await kit.result('createBooking', { id: 'b', bookedBy: 'me', scheduledStart: AT });
      assert.equal((await kit.result('getBooking', 'b')).scheduledStart, AT);
      await spoiled(kit, 'createBooking', { id: 'c', bookedBy: 'me', scheduledStart: AT, confirmedAt: null });
      const kept = await kit.result('getBooking', 'c');
      assert.deepEqual(
        [kept.bookedBy, kept.scheduledStart, kept.confirmedAt],
        ['changed by the caller', '1970-01-01T00:00:00.000Z', null],
      );
      await spoiled(kit, 'updateBooking', 'c', { bookedBy: 'you' });
      assert.equal((await kit.result('getBooking', 'c')).bookedBy, 'changed by the caller');
    });
  });

  test(`a store that copies shows nothing, ${mode}`, async () => {
    await withKit(fixture('store.mjs'), { mode }, async (kit) => {
      const { result } = await spoiled(kit, 'createBooking', { bookedBy: 'me', scheduledStart: AT });
      assert.deepEqual((await spoiled(kit, 'getBooking', result.id)).result, result);
      assert.deepEqual(await kit.result('getBooking', result.id), result);
    });
  });
}
