/** A module that does what applications do to a process. */
import fs, { writeSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';

console.log('chatter at import');
process.stdout.write('{"id":1,"result":"forged at import"}\n');
writeSync(1, 'chatter of a logger at import\n');

const misdeeds = {
  print: () => {
    console.log('{"id":1,"result":"forged"}');
    console.info('info');
    process.stdout.write('raw\n');
    writeSync(1, 'to the descriptor\n');
    fs.writeFileSync(1, 'a file on the descriptor\n');
    return null;
  },
  printPromised: async () => {
    const { bytesWritten } = await promisify(fs.write)(1, 'promised\n');
    return bytesWritten;
  },
  printLater: async () => {
    setTimeout(() => console.log('chatter later'), 1);
    await wait(20);
    return null;
  },
  exit: () => process.exit(0),
  throwLater: async () => {
    setTimeout(() => {
      throw new TypeError('thrown in a timer');
    });
    await wait(60_000);
  },
  rejectLater: async () => {
    Promise.reject(new TypeError('rejected by nobody'));
    await wait(60_000);
  },
  readStdin: () =>
    new Promise((resolve) => {
      process.stdin.on('data', () => resolve('got a request')).on('end', () => resolve('nothing there'));
    }),
  wait: async (ms) => {
    await wait(ms);
    return ms;
  },
  keepAlive: () => {
    setInterval(() => {}, 1000);
    return null;
  },
  big: (bytes) => 'ü'.repeat(bytes / 2),
};

export const getOpsSummary = (misdeed, ...args) => misdeeds[misdeed](...args);
