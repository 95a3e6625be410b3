// parity-bridge.mjs: serves a JavaScript or TypeScript module as parity-bridge/1.
// Part of the parity harness; `harness bridge kit --out DIR` writes the current one.
// No dependencies; node 20 or later.

import fs from 'node:fs';
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeSync as writeBytes } from 'node:fs';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { dirname, join, resolve as resolvePath } from 'node:path';
import { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';

// ---- entities --------------------------------------------------------------------------------------------

/** The entities, derived from harness.models by `python -m harness.adapters.bridge.kit`. */
const ENTITIES = {
  schedulingRequests: {
    singular: 'SchedulingRequest',
    plural: 'SchedulingRequests',
    table: 'scheduling_requests',
    appendOnly: false,
    queue: false,
    columns: {
      id: { name: 'id', type: 'uuid', nullable: false },
      applicationId: { name: 'application_id', type: 'text', nullable: true },
      candidateName: { name: 'candidate_name', type: 'text', nullable: false },
      candidateEmail: { name: 'candidate_email', type: 'text', nullable: false },
      reqId: { name: 'req_id', type: 'text', nullable: true },
      reqTitle: { name: 'req_title', type: 'text', nullable: false },
      interviewType: { name: 'interview_type', type: 'text', nullable: false },
      durationMinutes: { name: 'duration_minutes', type: 'integer', nullable: false },
      interviewerEmails: { name: 'interviewer_emails', type: 'text[]', nullable: false },
      organizerEmail: { name: 'organizer_email', type: 'text', nullable: false },
      calendarProvider: { name: 'calendar_provider', type: 'text', nullable: false },
      graphTenantId: { name: 'graph_tenant_id', type: 'text', nullable: true },
      windowStart: { name: 'window_start', type: 'timestamp with time zone', nullable: false },
      windowEnd: { name: 'window_end', type: 'timestamp with time zone', nullable: false },
      candidateTimezone: { name: 'candidate_timezone', type: 'text', nullable: false },
      publicToken: { name: 'public_token', type: 'text', nullable: false },
      publicTokenHash: { name: 'public_token_hash', type: 'text', nullable: false },
      expiresAt: { name: 'expires_at', type: 'timestamp with time zone', nullable: false },
      status: { name: 'status', type: 'text', nullable: false },
      needsAttention: { name: 'needs_attention', type: 'boolean', nullable: false },
      needsAttentionReason: { name: 'needs_attention_reason', type: 'text', nullable: true },
      createdBy: { name: 'created_by', type: 'text', nullable: true },
      createdAt: { name: 'created_at', type: 'timestamp with time zone', nullable: false },
      updatedAt: { name: 'updated_at', type: 'timestamp with time zone', nullable: false },
    },
  },
  bookings: {
    singular: 'Booking',
    plural: 'Bookings',
    table: 'bookings',
    appendOnly: false,
    queue: false,
    columns: {
      id: { name: 'id', type: 'uuid', nullable: false },
      requestId: { name: 'request_id', type: 'uuid', nullable: false },
      scheduledStart: { name: 'scheduled_start', type: 'timestamp with time zone', nullable: false },
      scheduledEnd: { name: 'scheduled_end', type: 'timestamp with time zone', nullable: false },
      calendarEventId: { name: 'calendar_event_id', type: 'text', nullable: true },
      calendarIcalUid: { name: 'calendar_ical_uid', type: 'text', nullable: true },
      conferenceJoinUrl: { name: 'conference_join_url', type: 'text', nullable: true },
      icimsActivityId: { name: 'icims_activity_id', type: 'text', nullable: true },
      status: { name: 'status', type: 'text', nullable: false },
      confirmedAt: { name: 'confirmed_at', type: 'timestamp with time zone', nullable: true },
      cancelledAt: { name: 'cancelled_at', type: 'timestamp with time zone', nullable: true },
      cancellationReason: { name: 'cancellation_reason', type: 'text', nullable: true },
      bookedBy: { name: 'booked_by', type: 'text', nullable: false },
      bookedAt: { name: 'booked_at', type: 'timestamp with time zone', nullable: false },
      updatedAt: { name: 'updated_at', type: 'timestamp with time zone', nullable: false },
    },
  },
  auditLogs: {
    singular: 'AuditLog',
    plural: 'AuditLogs',
    table: 'audit_logs',
    appendOnly: true,
    queue: false,
    columns: {
      id: { name: 'id', type: 'uuid', nullable: false },
      requestId: { name: 'request_id', type: 'uuid', nullable: true },
      bookingId: { name: 'booking_id', type: 'uuid', nullable: true },
      action: { name: 'action', type: 'text', nullable: false },
      actorType: { name: 'actor_type', type: 'text', nullable: false },
      actorId: { name: 'actor_id', type: 'text', nullable: true },
      payload: { name: 'payload', type: 'jsonb', nullable: false },
      createdAt: { name: 'created_at', type: 'timestamp with time zone', nullable: false },
    },
  },
  syncJobs: {
    singular: 'SyncJob',
    plural: 'SyncJobs',
    table: 'sync_jobs',
    appendOnly: false,
    queue: true,
    columns: {
      id: { name: 'id', type: 'uuid', nullable: false },
      type: { name: 'type', type: 'text', nullable: false },
      entityId: { name: 'entity_id', type: 'text', nullable: false },
      entityType: { name: 'entity_type', type: 'text', nullable: false },
      attempts: { name: 'attempts', type: 'integer', nullable: false },
      maxAttempts: { name: 'max_attempts', type: 'integer', nullable: false },
      status: { name: 'status', type: 'text', nullable: false },
      lastError: { name: 'last_error', type: 'text', nullable: true },
      payload: { name: 'payload', type: 'jsonb', nullable: false },
      runAfter: { name: 'run_after', type: 'timestamp with time zone', nullable: false },
      createdAt: { name: 'created_at', type: 'timestamp with time zone', nullable: false },
      updatedAt: { name: 'updated_at', type: 'timestamp with time zone', nullable: false },
    },
  },
  webhookEvents: {
    singular: 'WebhookEvent',
    plural: 'WebhookEvents',
    table: 'webhook_events',
    appendOnly: false,
    queue: true,
    columns: {
      id: { name: 'id', type: 'uuid', nullable: false },
      tenantId: { name: 'tenant_id', type: 'text', nullable: true },
      provider: { name: 'provider', type: 'text', nullable: false },
      eventId: { name: 'event_id', type: 'text', nullable: false },
      payloadHash: { name: 'payload_hash', type: 'text', nullable: false },
      eventType: { name: 'event_type', type: 'text', nullable: false },
      payload: { name: 'payload', type: 'jsonb', nullable: false },
      signature: { name: 'signature', type: 'text', nullable: false },
      verified: { name: 'verified', type: 'boolean', nullable: false },
      status: { name: 'status', type: 'text', nullable: false },
      attempts: { name: 'attempts', type: 'integer', nullable: false },
      maxAttempts: { name: 'max_attempts', type: 'integer', nullable: false },
      lastError: { name: 'last_error', type: 'text', nullable: true },
      runAfter: { name: 'run_after', type: 'timestamp with time zone', nullable: false },
      processedAt: { name: 'processed_at', type: 'timestamp with time zone', nullable: true },
      createdAt: { name: 'created_at', type: 'timestamp with time zone', nullable: false },
      updatedAt: { name: 'updated_at', type: 'timestamp with time zone', nullable: false },
    },
  },
  reconciliationJobs: {
    singular: 'ReconciliationJob',
    plural: 'ReconciliationJobs',
    table: 'reconciliation_jobs',
    appendOnly: false,
    queue: true,
    columns: {
      id: { name: 'id', type: 'uuid', nullable: false },
      tenantId: { name: 'tenant_id', type: 'text', nullable: true },
      jobType: { name: 'job_type', type: 'text', nullable: false },
      entityType: { name: 'entity_type', type: 'text', nullable: false },
      entityId: { name: 'entity_id', type: 'text', nullable: false },
      status: { name: 'status', type: 'text', nullable: false },
      attempts: { name: 'attempts', type: 'integer', nullable: false },
      maxAttempts: { name: 'max_attempts', type: 'integer', nullable: false },
      lastError: { name: 'last_error', type: 'text', nullable: true },
      detectionReason: { name: 'detection_reason', type: 'text', nullable: false },
      runAfter: { name: 'run_after', type: 'timestamp with time zone', nullable: false },
      createdAt: { name: 'created_at', type: 'timestamp with time zone', nullable: false },
      updatedAt: { name: 'updated_at', type: 'timestamp with time zone', nullable: false },
    },
  },
};

// ---- json ------------------------------------------------------------------------------------------------

/** Values that JSON carries as they are; everything else is an error that names the place. */

const DEEPEST = 1000;

/** A value that has no place in a result (or in an argument); the message says where and why. */
class NotConvertible extends Error {
  constructor(where, why) {
    super(where === '' ? why : `${where} ${why}`);
    this.name = 'NotConvertible';
  }
}

/** A copy of a value that JSON carries as it is. Everything else is an error with its place. */
function plain(value, where, context, above = []) {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      if (!Number.isFinite(value)) throw new NotConvertible(where, `is ${value}, which JSON turns into null`);
      return value;
    case 'object':
      break;
    default:
      throw new NotConvertible(where, `is ${kindOf(value)}, which JSON does not have`);
  }
  if (value === null) return null;
  if (isDate(value)) return nestedDate(value, where, context);
  if (above.includes(value)) throw new NotConvertible(where, 'contains itself, which JSON cannot express');
  if (above.length >= DEEPEST)
    throw new NotConvertible(where.slice(0, 60), `is nested deeper than ${DEEPEST}`);
  above.push(value);
  const copy = Array.isArray(value)
    ? plainArray(value, where, context, above)
    : plainObject(value, where, context, above);
  above.pop();
  return copy;
}

