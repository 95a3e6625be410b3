"""Removes what a run has created: through the API, and what that cannot delete beside it."""

from loadtests.errors import LoadError
from loadtests.scenarios.asks import deletion
from loadtests.scenarios.call import SendMany
from loadtests.scenarios.implementation import Implementation
from loadtests.scenarios.ledger import Ledger
from loadtests.scenarios.rows import RowAccess, Rows
from loadtests.scenarios.sending import sent

__all__ = ["remove"]

_HOW = (
    "set SUPABASE_URL and SUPABASE_SERVICE_ROLE_KEY, or DATABASE_URL, and clean again; what is in memory ends"
    " with the server"
)


def remove(
    ledger: Ledger, implementation: Implementation, send: SendMany, access: RowAccess | None
) -> tuple[str, ...]:
    """Remove everything that a run created; returns what could not be removed, in words.

    Requests that are gone already are no failure.
    """
    left: list[str] = []
    rows = None
    if access is not None:
        try:
            rows = Rows(access)
            rows.find(ledger)
            rows.remove(ledger)
        except LoadError as error:
            left.append(str(error))
            rows = None
    left += _remove_requests(ledger, implementation, send, rows)
    created = ledger.created
    if created.events:
        left.append(f"{_number(len(created.events), 'webhook event')}: the API cannot delete them; {_HOW}")
    if created.bookings:
        of = _number(len(created.bookings), "booking")
        left.append(f"the jobs and audit entries of {of}: the API cannot delete them; {_HOW}")
    if created.audit_entries:
        entries = _number(len(created.audit_entries), "audit entry", "audit entries")
        left.append(f"{entries}: no role of the API may delete them; set DATABASE_URL, and clean again")
    return tuple(left)


def _remove_requests(
    ledger: Ledger, implementation: Implementation, send: SendMany, rows: Rows | None
) -> list[str]:
    ids = sorted(ledger.created.requests)
    if not ids:
        return []
    lacking = implementation.lacks("delete_request")
    if lacking is not None and rows is not None:
        rows.remove_requests(ledger)
        return []
    what = _number(len(ids), "scheduling request")
    if lacking is not None:
        return [f"{what}: {lacking}; {_HOW}"]
    calls = [implementation.call(deletion(id, ledger)) for id in ids]
    try:
        answers = sent(calls, send)
    except LoadError as error:
        return [f"{what}: {error}"]
    problems: list[str] = []
    for id, call, answer in zip(ids, calls, answers, strict=True):
        problem = call.check(answer)
        if answer.status == 404:
            ledger.removed([id])
        elif problem is not None:
            problems.append(problem)
    if not problems:
        return []
    what = _number(len(problems), "scheduling request")
    return [f"{what}: the API refused to delete them ({min(problems)})"]


def _number(count: int, one: str, many: str | None = None) -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"
