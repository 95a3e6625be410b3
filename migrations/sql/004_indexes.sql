-- Indexes for the queries that the scheduler really sends.
--
-- They are built inside this file's transaction, which blocks the writers of a table while it lasts: here the tables
-- are new. CREATE INDEX CONCURRENTLY, for a table with traffic, cannot run inside a transaction, and so not in here.

-- Keyset paging walks each table in the total order (created, id). A B-tree is read in both directions, so that
-- these also serve "latest first" and replace the plan's indexes on created_at DESC.
CREATE INDEX idx_scheduling_requests_created_at_id ON public.scheduling_requests (created_at, id);
CREATE INDEX idx_bookings_booked_at_id ON public.bookings (booked_at, id);
CREATE INDEX idx_audit_logs_created_at_id ON public.audit_logs (created_at, id);
CREATE INDEX idx_sync_jobs_created_at_id ON public.sync_jobs (created_at, id);
CREATE INDEX idx_webhook_events_created_at_id ON public.webhook_events (created_at, id);
CREATE INDEX idx_reconciliation_jobs_created_at_id ON public.reconciliation_jobs (created_at, id);
DROP INDEX IF EXISTS public.idx_audit_logs_created_at;
DROP INDEX IF EXISTS public.idx_webhook_events_created_at;

-- Workers claim the due rows in the order (run_after, id). Finished rows are the many, and none of them is in here.
CREATE INDEX idx_sync_jobs_due ON public.sync_jobs (run_after, id)
  WHERE status IN ('pending', 'processing');
CREATE INDEX idx_webhook_events_due ON public.webhook_events (run_after, id)
  WHERE status IN ('received', 'processing');
CREATE INDEX idx_reconciliation_jobs_due ON public.reconciliation_jobs (run_after, id)
  WHERE status IN ('pending', 'processing');
DROP INDEX IF EXISTS public.idx_sync_jobs_run_after;

-- "Is this booking synchronised yet?"
CREATE INDEX idx_sync_jobs_entity_id ON public.sync_jobs (entity_id);

-- The UNIQUE constraint on public_token_hash has an index of its own.
DROP INDEX IF EXISTS public.idx_scheduling_requests_public_token_hash;