function plainArray(value, where, context, above) {
  if (Object.keys(value).length !== value.length) {
    throw new NotConvertible(where, 'is an array with holes or with properties, which JSON loses');
  }
  return Array.from(value, (one, index) => plain(one, `${where}[${index}]`, context, above));
}

function plainObject(value, where, context, above) {
  const prototype = Object.getPrototypeOf(value);
  // Objects of another realm have an Object.prototype of their own, whose prototype is null as well.
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    throw new NotConvertible(where, `is ${kindOf(value)}, of which JSON would not keep what it is`);
  }
  if (Object.getOwnPropertySymbols(value).length > 0) {
    throw new NotConvertible(where, 'has a symbol as a key, which JSON loses');
  }
  const copy = {};
  for (const key of Object.keys(value)) {
    const member = value[key];
    if (member === undefined && context.undefinedMembers === 'leave out') continue;
    put(copy, key, plain(member, `${where}.${key}`, context, above));
  }
  return copy;
}

function nestedDate(value, where, context) {
  if (Number.isNaN(value.getTime())) throw new NotConvertible(where, 'is an Invalid Date');
  if (context.nested !== 'text') {
    throw new NotConvertible(
      where,
      'is a Date inside of JSON: the database keeps text and gives text back, so store its toISOString()',
    );
  }
  if (context.found !== null && context.column !== undefined) {
    context.found.set(context.column, (context.found.get(context.column) ?? 0) + 1);
  }
  return value.toISOString();
}

/** Set a member, also one that is called __proto__. */
function put(object, key, value) {
  Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}

function isDate(value) {
  return Object.prototype.toString.call(value) === '[object Date]' && typeof value.getTime === 'function';
}

function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function kindOf(value) {
  if (value === null || value === undefined) return String(value);
  if (typeof value !== 'object') return typeof value === 'bigint' ? 'a BigInt' : `a ${typeof value}`;
  if (Array.isArray(value)) return 'an array';
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  const name = tag === 'Object' ? Object.getPrototypeOf(value)?.constructor?.name : tag;
  if (typeof name !== 'string' || name === '' || name === 'Object') return 'an object';
  return `${/^[AEIOU]/.test(name) ? 'an' : 'a'} ${name}`;
}

// ---- operations ------------------------------------------------------------------------------------------

/** The operations of parity-bridge/1: what each takes, what it gives back, and whether it only reads. */

const OPERATIONS = new Map();

function operation(name, entity, takes, gives, { reading = false } = {}) {
  OPERATIONS.set(name, { name, entity, takes, gives, reading });
}

for (const entity of Object.values(ENTITIES)) {
  const { singular, plural } = entity;
  operation(`create${singular}`, entity, ['values'], 'row');
  operation(`get${singular}`, entity, ['plain'], 'rowOrNull', { reading: true });
  operation(`list${plural}`, entity, ['query'], 'page', { reading: true });
  operation(`count${plural}`, entity, ['query'], 'plain', { reading: true });
  if (!entity.appendOnly) {
    operation(`update${singular}`, entity, ['plain', 'values'], 'row');
    operation(`delete${singular}`, entity, ['plain'], 'plain');
  }
  if (entity.queue) {
    operation(`claim${plural}`, entity, ['plain'], 'rows');
    operation(`complete${singular}`, entity, ['plain', 'plain'], 'row');
    operation(`fail${singular}`, entity, ['plain', 'plain', 'plain'], 'row');
  }
}
operation('getSchedulingRequestByTokenHash', ENTITIES.schedulingRequests, ['plain'], 'rowOrNull', {
  reading: true,
});
operation('receiveWebhookEvent', ENTITIES.webhookEvents, ['values'], 'received');
operation('bookSchedulingRequest', ENTITIES.bookings, ['values', 'plain'], 'row');
operation('rescheduleBooking', ENTITIES.bookings, ['plain', 'values', 'plain'], 'row');
operation('cancelBooking', ENTITIES.bookings, ['plain', 'plain', 'plain'], 'row');
operation('getOpsSummary', null, [], 'plain', { reading: true });
// Their entity is their first argument.
operation('__export', null, ['plain'], 'rows', { reading: true });
operation('__import', null, ['plain', 'rows'], 'nothing');
operation('__reset', null, [], 'nothing');

/** The entity that a call is about, or null. */
function entityOf(operation, args) {
  if (operation.entity !== null) return operation.entity;
  const named = Array.isArray(args) ? args[0] : undefined;
  return typeof named === 'string' && Object.hasOwn(ENTITIES, named) ? ENTITIES[named] : null;
}

