/** One request line in, one reply line out, whatever happens in between. */
import { argumentsOf, resultOf } from './convert.mjs';
import { NotConvertible, isObject } from './json.mjs';
import { OPERATIONS, entityOf } from './operations.mjs';
import { errorOf } from './errors.mjs';
import { described, redact } from './redact.mjs';
import { spoil } from './spoil.mjs';

/** Answer one line. `served` is what `load` returned. Never rejects. */
async function answer(line, served) {
  let id = null;
  try {
    const request = JSON.parse(line);
    if (!isObject(request)) return refusal(id, 'the request is no JSON object; send {"id", "op", "args"}');
    id = typeof request.id === 'number' || typeof request.id === 'string' ? request.id : null;
    if (id === null) return refusal(id, 'the request has no id');
    const { op, args = [], spoil: spoiling = false } = request;
    const operation = OPERATIONS.get(op);
    if (operation === undefined)
      return refusal(
        id,
        `${JSON.stringify(op) ?? 'a request without op'} is no operation of parity-bridge/1`,
      );
    if (!served.functions.has(op)) return refusal(id, `the module does not export ${op}`);
    if (!Array.isArray(args)) return refusal(id, `the args of ${op} are no array`);
    return reply(id, await outcome(operation, args, served, spoiling === true));
  } catch (failure) {
    return refusal(
      id,
      failure instanceof SyntaxError ? 'the request is no JSON' : `the kit failed: ${described(failure)}`,
    );
  }
}

/** Run an operation: {result} or {error}. With `spoiling`, what it was given and gave is changed afterwards. */
async function outcome(operation, args, served, spoiling) {
  // The entity of __export and __import is an argument, and errors are translated by it.
  const about = { ...operation, entity: entityOf(operation, args) };
  const given = argumentsOf(operation, args, served.dates);
  let result;
  try {
    result = await served.functions.get(operation.name)(...given);
  } catch (thrown) {
    if (spoiling) spoil(given);
    return { error: await errorOf(thrown, about, served.mapError) };
  }
  try {
    return { result: resultOf(operation, result, args, served) };
  } catch (failure) {
    const why =
      failure instanceof NotConvertible
        ? failure.message
        : `the result cannot be read: ${described(failure)}`;
    return {
      error: {
        kind: 'unexpected',
        message: redact(`${operation.name} returned what cannot be sent: ${why}`),
      },
    };
  } finally {
    if (spoiling) spoil([given, result]);
  }
}

function reply(id, said) {
  try {
    return JSON.stringify({ id, ...said });
  } catch (failure) {
    return refusal(id, `the result cannot be written as JSON: ${described(failure)}`);
  }
}

function refusal(id, message) {
  return JSON.stringify({ id, error: { kind: 'unexpected', message } });
}

export { answer };
