/** What runs inside of an app, by its types. */
import { exportSnapshot, record, recordingOf } from '../../../harness/adapters/bridge/kit/parity-bridge.mjs';
import * as real from './index';

export const db: typeof real = record(real, { file: 'calls.jsonl', maxBytes: 1000, rows: false });

export async function snapshot(): Promise<number | undefined> {
  await recordingOf(db)?.ready;
  const { counts } = await exportSnapshot(db, 'snapshot.json');
  return counts['bookings'];
}

// @ts-expect-error  a kind that the protocol does not have
export const wrong: import('../../../harness/adapters/bridge/kit/parity-bridge.mjs').ErrorKind = 'nonsense';
