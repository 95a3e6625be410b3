"""Harmful changes of triggers and functions: nothing is missing, and it does something else."""

from tests.schema_changes.change import Change, Tool

__all__ = ["FUNCTIONS", "TRIGGERS"]


def _edit(function: str, old: str, new: str) -> str:
    """Return a statement that replaces a part of a function's definition, and fails if it is not there."""
    return (
        "DO $do$ DECLARE before text := pg_get_functiondef("
        f"'{function}'::regprocedure); after text := replace(before, $old${old}$old$, $new${new}$new$); "
        "BEGIN IF after = before THEN RAISE EXCEPTION 'nothing to replace'; END IF; EXECUTE after; END $do$;"
    )


def _body(name: str, function: str, old: str, new: str, *, case: str = "") -> Change:
    found_by: tuple[Tool, ...] = ("check", "contract") if case else ("check",)
    sql = _edit(function, old, new)
    return Change(name=name, sql=sql, object=function.partition("(")[0], found_by=found_by, case=case)


_BOOK = "public.book(uuid,uuid,timestamptz,timestamptz,text,text,text,text,text,text,text)"
_RECEIVE = "public.receive_webhook_event(uuid,text,text,text,text,text,jsonb,text,boolean)"
_TOUCH = "public.update_updated_at_column()"

TRIGGERS = (
    Change(
        name="a trigger is disabled",
        sql="ALTER TABLE public.bookings DISABLE TRIGGER update_bookings_updated_at;",
        object="update_bookings_updated_at",
        found_by=("check", "contract"),
        case="timestamps.update_advances[bookings]",
    ),
    Change(
        name="a trigger fires on replicas only",
        sql="ALTER TABLE public.sync_jobs ENABLE REPLICA TRIGGER update_sync_jobs_updated_at;",
        object="update_sync_jobs_updated_at",
    ),
    Change(
        name="a trigger is dropped",
        sql="DROP TRIGGER update_webhook_events_updated_at ON public.webhook_events;",
        object="update_webhook_events_updated_at",
    ),
    Change(
        name="a trigger fires under a condition",
        sql=(
            "DROP TRIGGER update_bookings_updated_at ON public.bookings; "
            "CREATE TRIGGER update_bookings_updated_at BEFORE UPDATE ON public.bookings FOR EACH ROW "
            "WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION public.update_updated_at_column();"
        ),
        object="update_bookings_updated_at",
    ),
    _body("a trigger function does nothing", _TOUCH, "NEW.updated_at := ", "OLD.updated_at := "),
    _body("a trigger function takes the start of the transaction", _TOUCH, "clock_timestamp()", "now()"),
    Change(
        name="a trigger changes what is stored",
        sql=(
            "CREATE FUNCTION public.lower_email() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS "
            "$$ BEGIN NEW.candidate_email := lower(NEW.candidate_email); RETURN NEW; END; $$; "
            "REVOKE ALL ON FUNCTION public.lower_email() FROM PUBLIC; "
            "CREATE TRIGGER lower_email BEFORE INSERT ON public.scheduling_requests "
            "FOR EACH ROW EXECUTE FUNCTION public.lower_email();"
        ),
        object="lower_email",
    ),
    Change(
        name="a trigger undoes what was stored",
        sql=(
            "CREATE FUNCTION public.forget() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER "
            "SET search_path = '' AS "
            "$$ BEGIN DELETE FROM public.audit_logs WHERE id = NEW.id; RETURN NULL; END; $$; "
            "REVOKE ALL ON FUNCTION public.forget() FROM PUBLIC; "
            "CREATE TRIGGER forget AFTER INSERT ON public.audit_logs "
            "FOR EACH ROW EXECUTE FUNCTION public.forget();"
        ),
        object="forget",
    ),
    Change(
        name="a trigger refuses rows after they were stored",
        sql=(
            "CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS "
            "$$ BEGIN RAISE EXCEPTION 'closed'; END; $$; "
            "REVOKE ALL ON FUNCTION public.refuse() FROM PUBLIC; "
            "CREATE CONSTRAINT TRIGGER closed AFTER INSERT ON public.bookings "
            "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.refuse();"
        ),
        object="trigger closed on public.bookings",
    ),
)

