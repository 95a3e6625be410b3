"""SQL that opens something to outsiders, with the rule that finds it and the object that it names."""

__all__ = ["ACCESS"]

ACCESS: dict[str, tuple[str, str, str]] = {
    "table without row level security": ("CREATE TABLE public.users (id int)", "PH010", "public.users"),
    "table without a schema": ("CREATE TABLE users (id int)", "PH010", "public.users"),
    "table if not exists": ("CREATE TABLE IF NOT EXISTS users (id int)", "PH010", "public.users"),
    "copy of a table": ("CREATE TABLE old AS SELECT * FROM bookings", "PH010", "public.old"),
    "select into": ("SELECT * INTO old FROM bookings", "PH010", "public.old"),
    "partition": (
        (
            "CREATE TABLE p (id int) PARTITION BY RANGE (id); ALTER TABLE p ENABLE ROW LEVEL SECURITY;"
            "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (9)"
        ),
        "PH010",
        "public.p1",
    ),
    "table in a schema that outsiders may use": (
        "CREATE SCHEMA app; GRANT USAGE ON SCHEMA app TO anon; CREATE TABLE app.users (id int)",
        "PH010",
        "app.users",
    ),
    "table moved to the schema of the API": (
        "CREATE SCHEMA app; CREATE TABLE app.users (id int); ALTER TABLE app.users SET SCHEMA public",
        "PH010",
        "public.users",
    ),
    "table in a DO block": (
        "DO $$ BEGIN IF true THEN CREATE TABLE users (id int); END IF; END $$",
        "PH010",
        "public.users",
    ),
    "row level security switched on, and off again": (
        (
            "CREATE TABLE users (id int); ALTER TABLE users ENABLE ROW LEVEL SECURITY;"
            "ALTER TABLE users DISABLE ROW LEVEL SECURITY"
        ),
        "PH010",
        "public.users",
    ),
    "row level security disabled": (
        "ALTER TABLE public.bookings DISABLE ROW LEVEL SECURITY",
        "PH011",
        "public.bookings",
    ),
    "policy of the scheduler's table for somebody": (
        "CREATE POLICY mine ON public.bookings TO authenticated USING (id = auth.uid())",
        "PH012",
        "public.bookings policy mine",
    ),
    "policy for everybody and every row": (
        "CREATE POLICY open ON public.notes USING (true)",
        "PH012",
        "public.notes policy open",
    ),
    "policy without a condition": (
        "CREATE POLICY open ON public.notes FOR SELECT TO anon",
        "PH012",
        "public.notes policy open",
    ),
    "policy whose condition is always true": (
        "CREATE POLICY open ON public.notes FOR INSERT TO anon WITH CHECK (1 = 1)",
        "PH012",
        "public.notes policy open",
    ),
    "policy altered": (
        "ALTER POLICY mine ON public.bookings USING (true)",
        "PH012",
        "public.bookings policy mine",
    ),
    "materialized view": (
        "CREATE MATERIALIZED VIEW counts AS SELECT count(*) FROM bookings",
        "PH013",
        "public.counts",
    ),
    "foreign table": ("CREATE FOREIGN TABLE far (id int) SERVER s", "PH013", "public.far"),
    "table granted to anon": ("GRANT SELECT ON public.bookings TO anon", "PH020", "public.bookings"),
    "one column granted to anon": ("GRANT SELECT (note) ON bookings TO anon", "PH020", "public.bookings"),
    "table granted to PUBLIC": ("GRANT ALL ON notes TO PUBLIC", "PH020", "public.notes"),
    "scheduler's table granted to signed-in users": (
        "GRANT SELECT ON bookings TO service_role, authenticated",
        "PH020",
        "public.bookings",
    ),
    "all tables granted": ("GRANT SELECT ON ALL TABLES IN SCHEMA public TO authenticated", "PH020", "public"),
    "function granted": ("GRANT EXECUTE ON FUNCTION public.known(uuid) TO anon", "PH020", "public.known"),
    "sequence granted": ("GRANT USAGE ON SEQUENCE public.s TO anon", "PH020", "public.s"),
    "schema for creating": ("GRANT CREATE ON SCHEMA public TO authenticated", "PH020", "public"),
    "function open by default": (
        "CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$",
        "PH021",
        "public.f",
    ),
    "function closed to PUBLIC only": (
        (
            "CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;"
            "REVOKE ALL ON FUNCTION public.f() FROM PUBLIC"
        ),
        "PH021",
        "public.f",
    ),
    "another overload closed": (
        (
            "CREATE FUNCTION public.f(a int) RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;"
            "CREATE FUNCTION public.f(a text) RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;"
            "REVOKE ALL ON FUNCTION public.f(text) FROM PUBLIC, anon"
        ),
        "PH021",
        "public.f",
    ),
    "function dropped and created again": (
        (
            "DROP FUNCTION public.known(uuid);"
            "CREATE FUNCTION public.known(p_id uuid) RETURNS uuid LANGUAGE sql AS $$ SELECT p_id $$"
        ),
        "PH021",
        "public.known",
    ),
    "default privileges": (
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO anon",
        "PH022",
        "default privileges on tables",
    ),
    "membership": ("GRANT service_role TO authenticated", "PH023", "authenticated"),
    "attribute": ("ALTER ROLE anon BYPASSRLS", "PH023", "anon"),
    "owner of a table": ("ALTER TABLE bookings OWNER TO authenticated", "PH023", "public.bookings"),
    "owner of a function": ("ALTER FUNCTION public.known(uuid) OWNER TO anon", "PH023", "public.known"),
    "security definer": (
        "CREATE FUNCTION private.f() RETURNS int LANGUAGE sql SECURITY DEFINER AS $$ SELECT 1 $$",
        "PH030",
        "private.f",
    ),
    "security definer with the creator's path": (
        (
            "CREATE FUNCTION private.f() RETURNS int LANGUAGE sql SECURITY DEFINER "
            "SET search_path FROM CURRENT AS $$ SELECT 1 $$"
        ),
        "PH030",
        "private.f",
    ),
    "security definer with the caller's schema": (
        (
            "CREATE FUNCTION private.f() RETURNS int LANGUAGE sql SECURITY DEFINER "
            'SET search_path = "$user", public AS $$ SELECT 1 $$'
        ),
        "PH030",
        "private.f",
    ),
    "altered to security definer": (
        (
            "CREATE FUNCTION private.f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;"
            "ALTER FUNCTION private.f() SECURITY DEFINER"
        ),
        "PH030",
        "private.f",
    ),
    "altered, and made elsewhere": ("ALTER FUNCTION private.g(int) SECURITY DEFINER", "PH030", "private.g"),
    "path of a security definer taken away": (
        (
            "CREATE FUNCTION private.f() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = '' "
            "AS $$ SELECT 1 $$; ALTER FUNCTION private.f() RESET ALL"
        ),
        "PH030",
        "private.f",
    ),
    "view": ("CREATE VIEW v AS SELECT * FROM bookings", "PH031", "public.v"),
    "view that says no": (
        "CREATE VIEW v WITH (security_invoker = off) AS SELECT * FROM bookings",
        "PH031",
        "public.v",
    ),
    "view replaced without its option": (
        (
            "CREATE VIEW v WITH (security_invoker) AS SELECT * FROM bookings;"
            "CREATE OR REPLACE VIEW v AS SELECT * FROM bookings"
        ),
        "PH031",
        "public.v",
    ),
    "option of a view reset": (
        (
            "CREATE VIEW v WITH (security_invoker) AS SELECT * FROM bookings;"
            "ALTER VIEW v RESET (security_invoker)"
        ),
        "PH031",
        "public.v",
    ),
    "view made elsewhere": ("ALTER VIEW v SET (security_invoker = false)", "PH031", "public.v"),
    "flow as its owner": (
        "ALTER FUNCTION public.cancel(uuid, text, text, text) SECURITY DEFINER SET search_path = ''",
        "PH032",
        "public.cancel",
    ),
}
