import assert from 'node:assert/strict';
import http from 'node:http';
import net from 'node:net';
import { once } from 'node:events';
import { test } from 'node:test';
import { fixture, withKit } from './client.mjs';

/** What postgrest-js 2.109 makes of a failed fetch. */
const fetchFailed = (cause, message = 'TypeError: fetch failed') => ({
  as: 'object',
  message,
  details: `${message}\n\nCaused by: ${cause}\nat x`,
  hint: '',
  code: '',
});
const SECRET = 'eyJhbGciOi.eyJyb2xlIjoic2VydmljZSJ9.c2lnbmF0dXJl';

/** Thrown → what a read answers, what a write answers. */
const TRANSLATED = {
  'an error with a kind': [
    { kind: 'conflict', constraint: 'stale_claim', message: 'too late' },
    { kind: 'conflict', constraint: 'stale_claim', message: 'too late' },
  ],
  'a kind without a message': [
    { as: 'object', kind: 'not_found', table: 'bookings' },
    { kind: 'not_found', table: 'bookings', message: 'not_found' },
  ],
  'a kind of somebody else': [
    { kind: 'ObjectKind', message: 'x' },
    { kind: 'unexpected', message: 'threw Error: x' },
  ],
  'no row for single()': [
    {
      code: 'PGRST116',
      message: 'JSON object requested, multiple (or no) rows returned',
      details: 'The result contains 0 rows',
      hint: null,
    },
    { kind: 'not_found', table: 'bookings', message: 'bookings: no row with this id' },
  ],
  'several rows for single()': [
    {
      code: 'PGRST116',
      message: 'JSON object requested, multiple (or no) rows returned',
      details: 'The result contains 2 rows',
      hint: null,
    },
    { kind: 'unexpected', message: 'the server answered with code PGRST116' },
  ],
  'a refused connection': [
    fetchFailed('Error: connect ECONNREFUSED 127.0.0.1:1 (ECONNREFUSED)'),
    { kind: 'unavailable', message: 'nothing was sent: ECONNREFUSED' },
  ],
  'a port that fetch refuses': [
    fetchFailed('Error: bad port'),
    { kind: 'unavailable', message: 'nothing was sent: bad port' },
  ],
  'a connection that was reset': [
    fetchFailed('Error: read ECONNRESET (ECONNRESET)'),
    { kind: 'unavailable', message: 'the answer was lost: ECONNRESET' },
    { kind: 'outcome_unknown', message: 'the request was sent, but the answer was lost: ECONNRESET' },
  ],
  'an answer that was cut off': [
    fetchFailed('SocketError: other side closed (UND_ERR_SOCKET)', 'TypeError: terminated'),
    { kind: 'unavailable', message: 'the answer was lost: UND_ERR_SOCKET' },
    { kind: 'outcome_unknown', message: 'the request was sent, but the answer was lost: UND_ERR_SOCKET' },
  ],
  'a timeout': [
    {
      as: 'object',
      message: 'TimeoutError: The operation was aborted due to timeout',
      details: 'x',
      hint: '',
      code: '',
    },
    { kind: 'unavailable', message: 'the answer was lost: TimeoutError' },
    { kind: 'outcome_unknown', message: 'the request was sent, but the answer was lost: TimeoutError' },
  ],
  'an aborted request': [
    { name: 'AbortError', message: 'This operation was aborted' },
    { kind: 'unavailable', message: 'the answer was lost: AbortError' },
    { kind: 'outcome_unknown', message: 'the request was sent, but the answer was lost: AbortError' },
  ],
  'half a row, which is never passed on': [
    { as: 'object', message: '{"candidateEmail": "ann@exam' },
    { kind: 'unavailable', message: 'the answer cannot be read: it is no JSON' },
    {
      kind: 'outcome_unknown',
      message: 'the request was sent, but the answer cannot be read: it is no JSON',
    },
  ],
  "a gateway's word on a key": [
    { as: 'object', message: 'Invalid API key', hint: 'Double check' },
    { kind: 'unauthorized', message: 'the server refused the key; check SUPABASE_SERVICE_ROLE_KEY' },
  ],
  undefined: [{ as: 'undefined' }, { kind: 'unexpected', message: 'threw undefined' }],
  'a text': [
    { as: 'text', text: 'no luck' },
    { kind: 'unexpected', message: 'threw the text "no luck"' },
  ],
  'an error of the app': [
    { message: 'the  calendar\nis down' },
    { kind: 'unexpected', message: 'threw Error: the calendar is down' },
  ],
  'an error of a database driver': [
    { code: 'XX000', message: `token ${SECRET}` },
    { kind: 'unexpected', message: 'threw Error: token ***' },
  ],
  'a proxy that throws': [
    { as: 'proxy' },
    { kind: 'unexpected', message: 'threw something that cannot be read: Error: trap' },
  ],
  'an object whose getter throws': [
    { as: 'getter' },
    { kind: 'unexpected', message: 'threw something that cannot be read: Error: trap' },
  ],
};

