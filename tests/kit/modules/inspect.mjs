/** Refuses every call, and shows in the constraint what it was given. */
import { inspect } from 'node:util';

const refuse = (...args) => {
  throw Object.assign(new Error('shown'), {
    kind: 'conflict',
    constraint: inspect(args, { depth: 9, breakLength: Infinity }).replace(/\s+/g, ' '),
  });
};

export const createBooking = refuse;
export const createAuditLog = refuse;
export const updateBooking = refuse;
export const listBookings = refuse;
export const countBookings = refuse;
export const rescheduleBooking = refuse;
export const bookSchedulingRequest = refuse;
export const claimSyncJobs = refuse;
export const __import = refuse;
