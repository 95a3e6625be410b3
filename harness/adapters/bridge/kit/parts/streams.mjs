/**
 * The streams of the process: stdout carries protocol lines only.
 *
 * Loggers do not all go through console: pino writes to descriptor 1. So
 * process.stdout is process.stderr here, and fs sends what is meant for 1 to 2.
 * What a child process or an own thread of the app writes to descriptor 1
 * cannot be caught; the harness then says which line disturbed the protocol.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

const STDOUT = 1;
const STDERR = 2;
const pause = new Int32Array(new SharedArrayBuffer(4));
const writeSync = fs.writeSync;

/** Give stdout to the protocol: everybody else's goes to stderr. Returns the stdin that the protocol reads. */
function takeStreams({ isThread = false } = {}) {
  const { stdin, stdout, stderr } = process;
  if (isThread) {
    // What a thread prints would pass through the main thread, and be lost if that ends first.
    for (const stream of [stdout, stderr]) Object.assign(stream, { _write: printNow, _writev: null });
  } else {
    // Touched before, stdout may be bound to console already: then its write has to be replaced, too.
    stdout.write = stderr.write.bind(stderr);
    replaceStream('stdout', stderr);
    replaceStream('stdin', Readable.from([]));
  }
  for (const name of [
    'write',
    'writeSync',
    'writev',
    'writevSync',
    'writeFile',
    'writeFileSync',
    'appendFile',
    'appendFileSync',
  ]) {
    const real = fs[name];
    const passedOn = (target, ...rest) => real(target === STDOUT ? STDERR : target, ...rest);
    // What util.promisify() needs to know about a function stands in its properties.
    fs[name] = Object.defineProperties(passedOn, Object.getOwnPropertyDescriptors(real));
  }
  syncBuiltinESMExports();
  return stdin;
}

function replaceStream(name, stream) {
  Object.defineProperty(process, name, { configurable: true, enumerable: true, get: () => stream });
}

function printNow(chunk, encoding, done) {
  try {
    writeAllNow(STDERR, Buffer.from(chunk, encoding === 'buffer' ? undefined : encoding));
  } catch {
    // Nobody listens.
  }
  done();
}

/** Write bytes to a descriptor, all of them, however slowly they are read. */
function writeAllNow(descriptor, bytes) {
  for (let done = 0; done < bytes.length;) {
    try {
      done += writeSync(descriptor, bytes, done);
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
      Atomics.wait(pause, 0, 0, 1);
    }
  }
}

function writeLine(descriptor, text) {
  writeAllNow(descriptor, Buffer.from(`${text}\n`, 'utf8'));
}

/** Say one line on stderr, also right before the process ends. */
function say(text) {
  try {
    writeLine(STDERR, `parity-bridge: ${text}`);
  } catch {
    // Nobody listens: the exit status has to do.
  }
}

let leaving = false;

/** End the process on purpose. */
function leave(status, message) {
  if (message !== undefined) say(message);
  leaving = true;
  process.exit(status);
}

/** Tell whether the end of the process is the kit's own wish. */
function isLeaving() {
  return leaving;
}

/** Send one protocol line. Nobody reading is the end. */
function send(line) {
  try {
    writeLine(STDOUT, line);
  } catch (error) {
    if (error.code === 'EPIPE') leave(0);
    leave(1, `stdout cannot be written (${error.code}).`);
  }
}

/** Call `take` with each line of a stream of bytes, and `end` once. Characters may be split between chunks. */
function readLines(stream, take, end) {
  const decoder = new StringDecoder('utf8');
  let parts = [];
  stream.on('data', (chunk) => {
    const lines = decoder.write(chunk).split('\n');
    parts.push(lines[0]);
    for (const line of lines.slice(1)) {
      const whole = parts.join('');
      parts = [line];
      if (whole.trim() !== '') take(whole);
    }
  });
  stream.on('end', () => {
    const last = parts.join('') + decoder.end();
    if (last.trim() !== '') take(last);
    end();
  });
  stream.on('error', () => end());
}

export { isLeaving, leave, readLines, say, send, takeStreams };
