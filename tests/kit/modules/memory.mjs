/** A small store in Maps: enough to see what the kit makes of rows. It copies what it keeps and what it gives. */
import { randomUUID } from 'node:crypto';

const bookings = new Map();

export async function createBooking(data) {
  const now = new Date();
  const booking = { id: data.id ?? randomUUID(), status: 'confirmed', bookedBy: 'x', ...structuredClone(data), bookedAt: now, updatedAt: now };
  bookings.set(booking.id, structuredClone(booking));
  return booking;
}

export async function getBooking(id) {
  return structuredClone(bookings.get(id));
}

export async function deleteBooking(id) {
  return bookings.delete(id);
}

export async function listBookings({ where, limit }) {
  const rows = [...bookings.values()].filter((row) => where.every(([field, op, value]) => op !== 'eq' || +row[field] === +value || row[field] === value));
  return { rows: structuredClone(rows.slice(0, limit)) };
}
