/** Which rows a checked list finds in memory, and in which order. */

import type { Identified } from './memory-tables';
import { comparePositions, exactTime, type Checked, type Position, type Query } from './queries';

type Compare = (value: number, expected: number) => boolean;

const RANGES: Record<string, Compare> = {
  lt: (value, expected) => value < expected,
  lte: (value, expected) => value <= expected,
  gt: (value, expected) => value > expected,
  gte: (value, expected) => value >= expected,
};

/** The first `atMost` rows that meet the conditions, in order, from the position of the query on. */
export function select<Row extends Identified>(query: Query<Row>, rows: Iterable<Row>, atMost = Infinity): Row[] {
  const found = [...rows].filter(meets(query)).map((row) => ({ row, position: positionOf(query, row) }));
  const sign = query.order[1] === 'asc' ? 1 : -1;
  const compare = (one: Position, other: Position) => sign * comparePositions(one, other);
  const { after } = query;
  return found
    .filter(({ position }) => after === null || compare(position, after) > 0)
    .sort((one, other) => compare(one.position, other.position))
    .slice(0, atMost)
    .map(({ row }) => row);
}

export const count = <Row extends Identified>(query: Query<Row>, rows: Iterable<Row>): number =>
  [...rows].filter(meets(query)).length;

export function positionOf<Row extends Identified>({ order: [field] }: Query<Row>, row: Row): Position {
  const value = row[field as keyof Row] as Date | string | null;
  return { value: value instanceof Date ? exactTime(value) : value, id: row.id };
}

function meets<Row>({ conditions }: Query<Row>): (row: Row) => boolean {
  const tests = conditions.map((condition) => ({ name: condition.column.name, test: testOf(condition) }));
  return (row) => tests.every(({ name, test }) => test(row[name as keyof Row]));
}

/** A condition as a function of a stored value. NULL meets no comparison. */
function testOf({ operator, value: expected }: Checked): (value: unknown) => boolean {
  switch (operator) {
    case 'is_null':
      return (value) => (value === null) === expected;
    case 'eq':
      return (value) => value !== null && plain(value) === plain(expected);
    case 'in': {
      const members = new Set((expected as unknown[]).map(plain));
      return (value) => value !== null && members.has(plain(value));
    }
    default: {
      const compare = RANGES[operator] as Compare;
      return (value) => value !== null && compare(Number(value), Number(expected));
    }
  }
}

/** A value that === compares: two Dates of one instant are different objects. */
const plain = (value: unknown): unknown => (value instanceof Date ? value.getTime() : value);
