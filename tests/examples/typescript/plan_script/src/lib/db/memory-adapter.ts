// The naive example's store, with the functions that the plan's script imports.

import { maps } from '../../../../naive/src/lib/db/memory-adapter';

export * from '../../../../naive/src/lib/db/memory-adapter';

export const getAllSchedulingRequests = () => [...maps.schedulingRequests.values()];
export const getAllBookings = () => [...maps.bookings.values()];
export const getAllAuditLogs = () => [...maps.auditLogs.values()];
export const getAllSyncJobs = () => [...maps.syncJobs.values()];
export const getAllWebhookEvents = () => [...maps.webhookEvents.values()];
export const getAllReconciliationJobs = () => [...maps.reconciliationJobs.values()];