// ---- convert ---------------------------------------------------------------------------------------------

/**
 * Values between the wire and a module.
 *
 * On the wire, times are ISO 8601 text and every column is there. A module
 * works with Dates (or with ISO text, where it says so) and with undefined.
 * What JSON cannot express is an error that names the place: JSON.stringify
 * would turn NaN into null and leave out undefined and functions, and nobody
 * would ever know.
 */

const TIME = 'timestamp with time zone';
const ISO =
  /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,6})?)?(?:Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

/** Tell whether a text is an ISO 8601 time with offset that exists in the calendar. */
function isTime(text) {
  const found = typeof text === 'string' ? ISO.exec(text) : null;
  if (found === null) return false;
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map(Number);
  const days = new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
  return (
    year >= 1 &&
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= days &&
    hour <= 23 &&
    minute <= 59 &&
    !(second > 59)
  );
}

/** Return the arguments as the module takes them. What is no time stays as it is: the module must refuse it. */
function argumentsOf(operation, args, dates) {
  const entity = entityOf(operation, args);
  if (entity === null || dates === 'iso') return args;
  return args.map((value, place) => TAKERS[operation.takes[place] ?? 'plain'](entity, value));
}

const TAKERS = {
  plain: (entity, value) => value,
  values: (entity, value) => withDates(entity, value),
  rows: (entity, value) => (Array.isArray(value) ? value.map((row) => withDates(entity, row)) : value),
  query: (entity, value) =>
    isObject(value) && Array.isArray(value.where)
      ? { ...value, where: value.where.map((condition) => conditionWithDates(entity, condition)) }
      : value,
};

function withDates(entity, values) {
  if (!isObject(values)) return values;
  const converted = { ...values };
  for (const name of Object.keys(values)) converted[name] = dateFor(entity, name, values[name]);
  return converted;
}

function dateFor(entity, name, value) {
  return entity.columns[name]?.type === TIME && isTime(value) ? new Date(value) : value;
}

function conditionWithDates(entity, condition) {
  if (!Array.isArray(condition) || typeof condition[0] !== 'string') return condition;
  const [name, operator, value] = condition;
  const values =
    operator === 'in' && Array.isArray(value)
      ? value.map((one) => dateFor(entity, name, one))
      : dateFor(entity, name, value);
  return [name, operator, values, ...condition.slice(3)];
}

/**
 * Return a result in its wire form, a copy of plain values.
 *
 * `dates` says what the time columns hold: 'Date' or 'iso'. `nested` says
 * what a Date inside of JSON is: an error, because the store that keeps it
 * gives back another value than the database, which keeps text; or 'text',
 * where rows are only copied. `found`, if given, counts those by column.
 */
function resultOf(operation, result, args, { dates, nested = 'error', found = null }) {
  const context = { dates, nested, found };
  return GIVERS[operation.gives](entityOf(operation, args), result, context, operation);
}

const GIVERS = {
  plain: (entity, value, context) => plain(value, 'the result', context),
  nothing: () => null,
  row: (entity, value, context) => (value === null ? null : row(entity, value, '', context)),
  rowOrNull: (entity, value, context) =>
    value === null || value === undefined ? null : row(entity, value, '', context),
  rows: (entity, value, context) => rows(entity, value, '', context),
  page: (entity, value, context) => {
    if (!isRecord(value))
      throw new NotConvertible('', `the result is ${kindOf(value)}, where { rows, nextCursor } is expected`);
    const page = { rows: rows(entity, value.rows, 'rows', context), nextCursor: null };
    if (value.nextCursor !== undefined) page.nextCursor = plain(value.nextCursor, 'nextCursor', context);
    return page;
  },
  received: (entity, value, context) => {
    if (!isRecord(value))
      throw new NotConvertible('', `the result is ${kindOf(value)}, where { event, isNew } is expected`);
    return { event: row(entity, value.event, 'event', context), isNew: plain(value.isNew, 'isNew', context) };
  },
};

function rows(entity, value, where, context) {
  if (!Array.isArray(value)) {
    throw new NotConvertible(
      where || 'the result',
      `is ${kindOf(value)}, where an array of rows is expected`,
    );
  }
  return Array.from(value, (one, index) => row(entity, one, `${where}[${index}]`, context));
}

/** One row: each column read by its name, so that getters and class instances count as what a caller sees. */
function row(entity, value, where, context) {
  if (entity === null) return plain(value, where || 'the result', context);
  if (!isRecord(value)) {
    throw new NotConvertible(
      where || 'the result',
      `is ${kindOf(value)}, where a row of ${entity.table} is expected`,
    );
  }
  const before = where === '' ? '' : `${where}.`;
  const copy = {};
  for (const [name, column] of Object.entries(entity.columns)) {
    const held = value[name];
    if (held !== undefined) copy[name] = cell(column, held, before + name, context);
    else if (column.nullable) copy[name] = null;
  }
  for (const name of Object.keys(value)) {
    if (!Object.hasOwn(entity.columns, name)) put(copy, name, plain(value[name], before + name, context));
  }
  return copy;
}

function cell(column, value, where, context) {
  if (value === null || column.type !== TIME) {
    return plain(value, where, { ...context, column: column.name });
  }
  if (context.dates === 'iso') {
    if (value instanceof Date) {
      throw new NotConvertible(
        where,
        "is a Date, but the module says that its times are text (dates: 'iso')",
      );
    }
    return plain(value, where, context);
  }
  if (!isDate(value)) {
    const hint =
      typeof value === 'string'
        ? "; a module whose times are ISO text exports parityBridge = { dates: 'iso' }"
        : '';
    throw new NotConvertible(where, `is ${kindOf(value)}, not a Date${hint}`);
  }
  if (Number.isNaN(value.getTime())) throw new NotConvertible(where, 'is an Invalid Date');
  return value.toISOString();
}

/** An object that may be a row: no array, and none of the containers whose content is not in its properties. */
function isRecord(value) {
  return (
    isObject(value) &&
    !isDate(value) &&
    typeof value.then !== 'function' &&
    value[Symbol.iterator] === undefined &&
    value[Symbol.asyncIterator] === undefined
  );
}

// ---- redact ----------------------------------------------------------------------------------------------

/** Text without keys: what is printed or sent ends up in logs. */

const SECRET_NAME = /KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL/i;
const SHORTEST_SECRET = 12;
const PATTERNS = [
  [/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):[^\s/]*@/gi, '$1:***@'],
  [/(\bpassword\s*=\s*)('(?:[^'\\]|\\.)*'|\S+)/gi, '$1***'],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, '***'],
  [/\bsb_(secret|publishable)_[\w-]+/g, 'sb_$1_***'],
  [/(\bBearer\s+)[\w.~+/=-]+/gi, '$1***'],
];

/** Return `text` without passwords, tokens and the values of variables whose names speak of them. */
function redact(text) {
  let shown = text;
  const secrets = Object.entries(process.env)
    .filter(([name, value]) => SECRET_NAME.test(name) && value.length >= SHORTEST_SECRET)
    .map(([, value]) => value)
    .sort((one, other) => other.length - one.length);
  for (const secret of secrets) shown = shown.replaceAll(secret, '***');
  for (const [pattern, replacement] of PATTERNS) shown = shown.replace(pattern, replacement);
  return shown;
}

