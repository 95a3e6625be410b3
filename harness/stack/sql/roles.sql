-- The roles of a hosted Supabase project, once per cluster. Passwords are set by the caller.
-- Run by the cluster's superuser, supabase_admin.

-- On hosted projects postgres owns the database and runs migrations, and is not a superuser.
CREATE ROLE postgres LOGIN CREATEDB CREATEROLE REPLICATION BYPASSRLS;
ALTER ROLE postgres SET search_path TO "$user", public, extensions;

CREATE ROLE anon NOLOGIN NOINHERIT;
CREATE ROLE authenticated NOLOGIN NOINHERIT;
CREATE ROLE service_role NOLOGIN NOINHERIT BYPASSRLS;
CREATE ROLE authenticator LOGIN NOINHERIT;

-- The hosted services' own roles. None of these services runs here, so nobody logs in as them.
CREATE ROLE supabase_auth_admin NOLOGIN NOINHERIT CREATEROLE;
CREATE ROLE supabase_storage_admin NOLOGIN NOINHERIT CREATEROLE;
CREATE ROLE supabase_realtime_admin NOLOGIN NOINHERIT;
CREATE ROLE supabase_replication_admin NOLOGIN REPLICATION;
CREATE ROLE supabase_read_only_user NOLOGIN BYPASSRLS;
CREATE ROLE dashboard_user NOLOGIN CREATEDB CREATEROLE REPLICATION;
CREATE ROLE pgbouncer NOLOGIN;

GRANT anon, authenticated, service_role TO authenticator;
-- ADMIN, so that migrations may ALTER ROLE ... SET, as hosted.
GRANT anon, authenticated, service_role, authenticator TO postgres WITH ADMIN OPTION;
-- Hosted, an extension lets postgres write policies and triggers for the services' tables; here, membership does.
GRANT supabase_auth_admin, supabase_storage_admin, supabase_realtime_admin TO postgres;
GRANT pg_monitor, pg_signal_backend, pg_read_all_data TO postgres;

-- PostgREST applies the settings of the role it switches to; service_role has none and keeps those of the login.
ALTER ROLE anon SET statement_timeout = '3s';
ALTER ROLE authenticated SET statement_timeout = '8s';
ALTER ROLE authenticator SET statement_timeout = '8s';
ALTER ROLE authenticator SET lock_timeout = '8s';

-- A project's database is called postgres: migrations ALTER DATABASE postgres SET ..., and copies are given that.
ALTER DATABASE postgres OWNER TO postgres;
