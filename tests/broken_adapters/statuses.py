"""Mistakes with what a server answers: a status or a code that is taken for another one."""

from collections.abc import Callable
from typing import Any

from contracts.selfcheck.wrapping import broken
from harness.errors import (
    InvalidValue,
    NotFound,
    OutcomeUnknown,
    StoreError,
    Unauthorized,
    Unavailable,
    UnexpectedResponse,
)

from ._sending import EMPTY, Request, instead, raised

GATEWAYS = "supabase/postgrest-py#595: Request builder treats all non-success status codes as JSON"
GATEWAY_TIMEOUT = (
    "InsForge/InsForge#1792: the request may already be executing (retrying a write risks a duplicate)"
)
BUSY = "supabase/supabase-flutter#993: upstream connect error or disconnect/reset before headers, code: 503"
CACHE = "sculptdotfun/viberank#126: rejects the write with PGRST204 while the column exists in the table"
AHEAD = "faults_schema.schema_that_is_ahead_of_the_cache"
GIVEN_UP = "faults_server.write_that_the_server_gives_up"
PERMISSIONS = "KanishJebaMathewM/Truxify#9841: 42501 permission denied in production, returning 500s"


def _status(store: Any, statuses: set[int], error: Callable[[], StoreError], *, writes: bool = False) -> None:
    """Raise another error for these statuses, of all requests or of writes only."""

    def change(request: Request, _: StoreError) -> StoreError | None:
        return error() if request.status in statuses and not (writes and request.reading) else None

    raised(store, change)


def _code(store: Any, codes: tuple[str, ...], error: Callable[[], StoreError]) -> None:
    """Raise another error for codes that begin so."""

    def change(_: Request, given: StoreError) -> StoreError | None:
        code = getattr(given.__cause__, "code", None) or ""
        return error() if code.startswith(codes) else None

    raised(store, change)


@broken(killer="faults_writes.write[status_500_after]", source=BUSY, on="supabase")
def failures_are_outages(store: Any) -> None:
    """A write that a gateway answers with 500 is told as not done."""
    _status(store, {500}, lambda: Unavailable("try again"), writes=True)


@broken(
    killer="faults_writes.write[status_502_after]",
    source="rollbar/pyrollbar#225: special case 502 errors",
    on="supabase",
)
def bad_gateways_are_outages(store: Any) -> None:
    """A write that a gateway answers with 502 is told as not done."""
    _status(store, {502}, lambda: Unavailable("try again"), writes=True)


@broken(killer="faults_writes.write[status_504_after]", source=GATEWAY_TIMEOUT, on="supabase")
def gateway_timeouts_are_outages(store: Any) -> None:
    """A write that a gateway waited for in vain (504) is told as not done."""
    _status(store, {504}, lambda: Unavailable("try again"), writes=True)


@broken(killer="faults_writes.write[status_503]", source=BUSY, on="supabase")
def busy_servers_are_unexpected(store: Any) -> None:
    """503 is an answer that nobody understands."""
    _status(store, {503}, lambda: UnexpectedResponse("503"))


@broken(
    killer="faults_writes.write[status_429]",
    source="datalens-tech/datalens-backend#249: retrying 408 and 429 shuts down an overloaded service",
    on="supabase",
)
def limits_are_unknown(store: Any) -> None:
    """A write that was refused by a rate limit (429) may have happened."""
    _status(store, {429}, lambda: OutcomeUnknown("429"), writes=True)


@broken(
    killer="faults_writes.write[status_408]",
    source="e2b-dev/E2B#1378: 408: _AMBIGUOUS, # request timeout",
    on="supabase",
)
def request_timeouts_are_unexpected(store: Any) -> None:
    """A request that never arrived in full (408) is answered by something that nobody understands."""
    _status(store, {408}, lambda: UnexpectedResponse("408"))


@broken(killer="faults_reads.read[status_404]", source="plan: 404 means that there is no row", on="supabase")
def wrong_paths_are_missing_rows(store: Any) -> None:
    """A path that the server does not know (404) is read as no row."""

    def empty(request: Request, error: StoreError) -> Any:
        if not request.reading or request.status != 404:
            raise error
        return EMPTY

    instead(store, empty, Unavailable)