/** A thrown value in a few words, on one line, without keys. */
function described(thrown) {
  let text;
  try {
    if (typeof thrown === 'object' && thrown !== null && typeof thrown.message === 'string') {
      text = `${typeof thrown.name === 'string' ? thrown.name : kindOf(thrown)}: ${thrown.message}`;
    } else {
      text = typeof thrown === 'string' ? `the text ${JSON.stringify(thrown)}` : kindOf(thrown);
    }
  } catch {
    text = 'a value that cannot be read';
  }
  return redact(text.replace(/\s+/g, ' ').slice(0, 500));
}

// ---- transport -------------------------------------------------------------------------------------------

/**
 * What the transport says when no answer came, or none of PostgREST: fetch, a proxy, a gateway.
 *
 * Only what was certainly not sent is safe to repeat, or a read.
 */

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

// ---- errors ----------------------------------------------------------------------------------------------

/**
 * What a module throws, as an error of the protocol.
 *
 * First the module's own mapError, then an error that carries a `kind`, then
 * the codes of Postgres and PostgREST, then what fetch says when there was no
 * answer. Everything else is unexpected: a finding. Names of constraints and
 * columns are taken out of messages; the messages of Postgres are not passed
 * on, because they may quote the row that was refused.
 *
 * Sources: PostgREST 12, "Errors"; PostgreSQL 17, appendix A.
 */

const SUBJECTS = {
  not_found: 'table',
  conflict: 'constraint',
  invalid_value: 'field',
  missing_reference: 'constraint',
  unauthorized: null,
  unavailable: null,
  outcome_unknown: null,
  unexpected: null,
};
const ROLLED_BACK = {
  '40P01': 'it was chosen to end a deadlock',
  40001: 'it could not be serialised',
  '55P03': 'a lock was not to be had in time',
  57014: 'the statement took longer than its timeout',
  '57P01': 'the server was shut down',
  '57P03': 'the server is starting',
  25006: 'the server accepts no writes',
  PGRST000: 'PostgREST cannot connect to the database',
  PGRST001: 'PostgREST lost the database',
  PGRST002: 'PostgREST cannot load its schema cache',
  PGRST003: "PostgREST's connection pool is exhausted",
};
const STALE_SCHEMA = {
  PGRST200: 'a relation',
  PGRST202: 'a function',
  PGRST204: 'a column',
  PGRST205: 'a table',
  42703: 'a column',
  42883: 'a function',
  '42P01': 'a table',
};

/** Return {kind, message, …} for whatever an operation threw, or a promise of it where mapError gives one. */
function errorOf(thrown, operation, mapError) {
  if (typeof mapError !== 'function') return ownTranslation(thrown, operation);
  const failed = (failure) => ({ kind: 'unexpected', message: `mapError threw ${described(failure)}` });
  const use = (mapped) => {
    if (mapped === null || mapped === undefined) return ownTranslation(thrown, operation);
    if (Object.hasOwn(SUBJECTS, mapped.kind)) return declared(mapped);
    return {
      kind: 'unexpected',
      message: `mapError returned ${kindOf(mapped)} without a kind of the protocol`,
    };
  };
  try {
    const mapped = mapError(thrown, { operation: operation.name });
    return typeof mapped?.then === 'function' ? Promise.resolve(mapped).then(use).catch(failed) : use(mapped);
  } catch (failure) {
    return failed(failure);
  }
}

function ownTranslation(thrown, operation) {
  try {
    return translated(thrown, operation);
  } catch (failure) {
    return { kind: 'unexpected', message: `threw something that cannot be read: ${described(failure)}` };
  }
}

/** The translation without the module's mapError. */
function translated(thrown, operation) {
  if (typeof thrown === 'object' && thrown !== null) {
    const { reading, entity } = operation;
    if (typeof thrown.kind === 'string' && Object.hasOwn(SUBJECTS, thrown.kind)) return declared(thrown);
    const answered =
      ofCode(thrown, entity) ??
      ofTransport(thrown, reading) ??
      ofStatus(thrown, reading) ??
      ofGateway(thrown, reading);
    if (answered !== null) return answered;
    if (typeof thrown.code === 'string' && thrown.code !== '' && isPostgrest(thrown)) {
      return { kind: 'unexpected', message: `the server answered with code ${thrown.code}` };
    }
  }
  return { kind: 'unexpected', message: `threw ${described(thrown)}` };
}

/** An error whose kind was stated by the module; it names its subject in the field that the kind has. */
function declared(error) {
  const result = { kind: error.kind };
  for (const name of ['constraint', 'field', 'table']) {
    if (typeof error[name] === 'string') result[name] = error[name];
  }
  result.message = redact(
    typeof error.message === 'string' && error.message !== '' ? error.message : error.kind,
  );
  return result;
}

function ofCode(error, entity) {
  const code = typeof error.code === 'string' ? error.code : '';
  const message = typeof error.message === 'string' ? error.message : '';
  const made = Object.hasOwn(BY_CODE, code) ? BY_CODE[code](message, error, entity) : null;
  if (made !== null) return made;
  if (Object.hasOwn(ROLLED_BACK, code))
    return unavailable(`nothing was done: ${ROLLED_BACK[code]} (${code})`);
  if (Object.hasOwn(STALE_SCHEMA, code)) {
    return unavailable(
      `nothing was done: the server does not know ${STALE_SCHEMA[code]} of the schema (${code}); ` +
        'apply the migrations, or let PostgREST reload its schema cache',
    );
  }
  if (code === '42501' || code.startsWith('PGRST30')) {
    return { kind: 'unauthorized', message: `the key's role may not do this (${code})` };
  }
  if (!/^[0-9A-Z]{5}$/.test(code)) return null;
  if (/^(22|54)/.test(code)) return invalid('value', `was refused by the database (${code})`);
  if (code.startsWith('53')) return unavailable(`nothing was done: the server is out of resources (${code})`);
  return null;
}

const BY_CODE = {
  23505: (message) => conflict(quoted(message, 'constraint')),
  23503: (message) => {
    const constraint = quoted(message, 'constraint');
    return {
      kind: 'missing_reference',
      constraint,
      message: `${constraint}: the referenced row does not exist`,
    };
  },
  23502: (message) => invalid(camel(quoted(message, 'column')), 'is required'),
  23514: (message) => {
    const constraint = quoted(message, 'constraint');
    return { kind: 'invalid_value', constraint, message: `${constraint}: violates the constraint` };
  },
  22023: (message) => invalid(camel(rule(message).replace(/^p_/, '')), 'is outside of its bounds'),
  PT404: (message) => notFound(rule(message)),
  PT409: (message) => conflict(rule(message)),
  // .single() of no row is how supabase-js says that a row is not there; of several rows it is a finding.
  PGRST116: (message, error, entity) =>
    /\b0 rows\b/.test(`${error.details} ${message}`) && entity !== null ? notFound(entity.table) : null,
};

function quoted(message, what) {
  return new RegExp(`${what} "([^"]+)"`).exec(message)?.[1] ?? '(unnamed)';
}

