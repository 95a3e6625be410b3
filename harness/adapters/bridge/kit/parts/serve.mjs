/** The process: hello, requests, replies, and an end for every way in which it may end. */
import { answer } from './answer.mjs';
import { Refusal, load } from './module.mjs';
import { isLeaving, leave, readLines, say, send, takeStreams } from './streams.mjs';
import { recorded } from './tap.mjs';
import { Threads, trace } from './workers.mjs';

const LAST_CALLS_MS = 2000;
const CRASHED = 1;
const REFUSED = 2;

/** Serve a module on stdin and stdout until stdin ends. */
async function serve(settings) {
  const input = takeStreams();
  const fail = (message) => leave(CRASHED, message);
  process.on('uncaughtException', (error) => fail(`an exception that nobody caught: ${trace(error)}`));
  process.on('unhandledRejection', (error) => fail(`a rejection that nobody caught: ${trace(error)}`));
  process.on('exit', () => {
    if (isLeaving()) return;
    say('the module ended the process (process.exit, or an import that never finished).');
    process.exitCode = CRASHED;
  });
  try {
    const open = settings.mode === 'memory' ? inThreads : inPlace;
    const adapter =
      settings.record === undefined ? await open(settings, send, fail) : await recorded(open, settings, fail);
    send(JSON.stringify(await adapter.hello()));
    readLines(input, adapter.ask, async () => {
      const late = new Promise((resolve) => setTimeout(resolve, LAST_CALLS_MS, 'late'));
      if ((await Promise.race([adapter.drained(), late])) === 'late')
        say(`calls were cut off: they ran for ${LAST_CALLS_MS} ms after stdin had ended.`);
      leave(0);
    });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    leave(REFUSED, error.message);
  }
}

/** Supabase mode: in the main thread. */
async function inPlace(settings, reply) {
  const served = await load(settings);
  const running = new Set();
  return {
    hello: () => served.hello,
    ask: (line) => {
      const call = answer(line, served)
        .then(reply)
        .finally(() => running.delete(call));
      running.add(call);
    },
    drained: () => Promise.all(running),
  };
}

/** Memory mode: in a thread that __reset replaces. */
function inThreads(settings, reply, fail) {
  const threads = new Threads(settings, { reply, fail });
  const resets = new Set();
  return {
    hello: () => threads.hello(),
    ask: (line) => {
      const id = threads.inPlace ? undefined : idOfReset(line);
      if (id === undefined) {
        threads.ask(line);
        return;
      }
      const reset = threads
        .reset()
        .then(
          () => reply(JSON.stringify({ id, result: null })),
          (error) => fail(`the module cannot be loaded anew: ${error.message}`),
        )
        .finally(() => resets.delete(reset));
      resets.add(reset);
    },
    drained: () => Promise.all([...resets, threads.drained()]),
  };
}

/** The id of a request for __reset; undefined for every other line. */
function idOfReset(line) {
  if (!line.includes('"__reset"')) return undefined;
  try {
    const { id, op } = JSON.parse(line);
    return op === '__reset' && (typeof id === 'number' || typeof id === 'string') ? id : undefined;
  } catch {
    return undefined;
  }
}

export { serve };
