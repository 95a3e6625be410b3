/** Chooses the adapter by DB_MODE, to the letter: a typing error must not store bookings in memory. */

import type * as supabaseDb from './supabase-adapter';

const db: typeof supabaseDb = await chosen(process.env.DB_MODE);

function chosen(mode: string | undefined): Promise<typeof supabaseDb> {
  switch (mode) {
    case 'memory':
      return import('./memory-adapter');
    case 'supabase':
      return import('./supabase-adapter');
    default:
      throw new Error(
        `DB_MODE is ${mode === undefined ? 'not set' : JSON.stringify(mode)}; it is 'memory' or 'supabase'.`,
      );
  }
}

export const {
  createSchedulingRequest,
  getSchedulingRequest,
  listSchedulingRequests,
  countSchedulingRequests,
  updateSchedulingRequest,
  deleteSchedulingRequest,
  createBooking,
  getBooking,
  listBookings,
  countBookings,
  updateBooking,
  deleteBooking,
  createAuditLog,
  getAuditLog,
  listAuditLogs,
  countAuditLogs,
  createSyncJob,
  getSyncJob,
  listSyncJobs,
  countSyncJobs,
  updateSyncJob,
  deleteSyncJob,
  claimSyncJobs,
  completeSyncJob,
  failSyncJob,
  createWebhookEvent,
  getWebhookEvent,
  listWebhookEvents,
  countWebhookEvents,
  updateWebhookEvent,
  deleteWebhookEvent,
  claimWebhookEvents,
  completeWebhookEvent,
  failWebhookEvent,
  createReconciliationJob,
  getReconciliationJob,
  listReconciliationJobs,
  countReconciliationJobs,
  updateReconciliationJob,
  deleteReconciliationJob,
  claimReconciliationJobs,
  completeReconciliationJob,
  failReconciliationJob,
  getSchedulingRequestByTokenHash,
  receiveWebhookEvent,
  bookSchedulingRequest,
  rescheduleBooking,
  cancelBooking,
  getOpsSummary,
} = db;
