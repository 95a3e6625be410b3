-- What the tables must refuse, and when updated_at advances. (002 is reserved for the user accounts of M7.5.)

-- The ids of a database that ran the plan's own 001 come from uuid-ossp, which is not found where the extension
-- sits in a schema that is not on the search_path.
ALTER TABLE public.scheduling_requests ALTER COLUMN id SET DEFAULT gen_random_uuid();
ALTER TABLE public.bookings ALTER COLUMN id SET DEFAULT gen_random_uuid();
ALTER TABLE public.audit_logs ALTER COLUMN id SET DEFAULT gen_random_uuid();
ALTER TABLE public.sync_jobs ALTER COLUMN id SET DEFAULT gen_random_uuid();
ALTER TABLE public.webhook_events ALTER COLUMN id SET DEFAULT gen_random_uuid();
ALTER TABLE public.reconciliation_jobs ALTER COLUMN id SET DEFAULT gen_random_uuid();

-- updated_at is the moment of the change. now() is the start of the transaction: two updates of one transaction
-- would look like one, and a long transaction that commits last would move the column backwards, past readers who
-- poll for "changed since". greatest() keeps it from going backwards when the clock itself is stepped.
-- It lives here and not in 001 so that a database which ran the plan's own 001 gets it, too.
CREATE OR REPLACE FUNCTION public.update_updated_at_column() RETURNS trigger
LANGUAGE plpgsql
SET search_path = ''
AS $$
BEGIN
  NEW.updated_at := greatest(clock_timestamp(), OLD.updated_at);
  RETURN NEW;
END;
$$;

ALTER TABLE public.scheduling_requests
  ADD CONSTRAINT scheduling_requests_window_order CHECK (window_end > window_start),
  ADD CONSTRAINT scheduling_requests_duration_positive CHECK (duration_minutes > 0);

ALTER TABLE public.bookings
  ADD CONSTRAINT bookings_slot_order CHECK (scheduled_end > scheduled_start);

ALTER TABLE public.sync_jobs
  ADD CONSTRAINT sync_jobs_attempts_bounds CHECK (attempts >= 0 AND attempts <= max_attempts),
  ADD CONSTRAINT sync_jobs_max_attempts_positive CHECK (max_attempts > 0);

ALTER TABLE public.webhook_events
  ADD CONSTRAINT webhook_events_attempts_bounds CHECK (attempts >= 0 AND attempts <= max_attempts),
  ADD CONSTRAINT webhook_events_max_attempts_positive CHECK (max_attempts > 0);

ALTER TABLE public.reconciliation_jobs
  ADD CONSTRAINT reconciliation_jobs_attempts_bounds CHECK (attempts >= 0 AND attempts <= max_attempts),
  ADD CONSTRAINT reconciliation_jobs_max_attempts_positive CHECK (max_attempts > 0);

-- A B-tree refuses entries above 2,704 bytes, and whether a longer text is refused depends on how well it
-- compresses. A limit on each indexed text makes the refusal predictable, and the error a CHECK violation.
ALTER TABLE public.scheduling_requests
  ADD CONSTRAINT scheduling_requests_candidate_email_size CHECK (octet_length(candidate_email) <= 1024),
  ADD CONSTRAINT scheduling_requests_public_token_hash_size CHECK (octet_length(public_token_hash) <= 1024);

ALTER TABLE public.audit_logs
  ADD CONSTRAINT audit_logs_action_size CHECK (octet_length(action) <= 1024);

ALTER TABLE public.sync_jobs
  ADD CONSTRAINT sync_jobs_entity_id_size CHECK (octet_length(entity_id) <= 1024);

ALTER TABLE public.webhook_events
  ADD CONSTRAINT webhook_events_provider_size CHECK (octet_length(provider) <= 1024),
  ADD CONSTRAINT webhook_events_event_id_size CHECK (octet_length(event_id) <= 1024),
  ADD CONSTRAINT webhook_events_payload_hash_size CHECK (octet_length(payload_hash) <= 1024);

ALTER TABLE public.reconciliation_jobs
  ADD CONSTRAINT reconciliation_jobs_entity_id_size CHECK (octet_length(entity_id) <= 1024);

-- Whatever path writes a booking, one request never has two that are active.
CREATE UNIQUE INDEX bookings_one_active_per_request ON public.bookings (request_id) WHERE status <> 'cancelled';
