-- The accounts that section 4.2 of the plan announces (there as 002): whatever is new may be absent.
--
-- Code that is older than this file goes on working: it neither reads nor writes what is added, and no column that
-- it writes has a new rule.

CREATE TABLE public.users (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  email text NOT NULL UNIQUE CHECK (octet_length(email) <= 1024),
  name text,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE public.calendar_connections (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL REFERENCES public.users (id) ON DELETE CASCADE,
  provider text NOT NULL DEFAULT 'microsoft_graph',
  account text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (user_id, provider)
);

CREATE TABLE public.interviewer_invitations (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  request_id uuid NOT NULL REFERENCES public.scheduling_requests (id) ON DELETE CASCADE,
  invited_by uuid REFERENCES public.users (id) ON DELETE SET NULL,
  interviewer_email text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX idx_interviewer_invitations_request_id ON public.interviewer_invitations (request_id);
CREATE INDEX idx_interviewer_invitations_invited_by ON public.interviewer_invitations (invited_by);

-- parity:ignore adding-foreign-key-constraint because the column is new and NULL in every row: nothing is compared
ALTER TABLE public.scheduling_requests
  ADD COLUMN coordinator_id uuid REFERENCES public.users (id) ON DELETE SET NULL;

-- parity:ignore require-concurrent-index-creation because no row is in it yet: it is built without reading long
CREATE INDEX idx_scheduling_requests_coordinator_id ON public.scheduling_requests (coordinator_id)
  WHERE coordinator_id IS NOT NULL;

CREATE TRIGGER update_users_updated_at
  BEFORE UPDATE ON public.users
  FOR EACH ROW EXECUTE FUNCTION public.update_updated_at_column();

CREATE TRIGGER update_calendar_connections_updated_at
  BEFORE UPDATE ON public.calendar_connections
  FOR EACH ROW EXECUTE FUNCTION public.update_updated_at_column();

ALTER TABLE public.users ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.calendar_connections ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.interviewer_invitations ENABLE ROW LEVEL SECURITY;

REVOKE ALL ON TABLE public.users, public.calendar_connections, public.interviewer_invitations
  FROM PUBLIC, anon, authenticated, service_role;
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE
  public.users, public.calendar_connections, public.interviewer_invitations
  TO service_role;
