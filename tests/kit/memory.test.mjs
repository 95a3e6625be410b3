import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Client, fixture, withKit } from './client.mjs';

test('a reset forgets everything, as often as it is asked', async () => {
  await withKit(fixture('counting.mjs'), {}, async (kit) => {
    for (let round = 0; round < 5; round += 1) {
      assert.equal(await kit.result('getOpsSummary'), 1);
      assert.equal(await kit.result('getOpsSummary'), 2);
      assert.equal(await kit.result('__reset'), null);
    }
  });
});

test('calls before a reset are answered by the old state, calls after it by the new one', async () => {
  await withKit(fixture('counting.mjs'), {}, async (kit) => {
    await kit.result('getOpsSummary');
    const before = kit.call('getOpsSummary', 300);
    const reset = kit.call('__reset');
    const behind = kit.call('getOpsSummary');
    assert.equal((await behind).result, 1);
    assert.equal((await before).result, 2);
    assert.equal((await reset).result, null);
    assert.equal(await kit.result('getOpsSummary'), 2);
  });
});

test('a module that was not used since is not loaded anew', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'kit-'));
  const file = join(directory, 'loads');
  try {
    const kit = await Client.started(fixture('counting.mjs'), { env: { LOADS: file } });
    for (let round = 0; round < 5; round += 1) await kit.result('__reset');
    await kit.result('getOpsSummary');
    for (let round = 0; round < 5; round += 1) await kit.result('__reset');
    assert.equal((await kit.end()).status, 0);
    assert.equal(readFileSync(file, 'utf8'), 'loaded\n'.repeat(2));
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('a module that resets itself is kept', async () => {
  await withKit(fixture('own-reset.mjs'), {}, async (kit) => {
    assert.deepEqual(kit.hello.operations, ['getOpsSummary', '__reset']);
    const first = await kit.result('getOpsSummary');
    assert.equal(await kit.result('__reset'), null);
    assert.deepEqual(await kit.result('getOpsSummary'), first);
  });
});

test('nothing is reset where the rows are in a database', async () => {
  await withKit(fixture('own-reset.mjs'), { mode: 'supabase' }, async (kit) => {
    assert.deepEqual(kit.hello.operations, ['getOpsSummary']);
    assert.match((await kit.error('__reset')).message, /does not export __reset/);
  });
});

test('the end of stdin lets a reset end', async () => {
  const kit = await Client.started(fixture('counting.mjs'));
  await kit.result('getOpsSummary');
  const reset = kit.call('__reset');
  assert.equal((await kit.end()).status, 0);
  assert.equal((await reset).result, null);
});

test('a module that cannot be loaded a second time is said to be so', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'kit-'));
  try {
    const kit = await Client.started(fixture('once.mjs'), { env: { ONCE: join(directory, 'mark') } });
    await kit.result('getOpsSummary');
    kit.call('__reset').catch(() => {});
    const { status, stderr } = await kit.over();
    assert.equal(status, 1);
    assert.match(stderr, /cannot be loaded anew: .*EEXIST/);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
