/** A small scheduler in memory whose calls are recorded by the kit: node recorded_app.mjs KIT FILE. */
import { randomUUID } from 'node:crypto';

const [kit, file] = process.argv.slice(2);
const { record, recordingOf } = await import(kit);

const requests = new Map();

function conflict(constraint) {
  return Object.assign(new Error(`conflicts with ${constraint}`), { kind: 'conflict', constraint });
}

const application = {
  async createSchedulingRequest(values) {
    for (const row of requests.values()) {
      if (row.publicTokenHash === values.publicTokenHash) throw conflict('scheduling_requests_public_token_hash_key');
    }
    const now = new Date();
    const row = {
      id: randomUUID(), calendarProvider: 'microsoft_graph', status: 'pending', needsAttention: false,
      ...values, createdAt: now, updatedAt: now,
    };
    requests.set(row.id, row);
    return { ...row };
  },
  async getSchedulingRequest(id) {
    return requests.has(id) ? { ...requests.get(id) } : null;
  },
  async updateSchedulingRequest(id, patch) {
    if (!requests.has(id)) throw Object.assign(new Error('no such row'), { kind: 'not_found', table: 'scheduling_requests' });
    const row = { ...requests.get(id), ...patch, updatedAt: new Date() };
    requests.set(id, row);
    return { ...row };
  },
  async listSchedulingRequests({ limit }) {
    return { rows: [...requests.values()].slice(0, limit), nextCursor: undefined };
  },
  async countSchedulingRequests() {
    return requests.size;
  },
  async deleteSchedulingRequest(id) {
    return requests.delete(id);
  },
  getAllSchedulingRequests: () => [...requests.values()],
  getAllBookings: () => [],
  getAllAuditLogs: () => [],
  getAllSyncJobs: () => [],
  getAllWebhookEvents: () => [],
  getAllReconciliationJobs: () => [],
};

const db = record(application, { file, name: 'scheduler' });
await recordingOf(db).ready;
const request = (number, changes = {}) => ({
  candidateName: 'Ada 😀', candidateEmail: 'ada@example.org', reqTitle: 'Engineer', interviewType: 'phone_screen',
  durationMinutes: 60, interviewerEmails: ['bob@example.org'], organizerEmail: 'carol@example.org',
  windowStart: new Date('2026-02-01T09:00:00Z'), windowEnd: new Date('2026-02-08T17:00:00Z'),
  candidateTimezone: 'Europe/Berlin', publicToken: `token-${number}`, publicTokenHash: `sha256:${number}`,
  expiresAt: new Date(Date.now() + 3_600_000), reqId: undefined, ...changes,
});
const tries = async (call) => { try { return await call(); } catch { return null; } };
const first = await db.createSchedulingRequest(request(1));
await new Promise((done) => setTimeout(done, 5));
await db.createSchedulingRequest(request(2));
await tries(() => db.createSchedulingRequest(request(1)));
await db.updateSchedulingRequest(first.id, { reqTitle: 'Gardener', needsAttentionReason: null });
await db.updateSchedulingRequest(first.id, { expiresAt: first.expiresAt });
await tries(() => db.updateSchedulingRequest(randomUUID(), { reqTitle: 'x' }));
await db.getSchedulingRequest(first.id);
await db.getSchedulingRequest('nothing');
await db.listSchedulingRequests({ where: [], limit: 10 });
await db.countSchedulingRequests({ where: [] });
await Promise.all([db.createSchedulingRequest(request(3)), db.createSchedulingRequest(request(4))]);
await db.deleteSchedulingRequest(first.id);
await db.deleteSchedulingRequest(first.id);
await db.countSchedulingRequests({ where: [] });
recordingOf(db).end();
