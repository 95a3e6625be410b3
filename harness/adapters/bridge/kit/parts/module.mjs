/** The module under examination: loading it, and what it offers. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve as resolvePath } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { OPERATIONS } from './operations.mjs';
import { isObject, kindOf } from './json.mjs';
import { described } from './redact.mjs';

const PROTOCOL = 'parity-bridge/1';
const LACKABLE = ['durable', 'server', 'client_ids', 'emptied', 'whole_rows'];
const RESOLUTIONS = { time: ['ms', 'us'], numbers: ['double'] };
const IN_MEMORY = {
  durable: 'the rows live in the memory of the process',
  server: 'there is no server between the adapter and the rows',
};

/** The adapter cannot be served; the message says why and what to do. Exit status 2. */
class Refusal extends Error {}

/** Import the module and find its operations. Raises Refusal. */
async function load({ path, mode, options }) {
  const file = existingFile(path);
  const exported = await imported(file);
  const functions = found(exported);
  if (mode !== 'memory') functions.delete('__reset');
  if (functions.size === 0) throw nothingExported(path, exported);
  const own = configuration(exported, path);
  const config = {
    ...own,
    ...Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
  };
  config.capabilities = { ...own.capabilities, ...options.capabilities };
  config.lacks = { ...(mode === 'memory' ? IN_MEMORY : {}), ...own.lacks, ...options.lacks };
  if (options.errors !== undefined) config.mapError = await errorMap(options.errors);
  checkCapabilities(config);
  const hello = {
    protocol: PROTOCOL,
    name: config.name ?? packageName(file) ?? path,
    operations: [...functions.keys()],
    capabilities: { time: 'ms', numbers: 'double', ...config.capabilities },
    lacks: config.lacks,
    spoils: true,
  };
  return { functions, hello, dates: config.dates ?? 'Date', mapError: config.mapError };
}

function existingFile(path) {
  const file = path.startsWith('file:') ? fileURLToPath(path) : resolvePath(path);
  if (!existsSync(file)) {
    throw new Refusal(
      `the module ${path} does not exist (looked for ${file}). Name the file that exports createBooking, getBooking and so on.`,
    );
  }
  if (statSync(file).isDirectory()) {
    throw new Refusal(`${path} is a directory. Name the file in it, such as ${join(path, 'index.js')}.`);
  }
  return file;
}

async function imported(file) {
  try {
    return await import(pathToFileURL(file).href);
  } catch (error) {
    throw new Refusal(
      `the module ${file} cannot be imported: ${described(error)}. ${adviceOn(error, file)}${placeOf(error)}`,
    );
  }
}

function adviceOn(error, file) {
  const typescript = /\.[cm]?tsx?$/.test(file);
  const ofTypes = [
    'ERR_UNKNOWN_FILE_EXTENSION',
    'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX',
    'ERR_INVALID_TYPESCRIPT_SYNTAX',
    'ERR_MODULE_NOT_FOUND',
  ];
  if (
    typescript &&
    (ofTypes.includes(error?.code) || error?.name === 'SyntaxError') &&
    !process.execArgv.some((flag) => /tsx|loader|import/.test(flag))
  ) {
    return 'TypeScript goes through a loader: npm install --save-dev tsx, then node --import tsx parity-bridge.mjs …';
  }
  if (error?.code === 'ERR_MODULE_NOT_FOUND' || error?.code === 'MODULE_NOT_FOUND') {
    return 'Install what it imports (npm ci), or correct the path.';
  }
  if (/top-level await/i.test(error?.message))
    return 'Without "type": "module" in package.json, TypeScript becomes CommonJS, which has none.';
  return 'Correct it until the module can be imported by itself.';
}

function placeOf(error) {
  const frame = typeof error?.stack === 'string' ? /\n\s+at (.*)/.exec(error.stack)?.[1] : undefined;
  return frame === undefined ? '' : ` (at ${frame})`;
}

