/**
 * Memory mode: the module lives in a worker thread, and __reset replaces it.
 *
 * A module's state cannot be taken back from outside; a fresh thread has
 * none. The next one is started as soon as the present one is used for the
 * first time, so that it is ready when the reset comes. A module that exports
 * __reset itself is reset by that, in place.
 */
import { Worker, parentPort, workerData } from 'node:worker_threads';
import { answer } from './answer.mjs';
import { described } from './redact.mjs';
import { registerLoader } from './loader.mjs';
import { Refusal, load } from './module.mjs';
import { say, takeStreams } from './streams.mjs';

const MARK = 'parity-bridge worker';
const SLOW_RESET_MS = 200;

/** Serve the module in this thread: lines come as messages, replies go as messages. */
async function serveInThread() {
  takeStreams({ isThread: true });
  const fatal = (error) => parentPort.postMessage({ fatal: trace(error) });
  process.on('uncaughtException', fatal);
  process.on('unhandledRejection', fatal);
  let served;
  try {
    await registerLoader();
    served = await load(workerData);
  } catch (error) {
    parentPort.postMessage(error instanceof Refusal ? { refused: error.message } : { fatal: trace(error) });
    return;
  }
  parentPort.postMessage({ hello: served.hello });
  parentPort.on('message', async (line) => parentPort.postMessage(await answer(line, served)));
}

/** An exception on one line, with its stack. */
function trace(error) {
  return described(typeof error?.stack === 'string' ? { name: 'exception', message: error.stack } : error);
}

/** One thread with the module in it. */
class Thread {
  constructor(settings, { reply, fail }) {
    this.open = 0;
    this.idle = [];
    this.ended = false;
    this.worker = new Worker(new URL(import.meta.url), {
      workerData: { ...settings, mark: MARK },
      stdout: true,
    });
    this.worker.stdout.on('data', (chunk) => process.stderr.write(chunk));
    this.ready = new Promise((resolve, reject) => {
      this.worker.on('message', (message) => {
        if (typeof message === 'string') {
          reply(message);
          this.finish();
        } else if (message.hello !== undefined) {
          resolve(message.hello);
        } else if (message.refused !== undefined) {
          // Its end may be told in the same turn, before anybody could react to the refusal.
          this.ended = true;
          reject(new Refusal(message.refused));
        } else fail(`an exception that nobody caught: ${message.fatal}`);
      });
      this.worker.on('error', (error) => fail(`the module's thread broke: ${trace(error)}`));
      this.worker.on('exit', (code) => {
        if (!this.ended)
          fail(`the module ended its thread (process.exit with ${code}, or an import that never finished)`);
      });
    });
    // Whoever waits for it sees the refusal; a spare that nobody asked for yet must not end the process.
    this.ready.catch(() => {});
  }

  ask(line) {
    this.open += 1;
    this.worker.postMessage(line);
  }

  finish() {
    this.open -= 1;
    if (this.open === 0) this.idle.splice(0).forEach((resolve) => resolve());
  }

  drained() {
    return this.open === 0 ? Promise.resolve() : new Promise((resolve) => this.idle.push(resolve));
  }

  end() {
    this.ended = true;
    return this.worker.terminate();
  }
}

/** The present thread and the next one. */
class Threads {
  constructor(settings, { reply, fail }) {
    this.start = () => new Thread(settings, { reply, fail });
    this.current = this.start();
    this.spare = null;
    this.used = false;
    this.inPlace = false;
    this.remarked = false;
  }

  async hello() {
    const hello = await this.current.ready;
    this.inPlace = hello.operations.includes('__reset');
    return this.inPlace ? hello : { ...hello, operations: [...hello.operations, '__reset'] };
  }

  ask(line) {
    this.current.ask(line);
    if (!this.used) {
      this.used = true;
      if (!this.inPlace) this.spare = this.start();
    }
  }

  /** Put a fresh thread in place at once; what was asked before is still answered by the old one. */
  async reset() {
    if (!this.used) return;
    const old = this.current;
    this.current = this.spare;
    this.spare = null;
    this.used = false;
    const asked = performance.now();
    await Promise.all([old.drained(), this.current.ready]);
    this.remark(performance.now() - asked);
    old.end();
  }

  /** Say once that resets are slow, and how they become fast: a fresh thread loads everything again, tsx included. */
  remark(ms) {
    if (this.remarked || ms < SLOW_RESET_MS) return;
    this.remarked = true;
    say(
      `a reset by a fresh thread takes ${Math.round(ms)} ms here; a module that exports __reset (which empties its Maps) is reset in place.`,
    );
  }

  drained() {
    return this.current.drained();
  }
}

/** True in a thread that this file started. */
function isThread() {
  return workerData?.mark === MARK;
}

export { Threads, isThread, serveInThread, trace };
