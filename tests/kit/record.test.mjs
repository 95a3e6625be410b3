import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { record, recordingOf } from '../../harness/adapters/bridge/kit/parity-bridge.mjs';
import { Client, KIT, MODES, fixture, run } from './client.mjs';
import { bookingOf, id, paged, planned, synchronous } from './modules/app.mjs';

let directory;
let file;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kit-'));
  file = join(directory, 'calls.jsonl');
});
afterEach(() => rmSync(directory, { recursive: true }));

const lines = () =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

test('calls are recorded in wire form, with the arguments as they were', () => {
  const real = synchronous();
  const db = record(real, { file, name: 'shop', rows: false });
  const created = db.createBooking({
    bookedBy: 'ann',
    scheduledStart: new Date(0),
    confirmedAt: undefined,
    cancelledAt: null,
  });
  assert.equal(created, real.getBooking(created.id));
  assert.equal(db.getBooking(id(99)), null);
  assert.throws(() => db.deleteBooking(id(99)), { message: 'no such booking' });
  assert.deepEqual([db.helper(), db.setting], ['not recorded', 7]);
  recordingOf(db).end();
  const [head, first, second, third, last, ...rest] = lines();
  assert.deepEqual(
    [head.recording, head.name, head.mode, head.rows, head.rowsMissing],
    ['parity-recording/1', 'shop', process.env.DB_MODE ?? null, null, 'not asked for'],
  );
  assert.match(head.startedAt, /Z$/);
  assert.deepEqual(head.capabilities, { time: 'ms', numbers: 'double' });
  assert.deepEqual(Object.keys(first), ['n', 'op', 'args', 'startedNs', 'endedNs', 'result']);
  assert.deepEqual(
    [first.n, first.op, first.args],
    [
      1,
      'createBooking',
      [{ bookedBy: 'ann', scheduledStart: '1970-01-01T00:00:00.000Z', cancelledAt: null }],
    ],
  );
  assert.deepEqual(
    [first.result.bookedBy, first.result.scheduledStart, first.result.conferenceJoinUrl],
    ['ann', '1970-01-01T00:00:00.000Z', null],
  );
  assert.ok(first.startedNs >= 0 && first.endedNs >= first.startedNs && second.startedNs >= first.endedNs);
  assert.deepEqual([second.op, second.args, second.result], ['getBooking', [id(99)], null]);
  assert.deepEqual(
    [third.op, third.error],
    ['deleteBooking', { kind: 'not_found', table: 'bookings', message: 'no such booking' }],
  );
  assert.deepEqual([last, rest], [{ end: { calls: 3, running: 0, complete: true } }, []]);
  assert.equal(statSync(file).mode & 0o777, 0o600);
});

test('what a promise brings is recorded when it comes', async () => {
  let release;
  const gate = new Promise((resolve) => {
    release = resolve;
  });
  const db = record(
    {
      getBooking: async (key) => {
        if (key === 'slow') await gate;
        return null;
      },
      deleteBooking: async () => {
        throw new Error('x');
      },
    },
    { file, rows: false },
  );
  const slow = db.getBooking('slow');
  await db.getBooking('fast');
  await assert.rejects(db.deleteBooking('x'), { message: 'x' });
  release();
  await slow;
  recordingOf(db).end();
  assert.deepEqual(
    lines()
      .slice(1, -1)
      .map(({ n, op }) => [n, op]),
    [
      [2, 'getBooking'],
      [3, 'deleteBooking'],
      [1, 'getBooking'],
    ],
  );
});

test('methods of an instance keep their this, and what is no operation works as before', async () => {
  class Store {
    #rows = new Map();

    async getBooking(key) {
      return this.#rows.get(key);
    }

    size() {
      return this.#rows.size;
    }
  }
  const db = record(new Store(), { file, rows: false });
  assert.equal(await db.getBooking('x'), undefined);
  assert.equal(db.size(), 0);
});

test('a module namespace and a frozen object can be recorded', async () => {
  const namespace = record(await import('./modules/own-reset.mjs'), { file, rows: false });
  assert.equal(namespace.getOpsSummary().calls, 1);
  const frozen = record(Object.freeze({ getBooking: () => null }), { file: `${file}.2`, rows: false });
  assert.equal(frozen.getBooking('x'), null);
});

test('rows that are there at the start stand in the first line', async () => {
  const now = record({ ...planned({ bookings: [bookingOf(1)] }), getAllAuditLogs: () => [] }, { file });
  await recordingOf(now).ready;
  assert.equal(lines()[0].rows.bookings[0].id, id(1));
  const later = record(paged([bookingOf(1), bookingOf(2)], 1), { file: `${file}.2` });
  await recordingOf(later).ready;
  assert.equal(JSON.parse(readFileSync(`${file}.2`, 'utf8')).rows.bookings.length, 2);
});

test('a call that comes while the rows are read makes them uncertain', async () => {
  const db = record({ ...paged([bookingOf(1)], 1), getBooking: async () => null }, { file });
  await db.getBooking(id(1));
  await recordingOf(db).ready;
  recordingOf(db).end();
  assert.deepEqual(
    [lines()[0].rows, lines()[0].rowsMissing, lines().length],
    [null, 'a call came while the rows were read', 3],
  );
});

