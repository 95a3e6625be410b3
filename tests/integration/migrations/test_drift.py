"""Each thing that is broken gives exactly the findings that name it."""

import psycopg
import pytest

from migrations.check import check, examine

BREAKS: dict[str, tuple[str, set[str]]] = {
    # Tables and columns
    "table dropped": (
        "DROP TABLE public.webhook_events CASCADE",
        {"table.webhook_events"},
    ),
    "parent table dropped": (
        "DROP TABLE public.scheduling_requests CASCADE",
        {"table.scheduling_requests"},
    ),
    "table became a view": (
        "ALTER TABLE public.sync_jobs RENAME TO old_jobs; CREATE VIEW public.sync_jobs AS SELECT * FROM public.old_jobs",
        {"table.sync_jobs"},
    ),
    "table unlogged": ("ALTER TABLE public.sync_jobs SET UNLOGGED", {"table.sync_jobs.persistence"}),
    "rule": (
        "CREATE RULE swallow AS ON INSERT TO public.audit_logs DO INSTEAD NOTHING",
        {"rule.audit_logs.swallow"},
    ),
    "column dropped": ("ALTER TABLE public.bookings DROP booked_by", {"column.bookings.booked_by"}),
    "type changed": (
        "ALTER TABLE public.scheduling_requests ALTER duration_minutes TYPE bigint",
        {"column.scheduling_requests.duration_minutes"},
    ),
    "text with a check became varchar": (
        "ALTER TABLE public.bookings ALTER status TYPE varchar(20)",
        {"column.bookings.status"},
    ),
    "time lost its zone": (
        "ALTER TABLE public.sync_jobs ALTER created_at TYPE timestamp",
        {"column.sync_jobs.created_at"},
    ),
    "time keeps milliseconds only": (
        "ALTER TABLE public.bookings ALTER updated_at TYPE timestamptz(3)",
        {"column.bookings.updated_at"},
    ),
    "not null dropped": (
        "ALTER TABLE public.webhook_events ALTER signature DROP NOT NULL",
        {"column.webhook_events.signature"},
    ),
    "not null added": (
        "ALTER TABLE public.webhook_events ALTER tenant_id SET NOT NULL",
        {"column.webhook_events.tenant_id"},
    ),
    "default dropped": (
        "ALTER TABLE public.webhook_events ALTER status DROP DEFAULT",
        {"column.webhook_events.status"},
    ),
    "default changed": (
        "ALTER TABLE public.sync_jobs ALTER max_attempts SET DEFAULT 3",
        {"column.sync_jobs.max_attempts"},
    ),
    "default of the plan": (
        "ALTER TABLE public.sync_jobs ALTER id SET DEFAULT extensions.uuid_generate_v4()",
        {"column.sync_jobs.id"},
    ),
    "extra column that stops inserts": (
        "ALTER TABLE public.bookings ADD room text NOT NULL",
        {"column.bookings.room"},
    ),
    "different texts are equal": (
        "CREATE COLLATION public.ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);"
        'ALTER TABLE public.webhook_events ALTER signature TYPE text COLLATE public."ci"',
        {"column.webhook_events.signature"},
    ),
    # Constraints
    "check dropped": (
        "ALTER TABLE public.bookings DROP CONSTRAINT bookings_slot_order",
        {"check.bookings.bookings_slot_order"},
    ),
    "check accepts more": (
        "ALTER TABLE public.bookings DROP CONSTRAINT bookings_status_check;"
        "ALTER TABLE public.bookings ADD CONSTRAINT bookings_status_check"
        " CHECK (status IN ('confirmed', 'rescheduled', 'cancelled', 'no_show'))",
        {"check.bookings.bookings_status_check"},
    ),
    "check not valid": (
        "ALTER TABLE public.bookings DROP CONSTRAINT bookings_slot_order;"
        "ALTER TABLE public.bookings ADD CONSTRAINT bookings_slot_order"
        " CHECK (scheduled_end > scheduled_start) NOT VALID",
        {"check.bookings.bookings_slot_order"},
    ),
    "check renamed": (
        "ALTER TABLE public.bookings RENAME CONSTRAINT bookings_slot_order TO slot",
        {"check.bookings.bookings_slot_order"},
    ),
    "check that refuses more": (
        "ALTER TABLE public.bookings ADD CONSTRAINT mine CHECK (length(booked_by) > 3)",
        {"check.bookings.mine"},
    ),
    "idempotency key dropped": (
        "ALTER TABLE public.webhook_events DROP CONSTRAINT webhook_events_provider_event_id_key",
        {"unique.webhook_events.webhook_events_provider_event_id_key"},
    ),
    "idempotency key deferrable": (
        "ALTER TABLE public.webhook_events DROP CONSTRAINT webhook_events_provider_event_id_key;"
        "ALTER TABLE public.webhook_events ADD CONSTRAINT webhook_events_provider_event_id_key"
        " UNIQUE (provider, event_id) DEFERRABLE",
        {"unique.webhook_events.webhook_events_provider_event_id_key"},
    ),
    "idempotency key with the tenant": (
        "ALTER TABLE public.webhook_events DROP CONSTRAINT webhook_events_provider_event_id_key;"
        "ALTER TABLE public.webhook_events ADD CONSTRAINT webhook_events_provider_event_id_key"
        " UNIQUE (tenant_id, provider, event_id)",
        {"unique.webhook_events.webhook_events_provider_event_id_key"},
    ),
    "unique key renamed": (
        "ALTER TABLE public.scheduling_requests"
        " RENAME CONSTRAINT scheduling_requests_public_token_hash_key TO token",
        {"unique.scheduling_requests.scheduling_requests_public_token_hash_key"},
    ),
    "one active booking dropped": (
        "DROP INDEX public.bookings_one_active_per_request",
        {"unique.bookings.bookings_one_active_per_request"},
    ),
    "one active booking with another condition": (
        "DROP INDEX public.bookings_one_active_per_request;"
        "CREATE UNIQUE INDEX bookings_one_active_per_request ON public.bookings (request_id)"
        " WHERE status = 'confirmed'",
        {"unique.bookings.bookings_one_active_per_request"},
    ),
    "unique key that refuses more": (
        "CREATE UNIQUE INDEX one_per_slot ON public.bookings (scheduled_start)",
        {"unique.bookings.one_per_slot"},
    ),
    "cascade became no action": (
        "ALTER TABLE public.bookings DROP CONSTRAINT bookings_request_id_fkey;"
        "ALTER TABLE public.bookings ADD FOREIGN KEY (request_id) REFERENCES public.scheduling_requests (id)",
        {"foreign_key.bookings.request_id"},
    ),
    "foreign key dropped": (
        "ALTER TABLE public.audit_logs DROP CONSTRAINT audit_logs_booking_id_fkey",
        {"foreign_key.audit_logs.booking_id"},
    ),
    "foreign key to another table": (
        "ALTER TABLE public.audit_logs DROP CONSTRAINT audit_logs_booking_id_fkey;"
        "ALTER TABLE public.audit_logs ADD FOREIGN KEY (booking_id)"
        " REFERENCES public.scheduling_requests (id) ON DELETE SET NULL",
        {"foreign_key.audit_logs.booking_id"},
    ),
    "foreign key not valid": (
        "ALTER TABLE public.bookings DROP CONSTRAINT bookings_request_id_fkey;"
        "ALTER TABLE public.bookings ADD FOREIGN KEY (request_id)"
        " REFERENCES public.scheduling_requests (id) ON DELETE CASCADE NOT VALID",
        {"foreign_key.bookings.request_id"},
    ),
    "foreign key deferred": (
        "ALTER TABLE public.bookings ALTER CONSTRAINT bookings_request_id_fkey DEFERRABLE INITIALLY DEFERRED",
        {"foreign_key.bookings.request_id"},
    ),
    "index dropped": ("DROP INDEX public.idx_sync_jobs_due", {"index.sync_jobs.run_after_id"}),
    "index does not lead with the order": (
        "DROP INDEX public.idx_bookings_booked_at_id;"
        "CREATE INDEX idx_bookings_booked_at_id ON public.bookings (booked_at)",
        {"index.bookings.booked_at_id"},
    ),
    "index for some rows only": (
        "DROP INDEX public.idx_bookings_request_id;"
        "CREATE INDEX idx_bookings_request_id ON public.bookings (request_id) WHERE status = 'confirmed'",
        {"index.bookings.request_id"},
    ),
    # Triggers
    "trigger dropped": (
        "DROP TRIGGER update_bookings_updated_at ON public.bookings",
        {"trigger.bookings.updated_at"},
    ),
    "trigger disabled": (
        "ALTER TABLE public.bookings DISABLE TRIGGER update_bookings_updated_at",
        {"trigger.bookings.updated_at"},
    ),
    "trigger for replicas": (
        "ALTER TABLE public.bookings ENABLE REPLICA TRIGGER update_bookings_updated_at",
        {"trigger.bookings.updated_at"},
    ),
    "trigger on some columns": (
        "DROP TRIGGER update_bookings_updated_at ON public.bookings;"
        "CREATE TRIGGER update_bookings_updated_at BEFORE UPDATE OF status ON public.bookings"
        " FOR EACH ROW EXECUTE FUNCTION public.update_updated_at_column()",
        {"trigger.bookings.updated_at"},
    ),
    "trigger under a condition": (
        "DROP TRIGGER update_bookings_updated_at ON public.bookings;"
        "CREATE TRIGGER update_bookings_updated_at BEFORE UPDATE ON public.bookings"
        " FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)"
        " EXECUTE FUNCTION public.update_updated_at_column()",
        {"trigger.bookings.updated_at"},
    ),
    "trigger after the update": (
        "DROP TRIGGER update_bookings_updated_at ON public.bookings;"
        "CREATE TRIGGER update_bookings_updated_at AFTER UPDATE ON public.bookings"
        " FOR EACH ROW EXECUTE FUNCTION public.update_updated_at_column()",
        {"trigger.bookings.updated_at"},
    ),
    "trigger calls a function that does nothing": (
        "CREATE FUNCTION public.idle() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
        "DROP TRIGGER update_bookings_updated_at ON public.bookings;"
        "CREATE TRIGGER update_bookings_updated_at BEFORE UPDATE ON public.bookings"
        " FOR EACH ROW EXECUTE FUNCTION public.idle()",
        {"trigger.bookings.updated_at"},
    ),
    "trigger function replaced": (
        "CREATE OR REPLACE FUNCTION public.update_updated_at_column() RETURNS trigger LANGUAGE plpgsql"
        " AS 'BEGIN /* NEW.updated_at := clock_timestamp() */ RETURN NEW; END'",
        {
            f"trigger.{table}.updated_at"
            for table in (
                "scheduling_requests",
                "bookings",
                "sync_jobs",
                "webhook_events",
                "reconciliation_jobs",
            )
        },
    ),
    "trigger function that goes back": (
        "CREATE FUNCTION public.back() RETURNS trigger LANGUAGE plpgsql"
        " AS 'BEGIN NEW.updated_at := clock_timestamp(); RETURN NEW; END';"
        "DROP TRIGGER update_bookings_updated_at ON public.bookings;"
        "CREATE TRIGGER update_bookings_updated_at BEFORE UPDATE ON public.bookings"
        " FOR EACH ROW EXECUTE FUNCTION public.back()",
        {"trigger.bookings.updated_at"},
    ),
    "trigger function that fails": (
        "CREATE FUNCTION public.broken() RETURNS trigger LANGUAGE plpgsql"
        " AS 'BEGIN NEW.changed_at := now(); RETURN NEW; END';"
        "DROP TRIGGER update_bookings_updated_at ON public.bookings;"
        "CREATE TRIGGER update_bookings_updated_at BEFORE UPDATE ON public.bookings"
        " FOR EACH ROW EXECUTE FUNCTION public.broken()",
        {"trigger.bookings.updated_at"},
    ),
    "trigger that changes rows": (
        "CREATE FUNCTION public.loud() RETURNS trigger LANGUAGE plpgsql"
        " AS 'BEGIN NEW.action := upper(NEW.action); RETURN NEW; END';"
        "CREATE TRIGGER loud BEFORE INSERT ON public.audit_logs FOR EACH ROW EXECUTE FUNCTION public.loud()",
        {"trigger.audit_logs.loud"},
    ),
    # Access
    "row level security off": (
        "ALTER TABLE public.sync_jobs DISABLE ROW LEVEL SECURITY",
        {"row_level_security.sync_jobs"},
    ),
    "policy for anon": (
        "CREATE POLICY open ON public.bookings FOR SELECT TO anon USING (true)",
        {"policy.bookings.open"},
    ),
    "policy for everybody": (
        "CREATE POLICY open ON public.bookings FOR INSERT WITH CHECK (true)",
        {"policy.bookings.open"},
    ),
    "grant to anon": ("GRANT SELECT ON public.bookings TO anon", {"grant.bookings.anon"}),
    "grant of a column to authenticated": (
        "GRANT UPDATE (status) ON public.bookings TO authenticated",
        {"grant.bookings.authenticated"},
    ),
    "grant to everybody": ("GRANT SELECT ON public.bookings TO PUBLIC", {"grant.bookings.PUBLIC"}),
    "server lost a privilege": (
        "REVOKE DELETE ON public.bookings FROM service_role",
        {"grant.bookings.service_role"},
    ),
    "server lost all privileges": (
        "REVOKE ALL ON public.bookings FROM service_role",
        {"grant.bookings.service_role"},
    ),
    "history can be changed": (
        "GRANT UPDATE ON public.audit_logs TO service_role",
        {"grant.audit_logs.service_role.append_only"},
    ),
    # Functions
    "function dropped": ("DROP FUNCTION public.ops_summary()", {"function.ops_summary"}),
    "function with another signature": (
        "DROP FUNCTION public.claim_sync_jobs(integer, double precision);"
        "CREATE FUNCTION public.claim_sync_jobs(p_limit integer, p_lease integer)"
        " RETURNS SETOF public.sync_jobs LANGUAGE sql AS 'SELECT * FROM public.sync_jobs'",
        {"function.claim_sync_jobs"},
    ),
    "second function of the name": (
        "CREATE FUNCTION public.ops_summary(p_table text) RETURNS jsonb LANGUAGE sql AS 'SELECT NULL::jsonb'",
        {"function.ops_summary.overload"},
    ),
    "skip locked in comments only": (
        "CREATE OR REPLACE FUNCTION public.claim_sync_jobs(p_limit integer, p_lease_s double precision)"
        " RETURNS SETOF public.sync_jobs LANGUAGE plpgsql SET search_path = '' AS"
        " $$BEGIN /* FOR UPDATE SKIP LOCKED */ PERFORM 'skip locked'; -- skip locked\n"
        "RETURN QUERY SELECT * FROM public.sync_jobs; END$$",
        {"function.claim_sync_jobs.skip_locked"},
    ),
    "search_path not fixed": (
        "ALTER FUNCTION public.claim_sync_jobs(integer, double precision) RESET search_path",
        {"function.claim_sync_jobs.search_path"},
    ),
    "function of its owner's rights": (
        "ALTER FUNCTION public.ops_summary() SECURITY DEFINER",
        {"function.ops_summary.security"},
    ),
    "function for everybody": (
        "GRANT EXECUTE ON FUNCTION public.ops_summary() TO PUBLIC",
        {"function.ops_summary.execute.PUBLIC"},
    ),
    "function for anon": (
        "GRANT EXECUTE ON FUNCTION public.ops_summary() TO anon",
        {"function.ops_summary.execute.anon"},
    ),
    "function not for the server": (
        "REVOKE EXECUTE ON FUNCTION public.ops_summary() FROM service_role",
        {"function.ops_summary.execute.service_role"},
    ),
    "helper of functions dropped": (
        "DROP FUNCTION public.lock_active_booking(uuid)",
        {
            "function.reschedule.calls.lock_active_booking",
            "function.cancel.calls.lock_active_booking",
        },
    ),
}

