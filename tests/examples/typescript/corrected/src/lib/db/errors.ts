/** The one error that every operation throws on purpose. */

export type ErrorKind =
  | 'not_found'
  | 'conflict'
  | 'invalid_value'
  | 'missing_reference'
  | 'unauthorized'
  | 'unavailable'
  | 'outcome_unknown'
  | 'unexpected';

/**
 * What it is about, by its kind: the table of `not_found`; the unique key, foreign key or rule of `conflict` and
 * `missing_reference`; the field (a column or an argument) or the CHECK constraint of `invalid_value`.
 */
export interface ErrorSubject {
  table?: string;
  constraint?: string;
  field?: string;
}

/** Callers decide by `kind` and `constraint`. The message names tables and columns, never what a row holds. */
export class StoreError extends Error implements ErrorSubject {
  override readonly name = 'StoreError';
  readonly table?: string;
  readonly constraint?: string;
  readonly field?: string;

  constructor(
    readonly kind: ErrorKind,
    message: string,
    subject: ErrorSubject = {},
  ) {
    super(message);
    Object.assign(this, subject);
  }
}

export const notFound = (table: string) => new StoreError('not_found', `${table}: no row with this id`, { table });

export const conflict = (constraint: string) =>
  new StoreError('conflict', `conflicts with ${constraint}`, { constraint });

export const invalidField = (field: string, reason: string) =>
  new StoreError('invalid_value', `${field} ${reason}`, { field });

export const violatedCheck = (constraint: string) =>
  new StoreError('invalid_value', `violates ${constraint}`, { constraint });

export const missingReference = (constraint: string) =>
  new StoreError('missing_reference', `${constraint}: the referenced row does not exist`, { constraint });

/** Nothing was done: the call may simply be repeated. */
export const unavailable = (reason: string) => new StoreError('unavailable', reason);

/** It may have happened: read before you repeat it. */
export const outcomeUnknown = (reason: string) => new StoreError('outcome_unknown', reason);

export const unauthorized = (reason: string) => new StoreError('unauthorized', reason);

/** An answer that no database of ours gives. */
export const unexpected = (reason: string) => new StoreError('unexpected', reason);

/** An answer was lost or cannot be read. A read is safe to repeat; whether a write happened, nobody knows. */
export const answerLost = (reason: string, reading: boolean) =>
  reading ? unavailable(reason) : outcomeUnknown(reason);
