/** The command line. */
import { realpathSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import { say } from './streams.mjs';
import { serve } from './serve.mjs';
import { isThread, serveInThread } from './workers.mjs';

const USAGE = `usage: DB_MODE=memory|supabase node [--import tsx] parity-bridge.mjs [options] MODULE

Serves a module that exports createBooking, getBooking, listBookings and so on as parity-bridge/1:
JSON lines on stdin and stdout. The harness starts it:
  harness contract --adapter bridge:"node --import tsx parity-bridge.mjs ./src/lib/db/index.ts"

  --name NAME             how reports call the adapter; else the name in package.json
  --errors FILE           a module that exports mapError(error, { operation }) => { kind, … } or null
  --dates Date|iso        what the module takes and returns for times: Date objects (default) or ISO text
  --capability NAME=VALUE time=us, with --dates iso, if microseconds are kept
  --lacks NAME=REASON     what the adapter cannot do: durable, server, client_ids, emptied, whole_rows
  --record FILE           also write the calls to FILE, for harness contract --replay FILE
  --record-limit MB       stop recording at this size (default 256)
`;
const OPTIONS = {
  name: { type: 'string' },
  errors: { type: 'string' },
  dates: { type: 'string' },
  capability: { type: 'string', multiple: true },
  lacks: { type: 'string', multiple: true },
  record: { type: 'string' },
  'record-limit': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
};

function refuse(message) {
  say(message);
  process.exit(2);
}

function settingsOf(argv) {
  let parsed;
  try {
    parsed = parseArgs({ args: argv, options: OPTIONS, allowPositionals: true });
  } catch (error) {
    return refuse(`${error.message} Try --help.`);
  }
  const { values, positionals } = parsed;
  if (values.help) {
    process.stdout.write(USAGE);
    process.exit(0);
  }
  if (positionals.length !== 1) {
    refuse(
      `${positionals.length === 0 ? 'no module is named' : `${positionals.length} modules are named`}. ` +
        'Name the one file that exports createBooking, getBooking and so on: node parity-bridge.mjs ./db/index.js',
    );
  }
  const mode = process.env.DB_MODE;
  if (mode !== 'memory' && mode !== 'supabase') {
    refuse(
      `DB_MODE is ${mode === undefined ? 'not set' : JSON.stringify(mode)}; set it to memory or supabase, exactly. Nothing is assumed.`,
    );
  }
  return {
    path: positionals[0],
    mode,
    record: values.record,
    recordLimit: limitOf(values['record-limit']),
    options: {
      name: values.name,
      errors: values.errors,
      dates: values.dates,
      capabilities: pairs('--capability', values.capability),
      lacks: pairs('--lacks', values.lacks),
    },
  };
}

function limitOf(text = '256') {
  const megabytes = Number(text);
  if (!(megabytes > 0)) refuse(`--record-limit ${text} is no number of megabytes above 0.`);
  return megabytes * 1024 * 1024;
}

function pairs(option, given = []) {
  return Object.fromEntries(
    given.map((text) => {
      const at = text.indexOf('=');
      if (at < 1) refuse(`${option} ${text} is not of the form NAME=VALUE.`);
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}

/** True if node was started with this file, and not just imported it. */
function isProgram() {
  try {
    return isMainThread && realpathSync(process.argv[1]) === realpathSync(fileURLToPath(import.meta.url));
  } catch {
    return false;
  }
}

if (isThread()) {
  await serveInThread();
} else if (isProgram()) {
  await serve(settingsOf(process.argv.slice(2)));
}
