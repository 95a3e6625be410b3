import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { exportSnapshot } from '../../harness/adapters/bridge/kit/parity-bridge.mjs';
import { auditLogOf, bookingOf, id, paged, planned } from './modules/app.mjs';

let directory;
let path;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kit-'));
  path = join(directory, 'snapshot.json');
});
afterEach(() => rmSync(directory, { recursive: true }));

const read = () => JSON.parse(readFileSync(path, 'utf8'));
const range = (n) => Array.from({ length: n }, (_, index) => bookingOf(index + 1));

test("all rows of the plan's functions, each with every column", async () => {
  const written = await exportSnapshot(planned({ bookings: range(2) }), path);
  const { snapshot, writtenAt, mode, counts, counted, rows } = read();
  assert.deepEqual(
    [snapshot, mode, written],
    ['parity-snapshot/1', process.env.DB_MODE ?? null, { path, counts }],
  );
  assert.match(writtenAt, /^\d{4}-.*Z$/);
  assert.deepEqual(counts, {
    schedulingRequests: 0,
    bookings: 2,
    auditLogs: 0,
    syncJobs: 0,
    webhookEvents: 0,
    reconciliationJobs: 0,
  });
  assert.equal(counted.bookings, 'rows');
  assert.deepEqual(rows.bookings[0], {
    id: id(1),
    requestId: id(0),
    scheduledStart: '2026-01-01T00:00:00.001Z',
    scheduledEnd: '2026-01-01T00:00:00.002Z',
    calendarEventId: null,
    calendarIcalUid: null,
    conferenceJoinUrl: null,
    icimsActivityId: null,
    status: 'confirmed',
    confirmedAt: null,
    cancelledAt: null,
    cancellationReason: null,
    bookedBy: 'somebody 😀\u2028',
    bookedAt: '2026-01-01T00:00:00.001Z',
    updatedAt: '2026-01-01T00:00:00.001Z',
  });
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(directory), ['snapshot.json']);
});

test('lists are read to their last page', async () => {
  const { counts } = await exportSnapshot(paged(range(1203), 100), path);
  assert.equal(counts.bookings, 1203);
  assert.deepEqual(
    read().rows.bookings.map((row) => row.id),
    range(1203).map((row) => row.id),
  );
});

test('__export comes first', async () => {
  const db = { ...paged([], 1), __export: async (entity) => (entity === 'bookings' ? range(3) : []) };
  assert.equal((await exportSnapshot(db, path)).counts.bookings, 3);
});

test("the module's own count confirms the rows", async () => {
  const db = { ...planned({ bookings: range(3) }), countBookings: async ({ where }) => 3 + where.length };
  await exportSnapshot(db, path);
  assert.equal(read().counted.bookings, 'by the module');
});

test('a Date inside of JSON becomes text, and the header says where', async () => {
  await exportSnapshot(
    planned({ auditLogs: [auditLogOf(1, { at: new Date(0), deep: [new Date(1)] })] }),
    path,
  );
  const { datesInJson, rows } = read();
  assert.deepEqual(datesInJson, { 'auditLogs.payload': 2 });
  assert.deepEqual(rows.auditLogs[0].payload, {
    at: '1970-01-01T00:00:00.000Z',
    deep: ['1970-01-01T00:00:00.001Z'],
  });
});

test('an older snapshot is replaced as a whole', async () => {
  writeFileSync(path, 'older');
  await exportSnapshot(planned(), path);
  assert.equal(read().counts.bookings, 0);
});

const { getAllSyncJobs, ...blind } = planned();
const LOSSES = {
  'an entity that cannot be read': [blind, /syncJobs cannot be read\. Export .*getAllSyncJobs/],
  'a count that says more than was read': [
    { ...planned({ bookings: range(2) }), countBookings: () => 3 },
    /countBookings said 3 before and 3 after reading, and 2 rows/,
  ],
  'rows that come while it reads': [
    (() => {
      let n = 1;
      return { ...planned({ bookings: range(2) }), countBookings: () => (n += 1) };
    })(),
    /said 2 before and 3 after/,
  ],
  'a row without a required column': [
    planned({ bookings: [{ ...bookingOf(1), bookedBy: undefined }] }),
    /bookings\[0\] has no bookedBy/,
  ],
  'a required column that is null': [
    planned({ bookings: [{ ...bookingOf(1), requestId: null }] }),
    /requestId is null, which the table never holds/,
  ],
  'a column that no table has': [
    planned({ bookings: [{ ...bookingOf(1), mood: 'good' }] }),
    /"mood", which is no column of bookings/,
  ],
  'an Invalid Date': [
    planned({ bookings: [{ ...bookingOf(1), updatedAt: new Date(NaN) }] }),
    /\[0\]\.updatedAt is an Invalid Date/,
  ],
  'NaN inside of JSON': [planned({ auditLogs: [auditLogOf(1, { n: NaN })] }), /payload\.n is NaN/],
  'an id that comes twice': [
    planned({ bookings: [bookingOf(1), bookingOf(1)] }),
    /the id of row 1 comes twice/,
  ],
  'a Map in place of rows': [
    { ...planned(), getAllBookings: () => new Map() },
    /is a Map, where an array of rows/,
  ],
  'a cursor that goes round': [
    { ...planned(), listBookings: async () => ({ rows: [], nextCursor: 'again' }) },
    /the same cursor twice/,
  ],
  'a read that fails': [
    {
      ...planned(),
      getAllBookings: () => {
        throw new Error('no connection');
      },
    },
    /no connection/,
  ],
};

for (const [what, [db, sentence]] of Object.entries(LOSSES)) {
  test(`${what} is an error, and there is no file`, async () => {
    await assert.rejects(exportSnapshot(db, path), sentence);
    assert.deepEqual(readdirSync(directory), []);
  });
}

test('a file that cannot be written leaves nothing behind', async () => {
  await assert.rejects(exportSnapshot(planned(), join(directory, 'nowhere', 'x.json')), /ENOENT/);
  assert.deepEqual(readdirSync(directory), []);
});

test('a place that is taken by a directory leaves nothing behind', async () => {
  mkdirSync(path);
  await assert.rejects(exportSnapshot(planned(), path), /EISDIR|ENOTEMPTY|EEXIST/);
  assert.deepEqual(readdirSync(directory), ['snapshot.json']);
});
