/**
 * Types of parity-bridge.mjs.
 *
 * Started as a program, it serves a module to the parity harness:
 * `node --import tsx parity-bridge.mjs ./src/lib/db/index.ts`. Imported into a
 * running app, it has the functions below; importing it does nothing else.
 */

/** The kinds of errors that the contract knows. */
export type ErrorKind =
  | 'not_found'
  | 'conflict'
  | 'invalid_value'
  | 'missing_reference'
  | 'unauthorized'
  | 'unavailable'
  | 'outcome_unknown'
  | 'unexpected';

/** An error as the contract compares it. An error of your own that has these properties needs no mapping. */
export interface ProtocolError {
  kind: ErrorKind;
  /** The violated constraint or rule: conflict, missing_reference, or an invalid_value that broke a CHECK. */
  constraint?: string;
  /** The column or argument in camelCase: invalid_value. */
  field?: string;
  /** The table in snake_case: not_found. */
  table?: string;
  /** Never the contents of a row: messages end up in logs. */
  message?: string;
}

/** Turn what an operation threw into an error of the protocol; null or undefined leaves it to the kit. */
export type MapError = (
  error: unknown,
  context: { operation: string },
) => ProtocolError | null | undefined | Promise<ProtocolError | null | undefined>;

export type Capability = 'durable' | 'server' | 'client_ids' | 'emptied' | 'whole_rows';

/** What a module says about itself: `export const parityBridge: ParityBridge = { … }`. All of it is optional. */
export interface ParityBridge {
  /** How reports call the adapter; else the name in package.json. */
  name?: string;
  /** `time: 'us'` only with `dates: 'iso'`: a Date keeps milliseconds. */
  capabilities?: { time?: 'ms' | 'us'; numbers?: 'double' };
  /** What the adapter cannot do, each with a reason. */
  lacks?: Partial<Record<Capability, string>>;
  mapError?: MapError;
  /** What time columns hold in arguments and results: Date objects (the default) or ISO 8601 text. */
  dates?: 'Date' | 'iso';
}

export interface SnapshotResult {
  path: string;
  /** Rows by entity: `{ schedulingRequests: 12, … }`. */
  counts: Record<string, number>;
}

/**
 * Write all rows of `db` to `path`, as one JSON file of mode 0600 that is whole or not there.
 *
 * `db` has for each entity `__export(entity)`, `list…` or `getAll…`. Rejects if an entity can be read in no way,
 * if a row lacks a column, or if the module's own `count…` disagrees with what was read.
 */
export function exportSnapshot(
  db: object,
  path: string,
  options?: { dates?: 'Date' | 'iso' },
): Promise<SnapshotResult>;

export interface RecordOptions {
  /** Where the calls go, one JSON line each; mode 0600, never overwritten. It holds personal data. */
  file: string;
  name?: string;
  /** Where to stop, in bytes; 256 MB if it is not given. The last line then says that the file is incomplete. */
  maxBytes?: number;
  dates?: 'Date' | 'iso';
  mapError?: MapError;
  /** false: do not read the rows that are there at the start. */
  rows?: boolean;
}

/** A module like `db` whose operations are recorded, for `harness contract --replay FILE`. Never throws by itself. */
export function record<T extends object>(db: T, options: RecordOptions): T;

/** Of a module that `record` returned: wait until the rows at the start are written; end the recording. */
export function recordingOf(recorded: object): { ready: Promise<void>; end(): void } | undefined;
