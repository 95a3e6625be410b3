/** The arguments of a list: conditions, order, page. Checked once for both adapters, with the cursors they share. */

import { createHash } from 'node:crypto';
import type { Column, Entity } from './columns';
import { invalidField } from './errors';
import type { Condition, ListQuery, Operator, Order } from './types';
import { checkValue, parseId } from './values';

/** The longest text to compare with: conditions travel in the URL. */
const MAX_TEXT_BYTES = 2048;
const DEFAULT_LIMIT = 100;
const RANGES: readonly Operator[] = ['lt', 'lte', 'gt', 'gte'];
const OPERATORS: readonly Operator[] = ['eq', 'in', 'is_null', ...RANGES];
const WIRE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

/** The place after one row: the exact text of its sort value, and its id. */
export interface Position {
  value: string | null;
  id: string;
}

/** A checked condition. As values, null stands for what no row can equal: a malformed id, an overlong text. */
export interface Checked {
  column: Column;
  operator: Operator;
  value: unknown;
}

export interface Query<Row> {
  entity: Entity<Row>;
  conditions: readonly Checked[];
  order: Order;
  after: Position | null;
}

/**
 * A time as text with all six digits of a second, in UTC, so that texts sort as their times. A Date holds only
 * three: a cursor made of one skips the rows of the rest of its millisecond.
 */
export function exactTime(time: string | Date): string {
  const text = typeof time === 'string' ? time : time.toISOString();
  const micros = /\.\d{3}(\d{1,3})/.exec(text)?.[1] ?? '';
  return new Date(text).toISOString().replace('Z', `${micros.padEnd(3, '0')}Z`);
}

/** NULLs stand last ascending and first descending, as in Postgres. */
export function comparePositions(one: Position, other: Position): number {
  if (one.value === other.value) return compareTexts(one.id, other.id);
  if (one.value === null) return 1;
  if (other.value === null) return -1;
  return compareTexts(one.value, other.value);
}

// Not localeCompare: ids and times sort by their characters.
const compareTexts = (one: string, other: string): number => (one === other ? 0 : one < other ? -1 : 1);

export function checkQuery<Row>(entity: Entity<Row>, query: ListQuery): Query<Row> & { limit: number } {
  const { where = [], order: [order = [entity.created, 'asc'], ...more] = [], limit = DEFAULT_LIMIT, cursor } = query;
  const [field, direction] = order as Order;
  const column = entity.byName.get(field);
  if (column === undefined || (column.type !== 'time' && field !== 'id') || more.length > 0) {
    throw invalidField('order', 'rows are ordered by one time column or by id');
  }
  if (direction !== 'asc' && direction !== 'desc') throw invalidField('order', 'is neither asc nor desc');
  const conditions = where.map((condition) => checkCondition(entity, condition));
  const checked: Query<Row> = { entity, conditions, order: [field, direction], after: null };
  const after = cursor === undefined || cursor === null ? null : parseCursor(checked, column, cursor);
  if (!Number.isInteger(limit) || limit < 0) throw invalidField('limit', 'is not an integer of 0 or more');
  return { ...checked, after, limit };
}

function checkCondition<Row>(entity: Entity<Row>, [field, operator, value]: Condition): Checked {
  const column = entity.byName.get(field);
  if (column === undefined) throw invalidField(field, `is no column of ${entity.table}`);
  if (!OPERATORS.includes(operator)) throw invalidField(field, `the operator is not one of ${OPERATORS.join(', ')}`);
  if (operator === 'is_null') {
    if (typeof value !== 'boolean') throw invalidField(field, 'is_null takes true or false');
    return { column, operator, value };
  }
  if (column.type === 'json' || column.type === 'texts') {
    throw invalidField(field, 'is only compared with is_null');
  }
  if (RANGES.includes(operator) && column.type !== 'time' && column.type !== 'integer') {
    throw invalidField(field, 'has no order that two stores share');
  }
  if (operator !== 'in') return { column, operator, value: checkCompared(column, value) };
  if (!Array.isArray(value)) throw invalidField(field, 'in takes a list of values');
  const values = value.map((item) => checkCompared(column, item)).filter((item) => item !== null);
  const byText = new Map(values.map((item) => [JSON.stringify(item), item]));
  return { column, operator, value: [...byText.keys()].sort().map((text) => byText.get(text)) };
}

function checkCompared(column: Column, value: unknown): unknown {
  if (value === null || value === undefined) throw invalidField(column.name, 'null equals nothing; use is_null');
  if (column.type === 'uuid') return parseId(value);
  const checked = checkValue(column, value);
  if (typeof checked !== 'string') return checked;
  const size = Buffer.byteLength(checked);
  if (column.maxBytes !== undefined && size > column.maxBytes) return null;
  if (size > MAX_TEXT_BYTES) {
    throw invalidField(column.name, `is compared with a text of more than ${MAX_TEXT_BYTES} bytes`);
  }
  return checked;
}

/**
 * The text of a position. Its seal covers the whole list, so that the cursor of another list, or one that was
 * changed, is noticed; it keeps no secret.
 */
export function makeCursor<Row>(query: Query<Row>, { value, id }: Position): string {
  const conditions = query.conditions.map(({ column, operator, value }) => [column.name, operator, value]);
  const list = JSON.stringify([query.entity.table, query.order, conditions, value, id]);
  const seal = createHash('sha256').update(list).digest('base64url').slice(0, 16);
  return Buffer.from(JSON.stringify([seal, value, id])).toString('base64url');
}

function parseCursor<Row>(query: Query<Row>, column: Column, cursor: string): Position {
  const position = readPosition(cursor);
  if (
    position === null ||
    parseId(position.id) !== position.id ||
    !isSortValue(column, position) ||
    makeCursor(query, position) !== cursor
  ) {
    throw invalidField('cursor', 'is not one that a list with these conditions and order returned');
  }
  return position;
}

function readPosition(cursor: unknown): Position | null {
  if (typeof cursor !== 'string') return null;
  try {
    const [, value, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as [string, string | null, string];
    return { value, id };
  } catch {
    return null;
  }
}

/** A position becomes a part of a filter: nothing but an id or a time may. */
function isSortValue(column: Column, { value, id }: Position): boolean {
  if (column.name === 'id') return value === id;
  return value === null ? column.nullable : WIRE_TIME.test(value);
}
