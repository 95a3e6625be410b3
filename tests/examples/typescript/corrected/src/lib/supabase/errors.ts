/**
 * What PostgREST, Postgres and gateways say, as errors of the application: the only place that knows their codes.
 *
 * Their texts may quote the row that was refused, so nothing of them is passed on but names of constraints and
 * columns. Sources: PostgREST 12, "Errors"; PostgreSQL 17, appendix A.
 */

import { toCamel } from '../db/columns';
import {
  answerLost,
  conflict,
  invalidField,
  missingReference,
  notFound,
  unauthorized,
  unavailable,
  unexpected,
  violatedCheck,
  type StoreError,
} from '../db/errors';

/** Codes that say for certain that nothing was stored. */
const ROLLED_BACK: Record<string, string> = {
  '40P01': 'it was chosen to end a deadlock',
  '40001': 'it could not be serialised',
  '55P03': 'a lock was not to be had in time',
  '57014': 'the statement took longer than its timeout',
  '57P01': 'the server was shut down',
  '57P03': 'the server is starting',
  '25006': 'the server accepts no writes',
  PGRST000: 'PostgREST cannot connect to the database',
  PGRST001: 'PostgREST lost the database',
  PGRST002: 'PostgREST cannot load its schema cache',
  PGRST003: "PostgREST's connection pool is exhausted",
  PGRST200: 'PostgREST does not know a relation; apply the migrations or reload its schema cache',
  PGRST202: 'PostgREST does not know a function; apply the migrations or reload its schema cache',
  PGRST204: 'PostgREST does not know a column; apply the migrations or reload its schema cache',
  PGRST205: 'PostgREST does not know a table; apply the migrations or reload its schema cache',
  '42703': 'a column is missing; apply the migrations',
  '42883': 'a function is missing; apply the migrations',
  '42P01': 'a table is missing; apply the migrations',
};

/** Our own SQL functions raise these, with the name of a rule, a table or an argument as the message. */
const BY_CODE: Record<string, (message: string) => StoreError> = {
  '23505': (message) => conflict(quoted(message, 'constraint')),
  '23503': (message) => missingReference(quoted(message, 'constraint')),
  '23502': (message) => invalidField(toCamel(quoted(message, 'column')), 'is required'),
  '23514': (message) => violatedCheck(quoted(message, 'constraint')),
  '22023': (message) => invalidField(toCamel(rule(message).replace(/^p_/, '')), 'is outside of its bounds'),
  PT404: (message) => notFound(rule(message)),
  PT409: (message) => conflict(rule(message)),
};

/** The error that an answer with this status and body stands for. */
export function translateAnswer(status: number, body: string, reading: boolean): StoreError {
  const { code, message } = parse(body);
  if (code !== null) {
    const known = byCode(code, message, reading);
    if (known !== null) return known;
  }
  if (status === 401 || status === 403) return unauthorized('the server refused the key');
  // A gateway's 404, not PostgREST's, which has a code: the path is wrong.
  if ([404, 408, 429, 503].includes(status)) return unavailable(`nothing was done: the server answered ${status}`);
  if (status >= 500) return answerLost(`the server answered ${status}`, reading);
  return unexpected(`the server answered ${status} with code ${code ?? 'none'}`);
}

function byCode(code: string, message: string, reading: boolean): StoreError | null {
  const translate = BY_CODE[code];
  if (translate !== undefined) return translate(message);
  const reason = ROLLED_BACK[code];
  if (reason !== undefined) return unavailable(`nothing was done: ${reason} (${code})`);
  // PostgREST's words for a connection that Postgres broke off, before or after the commit.
  if (code === '' || code === '57P02') return answerLost('Postgres broke off', reading);
  if (code === '42501' || code.startsWith('PGRST30')) return unauthorized(`the key's role may not do this (${code})`);
  if (!/^[0-9A-Z]{5}$/.test(code)) return null;
  if (code.startsWith('22') || code.startsWith('54')) {
    return invalidField('value', `was refused by the database (${code})`);
  }
  return code.startsWith('53') ? unavailable(`nothing was done: the server is out of resources (${code})`) : null;
}

function parse(body: string): { code: string | null; message: string } {
  try {
    const { code, message } = JSON.parse(body) as { code?: unknown; message?: unknown };
    return { code: typeof code === 'string' ? code : null, message: typeof message === 'string' ? message : '' };
  } catch {
    return { code: null, message: '' };
  }
}

const quoted = (message: string, what: string): string =>
  new RegExp(`${what} "([^"]+)"`).exec(message)?.[1] ?? '(unnamed)';

const rule = (message: string): string => (/^[a-z_][a-z0-9_]*$/.test(message) ? message : '(unnamed)');
