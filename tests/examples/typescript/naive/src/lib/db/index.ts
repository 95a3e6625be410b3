import * as memoryDb from './memory-adapter';
import * as supabaseDb from './supabase-adapter';

const isSupabase = process.env.DB_MODE === 'supabase';

// Export the appropriate implementation
export const createSchedulingRequest = isSupabase
  ? supabaseDb.createSchedulingRequest
  : memoryDb.createSchedulingRequest;
export const getSchedulingRequest = isSupabase ? supabaseDb.getSchedulingRequest : memoryDb.getSchedulingRequest;
export const listSchedulingRequests = isSupabase ? supabaseDb.listSchedulingRequests : memoryDb.listSchedulingRequests;
export const updateSchedulingRequest = isSupabase
  ? supabaseDb.updateSchedulingRequest
  : memoryDb.updateSchedulingRequest;
export const deleteSchedulingRequest = isSupabase
  ? supabaseDb.deleteSchedulingRequest
  : memoryDb.deleteSchedulingRequest;
export const createBooking = isSupabase ? supabaseDb.createBooking : memoryDb.createBooking;
export const getBooking = isSupabase ? supabaseDb.getBooking : memoryDb.getBooking;
export const listBookings = isSupabase ? supabaseDb.listBookings : memoryDb.listBookings;
export const updateBooking = isSupabase ? supabaseDb.updateBooking : memoryDb.updateBooking;
export const deleteBooking = isSupabase ? supabaseDb.deleteBooking : memoryDb.deleteBooking;
export const createAuditLog = isSupabase ? supabaseDb.createAuditLog : memoryDb.createAuditLog;
export const getAuditLog = isSupabase ? supabaseDb.getAuditLog : memoryDb.getAuditLog;
export const listAuditLogs = isSupabase ? supabaseDb.listAuditLogs : memoryDb.listAuditLogs;
export const createSyncJob = isSupabase ? supabaseDb.createSyncJob : memoryDb.createSyncJob;
export const getSyncJob = isSupabase ? supabaseDb.getSyncJob : memoryDb.getSyncJob;
export const listSyncJobs = isSupabase ? supabaseDb.listSyncJobs : memoryDb.listSyncJobs;
export const updateSyncJob = isSupabase ? supabaseDb.updateSyncJob : memoryDb.updateSyncJob;
export const deleteSyncJob = isSupabase ? supabaseDb.deleteSyncJob : memoryDb.deleteSyncJob;
export const claimSyncJobs = isSupabase ? supabaseDb.claimSyncJobs : memoryDb.claimSyncJobs;
export const completeSyncJob = isSupabase ? supabaseDb.completeSyncJob : memoryDb.completeSyncJob;
export const failSyncJob = isSupabase ? supabaseDb.failSyncJob : memoryDb.failSyncJob;
export const createWebhookEvent = isSupabase ? supabaseDb.createWebhookEvent : memoryDb.createWebhookEvent;
export const getWebhookEvent = isSupabase ? supabaseDb.getWebhookEvent : memoryDb.getWebhookEvent;
export const listWebhookEvents = isSupabase ? supabaseDb.listWebhookEvents : memoryDb.listWebhookEvents;
export const updateWebhookEvent = isSupabase ? supabaseDb.updateWebhookEvent : memoryDb.updateWebhookEvent;
export const deleteWebhookEvent = isSupabase ? supabaseDb.deleteWebhookEvent : memoryDb.deleteWebhookEvent;
export const claimWebhookEvents = isSupabase ? supabaseDb.claimWebhookEvents : memoryDb.claimWebhookEvents;
export const completeWebhookEvent = isSupabase ? supabaseDb.completeWebhookEvent : memoryDb.completeWebhookEvent;
export const failWebhookEvent = isSupabase ? supabaseDb.failWebhookEvent : memoryDb.failWebhookEvent;
export const createReconciliationJob = isSupabase
  ? supabaseDb.createReconciliationJob
  : memoryDb.createReconciliationJob;
export const getReconciliationJob = isSupabase ? supabaseDb.getReconciliationJob : memoryDb.getReconciliationJob;
export const listReconciliationJobs = isSupabase ? supabaseDb.listReconciliationJobs : memoryDb.listReconciliationJobs;
export const updateReconciliationJob = isSupabase
  ? supabaseDb.updateReconciliationJob
  : memoryDb.updateReconciliationJob;
export const deleteReconciliationJob = isSupabase
  ? supabaseDb.deleteReconciliationJob
  : memoryDb.deleteReconciliationJob;
export const claimReconciliationJobs = isSupabase
  ? supabaseDb.claimReconciliationJobs
  : memoryDb.claimReconciliationJobs;
export const completeReconciliationJob = isSupabase
  ? supabaseDb.completeReconciliationJob
  : memoryDb.completeReconciliationJob;
export const failReconciliationJob = isSupabase ? supabaseDb.failReconciliationJob : memoryDb.failReconciliationJob;
export const getSchedulingRequestByTokenHash = isSupabase
  ? supabaseDb.getSchedulingRequestByTokenHash
  : memoryDb.getSchedulingRequestByTokenHash;
export const receiveWebhookEvent = isSupabase ? supabaseDb.receiveWebhookEvent : memoryDb.receiveWebhookEvent;
export const bookSchedulingRequest = isSupabase ? supabaseDb.bookSchedulingRequest : memoryDb.bookSchedulingRequest;
export const rescheduleBooking = isSupabase ? supabaseDb.rescheduleBooking : memoryDb.rescheduleBooking;
export const cancelBooking = isSupabase ? supabaseDb.cancelBooking : memoryDb.cancelBooking;
export const getOpsSummary = isSupabase ? supabaseDb.getOpsSummary : memoryDb.getOpsSummary;
