/**
 * What a column or an argument accepts: checked once, for both adapters, before anything is stored or sent.
 *
 * Types do not reach here: values come from requests and webhooks. What the compiler cannot refuse, and one store
 * would take and the other not, is refused here by name.
 */

import { randomUUID } from 'node:crypto';
import type { Column, Entity } from './columns';
import { invalidField, violatedCheck } from './errors';

/** Some columns of a row, by their names in the application. */
export type Values = Record<string, unknown>;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const MAX_NESTING = 100;
/** The years that every client of the database can express. */
const FIRST_TIME = Date.parse('0001-01-01T00:00:00Z');
const LAST_TIME = Date.parse('9999-12-31T23:59:59.999Z');

/** The canonical form of an id, null for what is none. Postgres would take braces, too; no other store would. */
export const parseId = (id: unknown): string | null =>
  typeof id === 'string' && UUID.test(id) ? id.toLowerCase() : null;

/** The values of a new row. What is absent, or undefined, stays absent: it gets its default. */
export function checkNew<Row>(entity: Entity<Row>, data: object): Values {
  const values: Values = {};
  for (const [name, value] of Object.entries(data)) {
    if (value === undefined) continue;
    const column = entity.byName.get(name);
    if (column === undefined) throw invalidField(name, `is no column of ${entity.table}`);
    if (name === entity.created || name === entity.updated) throw invalidField(name, 'is assigned by the store');
    // Whether a column may be NULL is the table's matter: see `checkRow`.
    values[name] = value === null ? null : checkValue(column, value);
  }
  return values;
}

/** The values of a patch, at least one. */
export function checkPatch<Row>(entity: Entity<Row>, patch: object): Values {
  const values = checkNew(entity, patch);
  if ('id' in values) throw invalidField('id', 'cannot be changed');
  if (Object.keys(values).length === 0) throw invalidField('patch', 'is empty');
  return values;
}

/** A checked copy of a value that is not null. */
export function checkValue({ name, type }: Column, value: unknown): unknown {
  switch (type) {
    case 'uuid': {
      const id = parseId(value);
      if (id === null) throw invalidField(name, 'is not a uuid');
      return id;
    }
    case 'text':
      return checkText(name, value);
    case 'integer':
      return checkInteger(name, value);
    case 'boolean':
      if (typeof value !== 'boolean') throw invalidField(name, 'is not a boolean');
      return value;
    case 'time':
      return checkTime(name, value);
    case 'texts':
      if (!Array.isArray(value)) throw invalidField(name, 'is not a list of texts');
      return value.map((item) => checkText(name, item));
    case 'json':
      return checkJson(name, value, MAX_NESTING);
  }
}

/** Postgres stores no NUL, and in a filter it would cut the text off; a lone surrogate is no character at all. */
export function checkText(name: string, value: unknown): string {
  if (typeof value !== 'string') throw invalidField(name, 'is not a text');
  if (value.includes('\0')) throw invalidField(name, 'contains NUL, which Postgres cannot store');
  if (!value.isWellFormed()) throw invalidField(name, 'contains a lone surrogate');
  return value;
}

export const checkTextOrNull = (name: string, value: unknown): string | null =>
  value === null || value === undefined ? null : checkText(name, value);

/** `Number.isInteger(5.0)` is true: in JSON and in JavaScript 5.0 is 5. */
export function checkInteger(name: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < -(2 ** 31) || value >= 2 ** 31) {
    throw invalidField(name, 'is not an integer of 32 bits');
  }
  return value;
}

export function checkTime(name: string, value: unknown): Date {
  if (!(value instanceof Date)) throw invalidField(name, 'is not a Date');
  const time = value.getTime();
  // Written so that an invalid Date, whose time is NaN, is refused as well.
  if (!(time >= FIRST_TIME && time <= LAST_TIME)) throw invalidField(name, 'lies outside of the years 1 to 9999');
  return new Date(time);
}

function checkJson(name: string, value: unknown, depth: number): unknown {
  if (depth < 0) throw invalidField(name, `is nested deeper than ${MAX_NESTING}`);
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'string') return checkText(name, value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw invalidField(name, 'contains NaN or an infinity');
    return value === 0 ? 0 : value; // JSON has no negative zero
  }
  if (Array.isArray(value)) return value.map((item) => checkJson(name, item, depth - 1));
  if (typeof value === 'object' && isPlain(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [checkText(name, key), checkJson(name, item, depth - 1)]),
    );
  }
  throw invalidField(name, 'contains what JSON cannot express');
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** Add an id, if there is none. It is chosen before anything is sent: a create that is repeated makes one row. */
export const withId = (values: Values): Values & { id: string } => {
  const { id = randomUUID(), ...others } = values;
  return { id: id as string, ...others };
};

/** Refuse what the row alone shows, in the order of Postgres: NULLs by column, then CHECKs by name. */
export function checkRow<Row>(entity: Entity<Row>, row: Row): void {
  for (const { name, nullable } of entity.columns) {
    if (!nullable && row[name as keyof Row] === null) throw invalidField(name, 'is required');
  }
  for (const { name, holds } of entity.checks) {
    if (!holds(row)) throw violatedCheck(name);
  }
}
