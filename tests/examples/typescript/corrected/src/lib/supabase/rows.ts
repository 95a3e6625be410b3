/** Rows between the application and PostgREST: camelCase and Dates here, snake_case and texts there. */

import { toCamel, toSnake, type Column, type Entity } from '../db/columns';
import { unexpected } from '../db/errors';
import type { Values } from '../db/values';

/** ISO 8601 as PostgREST writes it. Postgres also has `infinity` and years that a Date reads as another time. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?[+-]\d\d(:\d\d){0,2}$/;

/** A row as PostgREST sent it. */
export type Wire = Record<string, unknown>;

export const toWire = (values: Values, prefix = ''): Wire =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      prefix + toSnake(name),
      value instanceof Date ? value.toISOString() : value,
    ]),
  );

/** The application's row. An answer that is none, or lacks a column, is an error and never a half-empty row. */
export function toRow<Row>(entity: Entity<Row>, wire: unknown): Row {
  if (!isWire(wire)) throw unexpected(`${entity.table}: the answer is not a row`);
  const entries = entity.columns.map((column) => [
    column.name,
    toValue(entity.table, column, wire[toSnake(column.name)]),
  ]);
  return Object.fromEntries(entries) as Row;
}

export const toRows = <Row>(entity: Entity<Row>, answer: unknown): Row[] => {
  if (!Array.isArray(answer)) throw unexpected(`${entity.table}: the answer is not a list of rows`);
  return answer.map((wire) => toRow(entity, wire));
};

export const isWire = (answer: unknown): answer is Wire =>
  typeof answer === 'object' && answer !== null && !Array.isArray(answer);

function toValue(table: string, { name, type, nullable }: Column, value: unknown): unknown {
  if (value === undefined) throw unexpected(`${table}: ${name} is missing from the row`);
  if (value === null) {
    // A function that returns no row answers with one whose columns are all NULL.
    if (!nullable) throw unexpected(`${table}: ${name} is NULL, which the table never holds`);
    return null; // and not new Date(null), which is 1970
  }
  if (type !== 'time') return value;
  if (typeof value !== 'string' || !TIME.test(value)) throw unexpected(`${table}: ${name} is no time`);
  return new Date(value);
}

/** A part of an answer of a function by its names in the application. */
export const camelKeys = (value: unknown): Record<string, unknown> =>
  isWire(value) ? Object.fromEntries(Object.entries(value).map(([name, item]) => [toCamel(name), item])) : {};
