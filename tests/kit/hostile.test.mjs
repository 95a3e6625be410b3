import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client, MODES, fixture, withKit } from './client.mjs';

for (const mode of MODES) {
  test(`nothing that the module prints reaches stdout, ${mode}`, async () => {
    const kit = await Client.started(fixture('hostile.mjs'), { mode });
    assert.equal(kit.hello.protocol, 'parity-bridge/1');
    assert.equal(await kit.result('getOpsSummary', 'print'), null);
    assert.equal(await kit.result('getOpsSummary', 'printLater'), null);
    assert.equal(await kit.result('getOpsSummary', 'printPromised'), 9);
    const { status, stderr, lines } = await kit.end();
    assert.deepEqual([status, lines], [0, []]);
    const chatter = [
      'chatter at import',
      'forged at import',
      'logger at import',
      '"forged"',
      'info',
      'raw',
      'promised',
      'to the descriptor',
      'a file on',
      'chatter later',
    ];
    for (const text of chatter) assert.ok(stderr.includes(text), `${text} is not in ${stderr}`);
  });

  test(`process.exit in the middle of a call is status 1, ${mode}`, async () => {
    const kit = await Client.started(fixture('hostile.mjs'), { mode });
    kit.call('getOpsSummary', 'exit').catch(() => {});
    const { status, stderr } = await kit.over();
    assert.equal(status, 1);
    assert.match(stderr, /^parity-bridge: the module ended .*process\.exit/m);
  });

  for (const [misdeed, said] of [
    ['throwLater', 'thrown in a timer'],
    ['rejectLater', 'rejected by nobody'],
  ]) {
    test(`an exception that nobody catches is one line and status 1: ${misdeed}, ${mode}`, async () => {
      const kit = await Client.started(fixture('hostile.mjs'), { mode });
      kit.call('getOpsSummary', misdeed).catch(() => {});
      const { status, stderr } = await kit.over();
      assert.equal(status, 1);
      const lines = stderr.split('\n').filter((line) => line.startsWith('parity-bridge:'));
      assert.equal(lines.length, 1, stderr);
      assert.match(lines[0], new RegExp(`TypeError: ${said}.* at .*hostile\\.mjs:\\d+`));
    });
  }

  test(`the module's stdin is empty, ${mode}`, async () => {
    await withKit(fixture('hostile.mjs'), { mode }, async (kit) => {
      const read = kit.result('getOpsSummary', 'readStdin');
      assert.equal(await kit.result('getOpsSummary', 'wait', 1), 1);
      assert.equal(await read, 'nothing there');
    });
  });
}