test('a result that cannot be sent is recorded as the bridge would answer it', () => {
  const db = record({ getOpsSummary: () => ({ n: NaN }) }, { file, rows: false });
  assert.ok(Number.isNaN(db.getOpsSummary().n));
  recordingOf(db).end();
  assert.match(lines()[1].error.message, /the result\.n is NaN/);
  assert.equal(lines()[2].end.complete, true);
});

/** Run code in a process of its own, where `record`, `file` and `db` are there. */
async function elsewhere(code, { limit = '{}' } = {}) {
  const text = `import { record, recordingOf } from ${JSON.stringify(KIT)}; import { synchronous } from ${JSON.stringify(fixture('app.mjs'))};
    const file = ${JSON.stringify(file)}; const db = record(synchronous(), { file, rows: false, ...${limit} }); ${code}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', text], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const [status, signal] = await once(child, 'close');
  return { status, signal, stdout, stderr };
}

test('the end of the process ends the recording', async () => {
  const { status, stderr } = await elsewhere("db.getBooking('x'); process.exit(3);");
  assert.deepEqual([status, stderr], [3, '']);
  assert.deepEqual(lines().at(-1), { end: { calls: 1, running: 0, complete: true } });
});

test('a process that is killed loses nothing that had ended', async () => {
  const { signal } = await elsewhere(
    "db.getBooking('x'); try { db.deleteBooking('x') } catch { process.kill(process.pid, 'SIGKILL') } await new Promise(() => {});",
  );
  assert.equal(signal, 'SIGKILL');
  assert.deepEqual(
    lines()
      .slice(1)
      .map(({ op }) => op),
    ['getBooking', 'deleteBooking'],
  );
});

const FAILURES = {
  'the limit of size': [
    { code: "for (let n = 0; n < 9; n += 1) db.getBooking('x'.repeat(200));", limit: '{ maxBytes: 1000 }' },
    /calls\.jsonl is incomplete: Error: it has reached its limit of size/,
  ],
  'an argument that has no wire form': [
    { code: "db.createBooking({ bookedBy: 10n }); db.getBooking('x');" },
    /argument 1 of createBooking\.bookedBy is a BigInt/,
  ],
  'an Invalid Date among the arguments': [
    { code: 'db.createBooking({ bookedAt: new Date(NaN) });' },
    /bookedAt is an Invalid Date/,
  ],
};

for (const [what, [how, warning]] of Object.entries(FAILURES)) {
  test(`${what} ends the recording with one warning, and the app goes on`, async () => {
    const { status, stdout, stderr } = await elsewhere(`${how.code} console.log('the app is well');`, how);
    assert.deepEqual([status, stdout], [0, 'the app is well\n']);
    assert.match(stderr, warning);
    assert.equal(stderr.trim().split('\n').length, 1);
    assert.deepEqual([lines().at(-1).end.complete, typeof lines().at(-1).end.reason], [false, 'string']);
  });
}

test('a file that is there already is left alone, and the app goes on', async () => {
  writeFileSync(file, 'precious');
  const { status, stdout, stderr } = await elsewhere("db.getBooking('x'); console.log('the app is well');");
  assert.deepEqual([status, stdout, readFileSync(file, 'utf8')], [0, 'the app is well\n', 'precious']);
  assert.match(stderr, /exists already, and a recording is never overwritten/);
});

for (const mode of MODES) {
  test(`--record writes down what comes through the bridge, ${mode}`, async () => {
    const kit = await Client.started(fixture('store.mjs'), {
      mode,
      args: ['--record', file, '--name', 'bridged'],
    });
    const booking = await kit.result('createBooking', { scheduledStart: '2026-03-01T12:00:00.123456+02:00' });
    if (mode === 'memory') await kit.result('__reset');
    await kit.error('getSyncJob', 'x');
    kit.write('nonsense\n');
    await kit.line();
    assert.equal((await kit.end()).status, 0);
    const [head, first, ...rest] = lines();
    assert.deepEqual(
      [head.recording, head.name, head.mode, head.rows],
      ['parity-recording/1', 'bridged', mode, null],
    );
    assert.match(head.rowsMissing, /schedulingRequests cannot be read/);
    assert.deepEqual(
      [first.n, first.args, first.result],
      [1, [{ scheduledStart: '2026-03-01T12:00:00.123456+02:00' }], booking],
    );
    const ops = mode === 'memory' ? ['__reset', 'getSyncJob'] : ['getSyncJob'];
    assert.deepEqual(
      rest.slice(0, -1).map(({ op }) => op),
      ops,
    );
    assert.deepEqual(rest.at(-1), { end: { calls: 1 + ops.length, running: 0, complete: true } });
  });
}

test('--record keeps the rows at the start', async () => {
  assert.equal((await run(fixture('exporting.mjs'), { args: ['--record', file] })).status, 0);
  assert.deepEqual(
    lines()[0].rows.bookings.map((row) => [row.id, row.bookedAt]),
    [[id(1), '2026-01-01T00:00:00.001Z']],
  );
});

test('--record never overwrites', async () => {
  writeFileSync(file, 'precious');
  const { status, stderr, lines: printed } = await run(fixture('store.mjs'), { args: ['--record', file] });
  assert.deepEqual([status, printed, readFileSync(file, 'utf8')], [2, [], 'precious']);
  assert.match(stderr, /exists already/);
});
