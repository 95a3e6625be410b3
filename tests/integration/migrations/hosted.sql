-- What a hosted project has besides our tables, as far as it could be taken for somebody's change: the schemas and
-- functions of Supabase's services, abridged, and what their dashboards do to tables. Run by the superuser.

-- Services
CREATE ROLE supabase_functions_admin NOINHERIT CREATEROLE NOLOGIN NOREPLICATION;

CREATE SCHEMA net;
GRANT USAGE ON SCHEMA net TO anon, authenticated, service_role;
CREATE TABLE net.http_request_queue (id bigserial, method text NOT NULL, url text NOT NULL, headers jsonb, body bytea);
CREATE FUNCTION net.http_post(url text, body jsonb DEFAULT '{}', headers jsonb DEFAULT '{}') RETURNS bigint
  LANGUAGE sql SECURITY DEFINER SET search_path = net
  AS $$ INSERT INTO net.http_request_queue (method, url, headers, body)
        VALUES ('POST', url, headers, convert_to(body::text, 'UTF8')) RETURNING id $$;

CREATE SCHEMA supabase_functions AUTHORIZATION supabase_functions_admin;
GRANT USAGE ON SCHEMA supabase_functions TO anon, authenticated, service_role, postgres;
CREATE TABLE supabase_functions.hooks (
  id bigserial PRIMARY KEY, hook_table_id integer NOT NULL, hook_name text NOT NULL, request_id bigint
);
CREATE FUNCTION supabase_functions.http_request() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = supabase_functions AS $$
  DECLARE request_id bigint;
  BEGIN
    IF TG_ARGV[0] IS NULL THEN RAISE EXCEPTION 'url argument is missing'; END IF;
    SELECT http_post INTO request_id FROM net.http_post(TG_ARGV[0], to_jsonb(NEW));
    INSERT INTO supabase_functions.hooks (hook_table_id, hook_name, request_id)
      VALUES (TG_RELID, TG_NAME, request_id);
    RETURN NEW;
  END $$;
GRANT EXECUTE ON FUNCTION supabase_functions.http_request() TO postgres;

CREATE SCHEMA cron;
GRANT USAGE ON SCHEMA cron TO postgres;
CREATE TABLE cron.job (jobid bigserial PRIMARY KEY, schedule text NOT NULL, command text NOT NULL);
CREATE FUNCTION cron.schedule(schedule text, command text) RETURNS bigint LANGUAGE sql SECURITY DEFINER
  AS $$ INSERT INTO cron.job (schedule, command) VALUES (schedule, command) RETURNING jobid $$;

CREATE SCHEMA pgbouncer AUTHORIZATION pgbouncer;
CREATE FUNCTION pgbouncer.get_auth(p_usename text) RETURNS TABLE (username text, password text)
  LANGUAGE sql SECURITY DEFINER AS $$ SELECT usename::text, passwd FROM pg_catalog.pg_shadow WHERE usename = p_usename $$;

CREATE SCHEMA pgsodium;
CREATE TABLE vault.secrets (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text UNIQUE, secret text NOT NULL);
CREATE VIEW vault.decrypted_secrets AS SELECT * FROM vault.secrets;
CREATE FUNCTION vault.create_secret(new_secret text, new_name text) RETURNS uuid LANGUAGE sql SECURITY DEFINER
  AS $$ INSERT INTO vault.secrets (secret, name) VALUES (new_secret, new_name) RETURNING id $$;

CREATE FUNCTION graphql_public.graphql(query text) RETURNS jsonb LANGUAGE sql AS $$ SELECT '{}'::jsonb $$;
CREATE FUNCTION storage.search(prefix text, bucket text) RETURNS SETOF storage.objects LANGUAGE sql STABLE
  AS $$ SELECT * FROM storage.objects WHERE bucket_id = bucket AND name LIKE prefix || '%' $$;
CREATE FUNCTION realtime.send(payload jsonb, event text, topic text, private boolean DEFAULT true) RETURNS void
  LANGUAGE sql AS $$ INSERT INTO realtime.messages (payload, event, topic, private, extension)
                     VALUES (payload, event, topic, private, 'broadcast') $$;
CREATE FUNCTION realtime.broadcast_changes(
  topic text, event text, operation text, table_name text, table_schema text, new record, old record
) RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM realtime.send(to_jsonb(new), event, topic); END $$;
CREATE PUBLICATION supabase_realtime_messages_publication FOR TABLE realtime.messages;

CREATE SCHEMA IF NOT EXISTS supabase_migrations;

-- What the platform grants on what it makes itself
ALTER DEFAULT PRIVILEGES FOR ROLE supabase_admin IN SCHEMA public
  GRANT ALL ON TABLES TO postgres, anon, authenticated, service_role;
ALTER DEFAULT PRIVILEGES FOR ROLE supabase_admin IN SCHEMA public
  GRANT EXECUTE ON FUNCTIONS TO postgres, anon, authenticated, service_role;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO supabase_read_only_user;

-- Extensions, in their schema and, as older projects have them, in public
CREATE EXTENSION pg_trgm WITH SCHEMA public;
CREATE EXTENSION hstore WITH SCHEMA extensions;
CREATE INDEX scheduling_requests_name_trgm ON public.scheduling_requests USING gin (candidate_name public.gin_trgm_ops);

-- The dashboard: realtime, a database webhook; and a trigger of the user's own that broadcasts
ALTER PUBLICATION supabase_realtime ADD TABLE public.bookings;
ALTER TABLE public.bookings REPLICA IDENTITY FULL;
CREATE TRIGGER booking_hook AFTER INSERT OR UPDATE ON public.bookings FOR EACH ROW
  EXECUTE FUNCTION supabase_functions.http_request('https://example.com/hook', 'POST', '{}', '{}', '1000');
CREATE FUNCTION public.broadcast_requests() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
  BEGIN
    PERFORM realtime.broadcast_changes('requests', TG_OP, TG_OP, TG_TABLE_NAME, TG_TABLE_SCHEMA, NEW, OLD);
    RETURN NULL;
  END $$;
CREATE TRIGGER broadcast AFTER INSERT OR UPDATE OR DELETE ON public.scheduling_requests FOR EACH ROW
  EXECUTE FUNCTION public.broadcast_requests();

-- Debezium
CREATE PUBLICATION dbz_publication FOR TABLE public.webhook_events, public.sync_jobs;

-- Tables of the user's own
CREATE TABLE public.profiles (id uuid PRIMARY KEY REFERENCES auth.users ON DELETE CASCADE, name text);
ALTER TABLE public.profiles ENABLE ROW LEVEL SECURITY;
CREATE POLICY "People see themselves" ON public.profiles FOR SELECT USING (auth.uid() = id);
GRANT SELECT ON public.profiles TO authenticated;
