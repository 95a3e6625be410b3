-- The six tables of the scheduler, as section 4.1 of the plan describes them.
--
-- Two things differ from the plan's text, because they cannot wait for a later file:
--   * gen_random_uuid(), which is part of Postgres, replaces uuid_generate_v4(): hosted projects keep uuid-ossp
--     in another schema, where it is not found.
--   * Row level security is on from the first moment. Each file commits on its own, and a table without it is
--     open to the public anon key on every project whose default privileges still include anon.
-- Everything else that the plan gets wrong is corrected by the files that follow, so that a database which
-- already ran the plan's own 001 arrives at the same schema.

CREATE TABLE public.scheduling_requests (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),

  -- Context
  application_id text,
  candidate_name text NOT NULL,
  candidate_email text NOT NULL,
  req_id text,
  req_title text NOT NULL,
  interview_type text NOT NULL CHECK (interview_type IN ('phone_screen', 'hm_screen', 'onsite', 'final')),
  duration_minutes integer NOT NULL,

  -- Participants
  interviewer_emails text[] NOT NULL,

  -- Calendar linkage
  organizer_email text NOT NULL,
  calendar_provider text NOT NULL DEFAULT 'microsoft_graph',
  graph_tenant_id text,

  -- Scheduling window
  window_start timestamptz NOT NULL,
  window_end timestamptz NOT NULL,
  candidate_timezone text NOT NULL,

  -- Public link
  public_token text NOT NULL,
  public_token_hash text NOT NULL UNIQUE,
  expires_at timestamptz NOT NULL,

  -- Status
  status text NOT NULL DEFAULT 'pending'
    CHECK (status IN ('pending', 'booked', 'rescheduled', 'cancelled', 'expired')),

  -- Attention flags
  needs_attention boolean NOT NULL DEFAULT false,
  needs_attention_reason text,

  -- Audit
  created_by text,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX idx_scheduling_requests_status ON public.scheduling_requests (status);
CREATE INDEX idx_scheduling_requests_public_token_hash ON public.scheduling_requests (public_token_hash);
CREATE INDEX idx_scheduling_requests_candidate_email ON public.scheduling_requests (candidate_email);
CREATE INDEX idx_scheduling_requests_needs_attention ON public.scheduling_requests (needs_attention)
  WHERE needs_attention = true;
CREATE INDEX idx_scheduling_requests_expires_at ON public.scheduling_requests (expires_at);

CREATE TABLE public.bookings (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  request_id uuid NOT NULL REFERENCES public.scheduling_requests (id) ON DELETE CASCADE,

  -- Scheduled time
  scheduled_start timestamptz NOT NULL,
  scheduled_end timestamptz NOT NULL,

  -- Calendar event
  calendar_event_id text,
  calendar_ical_uid text,
  conference_join_url text,

  -- iCIMS sync
  icims_activity_id text,

  -- Status
  status text NOT NULL DEFAULT 'confirmed' CHECK (status IN ('confirmed', 'rescheduled', 'cancelled')),
  confirmed_at timestamptz,
  cancelled_at timestamptz,
  cancellation_reason text,

  -- Audit
  booked_by text NOT NULL,
  booked_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX idx_bookings_request_id ON public.bookings (request_id);
CREATE INDEX idx_bookings_status ON public.bookings (status);
CREATE INDEX idx_bookings_scheduled_start ON public.bookings (scheduled_start);

CREATE TABLE public.audit_logs (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  request_id uuid REFERENCES public.scheduling_requests (id) ON DELETE SET NULL,
  booking_id uuid REFERENCES public.bookings (id) ON DELETE SET NULL,

  action text NOT NULL,
  actor_type text NOT NULL CHECK (actor_type IN ('coordinator', 'candidate', 'system')),
  actor_id text,

  payload jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX idx_audit_logs_request_id ON public.audit_logs (request_id);
CREATE INDEX idx_audit_logs_booking_id ON public.audit_logs (booking_id);
CREATE INDEX idx_audit_logs_action ON public.audit_logs (action);
CREATE INDEX idx_audit_logs_created_at ON public.audit_logs (created_at DESC);

-- The retry queue for iCIMS
CREATE TABLE public.sync_jobs (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  type text NOT NULL CHECK (type IN ('icims_note')),
  entity_id text NOT NULL,
  entity_type text NOT NULL CHECK (entity_type IN ('scheduling_request', 'booking')),

  attempts integer NOT NULL DEFAULT 0,
  max_attempts integer NOT NULL DEFAULT 5,
  status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'processing', 'completed', 'failed')),
  last_error text,

  payload jsonb NOT NULL DEFAULT '{}',
  run_after timestamptz NOT NULL DEFAULT now(),

  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX idx_sync_jobs_status ON public.sync_jobs (status);
CREATE INDEX idx_sync_jobs_run_after ON public.sync_jobs (run_after) WHERE status IN ('pending', 'processing');

CREATE TABLE public.webhook_events (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id text,
  provider text NOT NULL DEFAULT 'icims',
  event_id text NOT NULL,
  payload_hash text NOT NULL,
  event_type text NOT NULL,

  payload jsonb NOT NULL,
  signature text NOT NULL,
  verified boolean NOT NULL DEFAULT false,

  status text NOT NULL DEFAULT 'received' CHECK (status IN ('received', 'processing', 'processed', 'failed')),
  attempts integer NOT NULL DEFAULT 0,
  max_attempts integer NOT NULL DEFAULT 3,
  last_error text,
  run_after timestamptz NOT NULL DEFAULT now(),

  processed_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),

  -- One delivery, one row
  UNIQUE (provider, event_id)
);

