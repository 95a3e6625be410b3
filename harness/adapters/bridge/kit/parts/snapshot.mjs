/** exportSnapshot: all rows of a running app in one file, which is whole or not there. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync as writeBytes } from 'node:fs';
import { ENTITIES } from './entities.mjs';
import { datesOf, readerOf, wholeRows } from './capture.mjs';

/**
 * Write all rows of `db` to `path` as JSON, mode 0600, and return { path, counts }.
 *
 * An entity that can be read in no way, a row without a column, or rows that
 * changed while they were read are errors, and then there is no file: a
 * snapshot that lacks rows would lose them in the migration.
 */
export async function exportSnapshot(db, path, options = {}) {
  const dates = datesOf(db, options);
  const readers = Object.entries(ENTITIES).map(([name, entity]) => [
    name,
    entity,
    readerOf(db, name, entity),
  ]);
  const blind = readers.filter(([, , reader]) => reader === null).map(([name]) => name);
  if (blind.length > 0) {
    throw new Error(
      `exportSnapshot: ${blind.join(', ')} cannot be read. Export __export(entity), list… or getAll… for each: ` +
        `for ${blind[0]} one of __export, list${ENTITIES[blind[0]].plural}, getAll${ENTITIES[blind[0]].plural}.`,
    );
  }
  const tables = [];
  for (const [name, entity, reader] of readers) tables.push(await table(db, name, entity, reader, dates));
  const header = {
    snapshot: 'parity-snapshot/1',
    writtenAt: new Date().toISOString(),
    mode: process.env.DB_MODE ?? null,
    counts: Object.fromEntries(tables.map(({ name, count }) => [name, count])),
    counted: Object.fromEntries(tables.map(({ name, counted }) => [name, counted])),
    datesInJson: Object.fromEntries(
      tables.flatMap(({ name, found }) => [...found].map(([column, n]) => [`${name}.${column}`, n])),
    ),
  };
  writeWhole(path, pieces(header, tables));
  return { path, counts: header.counts };
}

/** Read one entity. Its count is asked for before and after, where the module counts: all three must agree. */
async function table(db, name, entity, reader, dates) {
  const count =
    typeof db[`count${entity.plural}`] === 'function'
      ? () => db[`count${entity.plural}`]({ where: [] })
      : null;
  const found = new Map();
  const before = count === null ? null : await count();
  const rows = wholeRows(name, entity, await reader(), dates, found);
  const after = count === null ? null : await count();
  if (count !== null && (before !== rows.length || after !== rows.length)) {
    throw new Error(
      `exportSnapshot: count${entity.plural} said ${before} before and ${after} after reading, and ${rows.length} rows were read. ` +
        'Stop what writes and try again; if nothing writes, the reading loses rows.',
    );
  }
  return {
    name,
    count: rows.length,
    counted: count === null ? 'rows' : 'by the module',
    rows: rows.map((row) => JSON.stringify(row)),
    found,
  };
}

/** The file in pieces, a row a line: the text of a large store would not fit into one string. */
function* pieces(header, tables) {
  yield `${JSON.stringify(header).slice(0, -1)},"rows":{`;
  for (const [place, { name, rows }] of tables.entries()) {
    yield `${place === 0 ? '' : ','}\n${JSON.stringify(name)}:[`;
    for (const [index, row] of rows.entries()) yield `${index === 0 ? '' : ','}\n${row}`;
    yield ']';
  }
  yield '}}\n';
}

function writeWhole(path, texts) {
  const partial = `${path}.${process.pid}.partial`;
  const file = openSync(partial, 'wx', 0o600);
  try {
    try {
      for (const text of texts) writeAll(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(partial, path);
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
}

/** Write a text to a file, all of it. */
function writeAll(file, text) {
  const bytes = Buffer.from(text, 'utf8');
  for (let done = 0; done < bytes.length;) done += writeBytes(file, bytes, done);
}

export { writeAll };
