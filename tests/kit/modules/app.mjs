/** Makes small applications with all six entities, for what runs inside of an app. */
const at = (ms) => new Date(Date.UTC(2026, 0, 1) + ms);

export const id = (n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

export function bookingOf(n) {
  return {
    id: id(n),
    requestId: id(0),
    scheduledStart: at(n),
    scheduledEnd: at(n + 1),
    calendarEventId: undefined,
    status: 'confirmed',
    bookedBy: 'somebody 😀\u2028',
    bookedAt: at(n),
    updatedAt: at(n),
  };
}

export function auditLogOf(n, payload = {}) {
  return { id: id(n), action: 'booked', actorType: 'system', payload, createdAt: at(n) };
}

/** The plan's application: functions that return all rows at once, as arrays. */
export function planned({ bookings = [], auditLogs = [] } = {}) {
  return {
    getAllSchedulingRequests: () => [],
    getAllBookings: () => bookings,
    getAllAuditLogs: async () => auditLogs,
    getAllSyncJobs: () => [],
    getAllWebhookEvents: () => [],
    getAllReconciliationJobs: () => [],
  };
}

/** The same with lists in pages of `size` rows. */
export function paged(bookings, size) {
  const listBookings = async ({ where, limit, cursor }) => {
    if (!Array.isArray(where) || !Number.isInteger(limit)) throw new Error('no proper query');
    const from = cursor === undefined ? 0 : Number(cursor);
    const next = from + Math.min(size, limit);
    return { rows: bookings.slice(from, next), nextCursor: next < bookings.length ? String(next) : null };
  };
  const { getAllBookings, ...others } = planned();
  return { ...others, listBookings };
}

/** A synchronous store: create, get, update, delete of bookings. */
export function synchronous() {
  const bookings = new Map();
  return {
    createBooking(data) {
      const row = { ...bookingOf(bookings.size + 1), ...data };
      bookings.set(row.id, row);
      data.bookedBy = 'changed by the callee';
      return row;
    },
    getBooking: (key) => bookings.get(key) ?? null,
    deleteBooking(key) {
      if (!bookings.has(key))
        throw Object.assign(new Error('no such booking'), { kind: 'not_found', table: 'bookings' });
      return bookings.delete(key);
    },
    helper: () => 'not recorded',
    setting: 7,
  };
}
