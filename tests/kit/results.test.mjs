import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client, fixture } from './client.mjs';

let kit;
before(async () => {
  kit = await Client.started(fixture('evaluate.mjs'), { mode: 'supabase' });
});
after(() => kit.end());

const ROW = {
  id: '00000000-0000-4000-8000-000000000001',
  requestId: '00000000-0000-4000-8000-000000000002',
  scheduledStart: '2026-03-01T10:00:00.000Z',
  scheduledEnd: '2026-03-01T11:00:00.000Z',
  calendarEventId: null,
  calendarIcalUid: null,
  conferenceJoinUrl: null,
  icimsActivityId: null,
  status: 'confirmed',
  confirmedAt: null,
  cancelledAt: null,
  cancellationReason: null,
  bookedBy: 'somebody',
  bookedAt: '2026-02-01T00:00:00.123Z',
  updatedAt: '2026-02-01T00:00:00.123Z',
};
const { bookedBy, ...WITHOUT_BOOKED_BY } = ROW;

const SENT = {
  'Dates become ISO text, nullable columns that are undefined become null': ['getBooking', 'row()', ROW],
  'nullable columns set to undefined become null': [
    'getBooking',
    '({ ...row(), confirmedAt: undefined })',
    ROW,
  ],
  'null stays null': ['createBooking', '({ ...row(), confirmedAt: null })', ROW],
  'a required column that is undefined stays missing': [
    'getBooking',
    '({ ...row(), bookedBy: undefined })',
    WITHOUT_BOOKED_BY,
  ],
  'a required column that is null stays null': [
    'getBooking',
    '({ ...row(), bookedBy: null })',
    { ...ROW, bookedBy: null },
  ],
  'an unknown column is passed on': ['getBooking', '({ ...row(), mood: "good" })', { ...ROW, mood: 'good' }],
  'a promise is waited for': ['getBooking', 'Promise.resolve(row())', ROW],
  'a thenable is waited for': ['getBooking', '({ then: (accept) => accept(row()) })', ROW],
  'no row is null': ['getBooking', 'undefined', null],
  'a row that is null is null': ['createBooking', 'null', null],
  'an instance of a class is a row': [
    'getBooking',
    'Object.assign(new (class Booking { #hidden = 1; })(), row())',
    ROW,
  ],
  'getters count': ['getBooking', '({ ...row(), get bookedBy() { return "somebody"; } })', ROW],
  'getters of a class count': [
    'getBooking',
    'Object.assign(new (class { get status() { return "confirmed"; } })(), (({ status, ...rest }) => rest)(row()))',
    ROW,
  ],
  'a proxy is read through its traps': [
    'getBooking',
    'new Proxy({}, { get: (_, name) => row()[name] })',
    ROW,
  ],
  'an object without prototype is a row': ['getBooking', 'Object.assign(Object.create(null), row())', ROW],
  'an object of another realm is a row': [
    'getBooking',
    'Object.assign(process.getBuiltinModule?.("vm")?.runInNewContext("({})") ?? {}, row())',
    ROW,
  ],
  'a page': [
    'listBookings',
    '({ rows: [row(), row()], nextCursor: "more" })',
    { rows: [ROW, ROW], nextCursor: 'more' },
  ],
  'a page without a cursor is the last': ['listBookings', '({ rows: [] })', { rows: [], nextCursor: null }],
  'a delivery': ['receiveWebhookEvent', '({ event: null, isNew: true })', null],
  'true is true': ['deleteBooking', 'true', true],
  'JSON is sent as it is': [
    'getOpsSummary',
    '({ a: [1, "x", null, { b: false }], "__proto__x": 1.5e300 })',
    { a: [1, 'x', null, { b: false }], __proto__x: 1.5e300 },
  ],
  'a number of another kind is passed on': ['deleteBooking', '7', 7],
  'nothing is null where nothing is expected': ['__import', '"bookings"', null],
};

for (const [what, [operation, code, expected]] of Object.entries(SENT)) {
  if (operation === 'receiveWebhookEvent') continue;
  test(what, async () => {
    assert.deepEqual(await kit.result(operation, code), expected);
  });
}

test('a member that is called __proto__ is a member', async () => {
  const reply = await kit.call('getAuditLog', 'audit(JSON.parse(\'{"__proto__": {"x": 1}}\'))');
  assert.equal(JSON.stringify(reply.result.payload), '{"__proto__":{"x":1}}');
});

test('a delivery has an event that is a row', async () => {
  const answer = await kit.result(
    'receiveWebhookEvent',
    '({ event: { createdAt: new Date(0), payload: {} }, isNew: false })',
  );
  assert.deepEqual(
    [answer.isNew, answer.event.createdAt, answer.event.tenantId],
    [false, '1970-01-01T00:00:00.000Z', null],
  );
});

