"""Mistakes of caches: rows that are remembered after they changed."""

from copy import deepcopy
from typing import Any
from uuid import UUID

from contracts.selfcheck.wrapping import broken

from ._helpers import Call, around, mutable, queues, repositories

INDIRECT = "plan: the cache knows updates and deletes, and nothing else that changes a row"
STALE = "supabase/supabase-py#673: Even though the row is deleted, it still appears as if it exists"


def cached_gets(store: Any, tables: Any = None) -> Any:
    """Remember what get found, and return the memory; the caller decides what is forgotten."""
    known: dict[Any, Any] = {}

    def get(original: Call, id: Any) -> Any:
        key = str(id).lower()
        if key not in known:
            row = original(id)
            if row is None:
                return None
            known[key] = row
        return deepcopy(known[key])

    around(repositories(store) if tables is None else tables, "get", get)
    return known


def forgetting(known: Any, targets: Any, *names: str) -> None:
    """Forget a row when one of these methods names it as the first argument."""

    def forget(original: Call, id: Any, *arguments: Any, **options: Any) -> Any:
        known.pop(str(id).lower(), None)
        return original(id, *arguments, **options)

    for name in names:
        around(targets, name, forget)


def forgetting_all(known: Any, targets: Any, *names: str) -> None:
    """Forget everything when one of these methods is called."""

    def forget(original: Call, *arguments: Any, **options: Any) -> Any:
        known.clear()
        return original(*arguments, **options)

    for name in names:
        around(targets, name, forget)


@broken(killer="reads.change_of_another_client_is_seen[bookings]", source="plan: a cache per instance")
def own_writes_are_seen(store: Any) -> None:
    """A client forgets what itself changed, and shows what others changed as it was."""
    known = cached_gets(store)
    forgetting(known, repositories(store), "update", "delete", "complete", "fail")
    forgetting_all(known, queues(store), "claim")
    forgetting_all(known, store, "book", "reschedule", "cancel")
    forgetting_all(known, store.scheduling_requests, "delete")


@broken(killer="reads.update_is_seen_by_every_read[bookings]", source=STALE)
def updates_are_not_seen(store: Any) -> None:
    """A row that was got once is shown as it was, whatever happens to it."""
    known = cached_gets(store)
    forgetting_all(known, repositories(store), "delete")


@broken(killer="reads.deleted_row_is_gone_for_every_read[bookings]", source=STALE)
def deleted_rows_are_shown(store: Any) -> None:
    """A row that was got once is shown after it was deleted."""
    known = cached_gets(store, mutable(store))
    forgetting(known, mutable(store), "update", "complete", "fail")
    forgetting_all(known, queues(store), "claim")
    forgetting_all(known, store, "book", "reschedule", "cancel")


@broken(killer="reads.delete_is_seen_by_every_read", source=INDIRECT)
def cascades_are_not_seen(store: Any) -> None:
    """A booking that was got once is shown after its request was deleted."""
    known = cached_gets(store, [store.bookings])
    forgetting(known, store.bookings, "update", "delete")
    forgetting_all(known, store, "book", "reschedule", "cancel")


@broken(killer="reads.flow_is_seen_by_every_read[book]", source=INDIRECT)
def flows_are_not_seen(store: Any) -> None:
    """A request that was got once is shown as it was before it was booked."""
    known = cached_gets(store, [store.scheduling_requests])
    forgetting(known, store.scheduling_requests, "update", "delete")


@broken(killer="reads.claim_is_seen_by_every_read[sync_jobs]", source=INDIRECT)
def claims_are_not_seen(store: Any) -> None:
    """A job that was got once is shown as it was before it was claimed."""
    known = cached_gets(store, queues(store))
    forgetting(known, queues(store), "update", "delete", "complete", "fail")


@broken(killer="reads.missing_row_is_found_once_it_exists[bookings]", source="RFC 2308: negative caching")
def missing_rows_stay_missing(store: Any) -> None:
    """A row that get did not find once is not found later."""
    missing: set[str] = set()

    def get(original: Call, id: Any) -> Any:
        if str(id) in missing:
            return None
        row = original(id)
        if row is None and isinstance(id, UUID):
            missing.add(str(id))
        return row

    around(repositories(store), "get", get)


