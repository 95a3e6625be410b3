/** The other side of the bridge, for tests: starts the kit and talks to it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export const KIT = fileURLToPath(
  new URL('../../harness/adapters/bridge/kit/parity-bridge.mjs', import.meta.url),
);
export const MODES = ['memory', 'supabase'];
const DEADLINE_MS = 60_000;

export function fixture(name) {
  return fileURLToPath(new URL(`modules/${name}`, import.meta.url));
}

/** A running kit. Lines that it prints are taken in order with `line`, replies by id with `call`. */
export class Client {
  constructor(module, { mode = 'memory', args = [], flags = [], env = {}, cwd, stdout = 'pipe' } = {}) {
    const given = { ...process.env, DB_MODE: mode, NODE_OPTIONS: '', ...env };
    for (const name of Object.keys(given)) if (given[name] === null) delete given[name];
    const modules = module === null ? [] : [module];
    this.child = spawn(process.execPath, [...flags, KIT, ...args, ...modules], {
      env: given,
      cwd,
      stdio: ['pipe', stdout, 'pipe'],
    });
    this.stderr = '';
    this.lines = [];
    this.waiting = [];
    this.replies = new Map();
    this.last = 0;
    this.closed = once(this.child, 'close');
    this.child.stderr.setEncoding('utf8').on('data', (text) => {
      this.stderr += text;
    });
    this.child.stdin.on('error', () => {});
    if (this.child.stdout !== null) {
      // Not readline: newer nodes let it end lines at U+2028, too.
      let rest = '';
      this.child.stdout.setEncoding('utf8').on('data', (text) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop();
        for (const line of lines) this.take(line);
      });
    }
    this.deadline = setTimeout(() => this.child.kill('SIGKILL'), DEADLINE_MS);
    this.closed.then(() => {
      clearTimeout(this.deadline);
      for (const refuse of [
        ...this.waiting.map((one) => one.refuse),
        ...[...this.replies.values()].map((one) => one.refuse),
      ]) {
        refuse(new Error(`the kit ended: ${this.stderr}`));
      }
    });
  }

  static async started(module, options) {
    const client = new Client(module, options);
    client.hello = JSON.parse(await client.line());
    return client;
  }

  take(line) {
    const id = line.startsWith('{"id":') ? JSON.parse(line).id : undefined;
    if (this.replies.has(id)) {
      this.replies.get(id).accept(JSON.parse(line));
      this.replies.delete(id);
    } else if (this.waiting.length > 0) this.waiting.shift().accept(line);
    else this.lines.push(line);
  }

  line() {
    if (this.lines.length > 0) return Promise.resolve(this.lines.shift());
    return new Promise((accept, refuse) => {
      this.waiting.push({ accept, refuse });
    });
  }

  write(text) {
    this.child.stdin.write(text);
  }

  /** Send a request and wait for the reply: {id, result} or {id, error}. */
  call(op, ...args) {
    this.last += 1;
    const reply = new Promise((accept, refuse) => {
      this.replies.set(this.last, { accept, refuse });
    });
    this.write(`${JSON.stringify({ id: this.last, op, args })}\n`);
    return reply;
  }

  async result(op, ...args) {
    const reply = await this.call(op, ...args);
    if (reply.error !== undefined) throw new Error(`${op}: ${JSON.stringify(reply.error)}`);
    return reply.result;
  }

  async error(op, ...args) {
    const reply = await this.call(op, ...args);
    if (reply.error === undefined) throw new Error(`${op} succeeded: ${JSON.stringify(reply.result)}`);
    return reply.error;
  }

  /** Close its stdin and wait for the end: {status, stderr, lines}. */
  async end() {
    this.child.stdin.end();
    return this.over();
  }

  /** Wait for the end. */
  async over() {
    const [status, signal] = await this.closed;
    return { status, signal, stderr: this.stderr, lines: this.lines };
  }
}

/** Run the kit with nothing on stdin. */
export function run(module, options) {
  return new Client(module, options).end();
}

/** Whatever else a test does, its kit ends with it. */
export async function withKit(module, options, test) {
  const client = await Client.started(module, options);
  try {
    await test(client);
  } finally {
    client.child.kill('SIGKILL');
    await client.over();
  }
}