/** The message of our own SQL functions: the name of a rule, a table or an argument. */
function rule(message) {
  return /^[a-z_][a-z0-9_]*$/.test(message) ? message : '(unnamed)';
}

function camel(name) {
  return name.replace(/_([a-z0-9])/g, (_, letter) => letter.toUpperCase());
}

function conflict(constraint) {
  return { kind: 'conflict', constraint, message: `conflicts with ${constraint}` };
}

function notFound(table) {
  return { kind: 'not_found', table, message: `${table}: no row with this id` };
}

function invalid(field, why) {
  return { kind: 'invalid_value', field, message: `${field}: ${why}` };
}

// ---- module ----------------------------------------------------------------------------------------------

/** The module under examination: loading it, and what it offers. */

const PROTOCOL = 'parity-bridge/1';
const LACKABLE = ['durable', 'server', 'client_ids', 'emptied', 'whole_rows'];
const RESOLUTIONS = { time: ['ms', 'us'], numbers: ['double'] };
const IN_MEMORY = {
  durable: 'the rows live in the memory of the process',
  server: 'there is no server between the adapter and the rows',
};

/** The adapter cannot be served; the message says why and what to do. Exit status 2. */
class Refusal extends Error {}

/** Import the module and find its operations. Raises Refusal. */
async function load({ path, mode, options }) {
  const file = existingFile(path);
  const exported = await imported(file);
  const functions = found(exported);
  if (mode !== 'memory') functions.delete('__reset');
  if (functions.size === 0) throw nothingExported(path, exported);
  const own = configuration(exported, path);
  const config = {
    ...own,
    ...Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
  };
  config.capabilities = { ...own.capabilities, ...options.capabilities };
  config.lacks = { ...(mode === 'memory' ? IN_MEMORY : {}), ...own.lacks, ...options.lacks };
  if (options.errors !== undefined) config.mapError = await errorMap(options.errors);
  checkCapabilities(config);
  const hello = {
    protocol: PROTOCOL,
    name: config.name ?? packageName(file) ?? path,
    operations: [...functions.keys()],
    capabilities: { time: 'ms', numbers: 'double', ...config.capabilities },
    lacks: config.lacks,
    spoils: true,
  };
  return { functions, hello, dates: config.dates ?? 'Date', mapError: config.mapError };
}

function existingFile(path) {
  const file = path.startsWith('file:') ? fileURLToPath(path) : resolvePath(path);
  if (!existsSync(file)) {
    throw new Refusal(
      `the module ${path} does not exist (looked for ${file}). Name the file that exports createBooking, getBooking and so on.`,
    );
  }
  if (statSync(file).isDirectory()) {
    throw new Refusal(`${path} is a directory. Name the file in it, such as ${join(path, 'index.js')}.`);
  }
  return file;
}

async function imported(file) {
  try {
    return await import(pathToFileURL(file).href);
  } catch (error) {
    throw new Refusal(
      `the module ${file} cannot be imported: ${described(error)}. ${adviceOn(error, file)}${placeOf(error)}`,
    );
  }
}

function adviceOn(error, file) {
  const typescript = /\.[cm]?tsx?$/.test(file);
  const ofTypes = [
    'ERR_UNKNOWN_FILE_EXTENSION',
    'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX',
    'ERR_INVALID_TYPESCRIPT_SYNTAX',
    'ERR_MODULE_NOT_FOUND',
  ];
  if (
    typescript &&
    (ofTypes.includes(error?.code) || error?.name === 'SyntaxError') &&
    !process.execArgv.some((flag) => /tsx|loader|import/.test(flag))
  ) {
    return 'TypeScript goes through a loader: npm install --save-dev tsx, then node --import tsx parity-bridge.mjs …';
  }
  if (error?.code === 'ERR_MODULE_NOT_FOUND' || error?.code === 'MODULE_NOT_FOUND') {
    return 'Install what it imports (npm ci), or correct the path.';
  }
  if (/top-level await/i.test(error?.message))
    return 'Without "type": "module" in package.json, TypeScript becomes CommonJS, which has none.';
  return 'Correct it until the module can be imported by itself.';
}

function placeOf(error) {
  const frame = typeof error?.stack === 'string' ? /\n\s+at (.*)/.exec(error.stack)?.[1] : undefined;
  return frame === undefined ? '' : ` (at ${frame})`;
}

/** The operations of a module, by name: its own exports first, then those of `default` and `db`. */
function found(exported) {
  const functions = new Map();
  for (const owner of [exported, exported.default, exported.db]) {
    if ((typeof owner !== 'object' && typeof owner !== 'function') || owner === null) continue;
    for (const name of OPERATIONS.keys()) {
      if (!functions.has(name) && typeof owner[name] === 'function')
        functions.set(name, owner[name].bind(owner));
    }
  }
  return new Map(
    [...OPERATIONS.keys()].filter((name) => functions.has(name)).map((name) => [name, functions.get(name)]),
  );
}

function nothingExported(path, exported) {
  const names = Object.keys(exported).slice(0, 12).join(', ');
  return new Refusal(
    `${path} exports no operation of ${PROTOCOL}${names === '' ? '; it exports nothing' : `; it exports ${names}`}. ` +
      'Export functions that are called createBooking, getBooking, listBookings and so on; `harness bridge schema` lists them.',
  );
}

/** What the module says about itself in `export const parityBridge = {…}`. */
function configuration(exported, path) {
  const own = exported.parityBridge ?? exported.default?.parityBridge ?? {};
  if (!isObject(own)) throw new Refusal(`parityBridge of ${path} is ${kindOf(own)}, not an object.`);
  const known = ['name', 'capabilities', 'lacks', 'mapError', 'dates'];
  for (const key of Object.keys(own)) {
    if (!known.includes(key))
      throw new Refusal(`parityBridge of ${path} has ${JSON.stringify(key)}; known are ${known.join(', ')}.`);
  }
  if (own.mapError !== undefined && typeof own.mapError !== 'function')
    throw new Refusal(`parityBridge.mapError of ${path} is no function.`);
  if (own.name !== undefined && (typeof own.name !== 'string' || own.name.trim() === ''))
    throw new Refusal(`parityBridge.name of ${path} is no text.`);
  for (const key of ['capabilities', 'lacks']) {
    if (own[key] !== undefined && !isObject(own[key]))
      throw new Refusal(`parityBridge.${key} of ${path} is no object.`);
  }
  return { ...own };
}

function checkCapabilities({ capabilities, lacks, dates }) {
  if (dates !== undefined && !['Date', 'iso'].includes(dates)) {
    throw new Refusal(`dates is ${JSON.stringify(dates)}; it is 'Date' (Date objects) or 'iso' (text).`);
  }
  for (const [name, value] of Object.entries(capabilities)) {
    if (!Object.hasOwn(RESOLUTIONS, name) || !RESOLUTIONS[name].includes(value)) {
      throw new Refusal(
        `the capability ${name}=${value} is not known; there are time=ms, time=us and numbers=double (JavaScript has no other numbers).`,
      );
    }
  }
  if (capabilities.time === 'us' && dates !== 'iso') {
    throw new Refusal(
      "a Date keeps milliseconds: time=us needs times that are text, parityBridge = { dates: 'iso' }.",
    );
  }
  for (const [name, reason] of Object.entries(lacks)) {
    if (!LACKABLE.includes(name))
      throw new Refusal(`lacks names ${JSON.stringify(name)}; known are ${LACKABLE.join(', ')}.`);
    if (typeof reason !== 'string' || reason.trim() === '')
      throw new Refusal(`lacks ${name} needs a reason: --lacks ${name}="why".`);
  }
}

