import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixture, withKit } from './client.mjs';

const AT = '2026-03-01T10:00:00.123+01:00';
const DATE = '2026-03-01T09:00:00.123Z';

const GIVEN = {
  'times of a new row': [
    'createBooking',
    [{ scheduledStart: AT, confirmedAt: null, bookedBy: AT }],
    `[ { scheduledStart: ${DATE}, confirmedAt: null, bookedBy: '${AT}' } ]`,
  ],
  'times of a patch': ['updateBooking', ['id', { confirmedAt: AT }], `[ 'id', { confirmedAt: ${DATE} } ]`],
  'JSON is left alone': [
    'createAuditLog',
    [{ payload: { createdAt: AT }, createdAt: AT }],
    `[ { payload: { createdAt: '${AT}' }, createdAt: ${DATE} } ]`,
  ],
  'times of conditions': [
    'listBookings',
    [
      {
        where: [
          ['bookedAt', 'gt', AT],
          ['bookedAt', 'in', [AT, 'x']],
          ['status', 'eq', AT],
          ['confirmedAt', 'is_null', true],
        ],
        limit: 1,
      },
    ],
    `[ { where: [ [ 'bookedAt', 'gt', ${DATE} ], [ 'bookedAt', 'in', [ ${DATE}, 'x' ] ], [ 'status', 'eq', '${AT}' ], [ 'confirmedAt', 'is_null', true ] ], limit: 1 } ]`,
  ],
  'times of conditions that count': [
    'countBookings',
    [{ where: [['bookedAt', 'eq', AT]] }],
    `[ { where: [ [ 'bookedAt', 'eq', ${DATE} ] ] } ]`,
  ],
  'times of a flow': [
    'rescheduleBooking',
    ['id', { scheduledStart: AT, scheduledEnd: null }, { type: 'system', id: null }],
    `[ 'id', { scheduledStart: ${DATE}, scheduledEnd: null }, { type: 'system', id: null } ]`,
  ],
  'times of a booked slot': [
    'bookSchedulingRequest',
    [{ scheduledStart: AT }, { type: 'system', id: AT }],
    `[ { scheduledStart: ${DATE} }, { type: 'system', id: '${AT}' } ]`,
  ],
  'times of imported rows': [
    '__import',
    ['bookings', [{ bookedAt: AT }]],
    `[ 'bookings', [ { bookedAt: ${DATE} } ] ]`,
  ],
  'an entity that does not exist': [
    '__import',
    ['moods', [{ bookedAt: AT }]],
    `[ 'moods', [ { bookedAt: '${AT}' } ] ]`,
  ],
  'microseconds, as far as a Date keeps them': [
    'updateBooking',
    ['id', { bookedAt: '2026-03-01T10:00:00.123999Z' }],
    "[ 'id', { bookedAt: 2026-03-01T10:00:00.123Z } ]",
  ],
  'a leap day': [
    'updateBooking',
    ['id', { bookedAt: '2024-02-29T00:00:00Z' }],
    "[ 'id', { bookedAt: 2024-02-29T00:00:00.000Z } ]",
  ],
  'the year 1': [
    'updateBooking',
    ['id', { bookedAt: '0001-01-01T00:00:00Z' }],
    "[ 'id', { bookedAt: 0001-01-01T00:00:00.000Z } ]",
  ],
  'no columns': ['claimSyncJobs', [{ limit: 1, leaseS: 0.5 }], '[ { limit: 1, leaseS: 0.5 } ]'],
  'no object': ['createBooking', ['x'], "[ 'x' ]"],
  'no conditions': ['listBookings', [{ where: 'x' }], "[ { where: 'x' } ]"],
  'no argument': ['createBooking', [], '[]'],
};
const NO_TIMES = [
  'now',
  '',
  '2026-03-01',
  '2026-03-01T10:00:00',
  '2026-03-01 10:00:00Z',
  '2026-02-30T10:00:00Z',
  '2025-02-29T00:00:00Z',
  '2026-13-01T00:00:00Z',
  '2026-01-01T24:00:00Z',
  '2026-01-01T10:60:00Z',
  '2026-01-01T10:00:60Z',
  '0000-01-01T00:00:00Z',
  '10000-01-01T00:00:00Z',
  '2026-01-01T10:00:00.1234567Z',
  '2026-01-01T10:00:00+24:00',
  'infinity',
  '01/02/2026',
];

test('times become Dates, and nothing else does', async () => {
  await withKit(fixture('inspect.mjs'), { mode: 'supabase' }, async (kit) => {
    for (const [what, [operation, args, shown]] of Object.entries(GIVEN)) {
      assert.equal((await kit.error(operation, ...args)).constraint, shown, what);
    }
  });
});

test('what is no time is left for the module to refuse', async () => {
  await withKit(fixture('inspect.mjs'), { mode: 'supabase' }, async (kit) => {
    for (const text of NO_TIMES) {
      assert.equal(
        (await kit.error('updateBooking', 'id', { bookedAt: text })).constraint,
        `[ 'id', { bookedAt: '${text}' } ]`,
      );
    }
    assert.equal(
      (await kit.error('updateBooking', 'id', { bookedAt: 5 })).constraint,
      "[ 'id', { bookedAt: 5 } ]",
    );
  });
});

test('a module whose times are text gets and gives text', async () => {
  await withKit(fixture('inspect-iso.mjs'), { mode: 'supabase' }, async (kit) => {
    assert.equal(kit.hello.name, 'texts');
    assert.deepEqual(kit.hello.capabilities, { time: 'us', numbers: 'double' });
    assert.equal(
      (await kit.error('updateBooking', 'id', { bookedAt: AT })).constraint,
      `[ 'id', { bookedAt: '${AT}' } ]`,
    );
    const { message } = await kit.error('getBooking', '2026-03-01T10:00:00.123456+00:00');
    assert.match(message, /updatedAt is a Date, but the module says that its times are text/);
  });
});
