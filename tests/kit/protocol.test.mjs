import assert from 'node:assert/strict';
import { mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Client, MODES, fixture, run, withKit } from './client.mjs';

for (const mode of MODES) {
  test(`hello lists what the module exports, ${mode}`, async () => {
    await withKit(
      fixture('store.mjs'),
      { mode, args: ['--name', 'the store', '--lacks', 'client_ids=the store chooses'] },
      async (kit) => {
        const { lacks, ...hello } = kit.hello;
        assert.deepEqual(hello, {
          protocol: 'parity-bridge/1',
          name: 'the store',
          operations: [
            'createBooking',
            'getBooking',
            'listBookings',
            'deleteBooking',
            ...(mode === 'memory' ? ['__reset'] : []),
          ],
          capabilities: { time: 'ms', numbers: 'double' },
          spoils: true,
        });
        assert.equal(lacks.client_ids, 'the store chooses');
        assert.deepEqual(
          Object.keys(lacks).sort(),
          mode === 'memory' ? ['client_ids', 'durable', 'server'] : ['client_ids'],
        );
      },
    );
  });

  test(`a row goes in and comes back, ${mode}`, async () => {
    await withKit(fixture('store.mjs'), { mode }, async (kit) => {
      const booking = await kit.result('createBooking', {
        scheduledStart: '2026-03-01T12:00:00.123+02:00',
        bookedBy: 'me',
        confirmedAt: null,
      });
      assert.equal(booking.scheduledStart, '2026-03-01T10:00:00.123Z');
      assert.equal(booking.confirmedAt, null);
      assert.equal(booking.cancelledAt, null);
      assert.equal('requestId' in booking, false);
      assert.deepEqual(await kit.result('getBooking', booking.id), booking);
      assert.deepEqual(await kit.result('listBookings', { where: [], limit: 5 }), {
        rows: [booking],
        nextCursor: null,
      });
      assert.equal(await kit.result('getBooking', 'no id'), null);
      assert.equal(await kit.result('deleteBooking', booking.id), true);
      assert.equal(await kit.result('deleteBooking', booking.id), false);
    });
  });

  test(`calls run at the same time and answer in their own order, ${mode}`, async () => {
    await withKit(fixture('hostile.mjs'), { mode }, async (kit) => {
      const slow = kit.call('getOpsSummary', 'wait', 60_000);
      slow.catch(() => {});
      assert.equal(await kit.result('getOpsSummary', 'wait', 1), 1);
    });
  });

  test(`text survives, however it is cut, ${mode}`, async () => {
    const text = 'é€😀\u2028\u2029\u0000\ud800 \udc00"\\';
    await withKit(fixture('evaluate.mjs'), { mode }, async (kit) => {
      const bytes = Buffer.from(
        `${JSON.stringify({ id: 'cut', op: 'getOpsSummary', args: [`{ text: ${JSON.stringify(`${text}é`)} }`] })}\n`,
      );
      // In the middle of é, of € and of the emoji; waiting makes it likely that each piece is read by itself.
      const cuts = ['é', '€', '😀'].map((character) => bytes.indexOf(character) + 1);
      for (const [from, to] of [0, ...cuts].map((cut, place) => [cut, cuts[place]])) {
        kit.write(bytes.subarray(from, to));
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      const line = await kit.line();
      assert.deepEqual(JSON.parse(line), { id: 'cut', result: { text: `${text}é` } });
      assert.match(line, /\\ud800/);
    });
  });

  test(`what is no request is answered with a sentence, ${mode}`, async () => {
    await withKit(fixture('store.mjs'), { mode }, async (kit) => {
      const answers = {
        'no json': [null, /no JSON/],
        '[1]': [null, /no JSON object/],
        null: [null, /no JSON object/],
        '{"op":"getBooking","args":[]}': [null, /no id/],
        '{"id":{},"op":"getBooking","args":[]}': [null, /no id/],
        '{"id":7,"op":"dropTables","args":[]}': [7, /"dropTables" is no operation/],
        '{"id":7,"op":"constructor","args":[]}': [7, /no operation/],
        '{"id":7,"args":[]}': [7, /without op/],
        '{"id":8,"op":"getSyncJob","args":[]}': [8, /does not export getSyncJob/],
        '{"id":9,"op":"getBooking","args":{}}': [9, /no array/],
      };
      for (const [line, [id, sentence]] of Object.entries(answers)) {
        kit.write(`${line}\n`);
        const reply = JSON.parse(await kit.line());
        assert.equal(reply.id, id, line);
        assert.equal(reply.error.kind, 'unexpected', line);
        assert.match(reply.error.message, sentence, line);
      }
      kit.write('\n  \n');
      assert.equal(await kit.result('getBooking', 'still there'), null);
    });
  });

  test(`a reply of 5 MB arrives whole at a reader who takes his time, ${mode}`, async () => {
    const kit = await Client.started(fixture('hostile.mjs'), { mode });
    kit.child.stdout.pause();
    const reply = kit.call('getOpsSummary', 'big', 5_000_000);
    const other = kit.call('getOpsSummary', 'wait', 0);
    await new Promise((resolve) => setTimeout(resolve, 100));
    kit.child.stdout.resume();
    assert.equal((await reply).result.length, 2_500_000);
    assert.equal((await other).result, 0);
    assert.equal((await kit.end()).status, 0);
  });

  test(`the end of stdin lets calls end, ${mode}`, async () => {
    const kit = await Client.started(fixture('hostile.mjs'), { mode });
    await kit.result('getOpsSummary', 'keepAlive');
    const last = kit.call('getOpsSummary', 'wait', 100);
    const { status } = await kit.end();
    assert.equal(status, 0);
    assert.equal((await last).result, 100);
  });

  test(`the end of stdin does not wait for calls that never end, ${mode}`, async () => {
    const kit = await Client.started(fixture('hostile.mjs'), { mode });
    kit.call('getOpsSummary', 'wait', 600_000).catch(() => {});
    const { status, stderr } = await kit.end();
    assert.equal(status, 0);
    assert.match(stderr, /calls were cut off/);
  });

  test(`a last line without its end is a request, ${mode}`, async () => {
    const kit = await Client.started(fixture('store.mjs'), { mode });
    kit.write('{"id":"last","op":"getBooking","args":["x"]}');
    const { status, lines } = await kit.end();
    assert.deepEqual([status, lines], [0, ['{"id":"last","result":null}']]);
  });

  test(`it ends when nobody reads, ${mode}`, async () => {
    const kit = await Client.started(fixture('hostile.mjs'), { mode });
    kit.child.stdout.destroy();
    kit.call('getOpsSummary', 'big', 1_000_000).catch(() => {});
    assert.equal((await kit.over()).status, 0);
  });

  test(`stdout may be a file, ${mode}`, async () => {
    const directory = mkdtempSync(join(tmpdir(), 'kit-'));
    try {
      const file = openSync(join(directory, 'out'), 'w+');
      const kit = new Client(fixture('store.mjs'), { mode, stdout: file });
      kit.write('{"id":1,"op":"getBooking","args":["x"]}\n');
      assert.equal((await kit.end()).status, 0);
      const buffer = Buffer.alloc(10_000);
      const lines = buffer.toString('utf8', 0, readSync(file, buffer, 0, 10_000, 0)).split('\n');
      assert.deepEqual([lines.length, lines[1]], [3, '{"id":1,"result":null}']);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
}

test('operations of a default export keep their this', async () => {
  await withKit(fixture('by-default.mjs'), {}, async (kit) => {
    assert.deepEqual(await kit.result('getOpsSummary'), ['one']);
  });
});

const REFUSED = {
  'no module': [null, {}, /no module is named/],
  'two modules': [fixture('store.mjs'), { args: [fixture('store.mjs')] }, /2 modules are named/],
  'a missing file': ['./nowhere.js', {}, /\.\/nowhere\.js does not exist .*Name the file/],
  'a directory': [fixture('.'), {}, /is a directory/],
  'no operation': [fixture('silent.mjs'), {}, /exports no operation .* it exports hello, parityBridge/],
  'an import that throws': [
    fixture('failing.mjs'),
    {},
    /cannot be imported: Error: no database: password=\*\*\*.*failing\.mjs:2/,
  ],
  'an unknown option': [fixture('store.mjs'), { args: ['--nmae=x'] }, /'--nmae'/],
  'an unknown capability': [
    fixture('store.mjs'),
    { args: ['--capability', 'time=ns'] },
    /time=ns is not known/,
  ],
  'exact numbers': [
    fixture('store.mjs'),
    { args: ['--capability', 'numbers=exact'] },
    /JavaScript has no other numbers/,
  ],
  'microseconds in Dates': [
    fixture('store.mjs'),
    { args: ['--capability', 'time=us'] },
    /a Date keeps milliseconds/,
  ],
  'an unknown lack': [fixture('store.mjs'), { args: ['--lacks', 'sense=x'] }, /lacks names "sense"/],
  'a lack without a reason': [fixture('store.mjs'), { args: ['--lacks', 'server='] }, /needs a reason/],
  'a lack that is no pair': [fixture('store.mjs'), { args: ['--lacks', 'server'] }, /NAME=VALUE/],
  'an error map without a function': [
    fixture('store.mjs'),
    { args: ['--errors', fixture('store.mjs')] },
    /exports no mapError/,
  ],
  'unknown dates': [fixture('store.mjs'), { args: ['--dates', 'moment'] }, /dates is "moment"/],
  'DB_MODE that is not set': [fixture('store.mjs'), { mode: null }, /DB_MODE is not set/],
  'DB_MODE in other letters': [fixture('store.mjs'), { mode: 'Supabase' }, /DB_MODE is "Supabase"/],
};

for (const [what, [module, options, sentence]] of Object.entries(REFUSED)) {
  test(`${what} is refused with a sentence`, async () => {
    for (const mode of options.mode === undefined ? MODES : [options.mode]) {
      const { status, stderr, lines } = await run(module, { ...options, mode });
      assert.deepEqual([status, lines], [2, []], stderr);
      assert.match(stderr, sentence);
      assert.equal(stderr.trim().split('\n').length, 1, stderr);
    }
  });
}

test('an import that never finishes ends with a sentence where node notices it', async () => {
  const kit = new Client(fixture('unfinished.mjs'), { mode: 'supabase' });
  const { status, stderr, lines } = await kit.over();
  assert.deepEqual([status, lines], [1, []]);
  assert.match(stderr, /an import that never finished/);
});

test('importing the kit does nothing', async () => {
  const before = process.listenerCount('exit');
  const { exportSnapshot, record } = await import('../../harness/adapters/bridge/kit/parity-bridge.mjs');
  assert.deepEqual(
    [typeof exportSnapshot, typeof record, process.listenerCount('exit')],
    ['function', 'function', before],
  );
});