@broken(
    killer="faults_writes.write[status_404]", source="plan: 404 means that there is no row", on="supabase"
)
def writes_to_wrong_paths_find_no_row(store: Any) -> None:
    """A path that the server does not know (404) is told as a row that is missing."""
    _status(store, {404}, lambda: NotFound("row"), writes=True)


@broken(killer="faults_keys.wrong_key[forged]", source=GATEWAYS, on="supabase")
def wrong_keys_are_outages(store: Any) -> None:
    """A key that is refused (401) is told as an outage: whoever waits for its end waits for ever."""
    _status(store, {401}, lambda: Unavailable("try again"))


@broken(killer="faults_server.flow_that_lacks_one_grant", source=PERMISSIONS, on="supabase")
def missing_rights_are_outages(store: Any) -> None:
    """A right that is missing (403) is told as an outage."""
    _status(store, {403}, lambda: Unavailable("try again"))


@broken(killer="faults_server.tables_without_grants", source=PERMISSIONS, on="supabase")
def missing_rights_are_unexpected(store: Any) -> None:
    """A right that is missing is an error that nobody understands."""
    _code(store, ("42501",), lambda: UnexpectedResponse("42501"))


@broken(killer=f"{GIVEN_UP}[statement_timeout]", source="facts: 57014/55P03/40P01 -> 500", on="supabase")
def rolled_back_is_unknown(store: Any) -> None:
    """What was rolled back for want of time may have happened, as its status is 500."""
    _code(store, ("57014", "55P03"), lambda: OutcomeUnknown("500"))


@broken(killer=f"{GIVEN_UP}[deadlock]", source="PostgreSQL 17, appendix A: class 40", on="supabase")
def deadlocks_are_unexpected(store: Any) -> None:
    """A write that was chosen to end a deadlock fails by an error that nobody understands."""
    _code(store, ("40P01",), lambda: UnexpectedResponse("40P01"))


@broken(killer=f"{GIVEN_UP}[disk_full]", source="PostgreSQL 17, appendix A: class 53", on="supabase")
def full_disks_are_invalid_values(store: Any) -> None:
    """A row for which the server has no space holds an invalid value."""
    _code(store, ("53",), lambda: InvalidValue("value"))


@broken(killer=f"{GIVEN_UP}[read_only]", source="PostgreSQL 17, appendix A: class 25", on="supabase")
def read_only_servers_are_forbidden(store: Any) -> None:
    """A server that accepts no writes for now is told as a right that is missing."""
    _code(store, ("25006",), lambda: Unauthorized("read only"))


@broken(killer="faults_pool.exhausted_pool", source="facts: PGRST003 -> 504", on="supabase")
def exhausted_pools_are_unknown(store: Any) -> None:
    """A write that found no free connection may have happened, as its status is 504."""
    _code(store, ("PGRST003",), lambda: OutcomeUnknown("504"))


@broken(killer=AHEAD, source=CACHE, on="supabase")
def unknown_columns_are_invalid_values(store: Any) -> None:
    """A column that the server does not know yet is the mistake of the caller."""
    _code(store, ("PGRST204", "42703"), lambda: InvalidValue("column"))


@broken(killer=AHEAD, source="PostgREST/postgrest-docs#404: The Stale Schema Cache", on="supabase")
def unknown_functions_are_missing_rows(store: Any) -> None:
    """A function that the server does not know yet is told as a row that is missing."""
    _code(store, ("PGRST202", "42883"), lambda: NotFound("row"))


@broken(killer=AHEAD, source="PostgREST/postgrest-docs#404: The Stale Schema Cache", on="supabase")
def unknown_tables_are_empty(store: Any) -> None:
    """A table that the server does not know yet is empty."""

    def empty(request: Request, error: StoreError) -> Any:
        code = getattr(error.__cause__, "code", None) or ""
        if not request.reading or not code.startswith(("PGRST205", "42P01")):
            raise error
        return EMPTY

    instead(store, empty, Unavailable)


@broken(
    killer="faults_restarts.commit_whose_session_ends",
    source="facts: a COMMIT whose acknowledgment was lost is a 400 without a code",
    on="supabase",
)
def broken_commits_are_invalid_values(store: Any) -> None:
    """A commit whose session ended is a 400, and so a mistake of the caller."""

    def change(request: Request, error: StoreError) -> StoreError | None:
        mistaken = request.status == 400 and isinstance(error, OutcomeUnknown)
        return InvalidValue("value") if mistaken else None

    raised(store, change)
