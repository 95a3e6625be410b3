-- What does no harm, and must be no finding. One case per section.

-- case: nothing
SELECT 1;

-- case: table of the user's own
CREATE TABLE public.users (id uuid PRIMARY KEY, email text UNIQUE);

-- case: column of the user's own
CREATE TABLE public.users (id uuid PRIMARY KEY);
ALTER TABLE public.scheduling_requests ADD coordinator_id uuid REFERENCES public.users (id);

-- case: column with a default
ALTER TABLE public.bookings ADD room text NOT NULL DEFAULT 'none';

-- case: identity column
ALTER TABLE public.bookings ADD number bigint GENERATED ALWAYS AS IDENTITY;

-- case: column of a sequence that the server may use
ALTER TABLE public.bookings ADD number bigserial;
GRANT USAGE ON SEQUENCE public.bookings_number_seq TO service_role;

-- case: unique index for a constraint
ALTER TABLE public.webhook_events DROP CONSTRAINT webhook_events_provider_event_id_key;
CREATE UNIQUE INDEX webhook_events_provider_event_id_key ON public.webhook_events (provider, event_id);

-- case: condition written differently
ALTER TABLE public.bookings DROP CONSTRAINT bookings_status_check;
ALTER TABLE public.bookings ADD CONSTRAINT bookings_status_check
  CHECK (status = ANY (ARRAY['confirmed', 'rescheduled', 'cancelled']));

-- case: trigger of another name
ALTER TRIGGER update_bookings_updated_at ON public.bookings RENAME TO touch;

-- case: trigger that fires always
ALTER TABLE public.bookings ENABLE ALWAYS TRIGGER update_bookings_updated_at;

-- case: trigger that only watches
CREATE FUNCTION public.watch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER watch AFTER UPDATE ON public.bookings FOR EACH ROW EXECUTE FUNCTION public.watch();

-- case: wider index
DROP INDEX public.idx_sync_jobs_entity_id;
CREATE INDEX mine ON public.sync_jobs (entity_id, created_at);

-- case: descending index
DROP INDEX public.idx_bookings_booked_at_id;
CREATE INDEX mine ON public.bookings (booked_at DESC, id DESC);

-- case: policy that lets nobody in
CREATE POLICY closed ON public.bookings TO anon USING (false);

-- case: policy for the server
CREATE POLICY server ON public.bookings TO service_role USING (true);

-- case: function of the user's own
CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';

-- case: view that asks for the rights of its caller
CREATE VIEW public.v WITH (security_invoker = true) AS SELECT * FROM public.webhook_events;
GRANT SELECT ON public.v TO anon;
CREATE VIEW public.w AS SELECT * FROM public.v;
GRANT SELECT ON public.w TO anon;

-- case: view for nobody else
CREATE VIEW public.v AS SELECT * FROM public.webhook_events;
CREATE MATERIALIZED VIEW public.m AS SELECT * FROM public.webhook_events;
GRANT SELECT ON public.v TO service_role;

-- case: view of something else
CREATE TABLE public.users (id uuid PRIMARY KEY);
CREATE VIEW public.v AS SELECT * FROM public.users;
GRANT SELECT ON public.v TO anon;

-- case: function that asks for the rights of its caller
CREATE FUNCTION public.leak() RETURNS SETOF public.webhook_events LANGUAGE sql
  AS 'SELECT * FROM public.webhook_events';

-- case: function of its owner for nobody else
CREATE FUNCTION public.leak() RETURNS SETOF public.webhook_events LANGUAGE sql SECURITY DEFINER
  AS 'SELECT * FROM public.webhook_events';
REVOKE EXECUTE ON FUNCTION public.leak() FROM PUBLIC, anon, authenticated;

-- case: function that only speaks of the tables
CREATE FUNCTION public.mine() RETURNS text LANGUAGE sql SECURITY DEFINER
  AS $$ SELECT 'cancel' /* public.bookings */ -- book()
$$;

-- case: trigger function of its owner
CREATE FUNCTION public.watch() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  AS 'BEGIN DELETE FROM public.bookings; RETURN NULL; END';

-- case: row locks written differently
CREATE OR REPLACE FUNCTION public.claim_sync_jobs(p_limit integer, p_lease_s double precision)
  RETURNS SETOF public.sync_jobs LANGUAGE plpgsql SET search_path = ''
  AS $$BEGIN
PERFORM FROM public.sync_jobs AS a, public.sync_jobs AS "b" FOR UPDATE OF a, "b" SKIP LOCKED;
RETURN QUERY SELECT * FROM public.sync_jobs for no key update /* of */ skip locked; END$$;

-- case: settings that leave time
DO $$BEGIN
EXECUTE format('ALTER DATABASE %I SET statement_timeout = %L', current_database(), '2min');
EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = off', current_database());
EXECUTE format('ALTER ROLE service_role IN DATABASE %I SET statement_timeout = 0', current_database());
END$$;

-- case: search_path of nobody else
ALTER FUNCTION public.ops_summary() SET search_path = pg_catalog, pg_temp;

-- case: default under its other name
ALTER TABLE public.sync_jobs ALTER created_at SET DEFAULT CURRENT_TIMESTAMP;
