/** A project without "type": "module", where tsx makes CommonJS of TypeScript. */
import { rows } from './rows';

export * from './rows';
export const parityBridge = { dates: 'iso' };
export async function getOpsSummary(): Promise<number> {
  rows.push(rows.length + 1);
  return rows.length;
}