const REFUSED = {
  'an Invalid Date names operation and column': [
    'getBooking',
    '({ ...row(), bookedAt: new Date(NaN) })',
    /^getBooking returned .*: bookedAt is an Invalid Date/,
  ],
  'an Invalid Date in a page': [
    'listBookings',
    '({ rows: [row(), { ...row(), confirmedAt: new Date("x") }] })',
    /rows\[1\]\.confirmedAt is an Invalid Date/,
  ],
  'text where a Date belongs': [
    'getBooking',
    '({ ...row(), bookedAt: "2026-01-01T00:00:00Z" })',
    /bookedAt is a string, not a Date; .*dates: 'iso'/,
  ],
  'a number where a Date belongs': [
    'getBooking',
    '({ ...row(), bookedAt: 0 })',
    /bookedAt is a number, not a Date/,
  ],
  'a Date inside of JSON': [
    'getAuditLog',
    'audit({ from: { at: new Date(0) } })',
    /payload\.from\.at is a Date inside of JSON: the database keeps text/,
  ],
  'undefined inside of JSON': ['getAuditLog', 'audit({ a: [undefined] })', /payload\.a\[0\] is undefined/],
  'an undefined member of JSON': ['getAuditLog', 'audit({ a: undefined })', /payload\.a is undefined/],
  'a hole': ['getAuditLog', 'audit([1, , 2])', /payload is an array with holes/],
  'a property of an array': [
    'getAuditLog',
    'audit(Object.assign([1], { x: 1 }))',
    /payload is an array with holes or with properties/,
  ],
  NaN: ['getAuditLog', 'audit({ n: NaN })', /payload\.n is NaN, which JSON turns into null/],
  Infinity: ['getBooking', '({ ...row(), status: Infinity })', /status is Infinity/],
  'a BigInt': ['getAuditLog', 'audit({ n: 10n })', /payload\.n is a BigInt/],
  'a function': ['getAuditLog', 'audit({ f() {} })', /payload\.f is a function/],
  'a symbol': ['getAuditLog', 'audit({ s: Symbol("x") })', /payload\.s is a symbol/],
  'a symbol as a key': ['getAuditLog', 'audit({ [Symbol("x")]: 1 })', /payload has a symbol as a key/],
  'a cycle': [
    'getAuditLog',
    'audit((() => { const a = {}; a.a = [a]; return a; })())',
    /payload\.a\[0\] contains itself/,
  ],
  'endless depth': [
    'getAuditLog',
    'audit((() => { let a = {}; for (let i = 0; i < 1e5; i += 1) a = { a }; return a; })())',
    /nested deeper than 1000/,
  ],
  'a Map': ['getAuditLog', 'audit({ m: new Map([[1, 2]]) })', /payload\.m is a Map/],
  'a Buffer': [
    'getAuditLog',
    'audit({ b: Buffer.from("x") })',
    /payload\.b is an Uint8Array|payload\.b is a/,
  ],
  'an object with a toJSON': [
    'getAuditLog',
    'audit({ u: new URL("http://localhost") })',
    /payload\.u is an URL|payload\.u is a/,
  ],
  'a Map as a row': [
    'getBooking',
    'new Map(Object.entries(row()))',
    /the result is a Map, where a row of bookings is expected/,
  ],
  'an array as a row': ['getBooking', '[row()]', /the result is an array, where a row of bookings/],
  'text as a row': ['createBooking', '"row"', /the result is a string, where a row/],
  'no row where one was made': [
    'createBooking',
    'undefined',
    /the result is undefined, where a row of bookings/,
  ],
  'an array as a page': ['listBookings', '[row()]', /the result is an array, where \{ rows, nextCursor \}/],
  'rows as a Map': ['listBookings', '({ rows: new Map() })', /rows is a Map, where an array of rows/],
  'an async generator': [
    'listBookings',
    '(async function* () { yield row(); })()',
    /the result is an AsyncGenerator/,
  ],
  'a row that is a promise': [
    'listBookings',
    '({ rows: [Promise.resolve(row())] })',
    /rows\[0\] is a Promise/,
  ],
  'a getter that throws': [
    'getBooking',
    '({ ...row(), get status() { throw new Error("trap"); } })',
    /the result cannot be read: Error: trap/,
  ],
  'a proxy that throws': ['getBooking', 'new Proxy({}, { get() { throw new Error("trap"); } })', /trap/],
  'a revoked proxy': [
    'getBooking',
    '(() => { const p = Proxy.revocable({}, {}); p.revoke(); return p.proxy; })()',
    /revoked/,
  ],
  'nothing where something is expected': ['deleteBooking', 'undefined', /the result is undefined/],
  'an unknown column that is undefined': [
    'getBooking',
    '({ ...row(), mood: undefined })',
    /mood is undefined/,
  ],
};

for (const [what, [operation, code, sentence]] of Object.entries(REFUSED)) {
  test(`${what} is an error that names the place`, async () => {
    const { kind, message } = await kit.error(operation, code);
    assert.equal(kind, 'unexpected');
    assert.match(message, sentence);
  });
}
