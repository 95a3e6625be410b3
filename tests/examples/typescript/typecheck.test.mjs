// The build as a test, for `[[checks]]`: it wants to see, in a JUnit file, that something was checked.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

test('npm run build', () => {
  const { status, stdout, stderr } = spawnSync('npm', ['run', '--silent', 'build'], { encoding: 'utf8' });
  assert.equal(status, 0, stdout + stderr);
});
