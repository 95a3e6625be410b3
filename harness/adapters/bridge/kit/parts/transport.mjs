/**
 * What the transport says when no answer came, or none of PostgREST: fetch, a proxy, a gateway.
 *
 * Only what was certainly not sent is safe to repeat, or a read.
 */
import { isObject } from './json.mjs';

const NOT_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'ERR_INVALID_URL',
]);
const LOST = new Set([
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ECONNABORTED',
  'UND_ERR_SOCKET',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'UND_ERR_ABORTED',
  'UND_ERR_DESTROYED',
  'UND_ERR_CLOSED',
  'ABORT_ERR',
]);
/** fetch refuses some ports by itself. */
const BAD_PORT = 'bad port';
const LOST_NAMES = /^(AbortError|TimeoutError)$/;

/** What fetch, and postgrest-js after it, say when no answer came: only what was not sent is safe to repeat, or a read. */
function ofTransport(error, reading) {
  const found = failureOf(error, 0);
  if (found === null) return null;
  if (found.notSent) return unavailable(`nothing was sent: ${found.what}`);
  if (reading) return unavailable(`the answer was lost: ${found.what}`);
  return { kind: 'outcome_unknown', message: `the request was sent, but the answer was lost: ${found.what}` };
}

function failureOf(error, depth) {
  if (!isObject(error) || depth > 5) return null;
  const { code, name, message, details } = error;
  if (message === BAD_PORT) return { notSent: true, what: message };
  if (typeof code === 'string' && NOT_SENT.has(code)) return { notSent: true, what: code };
  if (typeof code === 'string' && LOST.has(code)) return { notSent: false, what: code };
  if (error.cause !== undefined) {
    const below = failureOf(error.cause, depth + 1);
    if (below !== null) return below;
  }
  if (Array.isArray(error.errors)) {
    // Happy eyeballs: one failure per address that was tried.
    const tried = error.errors.map((one) => failureOf(one, depth + 1));
    if (tried.length > 0 && tried.every((one) => one !== null && one.notSent)) return tried[0];
  }
  if (typeof name === 'string' && LOST_NAMES.test(name)) return { notSent: false, what: name };
  if (name === 'TypeError' && (message === 'fetch failed' || message === 'terminated'))
    return { notSent: false, what: message };
  return code === '' || code === undefined ? failureInText(message, details) : null;
}

/** postgrest-js turns a failed fetch into {message: "TypeError: fetch failed", details: "… Caused by: … (CODE)", code: ""}. */
function failureInText(message, details) {
  const found =
    typeof message === 'string'
      ? /^(TypeError: (?:fetch failed|terminated)|AbortError|TimeoutError)\b/.exec(message)
      : null;
  if (found === null) return null;
  const cause =
    typeof details === 'string'
      ? /\bCaused by: .*(?:\(([A-Z_]+)\)|(bad port))/.exec(details)?.slice(1).find(Boolean)
      : undefined;
  if (cause === BAD_PORT) return { notSent: true, what: cause };
  return { notSent: cause !== undefined && NOT_SENT.has(cause), what: cause ?? found[1] };
}

/** An answer without a code of PostgREST or Postgres: a gateway's, or one that Postgres broke off. */
function ofStatus(error, reading) {
  const { code } = error;
  if (isPostgrest(error) && (code === '' || code === '57P02')) {
    return reading
      ? unavailable('the answer was lost: Postgres broke off')
      : {
          kind: 'outcome_unknown',
          message: 'the request was sent, but Postgres broke off before it answered',
        };
  }
  const status = Number.isInteger(error.status) ? error.status : error.statusCode;
  if (status === 401 || status === 403) {
    return { kind: 'unauthorized', message: 'the server refused the key; check SUPABASE_SERVICE_ROLE_KEY' };
  }
  if (status === 404)
    return unavailable('nothing was done: the server does not know the path (404); check SUPABASE_URL');
  if ([408, 429, 503].includes(status)) return unavailable(`nothing was done: the server answered ${status}`);
  if (Number.isInteger(status) && status >= 500) {
    return reading
      ? unavailable(`the server answered ${status}`)
      : { kind: 'outcome_unknown', message: `the server answered ${status} to a write` };
  }
  return null;
}

/**
 * What postgrest-js makes of an answer without a code: a plain object without a status.
 *
 * A body that is no JSON becomes its message, be it a proxy's page or half of a row: it is not passed on.
 */
function ofGateway(error, reading) {
  const keys = Object.keys(error);
  if (
    error instanceof Error ||
    typeof error.message !== 'string' ||
    !keys.every((key) => ['message', 'hint'].includes(key))
  )
    return null;
  if (/\bAPI key\b/.test(error.message)) {
    return { kind: 'unauthorized', message: 'the server refused the key; check SUPABASE_SERVICE_ROLE_KEY' };
  }
  if (/^no Route matched/.test(error.message)) {
    return unavailable('nothing was done: the server does not know the path; check SUPABASE_URL');
  }
  return reading
    ? unavailable('the answer cannot be read: it is no JSON')
    : {
        kind: 'outcome_unknown',
        message: 'the request was sent, but the answer cannot be read: it is no JSON',
      };
}

/** Errors of postgrest-js have these four texts, whether they are PostgrestErrors or plain objects. */
function isPostgrest(error) {
  return (
    typeof error.message === 'string' &&
    typeof error.code === 'string' &&
    'details' in error &&
    'hint' in error
  );
}

function unavailable(message) {
  return { kind: 'unavailable', message };
}

export { isPostgrest, ofGateway, ofStatus, ofTransport, unavailable };
