import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { MODES, run, withKit } from './client.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const index = fileURLToPath(new URL('typescript/index.ts', import.meta.url));

for (const mode of MODES) {
  test(`TypeScript goes through tsx, ${mode}`, async () => {
    await withKit(index, { mode, flags: ['--import', 'tsx'], cwd: here }, async (kit) => {
      assert.deepEqual(
        [kit.hello.name, kit.hello.capabilities.time, kit.hello.lacks.client_ids],
        ['typed', 'us', 'the database chooses'],
      );
      assert.deepEqual(await kit.result('getOpsSummary'), { mode: 'memory', calls: 1 });
      assert.deepEqual(await kit.result('getOpsSummary'), { mode: 'memory', calls: 2 });
      if (mode === 'memory') {
        await kit.result('__reset');
        assert.deepEqual(await kit.result('getOpsSummary'), { mode: 'memory', calls: 1 });
      }
    });
  });

  test(`without tsx the sentence names it, ${mode}`, async () => {
    const { status, stderr, lines } = await run(index, { mode, cwd: here });
    assert.deepEqual([status, lines], [2, []]);
    assert.match(stderr, /node --import tsx parity-bridge\.mjs/);
  });
}

test('the declared types are those that an app can use', () => {
  const tsc = fileURLToPath(new URL('node_modules/typescript/bin/tsc', import.meta.url));
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', 'typescript'], {
    cwd: here,
    encoding: 'utf8',
  });
  assert.equal(stdout, '');
  assert.equal(status, 0);
});

for (const mode of MODES) {
  test(`CommonJS works as well, ${mode}`, async () => {
    const typed = fileURLToPath(new URL('commonjs/index.ts', import.meta.url));
    await withKit(typed, { mode, flags: ['--import', 'tsx'], cwd: here }, async (kit) => {
      assert.equal(kit.hello.name, 'commonjs-app');
      assert.deepEqual(kit.hello.operations.slice(0, 2), ['getBooking', 'getOpsSummary']);
      assert.deepEqual([await kit.result('getOpsSummary'), await kit.result('getOpsSummary')], [1, 2]);
      if (mode === 'memory') {
        await kit.result('__reset');
        assert.equal(await kit.result('getOpsSummary'), 1);
      }
    });
    const plain = fileURLToPath(new URL('commonjs/plain.cjs', import.meta.url));
    await withKit(plain, { mode }, async (kit) => assert.equal(await kit.result('getOpsSummary'), 7));
  });
}
