-- What a hosted Supabase project finds in a fresh database, once per database.
-- Run by the cluster's superuser, supabase_admin. No table grants: hosted projects stopped giving them away.

CREATE SCHEMA extensions AUTHORIZATION postgres;
CREATE EXTENSION "uuid-ossp" WITH SCHEMA extensions;
CREATE EXTENSION pgcrypto WITH SCHEMA extensions;

GRANT USAGE ON SCHEMA public, extensions TO postgres, anon, authenticated, service_role;

-- The helpers that row level security policies call.
CREATE SCHEMA auth;
GRANT USAGE ON SCHEMA auth TO postgres, anon, authenticated, service_role;

CREATE FUNCTION auth.jwt() RETURNS jsonb LANGUAGE sql STABLE
    RETURN nullif(current_setting('request.jwt.claims', true), '')::jsonb;

CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE
    RETURN (auth.jwt() ->> 'sub')::uuid;

CREATE FUNCTION auth.role() RETURNS text LANGUAGE sql STABLE
    RETURN auth.jwt() ->> 'role';

-- Hosted projects reload PostgREST's schema cache after every DDL statement; temporary tables are no part of it.
CREATE FUNCTION extensions.pgrst_ddl_watch() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM pg_event_trigger_ddl_commands() WHERE schema_name IS DISTINCT FROM 'pg_temp') THEN
        NOTIFY pgrst, 'reload schema';
    END IF;
END;
$$;

CREATE FUNCTION extensions.pgrst_drop_watch() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM pg_event_trigger_dropped_objects() WHERE NOT is_temporary) THEN
        NOTIFY pgrst, 'reload schema';
    END IF;
END;
$$;

CREATE EVENT TRIGGER pgrst_ddl_watch ON ddl_command_end EXECUTE FUNCTION extensions.pgrst_ddl_watch();
CREATE EVENT TRIGGER pgrst_drop_watch ON sql_drop EXECUTE FUNCTION extensions.pgrst_drop_watch();
