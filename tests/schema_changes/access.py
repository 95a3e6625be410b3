"""Harmful changes of who may do what: row level security, grants, views, functions, roles."""

from tests.schema_changes.change import Change

__all__ = ["GRANTS", "POLICIES", "ROLES", "WAYS_ROUND"]

POLICIES = (
    Change(
        name="row level security of one table is disabled",
        sql="ALTER TABLE public.audit_logs DISABLE ROW LEVEL SECURITY;",
        object="public.audit_logs",
        found_by=("check", "lint"),
    ),
    Change(
        name="a policy admits the public key",
        sql='CREATE POLICY "links" ON public.scheduling_requests FOR SELECT TO anon USING (true);',
        object="public.scheduling_requests",
        found_by=("check", "lint"),
    ),
    Change(
        name="a policy admits everybody to some rows, and the grant is there",
        sql=(
            "CREATE POLICY open_links ON public.scheduling_requests USING (status = 'pending'); "
            "GRANT SELECT ON public.scheduling_requests TO anon;"
        ),
        object="scheduling_requests",
        found_by=("check", "lint", "security"),
    ),
)

GRANTS = (
    Change(
        name="one column is granted to anon",
        sql="GRANT SELECT (candidate_email) ON public.scheduling_requests TO anon;",
        object="scheduling_requests",
        found_by=("check", "lint"),
    ),
    Change(
        name="a table is granted to anon",
        sql="GRANT SELECT ON public.bookings TO anon;",
        object="bookings",
        found_by=("check", "lint"),
    ),
    Change(
        name="a table is granted to everybody",
        sql="GRANT ALL ON public.sync_jobs TO PUBLIC;",
        object="sync_jobs",
        found_by=("check", "lint"),
    ),
    Change(
        name="signed-in users forge history",
        sql=(
            "GRANT INSERT ON public.audit_logs TO authenticated; "
            "CREATE POLICY forge ON public.audit_logs FOR INSERT TO authenticated WITH CHECK (true);"
        ),
        object="audit_logs",
        found_by=("check", "lint", "security"),
    ),
    Change(
        name="later tables are granted to anon",
        sql="ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO anon;",
        object="anon",
        found_by=("check", "lint"),
    ),
    Change(
        name="later functions are granted to signed-in users",
        sql="ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT EXECUTE ON FUNCTIONS TO authenticated;",
        object="authenticated",
        found_by=("check", "lint"),
    ),
    Change(
        name="the server may not read a table",
        sql="REVOKE SELECT ON public.webhook_events FROM service_role;",
        object="webhook_events",
        found_by=("check",),
    ),
    Change(
        name="the server may change history",
        sql="GRANT UPDATE, DELETE ON public.audit_logs TO service_role;",
        object="public.audit_logs",
    ),
    Change(
        name="the server may empty a table",
        sql="GRANT TRUNCATE ON public.bookings TO service_role;",
        object="public.bookings",
    ),
    Change(
        name="the server may not enter the schema",
        sql="REVOKE USAGE ON SCHEMA public FROM PUBLIC, service_role;",
        object="service_role",
    ),
    Change(
        name="the public key may create tables and functions",
        sql="GRANT CREATE ON SCHEMA public TO anon;",
        object="anon",
        found_by=("check", "lint"),
    ),
    Change(
        name="a flow is granted to anon",
        sql=(
            "GRANT EXECUTE ON FUNCTION public.book(uuid, uuid, timestamptz, timestamptz, "
            "text, text, text, text, text, text, text) TO anon;"
        ),
        object="book",
        found_by=("check", "lint", "security"),
    ),
    Change(
        name="the summary is granted to everybody",
        sql="GRANT EXECUTE ON FUNCTION public.ops_summary() TO PUBLIC;",
        object="ops_summary",
        found_by=("check", "lint", "security"),
    ),
    Change(
        name="the server may not complete its jobs",
        sql="REVOKE EXECUTE ON FUNCTION public.complete_sync_job(uuid, integer) FROM service_role;",
        object="complete_sync_job",
    ),
)

WAYS_ROUND = (
    Change(
        name="a plain view shows a table to anon",
        sql=(
            "CREATE VIEW public.open_requests AS "
            "SELECT id, candidate_email, public_token FROM public.scheduling_requests; "
            "GRANT SELECT ON public.open_requests TO anon;"
        ),
        object="open_requests",
        found_by=("check", "lint", "security"),
    ),
    Change(
        name="a plain view that nobody was granted yet",
        sql="CREATE VIEW public.busy_slots AS SELECT scheduled_start, scheduled_end FROM public.bookings;",
        object="busy_slots",
        found_by=("lint",),
    ),
    Change(
        name="a materialized view keeps a copy for signed-in users",
        sql=(
            "CREATE MATERIALIZED VIEW public.history AS SELECT * FROM public.audit_logs; "
            "GRANT SELECT ON public.history TO authenticated;"
        ),
        object="history",
        found_by=("check", "lint", "security"),
    ),
    Change(
        name="a function of its owner finds requests for anybody",
        sql=(
            "CREATE FUNCTION public.find_request(p_email text) RETURNS SETOF public.scheduling_requests "
            "LANGUAGE sql SECURITY DEFINER AS "
            "$$ SELECT * FROM scheduling_requests WHERE candidate_email = p_email $$;"
        ),
        object="find_request",
        found_by=("check", "lint", "security"),
    ),
    Change(
        name="a copy of a table stands open",
        sql=(
            "CREATE TABLE public.requests_backup AS SELECT * FROM public.scheduling_requests; "
            "GRANT SELECT ON public.requests_backup TO anon;"
        ),
        object="requests_backup",
        found_by=("lint", "security"),
    ),
)

ROLES = (
    Change(
        name="row level security does not apply to anon",
        sql="ALTER ROLE anon BYPASSRLS;",
        object="anon",
    ),
    Change(
        name="row level security applies to the server",
        sql="ALTER ROLE service_role NOBYPASSRLS;",
        object="service_role",
    ),
    Change(
        name="PostgREST cannot log in",
        sql="ALTER ROLE authenticator NOLOGIN;",
        object="authenticator",
    ),
    Change(
        name="PostgREST cannot become the server",
        sql="REVOKE service_role FROM authenticator;",
        object="authenticator",
        superuser=True,
    ),
    Change(
        name="signed-in users are members of the server's role",
        sql="GRANT service_role TO authenticated WITH INHERIT TRUE;",
        object="authenticated",
        found_by=("check", "lint"),
    ),
    Change(
        name="anon may log in to Postgres",
        sql="ALTER ROLE anon LOGIN;",
        object="anon",
    ),
    Change(
        name="statements of the server are cut off",
        sql="ALTER ROLE service_role SET statement_timeout = '50ms';",
        object="statement_timeout",
    ),
    Change(
        name="the server only reads",
        sql="ALTER ROLE authenticator SET default_transaction_read_only = on;",
        object="default_transaction_read_only",
    ),
    Change(
        name="requests without a key are taken for the server's",
        sql="ALTER ROLE authenticator SET pgrst.db_anon_role = 'service_role';",
        object="pgrst.db_anon_role",
        superuser=True,
    ),
    Change(
        name="PostgREST serves another schema",
        sql="ALTER ROLE authenticator SET pgrst.db_schemas = 'storage';",
        object="pgrst.db_schemas",
        superuser=True,
    ),
)