test('what is thrown becomes an error of the protocol', async () => {
  await withKit(fixture('throwing.mjs'), { mode: 'supabase' }, async (kit) => {
    for (const [what, [thrown, read, write = read]] of Object.entries(TRANSLATED)) {
      assert.deepEqual(await kit.error('getBooking', thrown), read, `${what}, reading`);
      assert.deepEqual(await kit.error('deleteBooking', thrown), write, `${what}, writing`);
    }
    const refused = { code: 'PGRST116', message: '', details: '0 rows', hint: null };
    assert.equal((await kit.error('__export', 'syncJobs', refused)).table, 'sync_jobs');
  });
});

test('keys of the environment are not printed', async () => {
  const env = { SUPABASE_SERVICE_ROLE_KEY: 'sesame-open-yourself' };
  await withKit(fixture('throwing.mjs'), { mode: 'supabase', env }, async (kit) => {
    const { message } = await kit.error('getBooking', {
      message: 'tried sesame-open-yourself and postgres://u:pass@h/d',
    });
    assert.equal(message, 'threw Error: tried *** and postgres://u:***@h/d');
  });
});

test("the module's own mapError comes first", async () => {
  await withKit(fixture('mapping.mjs'), { mode: 'supabase' }, async (kit) => {
    assert.deepEqual(kit.hello.lacks, { client_ids: 'the database chooses' });
    assert.deepEqual(await kit.error('getBooking', { message: 'taken', code: '23505' }), {
      kind: 'conflict',
      constraint: 'rule_of_getBooking',
      message: 'conflict',
    });
    assert.equal((await kit.error('getBooking', { code: '40P01', message: 'x' })).kind, 'unavailable');
    assert.match(
      (await kit.error('getBooking', { message: 'nonsense' })).message,
      /mapError returned an object without a kind/,
    );
    assert.match(
      (await kit.error('getBooking', { message: 'worse' })).message,
      /mapError threw Error: the map is wrong/,
    );
  });
});

test('--errors overrules it', async () => {
  await withKit(
    fixture('mapping.mjs'),
    { mode: 'supabase', args: ['--errors', fixture('map.mjs')] },
    async (kit) => {
      assert.deepEqual(await kit.error('getBooking', { message: 'taken' }), {
        kind: 'invalid_value',
        field: 'bookedBy',
        message: 'no',
      });
      assert.equal((await kit.error('getBooking', { message: 'nonsense' })).message, 'threw Error: nonsense');
    },
  );
});

/** What the running node's own fetch throws when a server misbehaves. */
const SERVERS = {
  'nobody listens': [null, 'unavailable', 'unavailable'],
  'it closes the connection': [
    () => net.createServer((socket) => socket.once('data', () => socket.destroy())),
    'unavailable',
    'outcome_unknown',
  ],
  'it resets the connection': [
    () => net.createServer((socket) => socket.once('data', () => socket.resetAndDestroy())),
    'unavailable',
    'outcome_unknown',
  ],
  'it stops in the middle of the answer': [
    () =>
      http.createServer((request, response) => {
        response.writeHead(200, { 'content-length': 100 });
        response.write('{"half');
        setImmediate(() => response.destroy());
      }),
    'unavailable',
    'outcome_unknown',
  ],
  'it never answers': [() => net.createServer(() => {}), 'unavailable', 'outcome_unknown'],
};

for (const [what, [serve, reading, writing]] of Object.entries(SERVERS)) {
  test(`fetch fails because ${what}`, async () => {
    const server = serve === null ? net.createServer() : serve();
    server.on('connection', (socket) => socket.on('error', () => {}));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${server.address().port}/`;
    if (serve === null) await new Promise((resolve) => server.close(resolve));
    try {
      await withKit(fixture('fetching.mjs'), { mode: 'supabase' }, async (kit) => {
        assert.equal((await kit.error('getBooking', url)).kind, reading);
        assert.equal((await kit.error('deleteBooking', url)).kind, writing);
      });
    } finally {
      server.close();
    }
  });
}