async function errorMap(path) {
  const exported = await imported(existingFile(path));
  const map = typeof exported.default === 'function' ? exported.default : exported.mapError;
  if (typeof map !== 'function') {
    throw new Refusal(
      `${path} exports no mapError. Export a function (error, { operation }) => ({ kind, … }) or null, as default or as mapError.`,
    );
  }
  return map;
}

/** The name in the nearest package.json. */
function packageName(file) {
  for (let place = dirname(file); ; place = dirname(place)) {
    try {
      const { name } = JSON.parse(readFileSync(join(place, 'package.json'), 'utf8'));
      if (typeof name === 'string' && name !== '') return name;
    } catch {
      // None here, or none that can be read: look further up.
    }
    if (place === dirname(place)) return null;
  }
}

// ---- spoil -----------------------------------------------------------------------------------------------

/**
 * What a careless caller does: change what it passed in, and what it was given.
 *
 * Values are copied on their way over the bridge, so nobody on the other side
 * could tell whether a store hands out its own objects. A request with
 * "spoil": true asks the kit to change arguments and result after the reply was
 * made; a store that shares them with its callers then shows it in later reads.
 */

const SPOILED = 'changed by the caller';
// A row whose id was changed is found by nobody: what else became of it would stay unseen.
const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Change a value and all that it holds, as far as it can be changed. */
function spoil(value, seen = new Set()) {
  if (typeof value !== 'object' || value === null || seen.has(value)) return;
  seen.add(value);
  try {
    if (value instanceof Date) value.setTime(0);
    else if (Array.isArray(value)) spoilMembers(value, seen, () => value.push(SPOILED));
    else if (isPlain(value)) spoilMembers(value, seen, () => (value[SPOILED] = SPOILED));
  } catch {
    // Frozen: it may be shared.
  }
}

function spoilMembers(value, seen, add) {
  for (const key of Object.keys(value)) {
    const member = value[key];
    if (typeof member === 'object') spoil(member, seen);
    else if (typeof member !== 'string' || !ID.test(member))
      Reflect.set(
        value,
        key,
        typeof member === 'string' ? SPOILED : typeof member === 'number' ? -1 : !member,
      );
  }
  add();
}

