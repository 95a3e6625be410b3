"""SQL to which no rule objects."""

__all__ = ["FINE"]

FINE = {
    "table with row level security": (
        "CREATE TABLE users (id int); ALTER TABLE public.users ENABLE ROW LEVEL SECURITY"
    ),
    "row level security in a later statement of a DO block": (
        "CREATE TABLE users (id int); DO $$ BEGIN ALTER TABLE users ENABLE ROW LEVEL SECURITY; END $$"
    ),
    "temporary table": "CREATE TEMP TABLE t (id int); DELETE FROM t; DROP TABLE t",
    "table of a schema that the API does not serve": "CREATE SCHEMA app; CREATE TABLE app.users (id int)",
    "search_path of the file": "SET search_path = app; CREATE TABLE users (id int)",
    "table that is dropped again": "CREATE TABLE t (id int); DROP TABLE t",
    "forced row level security": "ALTER TABLE bookings FORCE ROW LEVEL SECURITY",
    "policy for owners": "CREATE POLICY mine ON notes TO authenticated USING (owner = auth.uid())",
    "restrictive policy": "CREATE POLICY less ON notes AS RESTRICTIVE USING (true)",
    "materialized view that is closed": (
        "CREATE MATERIALIZED VIEW m AS SELECT 1; REVOKE ALL ON m FROM anon, authenticated"
    ),
    "grant to the server": "GRANT SELECT ON bookings TO service_role",
    "grant of another table to signed-in users": "GRANT SELECT ON notes TO authenticated",
    "use of the schema": "GRANT USAGE ON SCHEMA public TO anon, authenticated",
    "revoke": "REVOKE ALL ON bookings FROM PUBLIC, anon",
    "function that is closed": (
        "CREATE FUNCTION f(a integer, b timestamp with time zone, OUT c int) LANGUAGE sql AS $$ SELECT 1 $$;"
        "REVOKE ALL ON FUNCTION public.f(int4, timestamptz) FROM PUBLIC, anon, authenticated"
    ),
    "function that is replaced keeps its rights": (
        "CREATE OR REPLACE FUNCTION public.known(p_id uuid) RETURNS uuid LANGUAGE sql AS $$ SELECT p_id $$"
    ),
    "trigger function": (
        "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$"
    ),
    "function closed by default": (
        "ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC, anon;"
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$"
    ),
    "all functions closed": (
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;"
        "REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC, anon"
    ),
    "role of the server": "GRANT anon, service_role TO authenticator; ALTER ROLE anon NOBYPASSRLS",
    "security definer with a path": (
        "CREATE FUNCTION private.f() RETURNS int LANGUAGE sql SECURITY DEFINER "
        "SET search_path = '' AS $$ SELECT 1 $$"
    ),
    "path that is set later": (
        "CREATE FUNCTION private.f() RETURNS int LANGUAGE sql SECURITY DEFINER AS $$ SELECT 1 $$;"
        "ALTER FUNCTION private.f() SET search_path = pg_catalog, pg_temp"
    ),
    "view as its reader": "CREATE VIEW v WITH (security_invoker = true) AS SELECT * FROM bookings",
    "view that is told later": (
        "CREATE VIEW v AS SELECT * FROM bookings; ALTER VIEW v SET (security_invoker = on)"
    ),
    "view of a schema that the API does not serve": "CREATE VIEW app.v AS SELECT * FROM bookings",
    "delete with a condition": "DELETE FROM bookings WHERE id IS NULL",
    "upsert": "INSERT INTO notes VALUES (1) ON CONFLICT (id) DO UPDATE SET id = 2",
    "words in texts and comments": "-- DELETE FROM bookings\nSELECT 'DELETE FROM bookings'",
    "function with a condition": (
        "CREATE FUNCTION private.f(p uuid) RETURNS SETOF bookings LANGUAGE plpgsql AS $$ DECLARE n int := 0; "
        "b bookings; BEGIN n := n + 1; UPDATE bookings SET note = '' WHERE id = p RETURNING * INTO b; "
        "IF FOUND THEN RETURN NEXT b; END IF; RETURN QUERY SELECT * FROM bookings WHERE id = p; END $$"
    ),
    "function with variables of row types": (
        "CREATE FUNCTION private.f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE r public.bookings; "
        "n notes%ROWTYPE; BEGIN r.note := 'x'; n.id = 1; UPDATE notes SET id = n.id WHERE id = 2; END $$"
    ),
    "wider types": (
        "ALTER TABLE bookings ALTER note TYPE varchar(40), ALTER note TYPE text, ALTER amount TYPE bigint, "
        "ALTER price TYPE numeric(8, 3), ALTER day TYPE timestamp, ALTER tags TYPE text[] USING tags"
    ),
    "column of a new table": (
        "CREATE TABLE t (a int); ALTER TABLE t ENABLE ROW LEVEL SECURITY, DROP COLUMN a, ADD COLUMN b int"
    ),
    "drop view": "DROP VIEW v",
    "block that can be read": "DO $$ BEGIN PERFORM 1; RAISE NOTICE 'x'; EXECUTE 'SELECT 1'; END $$",
}
