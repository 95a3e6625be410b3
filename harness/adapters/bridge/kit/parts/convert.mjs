/**
 * Values between the wire and a module.
 *
 * On the wire, times are ISO 8601 text and every column is there. A module
 * works with Dates (or with ISO text, where it says so) and with undefined.
 * What JSON cannot express is an error that names the place: JSON.stringify
 * would turn NaN into null and leave out undefined and functions, and nobody
 * would ever know.
 */
import { NotConvertible, isDate, isObject, kindOf, plain, put } from './json.mjs';
import { entityOf } from './operations.mjs';

const TIME = 'timestamp with time zone';
const ISO =
  /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,6})?)?(?:Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

/** Tell whether a text is an ISO 8601 time with offset that exists in the calendar. */
function isTime(text) {
  const found = typeof text === 'string' ? ISO.exec(text) : null;
  if (found === null) return false;
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map(Number);
  const days = new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
  return (
    year >= 1 &&
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= days &&
    hour <= 23 &&
    minute <= 59 &&
    !(second > 59)
  );
}

/** Return the arguments as the module takes them. What is no time stays as it is: the module must refuse it. */
function argumentsOf(operation, args, dates) {
  const entity = entityOf(operation, args);
  if (entity === null || dates === 'iso') return args;
  return args.map((value, place) => TAKERS[operation.takes[place] ?? 'plain'](entity, value));
}

const TAKERS = {
  plain: (entity, value) => value,
  values: (entity, value) => withDates(entity, value),
  rows: (entity, value) => (Array.isArray(value) ? value.map((row) => withDates(entity, row)) : value),
  query: (entity, value) =>
    isObject(value) && Array.isArray(value.where)
      ? { ...value, where: value.where.map((condition) => conditionWithDates(entity, condition)) }
      : value,
};

function withDates(entity, values) {
  if (!isObject(values)) return values;
  const converted = { ...values };
  for (const name of Object.keys(values)) converted[name] = dateFor(entity, name, values[name]);
  return converted;
}

function dateFor(entity, name, value) {
  return entity.columns[name]?.type === TIME && isTime(value) ? new Date(value) : value;
}

function conditionWithDates(entity, condition) {
  if (!Array.isArray(condition) || typeof condition[0] !== 'string') return condition;
  const [name, operator, value] = condition;
  const values =
    operator === 'in' && Array.isArray(value)
      ? value.map((one) => dateFor(entity, name, one))
      : dateFor(entity, name, value);
  return [name, operator, values, ...condition.slice(3)];
}

/**
 * Return a result in its wire form, a copy of plain values.
 *
 * `dates` says what the time columns hold: 'Date' or 'iso'. `nested` says
 * what a Date inside of JSON is: an error, because the store that keeps it
 * gives back another value than the database, which keeps text; or 'text',
 * where rows are only copied. `found`, if given, counts those by column.
 */
function resultOf(operation, result, args, { dates, nested = 'error', found = null }) {
  const context = { dates, nested, found };
  return GIVERS[operation.gives](entityOf(operation, args), result, context, operation);
}

const GIVERS = {
  plain: (entity, value, context) => plain(value, 'the result', context),
  nothing: () => null,
  row: (entity, value, context) => (value === null ? null : row(entity, value, '', context)),
  rowOrNull: (entity, value, context) =>
    value === null || value === undefined ? null : row(entity, value, '', context),
  rows: (entity, value, context) => rows(entity, value, '', context),
  page: (entity, value, context) => {
    if (!isRecord(value))
      throw new NotConvertible('', `the result is ${kindOf(value)}, where { rows, nextCursor } is expected`);
    const page = { rows: rows(entity, value.rows, 'rows', context), nextCursor: null };
    if (value.nextCursor !== undefined) page.nextCursor = plain(value.nextCursor, 'nextCursor', context);
    return page;
  },
  received: (entity, value, context) => {
    if (!isRecord(value))
      throw new NotConvertible('', `the result is ${kindOf(value)}, where { event, isNew } is expected`);
    return { event: row(entity, value.event, 'event', context), isNew: plain(value.isNew, 'isNew', context) };
  },
};

function rows(entity, value, where, context) {
  if (!Array.isArray(value)) {
    throw new NotConvertible(
      where || 'the result',
      `is ${kindOf(value)}, where an array of rows is expected`,
    );
  }
  return Array.from(value, (one, index) => row(entity, one, `${where}[${index}]`, context));
}

/** One row: each column read by its name, so that getters and class instances count as what a caller sees. */
function row(entity, value, where, context) {
  if (entity === null) return plain(value, where || 'the result', context);
  if (!isRecord(value)) {
    throw new NotConvertible(
      where || 'the result',
      `is ${kindOf(value)}, where a row of ${entity.table} is expected`,
    );
  }
  const before = where === '' ? '' : `${where}.`;
  const copy = {};
  for (const [name, column] of Object.entries(entity.columns)) {
    const held = value[name];
    if (held !== undefined) copy[name] = cell(column, held, before + name, context);
    else if (column.nullable) copy[name] = null;
  }
  for (const name of Object.keys(value)) {
    if (!Object.hasOwn(entity.columns, name)) put(copy, name, plain(value[name], before + name, context));
  }
  return copy;
}

function cell(column, value, where, context) {
  if (value === null || column.type !== TIME) {
    return plain(value, where, { ...context, column: column.name });
  }
  if (context.dates === 'iso') {
    if (value instanceof Date) {
      throw new NotConvertible(
        where,
        "is a Date, but the module says that its times are text (dates: 'iso')",
      );
    }
    return plain(value, where, context);
  }
  if (!isDate(value)) {
    const hint =
      typeof value === 'string'
        ? "; a module whose times are ISO text exports parityBridge = { dates: 'iso' }"
        : '';
    throw new NotConvertible(where, `is ${kindOf(value)}, not a Date${hint}`);
  }
  if (Number.isNaN(value.getTime())) throw new NotConvertible(where, 'is an Invalid Date');
  return value.toISOString();
}

/** An object that may be a row: no array, and none of the containers whose content is not in its properties. */
function isRecord(value) {
  return (
    isObject(value) &&
    !isDate(value) &&
    typeof value.then !== 'function' &&
    value[Symbol.iterator] === undefined &&
    value[Symbol.asyncIterator] === undefined
  );
}

export { TIME, argumentsOf, resultOf };
