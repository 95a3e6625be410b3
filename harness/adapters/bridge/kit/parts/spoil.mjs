/**
 * What a careless caller does: change what it passed in, and what it was given.
 *
 * Values are copied on their way over the bridge, so nobody on the other side
 * could tell whether a store hands out its own objects. A request with
 * "spoil": true asks the kit to change arguments and result after the reply was
 * made; a store that shares them with its callers then shows it in later reads.
 */

const SPOILED = 'changed by the caller';
// A row whose id was changed is found by nobody: what else became of it would stay unseen.
const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Change a value and all that it holds, as far as it can be changed. */
function spoil(value, seen = new Set()) {
  if (typeof value !== 'object' || value === null || seen.has(value)) return;
  seen.add(value);
  try {
    if (value instanceof Date) value.setTime(0);
    else if (Array.isArray(value)) spoilMembers(value, seen, () => value.push(SPOILED));
    else if (isPlain(value)) spoilMembers(value, seen, () => (value[SPOILED] = SPOILED));
  } catch {
    // Frozen: it may be shared.
  }
}

function spoilMembers(value, seen, add) {
  for (const key of Object.keys(value)) {
    const member = value[key];
    if (typeof member === 'object') spoil(member, seen);
    else if (typeof member !== 'string' || !ID.test(member))
      Reflect.set(
        value,
        key,
        typeof member === 'string' ? SPOILED : typeof member === 'number' ? -1 : !member,
      );
  }
  add();
}

/** Objects of the module's own classes have rules of their own, which a caller would not get around either. */
function isPlain(value) {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

export { spoil };
