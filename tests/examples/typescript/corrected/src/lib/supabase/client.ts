/** The one client of the project, and a fetch that says what became of a request that failed. */

import { createClient, type SupabaseClient, type WebSocketLikeConstructor } from '@supabase/supabase-js';
import WebSocket from 'ws';
import type { FunctionName } from '../db/columns';
import { answerLost, unavailable } from '../db/errors';
import { translateAnswer } from './errors';
import type { Database } from './types';

/** How long one request may take, from its first byte to the last one of the answer. */
const TIMEOUT_MS = Number(process.env.PARITY_TIMEOUT_MS ?? 10_000);
if (!(TIMEOUT_MS > 0))
  throw new Error(`PARITY_TIMEOUT_MS is ${process.env.PARITY_TIMEOUT_MS}, not a number of milliseconds.`);

/** Failures before anything was sent. After any other, a write may have happened. */
const NOT_SENT = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/**
 * What any table has, for code that works from a description of the table. `entities.ts` holds the descriptions
 * against the generated types.
 */
type AnyColumns = Record<string, unknown>;
interface AnyDatabase {
  public: {
    Tables: Record<string, { Row: AnyColumns; Insert: AnyColumns; Update: AnyColumns; Relationships: [] }>;
    Views: Record<string, never>;
    Functions: Record<FunctionName, { Args: AnyColumns; Returns: unknown }>;
  };
}

export const supabase = createClient<Database>(required('SUPABASE_URL'), required('SUPABASE_SERVICE_ROLE_KEY'), {
  auth: {
    autoRefreshToken: false,
    persistSession: false,
  },
  // Not used, but node 20 has no WebSocket of its own, and createClient insists on one.
  realtime: { transport: WebSocket as unknown as WebSocketLikeConstructor },
  global: { fetch: reliableFetch },
}) as unknown as SupabaseClient<AnyDatabase, 'public'>;

/**
 * fetch, but each failure is a StoreError that says whether the request may have had an effect.
 *
 * It has to happen here: supabase-js turns a failed request into an error without a code, and answers of 404 with an
 * empty body into an empty success.
 */
async function reliableFetch(input: string | URL | Request, init: RequestInit = {}): Promise<Response> {
  const reading = init.method === 'GET' || init.method === 'HEAD';
  let response: Response;
  let body: string;
  try {
    response = await fetch(input, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
    body = await response.text();
  } catch (error) {
    const reason = reasonOf(error);
    throw NOT_SENT.has(reason)
      ? unavailable(`nothing was sent: ${reason}`)
      : answerLost(`the answer was lost: ${reason}`, reading);
  }
  if (!response.ok) throw translateAnswer(response.status, body, reading);
  if (!isJson(body)) throw answerLost('the answer is empty or no JSON', reading);
  return new Response(body, { status: response.status, headers: response.headers });
}

/** The code of what went wrong, never its text: that may hold the URL, and with it what was searched for. */
function reasonOf(error: unknown): string {
  const { cause, name } = error as { cause?: { code?: unknown }; name?: unknown };
  return typeof cause?.code === 'string' ? cause.code : String(name);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`${name} is not set; DB_MODE=supabase needs it.`);
  return value;
}
