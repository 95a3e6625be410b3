/** Has one row from the start, and gives all of them. */
import { bookingOf } from './app.mjs';

export const __export = async (entity) => (entity === 'bookings' ? [bookingOf(1)] : []);
