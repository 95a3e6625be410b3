/** Tables in memory that refuse what Postgres refuses, and operations on them that happen whole or not at all. */

import { randomUUID } from 'node:crypto';
import { toSnake, type Entity } from './columns';
import { AUDIT_LOGS, BOOKINGS, RECONCILIATION_JOBS, SCHEDULING_REQUESTS, SYNC_JOBS, WEBHOOK_EVENTS } from './entities';
import { conflict, missingReference, notFound } from './errors';
import { checkRow, parseId, type Values } from './values';

export interface Identified {
  id: string;
}

/** Rows in here are never changed and never handed out: a change stores another row, an answer is a copy. */
class Table<Row extends Identified> {
  readonly rows = new Map<string, Row>();

  constructor(readonly entity: Entity<Row>) {}

  /** The row that an operation should change. */
  existing(id: unknown): Row {
    const key = parseId(id);
    const row = key === null ? undefined : this.rows.get(key);
    if (row === undefined) throw notFound(this.entity.table);
    return row;
  }
}

export type { Table };

export const tables = {
  schedulingRequests: new Table(SCHEDULING_REQUESTS),
  bookings: new Table(BOOKINGS),
  auditLogs: new Table(AUDIT_LOGS),
  syncJobs: new Table(SYNC_JOBS),
  webhookEvents: new Table(WEBHOOK_EVENTS),
  reconciliationJobs: new Table(RECONCILIATION_JOBS),
};

export type TableName = keyof typeof tables;

// What is done to any table is done without knowing its rows.
const anyTables = Object.values(tables) as unknown as Table<Identified & Values>[];
const anyTable = (name: string) => anyTables.find(({ entity }) => entity.table === name);

/**
 * The writes of one operation. Nothing here waits, so nothing else runs in between; if the operation throws, what it
 * did is undone.
 */
export class Transaction {
  /** One reading of the clock: all times that an operation sets are equal. */
  readonly now = new Date();
  private readonly undo: (() => void)[] = [];

  static run<Result>(work: (transaction: Transaction) => Result): Result {
    const transaction = new Transaction();
    try {
      return work(transaction);
    } catch (error) {
      transaction.undo.reverse().forEach((step) => step());
      throw error;
    }
  }

  insert<Row extends Identified>(table: Table<Row>, values: Values): Row {
    const row = this.complete(table.entity, values);
    checkRow(table.entity, row);
    if (table.rows.has(row.id)) throw conflict(`${table.entity.table}_pkey`);
    checkUniques(table, row);
    checkReferences(table, row);
    this.put(table, row);
    return row;
  }

  /** `INSERT … ON CONFLICT DO NOTHING`: the row that holds the key, and whether it is new. */
  insertOnce<Row extends Identified>(table: Table<Row>, values: Values, key: (row: Row) => unknown[]): [Row, boolean] {
    const row = this.complete(table.entity, values);
    checkRow(table.entity, row);
    const wanted = JSON.stringify(key(row));
    for (const stored of table.rows.values()) {
      if (JSON.stringify(key(stored)) === wanted) return [stored, false];
    }
    return [this.insert(table, row as unknown as Values), true];
  }

  /** Change a row and advance its updated column, which never goes back, should the clock have been stepped. */
  update<Row extends Identified>(table: Table<Row>, old: Row, changes: Values): Row {
    const { updated } = table.entity;
    const row = { ...old, ...changes };
    if (updated !== null) {
      const before = old[updated] as Date;
      row[updated] = (before > this.now ? before : this.now) as Row[typeof updated];
    }
    checkRow(table.entity, row);
    checkUniques(table, row);
    checkReferences(table, row);
    this.put(table, row);
    return row;
  }

  /** Remove a row, and do to the rows that refer to it what their foreign keys say. */
  remove<Row extends Identified>(table: Table<Row>, row: Row): void {
    this.drop(table, row);
    for (const child of anyTables) {
      for (const { name, references } of child.entity.columns) {
        if (references?.table !== table.entity.table) continue;
        for (const referring of [...child.rows.values()].filter((candidate) => candidate[name] === row.id)) {
          if (references.onDelete === 'cascade') this.remove(child, referring);
          else this.put(child, { ...referring, [name]: null });
        }
      }
    }
  }

  private complete<Row>({ columns }: Entity<Row>, values: Values): Row {
    const row: Values = {};
    for (const { name, initial } of columns) {
      if (name in values) row[name] = values[name];
      else if (initial === undefined) row[name] = null;
      else if (initial.kind === 'id') row[name] = randomUUID();
      else row[name] = initial.kind === 'now' ? this.now : initial.value;
    }
    return row as Row;
  }

  private put<Row extends Identified>({ rows }: Table<Row>, row: Row): void {
    const old = rows.get(row.id);
    this.undo.push(() => (old === undefined ? rows.delete(row.id) : rows.set(row.id, old)));
    rows.set(row.id, row);
  }

  private drop<Row extends Identified>({ rows }: Table<Row>, row: Row): void {
    this.undo.push(() => rows.set(row.id, row));
    rows.delete(row.id);
  }
}

function checkUniques<Row extends Identified>({ entity, rows }: Table<Row>, row: Row): void {
  for (const { name, columns, where = () => true } of entity.uniques) {
    if (!where(row)) continue;
    for (const other of rows.values()) {
      if (other.id !== row.id && columns.every((column) => other[column] === row[column]) && where(other)) {
        throw conflict(name);
      }
    }
  }
}

function checkReferences<Row extends Identified>({ entity }: Table<Row>, row: Row): void {
  for (const { name, references } of entity.columns) {
    if (references === undefined) continue;
    const id = row[name as keyof Row] as string | null;
    if (id !== null && !anyTable(references.table)?.rows.has(id)) {
      throw missingReference(`${entity.table}_${toSnake(name)}_fkey`);
    }
  }
}