FUNCTIONS = (
    _body("book accepts a link past its time", _BOOK, " OR v_request.expires_at <= clock_timestamp()", ""),
    _body("book does not lock the request", _BOOK, " FOR NO KEY UPDATE", ""),
    _body(
        "book writes no sync job",
        _BOOK,
        "RETURN v_booking;",
        "DELETE FROM public.sync_jobs WHERE entity_id = p_id::text; RETURN v_booking;",
    ),
    _body(
        "cancel leaves the booking active",
        "public.cancel(uuid,text,text,text)",
        "SET status = 'cancelled', cancelled_at",
        "SET status = 'rescheduled', cancelled_at",
        case="flows.cancel_ends_booking_and_request[text]",
    ),
    _body(
        "cancel has another default",
        "public.cancel(uuid,text,text,text)",
        "p_actor_id text DEFAULT NULL::text",
        "p_actor_id text DEFAULT 'system'::text",
    ),
    _body(
        "a helper of the flows cuts times",
        "public.payload_time(timestamptz)",
        "SS.US",
        "SS.MS",
    ),
    _body(
        "claims wait for each other",
        "public.claim_sync_jobs(integer,double precision)",
        "FOR UPDATE SKIP LOCKED\n  ), claimed",
        "FOR UPDATE\n  ), claimed",
    ),
    _body(
        "claims take the youngest first",
        "public.claim_webhook_events(integer,double precision)",
        "ORDER BY run_after, id",
        "ORDER BY run_after DESC, id",
    ),
    _body(
        "a stale worker completes a job",
        "public.complete_sync_job(uuid,integer)",
        " AND attempts = p_attempts",
        "",
        case="queues_fencing.stale_worker_is_refused[sync_jobs]",
    ),
    _body(
        "a job that failed for good is tried again",
        "public.fail_reconciliation_job(uuid,integer,text,double precision)",
        "CASE WHEN attempts >= max_attempts THEN 'failed' ELSE 'pending' END",
        "'pending'",
    ),
    _body(
        "another tenant's event is taken for a redelivery",
        _RECEIVE,
        " OR (event).tenant_id IS DISTINCT FROM p_tenant_id",
        "",
    ),
    _body("the summary leaves a status out", "public.ops_summary()", "('bookings', 'cancelled'),", ""),
    Change(
        name="the summary is computed once for all times",
        sql="ALTER FUNCTION public.ops_summary() IMMUTABLE;",
        object="public.ops_summary",
    ),
    Change(
        name="a flow with a missing argument does nothing, silently",
        sql=f"ALTER FUNCTION {_BOOK} STRICT;",
        object="public.book",
    ),
    Change(
        name="a flow runs with the rights of its owner",
        sql="ALTER FUNCTION public.cancel(uuid, text, text, text) SECURITY DEFINER;",
        object="public.cancel",
        found_by=("check", "lint"),
    ),
    Change(
        name="a flow follows the caller's search_path",
        sql="ALTER FUNCTION public.reschedule(uuid, timestamptz, timestamptz, text, text) RESET search_path;",
        object="public.reschedule",
    ),
    Change(
        name="a flow looks into a schema that others fill",
        sql="ALTER FUNCTION public.cancel(uuid, text, text, text) SET search_path = extensions, public;",
        object="public.cancel",
    ),
    Change(
        name="a claim gives up at once where it has to wait",
        sql="ALTER FUNCTION public.claim_sync_jobs(integer, double precision) SET statement_timeout = '1ms';",
        object="public.claim_sync_jobs",
    ),
    Change(
        name="a second function takes the calls of the first",
        sql=(
            "CREATE FUNCTION public.complete_sync_job(p_id text, p_attempts integer) "
            "RETURNS public.sync_jobs LANGUAGE sql SET search_path = '' AS "
            "$$ SELECT * FROM public.sync_jobs WHERE id::text = p_id; $$; "
            "REVOKE ALL ON FUNCTION public.complete_sync_job(text, integer) FROM PUBLIC; "
            "GRANT EXECUTE ON FUNCTION public.complete_sync_job(text, integer) TO service_role;"
        ),
        object="public.complete_sync_job",
    ),
    Change(
        name="a function that others call is dropped",
        sql="DROP FUNCTION public.lock_active_booking(uuid);",
        object="public.lock_active_booking",
    ),
    Change(
        name="a function is dropped",
        sql="DROP FUNCTION public.ops_summary();",
        object="public.ops_summary",
    ),
)
