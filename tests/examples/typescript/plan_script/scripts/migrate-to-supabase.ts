// The plan's section 6.2, as it stands there; the other entities are filled in after its first one.

import {
  getAllAuditLogs,
  getAllBookings,
  getAllReconciliationJobs,
  getAllSchedulingRequests,
  getAllSyncJobs,
  getAllWebhookEvents,
} from '../src/lib/db/memory-adapter';
import { supabase } from '../../naive/src/lib/supabase/client';
import {
  mapAuditLogToDbRow,
  mapBookingToDbRow,
  mapReconciliationJobToDbRow,
  mapSyncJobToDbRow,
  mapToDbRow,
  mapWebhookEventToDbRow,
} from './rows';

async function migrate() {
  // Get all in-memory data
  const requests = getAllSchedulingRequests();
  const bookings = getAllBookings();
  const auditLogs = getAllAuditLogs();
  const syncJobs = getAllSyncJobs();
  const webhookEvents = getAllWebhookEvents();
  const reconciliationJobs = getAllReconciliationJobs();

  // Insert into Supabase
  for (const request of requests) {
    await supabase.from('scheduling_requests').insert(mapToDbRow(request));
  }
  for (const booking of bookings) {
    await supabase.from('bookings').insert(mapBookingToDbRow(booking));
  }
  for (const log of auditLogs) {
    await supabase.from('audit_logs').insert(mapAuditLogToDbRow(log));
  }
  for (const job of syncJobs) {
    await supabase.from('sync_jobs').insert(mapSyncJobToDbRow(job));
  }
  for (const event of webhookEvents) {
    await supabase.from('webhook_events').insert(mapWebhookEventToDbRow(event));
  }
  for (const job of reconciliationJobs) {
    await supabase.from('reconciliation_jobs').insert(mapReconciliationJobToDbRow(job));
  }
}

await migrate();
