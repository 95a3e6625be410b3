/**
 * The file of a recording: calls as JSON lines.
 *
 * It holds personal data: mode 0600, never overwritten. Each call is written
 * at once when it ends, so that a crash loses at most what was running. A
 * failure is a warning and a last line that says so; nobody else notices.
 */
import { closeSync, openSync } from 'node:fs';
import { described } from './redact.mjs';
import { writeAll } from './snapshot.mjs';
import { say } from './streams.mjs';

const MAX_BYTES = 256 * 1024 * 1024;

/** The file of a recording. */
class Recording {
  constructor(file, { name, mode, capabilities, maxBytes = MAX_BYTES }) {
    this.path = file;
    this.room = maxBytes;
    this.calls = 0;
    this.running = 0;
    this.started = process.hrtime.bigint();
    const startedAt = new Date().toISOString();
    this.head = { recording: 'parity-recording/1', name, mode, startedAt, capabilities };
    this.file = null;
    this.ended = false;
    this.begun = false;
    this.atExit = () => this.end();
    try {
      this.file = openSync(file, 'wx', 0o600);
      process.once('exit', this.atExit);
    } catch (error) {
      this.warn(
        error.code === 'EEXIST'
          ? `${file} exists already, and a recording is never overwritten; move it away`
          : `${file} cannot be written: ${described(error)}`,
      );
    }
  }

  /** Write the first line: the rows at the start, or null and the reason. */
  begin(rows, reason) {
    if (this.begun) return;
    this.begun = true;
    this.write({ ...this.head, rows, ...(reason === undefined ? {} : { rowsMissing: reason }) });
  }

  now() {
    return Number(process.hrtime.bigint() - this.started);
  }

  /** Write one call; `said` is {result} or {error}. */
  call({ n, op, args, startedNs, endedNs }, said) {
    this.write({ n, op, args, startedNs, endedNs, ...said });
  }

  write(entry) {
    if (this.ended || this.file === null) return;
    try {
      const text = `${JSON.stringify(entry)}\n`;
      this.room -= Buffer.byteLength(text);
      if (this.room < 0) throw new Error('it has reached its limit of size');
      writeAll(this.file, text);
    } catch (error) {
      this.broken(error);
    }
  }

  /** Stop: one warning, and a last line that marks the file incomplete. */
  broken(error) {
    if (this.ended) return;
    const reason = described(error);
    this.warn(`${this.path} is incomplete: ${reason}`);
    this.end(reason);
  }

  end(reason = null) {
    if (this.ended || this.file === null) return;
    this.ended = true;
    process.removeListener('exit', this.atExit);
    const complete = reason === null && this.running === 0;
    const last = {
      end: { calls: this.calls, running: this.running, complete, ...(reason === null ? {} : { reason }) },
    };
    try {
      writeAll(this.file, `${JSON.stringify(last)}\n`);
      closeSync(this.file);
    } catch {
      // The disk is full, say: a file without this line counts as incomplete.
    }
  }

  warn(message) {
    say(`recording: ${message}.`);
  }
}

export { Recording };
