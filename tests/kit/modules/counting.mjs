/** Counts calls, and how often the process has loaded it, in a file. */
import { appendFileSync } from 'node:fs';

let calls = 0;
if (process.env.LOADS) appendFileSync(process.env.LOADS, 'loaded\n');

export const getOpsSummary = async (ms = 0) => {
  calls += 1;
  const seen = calls;
  await new Promise((resolve) => setTimeout(resolve, ms));
  return seen;
};
