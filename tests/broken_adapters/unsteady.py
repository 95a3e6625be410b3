"""Mistakes of clients in bad weather: patience, recovery, and errors that say too much or are nobody's."""

import json
from typing import Any

import httpx
from postgrest.exceptions import APIError

from contracts.selfcheck.wrapping import broken
from harness.errors import OutcomeUnknown, StoreError, Unavailable

from ._sending import Request, instead, raised, sent

LEAKS = "supabase/supabase-py#1064: Frequent httpx.RemoteProtocolError: Server disconnected"
RECOVERY = "eclipse-vertx/vertx-sql-client#180: when you restart the container the pool stays broken"
ROWS = "PostgREST/postgrest#541: leaking data via error messages"


@broken(killer="faults_reads.read[close_after]", source=RECOVERY, on="supabase")
def client_never_recovers(store: Any) -> None:
    """A client that lost one connection closes its pool, and works no more."""

    def closed(request: Request, error: StoreError) -> Any:
        request.rest._http.close()
        raise error

    instead(store, closed, OutcomeUnknown, Unavailable)


@broken(
    killer="faults_reads.read[reset_before]",
    source="bolshakov/stoplight: a circuit breaker that opens at the first failure",
    on="supabase",
)
def circuit_stays_open(store: Any) -> None:
    """After one failure the client refuses the next calls without asking the server."""
    refused: list[str] = []

    def advice(request: Request) -> Any:
        if refused:
            refused.pop()
            raise Unavailable("the circuit is open")
        try:
            return request.send()
        except (OutcomeUnknown, Unavailable):
            refused.extend(["next"] * 5)
            raise

    sent(store, advice)


@broken(killer="faults_writes.write[truncated]", source=LEAKS, on="supabase")
def driver_errors_leak(store: Any) -> None:
    """The errors of the HTTP client reach the caller."""

    def leaked(_: Request, error: StoreError) -> Exception | None:
        return error.__cause__ if isinstance(error.__cause__, httpx.HTTPError) else None

    raised(store, leaked)


@broken(
    killer="faults_hanging.hanging_reads[hang_before]",
    source="supabase/supabase-py#510: httpx.ReadTimeout: The read operation timed out",
    on="supabase",
)
def timeouts_leak(store: Any) -> None:
    """The timeouts of the HTTP client reach the caller, its other errors do not."""

    def leaked(_: Request, error: StoreError) -> Exception | None:
        return error.__cause__ if isinstance(error.__cause__, httpx.TimeoutException) else None

    raised(store, leaked)


@broken(
    killer="faults_reads.read[garbage]",
    source="exa-labs/exa-py#233: raises opaque JSONDecodeError when API returns HTML",
    on="supabase",
)
def json_errors_leak(store: Any) -> None:
    """An answer that is no JSON raises JSONDecodeError."""

    def leaked(request: Request, error: StoreError) -> Exception | None:
        unreadable = request.status == 200 and isinstance(error, OutcomeUnknown | Unavailable)
        return json.JSONDecodeError("Expecting value", "", 0) if unreadable else None

    raised(store, leaked)


@broken(
    killer="faults_hanging.hanging_writes[hang_before]",
    source="facts: a timeout of 0.5 becomes 0",
    on="supabase",
)
def fractions_of_a_second_are_zero(store: Any) -> None:
    """The timeout is cut to whole seconds, and less than one is none."""
    http = store._rest._http
    http.timeout = httpx.Timeout(int(http.timeout.read))


@broken(
    killer="faults_hanging.hanging_reads[hang_before]",
    source="supabase/supabase-py#376: setting timeout parameter does not change timeout",
    on="supabase",
)
def patience_is_ignored(store: Any) -> None:
    """Whatever the timeout is set to, the client waits for the default, two minutes."""
    store._rest._http.timeout = httpx.Timeout(120)


@broken(killer="errors_contents.creates_keep_the_secret", source=ROWS, on="supabase")
def causes_quote_the_row(store: Any) -> None:
    """An error is raised from the error of the server, which quotes the row that it refused."""

    def advice(request: Request) -> Any:
        said: list[APIError] = []

        def execute() -> Any:
            try:
                return request.execute()
            except APIError as error:
                said.append(error)
                raise

        try:
            return request.correctly(execute, reading=request.reading)
        except StoreError as error:
            if not said:
                raise
            raise error from said[-1]

    sent(store, advice)


@broken(
    killer="faults_keys.no_error_repeats_the_key",
    source="pgjdbc/pgjdbc#2147: will leak sensitive sql, which may contain keys, passwords",
    on="supabase",
)
def errors_name_the_key(store: Any) -> None:
    """An error says with which headers its request was sent."""

    def told(request: Request, error: StoreError) -> Exception | None:
        if not isinstance(error, Unavailable | OutcomeUnknown):
            return None
        return type(error)(f"{error}; sent with {dict(request.rest._postgrest.headers)}")

    raised(store, told)
