/** TypeScript that node alone cannot run: an enum, a parameter property, imports without extension. */
import { Shelf } from './shelf';
import type { ParityBridge } from '../../../harness/adapters/bridge/kit/parity-bridge.d.mts';

export enum Mode {
  Memory = 'memory',
}

const shelf = new Shelf(Mode.Memory);

export const getOpsSummary = async (): Promise<{ mode: string; calls: number }> => shelf.summary();

export const parityBridge: ParityBridge = {
  name: 'typed',
  dates: 'iso',
  capabilities: { time: 'us' },
  lacks: { client_ids: 'the database chooses' },
  mapError: (error, { operation }) =>
    error instanceof RangeError ? { kind: 'invalid_value', field: operation } : null,
};