HARMLESS = {
    "nothing": "SELECT 1",
    "table of the user's own": "CREATE TABLE public.users (id uuid PRIMARY KEY, email text UNIQUE)",
    "column of the user's own": (
        "CREATE TABLE public.users (id uuid PRIMARY KEY);"
        "ALTER TABLE public.scheduling_requests ADD coordinator_id uuid REFERENCES public.users (id)"
    ),
    "column with a default": "ALTER TABLE public.bookings ADD room text NOT NULL DEFAULT 'none'",
    "identity column": "ALTER TABLE public.bookings ADD number bigint GENERATED ALWAYS AS IDENTITY",
    "unique index for a constraint": (
        "ALTER TABLE public.webhook_events DROP CONSTRAINT webhook_events_provider_event_id_key;"
        "CREATE UNIQUE INDEX webhook_events_provider_event_id_key"
        " ON public.webhook_events (provider, event_id)"
    ),
    "condition written differently": (
        "ALTER TABLE public.bookings DROP CONSTRAINT bookings_status_check;"
        "ALTER TABLE public.bookings ADD CONSTRAINT bookings_status_check"
        " CHECK (status = ANY (ARRAY['confirmed', 'rescheduled', 'cancelled']))"
    ),
    "trigger of another name": (
        "ALTER TRIGGER update_bookings_updated_at ON public.bookings RENAME TO touch"
    ),
    "trigger that fires always": "ALTER TABLE public.bookings ENABLE ALWAYS TRIGGER update_bookings_updated_at",
    "trigger that only watches": (
        "CREATE FUNCTION public.watch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';"
        "CREATE TRIGGER watch AFTER UPDATE ON public.bookings FOR EACH ROW EXECUTE FUNCTION public.watch()"
    ),
    "wider index": (
        "DROP INDEX public.idx_sync_jobs_entity_id;"
        "CREATE INDEX mine ON public.sync_jobs (entity_id, created_at)"
    ),
    "descending index": (
        "DROP INDEX public.idx_bookings_booked_at_id;"
        "CREATE INDEX mine ON public.bookings (booked_at DESC, id DESC)"
    ),
    "policy that lets nobody in": "CREATE POLICY closed ON public.bookings TO anon USING (false)",
    "policy for the server": "CREATE POLICY server ON public.bookings TO service_role USING (true)",
    "function of the user's own": (
        "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'"
    ),
}