/** The operations of a module, by name: its own exports first, then those of `default` and `db`. */
function found(exported) {
  const functions = new Map();
  for (const owner of [exported, exported.default, exported.db]) {
    if ((typeof owner !== 'object' && typeof owner !== 'function') || owner === null) continue;
    for (const name of OPERATIONS.keys()) {
      if (!functions.has(name) && typeof owner[name] === 'function')
        functions.set(name, owner[name].bind(owner));
    }
  }
  return new Map(
    [...OPERATIONS.keys()].filter((name) => functions.has(name)).map((name) => [name, functions.get(name)]),
  );
}

function nothingExported(path, exported) {
  const names = Object.keys(exported).slice(0, 12).join(', ');
  return new Refusal(
    `${path} exports no operation of ${PROTOCOL}${names === '' ? '; it exports nothing' : `; it exports ${names}`}. ` +
      'Export functions that are called createBooking, getBooking, listBookings and so on; `harness bridge schema` lists them.',
  );
}

/** What the module says about itself in `export const parityBridge = {…}`. */
function configuration(exported, path) {
  const own = exported.parityBridge ?? exported.default?.parityBridge ?? {};
  if (!isObject(own)) throw new Refusal(`parityBridge of ${path} is ${kindOf(own)}, not an object.`);
  const known = ['name', 'capabilities', 'lacks', 'mapError', 'dates'];
  for (const key of Object.keys(own)) {
    if (!known.includes(key))
      throw new Refusal(`parityBridge of ${path} has ${JSON.stringify(key)}; known are ${known.join(', ')}.`);
  }
  if (own.mapError !== undefined && typeof own.mapError !== 'function')
    throw new Refusal(`parityBridge.mapError of ${path} is no function.`);
  if (own.name !== undefined && (typeof own.name !== 'string' || own.name.trim() === ''))
    throw new Refusal(`parityBridge.name of ${path} is no text.`);
  for (const key of ['capabilities', 'lacks']) {
    if (own[key] !== undefined && !isObject(own[key]))
      throw new Refusal(`parityBridge.${key} of ${path} is no object.`);
  }
  return { ...own };
}

function checkCapabilities({ capabilities, lacks, dates }) {
  if (dates !== undefined && !['Date', 'iso'].includes(dates)) {
    throw new Refusal(`dates is ${JSON.stringify(dates)}; it is 'Date' (Date objects) or 'iso' (text).`);
  }
  for (const [name, value] of Object.entries(capabilities)) {
    if (!Object.hasOwn(RESOLUTIONS, name) || !RESOLUTIONS[name].includes(value)) {
      throw new Refusal(
        `the capability ${name}=${value} is not known; there are time=ms, time=us and numbers=double (JavaScript has no other numbers).`,
      );
    }
  }
  if (capabilities.time === 'us' && dates !== 'iso') {
    throw new Refusal(
      "a Date keeps milliseconds: time=us needs times that are text, parityBridge = { dates: 'iso' }.",
    );
  }
  for (const [name, reason] of Object.entries(lacks)) {
    if (!LACKABLE.includes(name))
      throw new Refusal(`lacks names ${JSON.stringify(name)}; known are ${LACKABLE.join(', ')}.`);
    if (typeof reason !== 'string' || reason.trim() === '')
      throw new Refusal(`lacks ${name} needs a reason: --lacks ${name}="why".`);
  }
}

async function errorMap(path) {
  const exported = await imported(existingFile(path));
  const map = typeof exported.default === 'function' ? exported.default : exported.mapError;
  if (typeof map !== 'function') {
    throw new Refusal(
      `${path} exports no mapError. Export a function (error, { operation }) => ({ kind, … }) or null, as default or as mapError.`,
    );
  }
  return map;
}

/** The name in the nearest package.json. */
function packageName(file) {
  for (let place = dirname(file); ; place = dirname(place)) {
    try {
      const { name } = JSON.parse(readFileSync(join(place, 'package.json'), 'utf8'));
      if (typeof name === 'string' && name !== '') return name;
    } catch {
      // None here, or none that can be read: look further up.
    }
    if (place === dirname(place)) return null;
  }
}

export { Refusal, found, load };
