/**
 * A checked list as requests to PostgREST, and their answers as one ordered sequence.
 *
 * Two traps shape it. A server returns no more rows than its cap (1,000 on hosted projects) and says nothing: pages
 * follow each other by key. And a URL holds only so many values: a long `in` becomes several requests, merged here.
 */

import { unexpected } from './errors';
import { comparePositions, exactTime, type Checked, type Position, type Query } from './queries';
import { toSnake } from './columns';
import { supabase } from '../supabase/client';
import { isWire, type Wire } from '../supabase/rows';

/** Rows to ask for in one request: the cap of hosted projects. */
const PAGE_ROWS = 1000;
/** The longest list of values in one request, encoded: some gateways refuse request lines above 8 kB. */
const IN_BYTES = 4000;

export type Filtered = ReturnType<typeof selectAll>;
const selectAll = (table: string, columns = '*') =>
  supabase.from(table).select(columns, { count: 'exact' }).retry(false);

/** The first `atMost` rows in order, as the server sent them: their times are exact. */
export async function select<Row>(query: Query<Row>, atMost: number): Promise<Wire[]> {
  const parts = split(query);
  const found: Wire[] = [];
  for (const part of parts) found.push(...(await pages(part, atMost)));
  if (parts.length > 1) {
    const sign = query.order[1] === 'asc' ? 1 : -1;
    found.sort((one, other) => sign * comparePositions(positionOf(query, one), positionOf(query, other)));
  }
  return found.slice(0, atMost);
}

export async function count<Row>(query: Query<Row>): Promise<number> {
  let sum = 0;
  for (const part of split(query)) {
    const { count } = await filtered(selectAll(query.entity.table, 'id'), part).limit(1).throwOnError();
    if (count === null) throw unexpected(`${query.entity.table}: the rows were not counted`);
    sum += count;
  }
  return sum;
}

/** The place of a row in the order, to the microsecond: its Date would lose the last three digits. */
export function positionOf<Row>({ order: [field] }: Query<Row>, wire: Wire): Position {
  const value = wire[toSnake(field)] as string | null;
  return { value: value === null || field === 'id' ? value : exactTime(value), id: wire.id as string };
}

async function pages<Row>(query: Query<Row>, atMost: number): Promise<Wire[]> {
  const found: Wire[] = [];
  let page = query;
  while (found.length < atMost) {
    const asked = Math.min(atMost - found.length, PAGE_ROWS);
    const { rows, left } = await request(page, asked);
    found.push(...rows);
    const last = rows.at(-1);
    if (last === undefined || rows.length >= left) break;
    page = { ...page, after: positionOf(page, last) };
  }
  return found;
}

/** At most `asked` rows, and how many there are from here on: a short page may be the cap, and not the end. */
async function request<Row>(query: Query<Row>, asked: number): Promise<{ rows: Wire[]; left: number }> {
  const { table } = query.entity;
  const [field, direction] = query.order;
  const ascending = direction === 'asc';
  let builder = filtered(selectAll(table), query).order(toSnake(field), { ascending });
  if (field !== 'id') builder = builder.order('id', { ascending });
  const { data, count } = await builder.limit(asked).throwOnError();
  const rows: unknown = data;
  if (!Array.isArray(rows) || !rows.every(isWire)) throw unexpected(`${table}: the answer is not a list of rows`);
  if (count === null || (count > 0 && rows.length === 0)) throw unexpected(`${table}: the count and the rows disagree`);
  return { rows, left: count };
}

/** Disjoint parts of a query whose conditions fit into a URL; no part if no row can match. */
function split<Row>(query: Query<Row>): Query<Row>[] {
  const lists = query.conditions.filter(({ operator }) => operator === 'in');
  let parts = [query];
  for (const list of lists) {
    const chunks = chunked(list, IN_BYTES / lists.length);
    parts = parts.flatMap((part) =>
      chunks.map((chunk) => ({
        ...part,
        conditions: part.conditions.map((condition) => (condition === list ? chunk : condition)),
      })),
    );
  }
  const impossible = query.conditions.some(({ operator, value }) => operator === 'eq' && value === null);
  return impossible ? [] : parts;
}

function chunked(list: Checked, mostBytes: number): Checked[] {
  const chunks: unknown[][] = [];
  let size = Infinity;
  for (const value of list.value as unknown[]) {
    const length =
      encodeURIComponent(value instanceof Date ? within(list.column.name, value) : quote(value)).length + 3;
    if (size + length > mostBytes) {
      chunks.push([]);
      size = 0;
    }
    chunks.at(-1)?.push(value);
    size += length;
  }
  return chunks.map((value) => ({ ...list, value }));
}

function filtered<Row>(builder: Filtered, query: Query<Row>): Filtered {
  const all = query.conditions.reduce(condition, builder);
  return query.after === null ? all : after(all, query, query.after);
}

function condition(builder: Filtered, { column, operator, value }: Checked): Filtered {
  const name = toSnake(column.name);
  if (operator === 'is_null') return value === true ? builder.is(name, null) : builder.not(name, 'is', null);
  if (column.type === 'time') return timeCondition(builder, name, operator, value);
  if (operator !== 'in') return builder.filter(name, operator, String(value));
  const values = value as unknown[];
  // PostgREST takes the one empty text of in.("") for an empty list.
  if (values.length === 1) return builder.filter(name, 'eq', String(values[0]));
  return builder.filter(name, 'in', `(${values.map(quote).join(',')})`);
}

/**
 * A Date is a whole millisecond, and the database keeps microseconds: what equals a Date lies within its
 * millisecond, and what is greater lies behind it. A time that was read always finds its row.
 */
function timeCondition(builder: Filtered, name: string, operator: string, value: unknown): Filtered {
  if (operator === 'in') return builder.or((value as Date[]).map((time) => within(name, time)).join(','));
  const [first, last] = millisecond(value as Date);
  switch (operator) {
    case 'eq':
      return builder.gte(name, first).lte(name, last);
    case 'lt':
      return builder.lt(name, first);
    case 'lte':
      return builder.lte(name, last);
    case 'gt':
      return builder.gt(name, last);
    default:
      return builder.gte(name, first);
  }
}

const within = (name: string, time: Date): string => {
  const [first, last] = millisecond(time);
  return `and(${name}.gte."${first}",${name}.lte."${last}")`;
};

/** The first and the last microsecond of a Date. */
const millisecond = (time: Date): [string, string] => [time.toISOString(), time.toISOString().replace('Z', '999Z')];

/** Rows behind a position. It holds a time and an id only: texts of users in here could inject filters. */
function after<Row>(builder: Filtered, { order: [field, direction] }: Query<Row>, { value, id }: Position): Filtered {
  const name = toSnake(field);
  const beyond = direction === 'asc' ? 'gt' : 'lt';
  if (field === 'id') return builder.filter('id', beyond, id);
  // NULLs stand last ascending and first descending.
  if (value === null) {
    const same = `and(${name}.is.null,id.${beyond}.${id})`;
    return builder.or(direction === 'asc' ? same : `${same},${name}.not.is.null`);
  }
  const further = `${name}.${beyond}."${value}",and(${name}.eq."${value}",id.${beyond}.${id})`;
  return builder.or(direction === 'asc' ? `${further},${name}.is.null` : further);
}

/** Always quoted: bare, an empty text and leading blanks match nothing, and a comma ends the value. */
const quote = (value: unknown): string => `"${String(value).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
