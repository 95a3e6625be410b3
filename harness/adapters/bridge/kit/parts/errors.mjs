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
import { kindOf } from './json.mjs';
import { described, redact } from './redact.mjs';
import { isPostgrest, ofGateway, ofStatus, ofTransport, unavailable } from './transport.mjs';

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

export { errorOf };