/** Objects of the module's own classes have rules of their own, which a caller would not get around either. */
function isPlain(value) {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

// ---- answer ----------------------------------------------------------------------------------------------

/** One request line in, one reply line out, whatever happens in between. */

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

// ---- streams ---------------------------------------------------------------------------------------------

/**
 * The streams of the process: stdout carries protocol lines only.
 *
 * Loggers do not all go through console: pino writes to descriptor 1. So
 * process.stdout is process.stderr here, and fs sends what is meant for 1 to 2.
 * What a child process or an own thread of the app writes to descriptor 1
 * cannot be caught; the harness then says which line disturbed the protocol.
 */

const STDOUT = 1;
const STDERR = 2;
const pause = new Int32Array(new SharedArrayBuffer(4));
const writeSync = fs.writeSync;

/** Give stdout to the protocol: everybody else's goes to stderr. Returns the stdin that the protocol reads. */
function takeStreams({ isThread = false } = {}) {
  const { stdin, stdout, stderr } = process;
  if (isThread) {
    // What a thread prints would pass through the main thread, and be lost if that ends first.
    for (const stream of [stdout, stderr]) Object.assign(stream, { _write: printNow, _writev: null });
  } else {
    // Touched before, stdout may be bound to console already: then its write has to be replaced, too.
    stdout.write = stderr.write.bind(stderr);
    replaceStream('stdout', stderr);
    replaceStream('stdin', Readable.from([]));
  }
  for (const name of [
    'write',
    'writeSync',
    'writev',
    'writevSync',
    'writeFile',
    'writeFileSync',
    'appendFile',
    'appendFileSync',
  ]) {
    const real = fs[name];
    const passedOn = (target, ...rest) => real(target === STDOUT ? STDERR : target, ...rest);
    // What util.promisify() needs to know about a function stands in its properties.
    fs[name] = Object.defineProperties(passedOn, Object.getOwnPropertyDescriptors(real));
  }
  syncBuiltinESMExports();
  return stdin;
}

function replaceStream(name, stream) {
  Object.defineProperty(process, name, { configurable: true, enumerable: true, get: () => stream });
}

function printNow(chunk, encoding, done) {
  try {
    writeAllNow(STDERR, Buffer.from(chunk, encoding === 'buffer' ? undefined : encoding));
  } catch {
    // Nobody listens.
  }
  done();
}

/** Write bytes to a descriptor, all of them, however slowly they are read. */
function writeAllNow(descriptor, bytes) {
  for (let done = 0; done < bytes.length;) {
    try {
      done += writeSync(descriptor, bytes, done);
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
      Atomics.wait(pause, 0, 0, 1);
    }
  }
}

function writeLine(descriptor, text) {
  writeAllNow(descriptor, Buffer.from(`${text}\n`, 'utf8'));
}

/** Say one line on stderr, also right before the process ends. */
function say(text) {
  try {
    writeLine(STDERR, `parity-bridge: ${text}`);
  } catch {
    // Nobody listens: the exit status has to do.
  }
}

let leaving = false;

/** End the process on purpose. */
function leave(status, message) {
  if (message !== undefined) say(message);
  leaving = true;
  process.exit(status);
}

/** Tell whether the end of the process is the kit's own wish. */
function isLeaving() {
  return leaving;
}

/** Send one protocol line. Nobody reading is the end. */
function send(line) {
  try {
    writeLine(STDOUT, line);
  } catch (error) {
    if (error.code === 'EPIPE') leave(0);
    leave(1, `stdout cannot be written (${error.code}).`);
  }
}

/** Call `take` with each line of a stream of bytes, and `end` once. Characters may be split between chunks. */
function readLines(stream, take, end) {
  const decoder = new StringDecoder('utf8');
  let parts = [];
  stream.on('data', (chunk) => {
    const lines = decoder.write(chunk).split('\n');
    parts.push(lines[0]);
    for (const line of lines.slice(1)) {
      const whole = parts.join('');
      parts = [line];
      if (whole.trim() !== '') take(whole);
    }
  });
  stream.on('end', () => {
    const last = parts.join('') + decoder.end();
    if (last.trim() !== '') take(last);
    end();
  });
  stream.on('error', () => end());
}

// ---- loader ----------------------------------------------------------------------------------------------

/**
 * TypeScript in a worker thread.
 *
 * `node --import tsx` runs tsx's preload in every thread, but where tsx still
 * uses module.register (node before 22.22 and 24.11), it does so in the main
 * thread only, and those hooks end there. So a thread asks tsx itself.
 * Other loaders that were given with --import register wherever they are run.
 */

const OF_TSX = /(?:^|[\\/])tsx(?:[\\/]|$)/;

/** What node was told to load first, of --import, --loader and NODE_OPTIONS. */
function preloads(flags) {
  const words = flags.flatMap((flag) => (flag.startsWith('--') ? flag.split(/=(.*)/s, 2) : [flag]));
  return words.filter((word, index) =>
    ['--import', '--loader', '--experimental-loader'].includes(words[index - 1]),
  );
}

/** Make tsx work in this thread, if node was started with it. */
async function registerLoader() {
  const flags = [...process.execArgv, ...(process.env.NODE_OPTIONS ?? '').split(/\s+/)];
  const tsx = preloads(flags).find((word) => OF_TSX.test(word));
  if (tsx === undefined) return;
  const from = tsx.startsWith('file:') ? tsx : pathToFileURL(resolvePath('package.json'));
  // require() would find the CommonJS half of its API, which loads the other half from a wrong place.
  const manifest = createRequire(from).resolve('tsx/package.json');
  const api = JSON.parse(readFileSync(manifest, 'utf8')).exports['./esm/api'].import.default;
  const { register } = await import(pathToFileURL(resolvePath(dirname(manifest), api)).href);
  register();
}

// ---- workers ---------------------------------------------------------------------------------------------

/**
 * Memory mode: the module lives in a worker thread, and __reset replaces it.
 *
 * A module's state cannot be taken back from outside; a fresh thread has
 * none. The next one is started as soon as the present one is used for the
 * first time, so that it is ready when the reset comes. A module that exports
 * __reset itself is reset by that, in place.
 */

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

// ---- capture ---------------------------------------------------------------------------------------------

/** Reading all rows of a module, for a snapshot or at the start of a recording. */

const PAGE = 500;

/** How all rows of an entity can be read, in order of preference; null if in no way. */
function readerOf(db, name, entity) {
  const { plural } = entity;
  if (typeof db.__export === 'function') return () => db.__export(name);
  if (typeof db[`list${plural}`] === 'function') return () => byPages(db, plural);
  if (typeof db[`getAll${plural}`] === 'function') return () => db[`getAll${plural}`]();
  return null;
}

async function byPages(db, plural) {
  const rows = [];
  const seen = new Set();
  for (let cursor; ;) {
    const page = await db[`list${plural}`]({
      where: [],
      limit: PAGE,
      ...(cursor === undefined ? {} : { cursor }),
    });
    if (!Array.isArray(page?.rows)) throw new Error(`list${plural} returned no { rows, nextCursor }`);
    for (const row of page.rows) rows.push(row);
    if (page.nextCursor === null || page.nextCursor === undefined) return rows;
    if (seen.has(page.nextCursor))
      throw new Error(`list${plural} returned the same cursor twice, so it would never end`);
    seen.add(page.nextCursor);
    cursor = page.nextCursor;
  }
}

/**
 * Rows in wire form, each of them whole: a missing column or an id that comes twice is an error.
 * Dates inside of JSON become the text that the database would keep; `found` counts them by column.
 */
function wholeRows(name, entity, given, dates, found) {
  const rows = resultOf(OPERATIONS.get('__export'), given, [name], { dates, nested: 'text', found });
  const ids = new Set();
  for (const [index, row] of rows.entries()) {
    for (const [column, { nullable }] of Object.entries(entity.columns)) {
      if (row[column] === undefined) throw new Error(`${name}[${index}] has no ${column}`);
      if (row[column] === null && !nullable)
        throw new Error(`${name}[${index}]: ${column} is null, which the table never holds`);
    }
    const unknown = Object.keys(row).find((column) => !Object.hasOwn(entity.columns, column));
    if (unknown !== undefined)
      throw new Error(
        `${name}[${index}] has ${JSON.stringify(unknown)}, which is no column of ${entity.table}`,
      );
    if (ids.has(row.id)) throw new Error(`${name}: the id of row ${index} comes twice`);
    ids.add(row.id);
  }
  return rows;
}

/** The module's own word on how it represents times. */
function datesOf(db, options) {
  return options.dates ?? db.parityBridge?.dates ?? 'Date';
}

// ---- snapshot --------------------------------------------------------------------------------------------

/** exportSnapshot: all rows of a running app in one file, which is whole or not there. */

/**
 * Write all rows of `db` to `path` as JSON, mode 0600, and return { path, counts }.
 *
 * An entity that can be read in no way, a row without a column, or rows that
 * changed while they were read are errors, and then there is no file: a
 * snapshot that lacks rows would lose them in the migration.
 */
export async function exportSnapshot(db, path, options = {}) {
  const dates = datesOf(db, options);
  const readers = Object.entries(ENTITIES).map(([name, entity]) => [
    name,
    entity,
    readerOf(db, name, entity),
  ]);
  const blind = readers.filter(([, , reader]) => reader === null).map(([name]) => name);
  if (blind.length > 0) {
    throw new Error(
      `exportSnapshot: ${blind.join(', ')} cannot be read. Export __export(entity), list… or getAll… for each: ` +
        `for ${blind[0]} one of __export, list${ENTITIES[blind[0]].plural}, getAll${ENTITIES[blind[0]].plural}.`,
    );
  }
  const tables = [];
  for (const [name, entity, reader] of readers) tables.push(await table(db, name, entity, reader, dates));
  const header = {
    snapshot: 'parity-snapshot/1',
    writtenAt: new Date().toISOString(),
    mode: process.env.DB_MODE ?? null,
    counts: Object.fromEntries(tables.map(({ name, count }) => [name, count])),
    counted: Object.fromEntries(tables.map(({ name, counted }) => [name, counted])),
    datesInJson: Object.fromEntries(
      tables.flatMap(({ name, found }) => [...found].map(([column, n]) => [`${name}.${column}`, n])),
    ),
  };
  writeWhole(path, pieces(header, tables));
  return { path, counts: header.counts };
}

/** Read one entity. Its count is asked for before and after, where the module counts: all three must agree. */
async function table(db, name, entity, reader, dates) {
  const count =
    typeof db[`count${entity.plural}`] === 'function'
      ? () => db[`count${entity.plural}`]({ where: [] })
      : null;
  const found = new Map();
  const before = count === null ? null : await count();
  const rows = wholeRows(name, entity, await reader(), dates, found);
  const after = count === null ? null : await count();
  if (count !== null && (before !== rows.length || after !== rows.length)) {
    throw new Error(
      `exportSnapshot: count${entity.plural} said ${before} before and ${after} after reading, and ${rows.length} rows were read. ` +
        'Stop what writes and try again; if nothing writes, the reading loses rows.',
    );
  }
  return {
    name,
    count: rows.length,
    counted: count === null ? 'rows' : 'by the module',
    rows: rows.map((row) => JSON.stringify(row)),
    found,
  };
}

/** The file in pieces, a row a line: the text of a large store would not fit into one string. */
function* pieces(header, tables) {
  yield `${JSON.stringify(header).slice(0, -1)},"rows":{`;
  for (const [place, { name, rows }] of tables.entries()) {
    yield `${place === 0 ? '' : ','}\n${JSON.stringify(name)}:[`;
    for (const [index, row] of rows.entries()) yield `${index === 0 ? '' : ','}\n${row}`;
    yield ']';
  }
  yield '}}\n';
}

function writeWhole(path, texts) {
  const partial = `${path}.${process.pid}.partial`;
  const file = openSync(partial, 'wx', 0o600);
  try {
    try {
      for (const text of texts) writeAll(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(partial, path);
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
}

/** Write a text to a file, all of it. */
function writeAll(file, text) {
  const bytes = Buffer.from(text, 'utf8');
  for (let done = 0; done < bytes.length;) done += writeBytes(file, bytes, done);
}

// ---- recording -------------------------------------------------------------------------------------------

/**
 * The file of a recording: calls as JSON lines.
 *
 * It holds personal data: mode 0600, never overwritten. Each call is written
 * at once when it ends, so that a crash loses at most what was running. A
 * failure is a warning and a last line that says so; nobody else notices.
 */

const MAX_BYTES = 256 * 1024 * 1024;

/** The file of a recording. */
class Recording {
  constructor(file, { name, mode, capabilities, maxBytes = MAX_BYTES }) {
    this.path = file;
    this.room = maxBytes;
    this.calls = 0;
    this.running = 0;
    this.started = process.hrtime.bigint();
    const startedAt = new Date().toISOString();
    this.head = { recording: 'parity-recording/1', name, mode, startedAt, capabilities };
    this.file = null;
    this.ended = false;
    this.begun = false;
    this.atExit = () => this.end();
    try {
      this.file = openSync(file, 'wx', 0o600);
      process.once('exit', this.atExit);
    } catch (error) {
      this.warn(
        error.code === 'EEXIST'
          ? `${file} exists already, and a recording is never overwritten; move it away`
          : `${file} cannot be written: ${described(error)}`,
      );
    }
  }

  /** Write the first line: the rows at the start, or null and the reason. */
  begin(rows, reason) {
    if (this.begun) return;
    this.begun = true;
    this.write({ ...this.head, rows, ...(reason === undefined ? {} : { rowsMissing: reason }) });
  }

  now() {
    return Number(process.hrtime.bigint() - this.started);
  }

  /** Write one call; `said` is {result} or {error}. */
  call({ n, op, args, startedNs, endedNs }, said) {
    this.write({ n, op, args, startedNs, endedNs, ...said });
  }

  write(entry) {
    if (this.ended || this.file === null) return;
    try {
      const text = `${JSON.stringify(entry)}\n`;
      this.room -= Buffer.byteLength(text);
      if (this.room < 0) throw new Error('it has reached its limit of size');
      writeAll(this.file, text);
    } catch (error) {
      this.broken(error);
    }
  }

  /** Stop: one warning, and a last line that marks the file incomplete. */
  broken(error) {
    if (this.ended) return;
    const reason = described(error);
    this.warn(`${this.path} is incomplete: ${reason}`);
    this.end(reason);
  }

  end(reason = null) {
    if (this.ended || this.file === null) return;
    this.ended = true;
    process.removeListener('exit', this.atExit);
    const complete = reason === null && this.running === 0;
    const last = {
      end: { calls: this.calls, running: this.running, complete, ...(reason === null ? {} : { reason }) },
    };
    try {
      writeAll(this.file, `${JSON.stringify(last)}\n`);
      closeSync(this.file);
    } catch {
      // The disk is full, say: a file without this line counts as incomplete.
    }
  }

  warn(message) {
    say(`recording: ${message}.`);
  }
}

// ---- record ----------------------------------------------------------------------------------------------

/** record: a module whose calls are written down as they happen, for `harness contract --replay FILE`. */

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

// ---- tap -------------------------------------------------------------------------------------------------

/** --record: what comes through the bridge, written down as it passes. It is in wire form already. */

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

// ---- serve -----------------------------------------------------------------------------------------------

/** The process: hello, requests, replies, and an end for every way in which it may end. */

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

// ---- main ------------------------------------------------------------------------------------------------

/** The command line. */

const USAGE = `usage: DB_MODE=memory|supabase node [--import tsx] parity-bridge.mjs [options] MODULE

Serves a module that exports createBooking, getBooking, listBookings and so on as parity-bridge/1:
JSON lines on stdin and stdout. The harness starts it:
  harness contract --adapter bridge:"node --import tsx parity-bridge.mjs ./src/lib/db/index.ts"

  --name NAME             how reports call the adapter; else the name in package.json
  --errors FILE           a module that exports mapError(error, { operation }) => { kind, … } or null
  --dates Date|iso        what the module takes and returns for times: Date objects (default) or ISO text
  --capability NAME=VALUE time=us, with --dates iso, if microseconds are kept
  --lacks NAME=REASON     what the adapter cannot do: durable, server, client_ids, emptied, whole_rows
  --record FILE           also write the calls to FILE, for harness contract --replay FILE
  --record-limit MB       stop recording at this size (default 256)
`;
const OPTIONS = {
  name: { type: 'string' },
  errors: { type: 'string' },
  dates: { type: 'string' },
  capability: { type: 'string', multiple: true },
  lacks: { type: 'string', multiple: true },
  record: { type: 'string' },
  'record-limit': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
};

function refuse(message) {
  say(message);
  process.exit(2);
}

function settingsOf(argv) {
  let parsed;
  try {
    parsed = parseArgs({ args: argv, options: OPTIONS, allowPositionals: true });
  } catch (error) {
    return refuse(`${error.message} Try --help.`);
  }
  const { values, positionals } = parsed;
  if (values.help) {
    process.stdout.write(USAGE);
    process.exit(0);
  }
  if (positionals.length !== 1) {
    refuse(
      `${positionals.length === 0 ? 'no module is named' : `${positionals.length} modules are named`}. ` +
        'Name the one file that exports createBooking, getBooking and so on: node parity-bridge.mjs ./db/index.js',
    );
  }
  const mode = process.env.DB_MODE;
  if (mode !== 'memory' && mode !== 'supabase') {
    refuse(
      `DB_MODE is ${mode === undefined ? 'not set' : JSON.stringify(mode)}; set it to memory or supabase, exactly. Nothing is assumed.`,
    );
  }
  return {
    path: positionals[0],
    mode,
    record: values.record,
    recordLimit: limitOf(values['record-limit']),
    options: {
      name: values.name,
      errors: values.errors,
      dates: values.dates,
      capabilities: pairs('--capability', values.capability),
      lacks: pairs('--lacks', values.lacks),
    },
  };
}

function limitOf(text = '256') {
  const megabytes = Number(text);
  if (!(megabytes > 0)) refuse(`--record-limit ${text} is no number of megabytes above 0.`);
  return megabytes * 1024 * 1024;
}

function pairs(option, given = []) {
  return Object.fromEntries(
    given.map((text) => {
      const at = text.indexOf('=');
      if (at < 1) refuse(`${option} ${text} is not of the form NAME=VALUE.`);
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}

/** True if node was started with this file, and not just imported it. */
function isProgram() {
  try {
    return isMainThread && realpathSync(process.argv[1]) === realpathSync(fileURLToPath(import.meta.url));
  } catch {
    return false;
  }
}

if (isThread()) {
  await serveInThread();
} else if (isProgram()) {
  await serve(settingsOf(process.argv.slice(2)));
}