@pytest.mark.parametrize("name", BREAKS)
def test_what_is_broken_is_named_and_nothing_else(dsn: str, name: str) -> None:
    statement, expected = BREAKS[name]
    run(dsn, statement)
    findings = check(dsn)
    assert {finding.id for finding in findings} == expected
    assert len(findings) == len(expected)
    assert all(finding.level == "core" and finding.expected != finding.actual for finding in findings)


@pytest.mark.parametrize("name", HARMLESS)
def test_what_does_no_harm_is_no_finding(dsn: str, name: str) -> None:
    run(dsn, HARMLESS[name])
    assert check(dsn) == ()


def test_an_empty_database_misses_six_tables_and_says_so_once_each(empty_dsn: str) -> None:
    findings = check(empty_dsn)
    assert len(findings) == 6
    assert all(finding.id.startswith("table.") and finding.actual == "missing" for finding in findings)


def test_a_finding_names_the_object_and_what_to_do(dsn: str) -> None:
    run(dsn, "ALTER TABLE public.bookings DISABLE TRIGGER update_bookings_updated_at")
    (finding,) = check(dsn)
    assert finding.where == "trigger of updated_at on public.bookings"
    assert finding.actual == "update_bookings_updated_at is disabled"
    assert "create update_bookings_updated_at" in finding.message


def test_the_check_leaves_nothing_behind(dsn: str) -> None:
    everything = "SELECT count(*) FROM pg_class UNION ALL SELECT count(*) FROM pg_trigger"
    with psycopg.connect(dsn) as before:
        objects = before.execute(everything).fetchall()
    examine(dsn)
    with psycopg.connect(dsn) as after:
        assert after.execute(everything).fetchall() == objects


def test_it_counts_what_it_examined(dsn: str) -> None:
    examined = examine(dsn).examined
    assert examined["tables"] == 6
    assert examined["functions"] == 14
    assert all(examined.values())


def run(dsn: str, statement: str) -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute(statement.encode())
