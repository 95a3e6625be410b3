/** --record: what comes through the bridge, written down as it passes. It is in wire form already. */
import { ENTITIES } from './entities.mjs';
import { readerOf, wholeRows } from './capture.mjs';
import { described } from './redact.mjs';
import { Refusal } from './module.mjs';
import { OPERATIONS } from './operations.mjs';
import { Recording } from './recording.mjs';
import { send } from './streams.mjs';

/** Open an adapter whose lines are recorded in settings.record. Raises Refusal if that file cannot be made. */
async function recorded(open, settings, fail) {
  const running = new Map();
  const own = new Map();
  let recording = null;
  const reply = (line) => {
    const { id, ...said } = JSON.parse(line);
    if (own.has(id)) {
      own.get(id)(said);
      own.delete(id);
      return;
    }
    const call = running.get(id);
    if (call !== undefined) {
      running.delete(id);
      recording.running -= 1;
      recording.call({ ...call, endedNs: recording.now() }, said);
    }
    send(line);
  };
  const adapter = await open(settings, reply, fail);
  const hello = await adapter.hello();
  recording = new Recording(settings.record, {
    name: hello.name,
    mode: settings.mode,
    capabilities: hello.capabilities,
    maxBytes: settings.recordLimit,
  });
  if (recording.file === null)
    throw new Refusal('--record needs a file that does not exist yet, in a directory that can be written.');
  await writeRows(
    recording,
    hello,
    (op, args) =>
      new Promise((resolve) => {
        const id = `kit:${own.size}:${op}:${args[0]?.cursor ?? args[0] ?? ''}`;
        own.set(id, resolve);
        adapter.ask(JSON.stringify({ id, op, args }));
      }),
  );
  return {
    ...adapter,
    hello: () => hello,
    ask: (line) => {
      note(recording, running, line);
      adapter.ask(line);
    },
  };
}

async function writeRows(recording, hello, ask) {
  const db = Object.fromEntries(
    hello.operations.map((op) => [
      op,
      async (...args) => {
        const { result, error } = await ask(op, args);
        if (error !== undefined) throw new Error(error.message);
        return result;
      },
    ]),
  );
  try {
    const rows = {};
    for (const [name, entity] of Object.entries(ENTITIES)) {
      const reader = readerOf(db, name, entity);
      if (reader === null) throw new Error(`${name} cannot be read`);
      rows[name] = wholeRows(name, entity, await reader(), 'iso', null);
    }
    recording.begin(rows);
  } catch (error) {
    recording.begin(null, described(error));
  }
}

function note(recording, running, line) {
  try {
    const { id, op, args } = JSON.parse(line);
    if (!OPERATIONS.has(op)) return;
    recording.calls += 1;
    recording.running += 1;
    running.set(id, { n: recording.calls, op, args, startedNs: recording.now() });
  } catch {
    // No request: the reply says so, and there is nothing to replay.
  }
}

export { recorded };
