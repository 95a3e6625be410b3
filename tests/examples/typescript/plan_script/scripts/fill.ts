// What the plan leaves out: a script is a process of its own, in which the Maps are empty. This fills them with the
// rows that a running application wrote, so that the script has something to move.

import { readFileSync } from 'node:fs';
import { maps } from '../src/lib/db/memory-adapter';

const DATES = /^(windowStart|windowEnd|scheduledStart|scheduledEnd|expiresAt|runAfter|\w+At)$/;

const { rows } = JSON.parse(readFileSync(process.env.SNAPSHOT ?? 'snapshot.json', 'utf8'));
for (const [name, map] of Object.entries(maps)) {
  for (const row of rows[name]) {
    for (const [key, value] of Object.entries(row)) {
      if (DATES.test(key) && typeof value === 'string') row[key] = new Date(value);
    }
    (map as Map<string, unknown>).set(row.id, row);
  }
}
