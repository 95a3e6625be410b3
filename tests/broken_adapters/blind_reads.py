"""Mistakes with reads that failed: what could not be read is shown as empty, or as it was."""

from collections.abc import Iterator
from typing import Any

from contracts.selfcheck.wrapping import broken
from harness.adapters.memory import MemoryStore
from harness.adapters.queries import Page
from harness.errors import OutcomeUnknown, StoreError, Unauthorized, Unavailable, UnexpectedResponse

from ._helpers import Call, around, repositories
from ._sending import EMPTY, Request, answered, instead, sent

RESET = "faults_reads.read[reset_before]"
LOOSE = "supabase/supabase-flutter#460: Postgrest HTTP 200 empty response instead of Auth failure"
DEFAULTS = "bolshakov/stoplight#448: When Redis became unavailable, it would return empty default values"
PAGES = "career-ops-hq/career-ops#2547: one mid-sweep error discards all fetched pages"
IGNORED = "plan: `const { data } = await supabase…` looks at no error, and `data ?? []` hides it"
STALE = "RFC 5861: stale-if-error"


@broken(killer=RESET, source=IGNORED, on="supabase")
def failed_reads_are_empty(store: Any) -> None:
    """Whatever cannot be read is shown as empty."""

    def empty(request: Request, error: StoreError) -> Any:
        if not request.reading:
            raise error
        return EMPTY

    instead(store, empty, Unavailable, Unauthorized)


@broken(killer=RESET, source=IGNORED, on="supabase")
def failed_lists_are_empty(store: Any) -> None:
    """A list that cannot be read is empty."""
    answered(repositories(store), "list", Unavailable, lambda *_, **__: Page((), None))


@broken(killer=RESET, source="plan: a get that fails is a 404", on="supabase")
def failed_gets_are_none(store: Any) -> None:
    """A row that cannot be read is told as missing."""
    answered(repositories(store), "get", Unavailable, lambda *_: None)


@broken(killer=RESET, source="plan: a link that cannot be looked up is told as expired", on="supabase")
def failed_lookups_are_none(store: Any) -> None:
    """A token that cannot be looked up leads to no request."""
    answered(store.scheduling_requests, "get_by_token_hash", Unavailable, lambda *_: None)


@broken(killer=RESET, source="supabase/postgrest-js#202: return { results: [], hits: 0 }", on="supabase")
def failed_counts_are_zero(store: Any) -> None:
    """What cannot be counted is zero."""
    answered(repositories(store), "count", Unavailable, lambda *_, **__: 0)


@broken(killer=RESET, source=DEFAULTS, on="supabase")
def failed_summaries_are_zero(store: Any) -> None:
    """The dashboard shows zeros while the server is away."""

    def zeros(original: Call) -> Any:
        del original
        with MemoryStore() as empty:
            return empty.ops_summary()

    answered(store, "ops_summary", Unavailable, zeros)


@broken(killer="faults_reads.iterate_in_the_middle[reset_after]", source=PAGES, on="supabase")
def iterating_ends_early(store: Any) -> None:
    """Iterating ends where a page could not be read, as if there were no more rows."""

    def iterate(original: Call, **options: Any) -> Iterator[Any]:
        rows = original(**options)
        begun = False
        while True:
            try:
                row = next(rows)
            except StopIteration:
                return
            except Unavailable:
                if begun:
                    return
                raise
            begun = True
            yield row

    around(repositories(store), "iterate", iterate)


@broken(
    killer="faults_reads.read[empty]", source="facts: an empty answer becomes an empty list", on="supabase"
)
def empty_answers_are_no_rows(store: Any) -> None:
    """An answer of 200 without a body is taken for no rows, and a write for done."""

    def empty(request: Request, error: StoreError) -> Any:
        if not request.rest._seen.is_empty:
            raise error
        return EMPTY

    instead(store, empty, Unavailable, OutcomeUnknown)


@broken(
    killer="faults_reads.read[cut]",
    source="ramnes/notion-sdk-py#119: JSONDecodeError when server return 502",
    on="supabase",
)
def half_an_answer_is_no_rows(store: Any) -> None:
    """An answer of 200 that is no JSON, or only the beginning of it, is taken for no rows."""

    def empty(request: Request, error: StoreError) -> Any:
        if not request.reading or request.status != 200:
            raise error
        return EMPTY

    instead(store, empty)


@broken(
    killer="faults_writes.write_answered_by_somebody_else",
    source="plan: `(data ?? []).map(…)`, whatever data is",
    on="supabase",
)
def whatever_is_no_list_is_no_rows(store: Any) -> None:
    """An answer that is no list, such as an object of a proxy, is taken for no rows: an update found none."""
    rest = store._rest
    checked = rest._checked_rows
    rest._checked_rows = lambda data: checked(data if isinstance(data, list) else [])


@broken(
    killer="faults_writes.write_answered_by_somebody_else",
    source="plan: `if (error) throw error; return true`",
    on="supabase",
)
def deletes_do_not_look(store: Any) -> None:
    """A delete that was answered by anything but an error has removed the row."""
    answered(repositories(store), "delete", UnexpectedResponse, lambda *_: True)


@broken(killer="faults_keys.wrong_key[public]", source=LOOSE, on="supabase")
def strangers_see_nothing(store: Any) -> None:
    """A key that may not read sees empty tables, as with row level security and no policy."""

    def empty(request: Request, error: StoreError) -> Any:
        if not request.reading:
            raise error
        return EMPTY

    instead(store, empty, Unauthorized)


@broken(
    killer="faults_keys.wrong_key[forged]",
    source="supabase/supabase-js#655: no indication the method failed due to a permissions issue",
    on="supabase",
)
def strangers_delete_nothing(store: Any) -> None:
    """A delete that is not permitted says that there was no row."""
    answered(repositories(store), "delete", Unauthorized, lambda *_: False)


@broken(
    killer="faults_server.functions_without_grants",
    source="plan: a worker without rights finds no work",
    on="supabase",
)
def strangers_claim_nothing(store: Any) -> None:
    """A claim that is not permitted finds no work."""
    answered(repositories(store), "claim", Unauthorized, lambda *_, **__: ())


@broken(killer="faults_reads.read_that_worked_before", source=STALE, on="supabase")
def last_answer_is_shown_again(store: Any) -> None:
    """While the server is away, what was read before is shown once more."""
    known: dict[str, Any] = {}

    def advice(request: Request) -> Any:
        key = f"{request.path}?{request.execute.__self__.request.params}"  # type: ignore[attr-defined]
        try:
            answer = request.send()
        except Unavailable:
            if request.reading and key in known:
                return known[key]
            raise
        if request.reading:
            known[key] = answer
        return answer

    sent(store, advice)


@broken(killer="faults_reads.read_without_a_server", source=DEFAULTS, on="supabase")
def reads_without_a_server_are_empty(store: Any) -> None:
    """As long as no connection is to be had, everything is shown as empty."""

    def empty(request: Request, error: StoreError) -> Any:
        if not request.reading or "nothing was sent" not in str(error):
            raise error
        return EMPTY

    instead(store, empty, Unavailable)