@broken(killer="reads.missing_row_is_found_once_it_exists[audit_logs]", source="RFC 2308: negative caching")
def missing_entries_stay_missing(store: Any) -> None:
    """An audit entry that get did not find is not found before the client itself writes one."""
    missing: set[str] = set()

    def get(original: Call, id: Any) -> Any:
        row = None if str(id) in missing else original(id)
        if row is None and isinstance(id, UUID):
            missing.add(str(id))
        return row

    def create(original: Call, new: Any) -> Any:
        missing.clear()
        return original(new)

    around(store.audit_logs, "get", get)
    around(store.audit_logs, "create", create)


@broken(
    killer="reads.token_leads_to_the_request_as_it_is",
    source="plan: tokens are looked up often",
)
def lookups_by_token_are_remembered(store: Any) -> None:
    """A request that was looked up by its token hash is returned as it was, whatever happens to it."""
    known: dict[str, Any] = {}

    def get(original: Call, token_hash: str) -> Any:
        if token_hash not in known:
            row = original(token_hash)
            if row is None:
                return None
            known[token_hash] = row
        return known[token_hash]

    around(store.scheduling_requests, "get_by_token_hash", get)


def remembered(targets: Any, name: str, *, until: Any) -> None:
    """Remember the answers of a method by its arguments until one of some methods is called."""
    answers: dict[Any, Any] = {}

    def read(original: Call, **options: Any) -> Any:
        key = id(original.__self__), repr(options)  # type: ignore[attr-defined]
        if key not in answers:
            answers[key] = original(**options)
        return deepcopy(answers[key])

    around(targets, name, read)
    for owners, names in until:
        forgetting_all(answers, owners, *names)


@broken(killer="queries_many.counts_follow_every_change", source="plan: counts are remembered until a create")
def counts_are_remembered(store: Any) -> None:
    """A count is remembered until a row is created."""
    remembered(repositories(store), "count", until=[(repositories(store), ("create",))])


@broken(killer="reads.update_is_seen_by_every_read[sync_jobs]", source="plan: lists are remembered")
def lists_are_remembered(store: Any) -> None:
    """A list is remembered until a row is created or deleted."""
    remembered(repositories(store), "list", until=[(repositories(store), ("create", "delete"))])


@broken(killer="reads.summary_is_computed_anew", source="plan: the dashboard is kept for a minute")
def summary_is_remembered(store: Any) -> None:
    """The numbers of the dashboard are remembered until the client itself writes."""
    writes = ("create", "update", "delete", "receive", "claim", "complete", "fail")
    remembered(
        store,
        "ops_summary",
        until=[(repositories(store), writes), (store, ("book", "reschedule", "cancel"))],
    )


@broken(killer="crud_clients.clients_see_each_others_changes", source="plan: updates are sent together")
def updates_are_sent_later(store: Any) -> None:
    """An update is sent when the client reads next, and until then nobody else sees it."""
    pending: list[Any] = []

    def flush(original: Call, *arguments: Any, **options: Any) -> Any:
        for repository, old, new in pending:
            _replace(repository, old, new)
        pending.clear()
        return original(*arguments, **options)

    def update(original: Call, id: Any, patch: Any) -> Any:
        repository = original.__self__  # type: ignore[attr-defined]
        old = _stored(repository, id)
        row = original(id, patch)
        new = _stored(repository, id)
        _replace(repository, new, old)
        pending.append((repository, old, new))
        return row

    around(mutable(store), "update", update)
    for name in (
        "create",
        "get",
        "list",
        "iterate",
        "count",
        "update",
        "delete",
        "claim",
        "complete",
        "fail",
    ):
        around(repositories(store), name, flush)
    for name in ("book", "reschedule", "cancel", "ops_summary"):
        around(store, name, flush)
    around(store.scheduling_requests, "get_by_token_hash", flush)


def _stored(repository: Any, id: Any) -> Any:
    with repository._begin() as transaction:
        return transaction.rows(repository._table).get(str(id).lower())


def _replace(repository: Any, old: Any, new: Any) -> None:
    with repository._begin() as transaction:
        transaction._replace(transaction._tables[repository._table], old, new)