CREATE INDEX idx_webhook_events_status ON public.webhook_events (status);
CREATE INDEX idx_webhook_events_payload_hash ON public.webhook_events (payload_hash);
CREATE INDEX idx_webhook_events_created_at ON public.webhook_events (created_at DESC);

CREATE TABLE public.reconciliation_jobs (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id text,
  job_type text NOT NULL CHECK (job_type IN ('icims_note_missing', 'calendar_event_missing', 'state_mismatch')),
  entity_type text NOT NULL CHECK (entity_type IN ('scheduling_request', 'booking')),
  entity_id text NOT NULL,

  status text NOT NULL DEFAULT 'pending'
    CHECK (status IN ('pending', 'processing', 'completed', 'failed', 'requires_attention')),
  attempts integer NOT NULL DEFAULT 0,
  max_attempts integer NOT NULL DEFAULT 3,
  last_error text,
  detection_reason text NOT NULL,

  run_after timestamptz NOT NULL DEFAULT now(),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX idx_reconciliation_jobs_status ON public.reconciliation_jobs (status);
CREATE INDEX idx_reconciliation_jobs_entity ON public.reconciliation_jobs (entity_type, entity_id);

-- The plan's trigger function; 003_integrity.sql replaces its body.
CREATE OR REPLACE FUNCTION public.update_updated_at_column() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  NEW.updated_at = now();
  RETURN NEW;
END;
$$;

CREATE TRIGGER update_scheduling_requests_updated_at
  BEFORE UPDATE ON public.scheduling_requests
  FOR EACH ROW EXECUTE FUNCTION public.update_updated_at_column();

CREATE TRIGGER update_bookings_updated_at
  BEFORE UPDATE ON public.bookings
  FOR EACH ROW EXECUTE FUNCTION public.update_updated_at_column();

CREATE TRIGGER update_sync_jobs_updated_at
  BEFORE UPDATE ON public.sync_jobs
  FOR EACH ROW EXECUTE FUNCTION public.update_updated_at_column();

CREATE TRIGGER update_webhook_events_updated_at
  BEFORE UPDATE ON public.webhook_events
  FOR EACH ROW EXECUTE FUNCTION public.update_updated_at_column();

CREATE TRIGGER update_reconciliation_jobs_updated_at
  BEFORE UPDATE ON public.reconciliation_jobs
  FOR EACH ROW EXECUTE FUNCTION public.update_updated_at_column();

ALTER TABLE public.scheduling_requests ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.bookings ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.audit_logs ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.sync_jobs ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.webhook_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.reconciliation_jobs ENABLE ROW LEVEL SECURITY;
