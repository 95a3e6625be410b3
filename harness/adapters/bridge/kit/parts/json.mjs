/** Values that JSON carries as they are; everything else is an error that names the place. */

const DEEPEST = 1000;

/** A value that has no place in a result (or in an argument); the message says where and why. */
class NotConvertible extends Error {
  constructor(where, why) {
    super(where === '' ? why : `${where} ${why}`);
    this.name = 'NotConvertible';
  }
}

/** A copy of a value that JSON carries as it is. Everything else is an error with its place. */
function plain(value, where, context, above = []) {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      if (!Number.isFinite(value)) throw new NotConvertible(where, `is ${value}, which JSON turns into null`);
      return value;
    case 'object':
      break;
    default:
      throw new NotConvertible(where, `is ${kindOf(value)}, which JSON does not have`);
  }
  if (value === null) return null;
  if (isDate(value)) return nestedDate(value, where, context);
  if (above.includes(value)) throw new NotConvertible(where, 'contains itself, which JSON cannot express');
  if (above.length >= DEEPEST)
    throw new NotConvertible(where.slice(0, 60), `is nested deeper than ${DEEPEST}`);
  above.push(value);
  const copy = Array.isArray(value)
    ? plainArray(value, where, context, above)
    : plainObject(value, where, context, above);
  above.pop();
  return copy;
}

function plainArray(value, where, context, above) {
  if (Object.keys(value).length !== value.length) {
    throw new NotConvertible(where, 'is an array with holes or with properties, which JSON loses');
  }
  return Array.from(value, (one, index) => plain(one, `${where}[${index}]`, context, above));
}

function plainObject(value, where, context, above) {
  const prototype = Object.getPrototypeOf(value);
  // Objects of another realm have an Object.prototype of their own, whose prototype is null as well.
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    throw new NotConvertible(where, `is ${kindOf(value)}, of which JSON would not keep what it is`);
  }
  if (Object.getOwnPropertySymbols(value).length > 0) {
    throw new NotConvertible(where, 'has a symbol as a key, which JSON loses');
  }
  const copy = {};
  for (const key of Object.keys(value)) {
    const member = value[key];
    if (member === undefined && context.undefinedMembers === 'leave out') continue;
    put(copy, key, plain(member, `${where}.${key}`, context, above));
  }
  return copy;
}

function nestedDate(value, where, context) {
  if (Number.isNaN(value.getTime())) throw new NotConvertible(where, 'is an Invalid Date');
  if (context.nested !== 'text') {
    throw new NotConvertible(
      where,
      'is a Date inside of JSON: the database keeps text and gives text back, so store its toISOString()',
    );
  }
  if (context.found !== null && context.column !== undefined) {
    context.found.set(context.column, (context.found.get(context.column) ?? 0) + 1);
  }
  return value.toISOString();
}

/** Set a member, also one that is called __proto__. */
function put(object, key, value) {
  Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}

function isDate(value) {
  return Object.prototype.toString.call(value) === '[object Date]' && typeof value.getTime === 'function';
}

function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function kindOf(value) {
  if (value === null || value === undefined) return String(value);
  if (typeof value !== 'object') return typeof value === 'bigint' ? 'a BigInt' : `a ${typeof value}`;
  if (Array.isArray(value)) return 'an array';
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  const name = tag === 'Object' ? Object.getPrototypeOf(value)?.constructor?.name : tag;
  if (typeof name !== 'string' || name === '' || name === 'Object') return 'an object';
  return `${/^[AEIOU]/.test(name) ? 'an' : 'a'} ${name}`;
}

export { NotConvertible, isDate, isObject, kindOf, plain, put };
