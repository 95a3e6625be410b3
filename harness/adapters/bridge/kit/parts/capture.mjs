/** Reading all rows of a module, for a snapshot or at the start of a recording. */
import { resultOf } from './convert.mjs';
import { OPERATIONS } from './operations.mjs';

const PAGE = 500;

/** How all rows of an entity can be read, in order of preference; null if in no way. */
function readerOf(db, name, entity) {
  const { plural } = entity;
  if (typeof db.__export === 'function') return () => db.__export(name);
  if (typeof db[`list${plural}`] === 'function') return () => byPages(db, plural);
  if (typeof db[`getAll${plural}`] === 'function') return () => db[`getAll${plural}`]();
  return null;
}

async function byPages(db, plural) {
  const rows = [];
  const seen = new Set();
  for (let cursor; ;) {
    const page = await db[`list${plural}`]({
      where: [],
      limit: PAGE,
      ...(cursor === undefined ? {} : { cursor }),
    });
    if (!Array.isArray(page?.rows)) throw new Error(`list${plural} returned no { rows, nextCursor }`);
    for (const row of page.rows) rows.push(row);
    if (page.nextCursor === null || page.nextCursor === undefined) return rows;
    if (seen.has(page.nextCursor))
      throw new Error(`list${plural} returned the same cursor twice, so it would never end`);
    seen.add(page.nextCursor);
    cursor = page.nextCursor;
  }
}

/**
 * Rows in wire form, each of them whole: a missing column or an id that comes twice is an error.
 * Dates inside of JSON become the text that the database would keep; `found` counts them by column.
 */
function wholeRows(name, entity, given, dates, found) {
  const rows = resultOf(OPERATIONS.get('__export'), given, [name], { dates, nested: 'text', found });
  const ids = new Set();
  for (const [index, row] of rows.entries()) {
    for (const [column, { nullable }] of Object.entries(entity.columns)) {
      if (row[column] === undefined) throw new Error(`${name}[${index}] has no ${column}`);
      if (row[column] === null && !nullable)
        throw new Error(`${name}[${index}]: ${column} is null, which the table never holds`);
    }
    const unknown = Object.keys(row).find((column) => !Object.hasOwn(entity.columns, column));
    if (unknown !== undefined)
      throw new Error(
        `${name}[${index}] has ${JSON.stringify(unknown)}, which is no column of ${entity.table}`,
      );
    if (ids.has(row.id)) throw new Error(`${name}: the id of row ${index} comes twice`);
    ids.add(row.id);
  }
  return rows;
}

/** The module's own word on how it represents times. */
function datesOf(db, options) {
  return options.dates ?? db.parityBridge?.dates ?? 'Date';
}

export { datesOf, readerOf, wholeRows };
