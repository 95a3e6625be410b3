"""Removes what a run has created: through the API, and what that cannot delete beside it."""

from collections.abc import Sequence

from loadtests.errors import LoadError
from loadtests.scenarios.asks import Asks
from loadtests.scenarios.call import SendMany
from loadtests.scenarios.implementation import Implementation
from loadtests.scenarios.ledger import Ledger
from loadtests.scenarios.rows import RowAccess, Rows
from loadtests.scenarios.sending import sent

__all__ = ["remove"]

_HOW = "set SUPABASE_URL and SUPABASE_SERVICE_ROLE_KEY, or DATABASE_URL, and clean again"


def remove(
    ledger: Ledger, asks: Asks, implementation: Implementation, send: SendMany, access: RowAccess | None
) -> tuple[str, ...]:
    """Remove everything that a run created; returns what could not be removed, in words.

    Requests that are gone already are no failure.
    """
    created, left = ledger.created, []
    rows = None if access is None else Rows(access)
    booked = bool(created.bookings)
    if rows is not None:
        try:
            rows.find(created)
            booked = bool(created.bookings)
            rows.remove(created)
            ledger.removed(set(created.events))
        except LoadError as error:
            left.append(str(error))
            rows = None
    left += _remove_requests(ledger, asks, implementation, send, rows)
    if created.events:
        left.append(f"{_number(len(created.events), 'webhook event')}: the API cannot delete them; {_HOW}")
    if booked and rows is None:
        left.append(f"the jobs and audit entries of the bookings: the API cannot delete them; {_HOW}")
    elif booked and rows is not None and not rows.removes_audit_entries:
        left.append("the audit entries of the bookings: no role of the API may delete them; set DATABASE_URL")
    return tuple(left)


def _remove_requests(
    ledger: Ledger, asks: Asks, implementation: Implementation, send: SendMany, rows: Rows | None
) -> list[str]:
    created = ledger.created
    if not created.requests:
        return []
    lacking = implementation.lacks("delete_request")
    if lacking is not None and rows is not None:
        rows.remove_requests(created)
        ledger.removed(created.requests | created.bookings)
        return []
    if lacking is not None:
        return [f"{_number(len(created.requests), 'scheduling request')}: {lacking}; {_HOW}"]
    ids = sorted(created.requests)
    calls = [implementation.call(asks.delete(id)) for id in ids]
    problems: list[str] = []
    gone: set[str] = set()
    try:
        answers = sent(calls, send)
    except LoadError as error:
        return [f"{_number(len(ids), 'scheduling request')}: {error}"]
    for id, call, answer in zip(ids, calls, answers, strict=True):
        problem = None if answer.status == 404 else call.check(answer)
        if problem is None:
            gone.add(id)
        else:
            problems.append(problem)
    ledger.removed(gone if problems else gone | created.bookings)
    return [f"{_number(len(problems), 'scheduling request')}: {_first(problems)}"] if problems else []


def _number(count: int, what: str) -> str:
    return f"{count:,} {what}" + ("" if count == 1 else "s")


def _first(problems: Sequence[str]) -> str:
    return f"the API refused to delete them ({min(problems)})"
