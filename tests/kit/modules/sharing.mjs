/** The plan's store in Maps, as it is often written: it keeps what it is given and gives what it keeps. */
const auditLogs = new Map();
const bookings = new Map();

export async function createAuditLog(data) {
  const entry = { action: 'x', actorType: 'system', ...data, createdAt: new Date(0) };
  auditLogs.set(entry.id, entry);
  return { ...entry };
}

export const getAuditLog = async (id) => ({ ...auditLogs.get(id) });

export async function createBooking(data) {
  bookings.set(data.id, data);
  return structuredClone(data);
}

export const getBooking = async (id) => bookings.get(id) ?? null;

export async function updateBooking(id, patch) {
  bookings.set(id, patch);
  throw new Error('too late');
}
