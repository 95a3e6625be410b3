/** The vocabulary in which each table is described once, for both adapters; `entities.ts` holds the descriptions. */

import type { Database } from '../supabase/types';

export type FunctionName = keyof Database['public']['Functions'];

export type ColumnType = 'uuid' | 'text' | 'integer' | 'boolean' | 'time' | 'texts' | 'json';

/** What a new row gets where it names no value. */
export type Initial = { kind: 'id' } | { kind: 'now' } | { kind: 'value'; value: unknown };

export interface Column {
  /** Its name in the application; `toSnake` gives the one in the database. */
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
  readonly initial?: Initial;
  /** The texts that its CHECK accepts. */
  readonly choices?: readonly string[];
  /** Longest text in UTF-8, for columns of an index. */
  readonly maxBytes?: number;
  readonly references?: { readonly table: string; readonly onDelete: 'cascade' | 'set null' };
}

export interface Check<Row> {
  readonly name: string;
  readonly holds: (row: Row) => boolean;
}

export interface Unique<Row> {
  readonly name: string;
  readonly columns: readonly (keyof Row & string)[];
  /** The condition of a partial unique index. */
  readonly where?: (row: Row) => boolean;
}

/** The states through which claim, complete and fail move a row, and the SQL functions that do it. */
export interface Queue {
  readonly waiting: string;
  readonly done: string;
  /** The column that says when a row was done, if there is one. */
  readonly doneAt?: string;
  readonly functions: Readonly<Record<'claim' | 'complete' | 'fail', FunctionName>>;
}

export interface Entity<Row> {
  readonly table: string;
  readonly columns: readonly Column[];
  readonly byName: ReadonlyMap<string, Column>;
  /** The column with the time of creation, which no update changes. */
  readonly created: keyof Row & string;
  /** The column that each update advances; null for a table that is only appended to. */
  readonly updated: (keyof Row & string) | null;
  readonly checks: readonly Check<Row>[];
  readonly uniques: readonly Unique<Row>[];
  readonly queue?: Queue;
}

type TypeOf<Value> = [Value] extends [Date]
  ? 'time'
  : [Value] extends [boolean]
    ? 'boolean'
    : [Value] extends [number]
      ? 'integer'
      : [Value] extends [string]
        ? 'uuid' | 'text'
        : [Value] extends [string[]]
          ? 'texts'
          : 'json';

type ColumnOf<Value> = Omit<Column, 'name' | 'type' | 'nullable' | 'choices'> & {
  readonly type: TypeOf<NonNullable<Value>>;
} & (null extends Value ? { readonly nullable: true } : { readonly nullable?: false }) &
  (string extends NonNullable<Value>
    ? unknown
    : [Value] extends [string]
      ? { readonly choices: readonly Value[] }
      : unknown);

interface Description<Row> extends Omit<Entity<Row>, 'columns' | 'byName'> {
  /** One entry per field of the row type: the compiler refuses a column too many, too few, or of another type. */
  readonly columns: { readonly [Name in keyof Row & string]: ColumnOf<Row[Name]> };
}

export function entity<Row>(description: Description<Row>): Entity<Row> {
  const entries = Object.entries<Omit<Column, 'name' | 'nullable'> & { nullable?: boolean }>(description.columns);
  const columns = entries.map(([name, column]): Column => ({ ...column, name, nullable: column.nullable ?? false }));
  return {
    ...description,
    columns,
    byName: new Map(columns.map((column) => [column.name, column])),
    checks: [...description.checks, ...columns.flatMap((column) => columnChecks<Row>(description.table, column))].sort(
      (one, other) => (one.name < other.name ? -1 : 1), // Postgres evaluates them in this order
    ),
  };
}

function columnChecks<Row>(table: string, { name, choices, maxBytes }: Column): Check<Row>[] {
  const text = (row: Row): string | null => row[name as keyof Row] as string | null;
  const checks: Check<Row>[] = [];
  // As in SQL, NULL passes a CHECK.
  if (choices !== undefined) {
    checks.push({
      name: `${table}_${toSnake(name)}_check`,
      holds: (row) => text(row) === null || choices.includes(text(row) ?? ''),
    });
  }
  if (maxBytes !== undefined) {
    checks.push({
      name: `${table}_${toSnake(name)}_size`,
      holds: (row) => Buffer.byteLength(text(row) ?? '') <= maxBytes,
    });
  }
  return checks;
}

/** `runAfter` -> `run_after` */
export const toSnake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** `run_after` -> `runAfter` */
export const toCamel = (name: string): string => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** `runAfter` -> `run_after`, for the compiler. */
export type Snake<Name extends string> = Name extends `${infer Head}${infer Tail}`
  ? Head extends Lowercase<Head>
    ? `${Head}${Snake<Tail>}`
    : `_${Lowercase<Head>}${Snake<Tail>}`
  : Name;
