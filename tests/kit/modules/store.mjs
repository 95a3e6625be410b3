/** A small store in Maps that copies what it keeps and what it gives. */
import { randomUUID } from 'node:crypto';

const bookings = new Map();

export async function createBooking(data) {
  const now = new Date();
  const booking = {
    id: randomUUID(),
    status: 'confirmed',
    ...structuredClone(data),
    bookedAt: now,
    updatedAt: now,
  };
  bookings.set(booking.id, booking);
  return structuredClone(booking);
}

export async function getBooking(id) {
  return structuredClone(bookings.get(id));
}

export async function deleteBooking(id) {
  return bookings.delete(id);
}

export async function listBookings({ limit }) {
  return { rows: [...bookings.values()].slice(0, limit) };
}
