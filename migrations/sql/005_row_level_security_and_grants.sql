-- Who may do what. The server's key (service_role) does everything; the public key (anon) and signed-in users
-- (authenticated) do nothing: candidates reach the scheduler through its API, never through the database.

-- Without a policy, row level security shows no row to a role that does not bypass it. service_role does.
-- The second lock: should someone grant anon a privilege later, there is still nothing to read.
ALTER TABLE public.scheduling_requests ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.bookings ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.audit_logs ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.sync_jobs ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.webhook_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.reconciliation_jobs ENABLE ROW LEVEL SECURITY;

-- Grants are explicit: older projects give every new table to all three roles, newer ones give it to none,
-- and then even service_role is refused. Nobody gets TRUNCATE, which no policy and no trigger here would stop.
REVOKE ALL ON TABLE
  public.scheduling_requests, public.bookings, public.audit_logs,
  public.sync_jobs, public.webhook_events, public.reconciliation_jobs
  FROM PUBLIC, anon, authenticated, service_role;

GRANT USAGE ON SCHEMA public TO service_role;
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE
  public.scheduling_requests, public.bookings,
  public.sync_jobs, public.webhook_events, public.reconciliation_jobs
  TO service_role;

-- The history is appended to, never changed. When a request or booking goes, its links become NULL all the same:
-- the actions of a foreign key run as the owner of the table.
GRANT SELECT, INSERT ON TABLE public.audit_logs TO service_role;

-- The same for what this role creates later. (Defaults that belong to other roles are theirs to change, and EXECUTE
-- for PUBLIC is a default of Postgres that can only be taken back for all schemas at once: functions that are added
-- here revoke it one by one.)
ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM anon, authenticated;
ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON SEQUENCES FROM anon, authenticated;
ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON FUNCTIONS FROM anon, authenticated;

-- A trigger calls its function without asking for EXECUTE.
REVOKE ALL ON FUNCTION public.update_updated_at_column() FROM PUBLIC, anon, authenticated, service_role;
