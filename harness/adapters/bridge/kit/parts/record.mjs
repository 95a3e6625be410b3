/** record: a module whose calls are written down as they happen, for `harness contract --replay FILE`. */
import { ENTITIES } from './entities.mjs';
import { datesOf, readerOf, wholeRows } from './capture.mjs';
import { TIME, resultOf } from './convert.mjs';
import { errorOf } from './errors.mjs';
import { isObject, plain } from './json.mjs';
import { OPERATIONS, entityOf } from './operations.mjs';
import { Recording } from './recording.mjs';
import { described } from './redact.mjs';

const recordings = new WeakMap();

/**
 * Return a module like `db` whose operations are recorded in `options.file`.
 *
 * Options: file, name, maxBytes, dates, mapError, rows (false: do not read the
 * rows at the start). Functions that are no operations are passed through.
 */
export function record(db, options = {}) {
  const dates = datesOf(db, options);
  const recording = new Recording(options.file, {
    name: options.name ?? 'app',
    mode: process.env.DB_MODE ?? null,
    capabilities: { time: dates === 'iso' ? 'us' : 'ms', numbers: 'double', ...db.parityBridge?.capabilities },
    maxBytes: options.maxBytes,
  });
  const context = {
    db,
    recording,
    dates,
    mapError: options.mapError ?? db.parityBridge?.mapError,
  };
  const ready = options.rows === false ? recording.begin(null, 'not asked for') : rowsAtStart(context);
  const recorded = {};
  for (const name of namesOf(db)) {
    if (OPERATIONS.has(name) && typeof db[name] === 'function') {
      recorded[name] = (...args) => recordedCall(context, OPERATIONS.get(name), args);
    } else {
      Object.defineProperty(recorded, name, {
        enumerable: true,
        get: () =>
          typeof db[name] === 'function' && !Object.hasOwn(db, name) ? db[name].bind(db) : db[name],
      });
    }
  }
  recordings.set(recorded, { ready: Promise.resolve(ready), end: () => recording.end() });
  return recorded;
}

/** Of a recorded module: { ready: a promise until the rows at the start are written, end() }. */
export function recordingOf(recorded) {
  return recordings.get(recorded);
}

/** All names that a caller may use, those of a class instance included. */
function namesOf(db) {
  const names = new Set();
  for (let level = db; level !== null && level !== Object.prototype; level = Object.getPrototypeOf(level)) {
    for (const name of Object.getOwnPropertyNames(level)) if (name !== 'constructor') names.add(name);
  }
  return names;
}

/**
 * Write the rows at the start, if they can be read before the first call.
 *
 * A call that comes while they are read might or might not be in them, so
 * then there are none. What __export returns at once is always in time.
 */
function rowsAtStart({ db, recording, dates }) {
  const readers = Object.entries(ENTITIES).map(([name, entity]) => [
    name,
    entity,
    readerOf(db, name, entity),
  ]);
  const blind = readers.find(([, , reader]) => reader === null);
  if (blind !== undefined) return recording.begin(null, `${blind[0]} cannot be read`);
  const keep = (given) =>
    recording.begin(
      Object.fromEntries(
        readers.map(([name, entity], place) => [name, wholeRows(name, entity, given[place], dates, null)]),
      ),
    );
  const give = (error) => recording.begin(null, described(error));
  try {
    const given = readers.map(([, , reader]) => reader());
    if (!given.some((one) => typeof one?.then === 'function')) return keep(given);
    return Promise.all(given).then(keep).catch(give);
  } catch (error) {
    return give(error);
  }
}

function recordedCall({ db, recording, dates, mapError }, operation, args) {
  const call = started(recording, operation, args);
  const finish = (said) => finished(recording, call, said);
  const returned = (result) => {
    finish(() => ({ result: resultOf(operation, result, args, { dates, nested: 'text' }) }));
    return result;
  };
  const threw = (thrown) => {
    const about = { ...operation, entity: entityOf(operation, args) };
    finish(() => errorOf(thrown, about, mapError));
    return thrown;
  };
  let result;
  try {
    result = db[operation.name](...args);
  } catch (thrown) {
    throw threw(thrown);
  }
  if (typeof result?.then !== 'function') return returned(result);
  return result.then(returned, (thrown) => {
    throw threw(thrown);
  });
}

/** Write down how a call ended, at once: `said` gives {result}, or an error of the protocol or a promise of one. */
function finished(recording, call, said) {
  recording.running -= 1;
  if (call === null) return;
  const ended = { ...call, endedNs: recording.now() };
  try {
    const how = said();
    if (typeof how.then === 'function') how.then((error) => recording.call(ended, { error }));
    else recording.call(ended, Object.hasOwn(how, 'kind') ? { error: how } : how);
  } catch (failure) {
    // What the bridge would say about this result.
    recording.call(ended, {
      error: {
        kind: 'unexpected',
        message: `${call.op} returned what cannot be sent: ${described(failure)}`,
      },
    });
  }
}

/** Note the start of a call, with its arguments as they are now: the callee may change them. */
function started(recording, operation, args) {
  recording.running += 1;
  try {
    recording.begin(null, 'a call came while the rows were read');
    recording.calls += 1;
    return {
      n: recording.calls,
      op: operation.name,
      args: wireArguments(operation, args),
      startedNs: recording.now(),
    };
  } catch (error) {
    recording.broken(error);
    return null;
  }
}

/** Arguments in wire form: ISO times; what is undefined is absent, and trailing arguments that are missing are, too. */
function wireArguments(operation, args) {
  const entity = entityOf(operation, args);
  const context = { nested: 'text', found: null, undefinedMembers: 'leave out' };
  const given = args.slice(0, operation.takes.length);
  while (given.length > 0 && given.at(-1) === undefined) given.pop();
  return given.map((value, place) => {
    if (value === undefined) return null;
    const invalid = invalidDate(entity, value);
    if (invalid !== null)
      throw new Error(`${operation.name}: ${invalid} is an Invalid Date, which has no wire form`);
    return plain(value, `argument ${place + 1} of ${operation.name}`, context);
  });
}

function invalidDate(entity, value) {
  if (entity === null || !isObject(value)) return null;
  return (
    Object.keys(value).find(
      (name) => entity.columns[name]?.type === TIME && Number.isNaN(value[name]?.getTime?.()),
    ) ?? null
  );
}
