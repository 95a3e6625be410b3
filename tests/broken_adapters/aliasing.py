"""Mistakes of ownership: rows and documents that the caller and the store share."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from contracts.selfcheck.wrapping import broken
from harness.adapters.protocol import Received
from harness.adapters.queries import Page

from ._helpers import Call, around, repositories, returned

LIVE = "langchain-ai/langgraph#8835: InMemoryStore hands out live references"
_TABLES = ("sync_jobs", "webhook_events")


def version(row: Any) -> Any:
    """Return what tells whether a row has changed."""
    return row.id, getattr(row, "updated_at", None)


def live(store: Any) -> Callable[[Any], Any]:
    """Make a function that returns the object of a row which it returned before, as it is by now."""
    known: dict[Any, Any] = vars(store).setdefault("live", {})
    return lambda row: None if row is None else known.setdefault(version(row), row)


@broken(killer="aliasing.two_gets_are_independent", source=LIVE)
def gets_share_a_row(store: Any) -> None:
    """Get returns the same object each time."""
    keep = live(store)
    around(repositories(store), "get", lambda original, id: keep(original(id)))


@broken(
    killer="aliasing.changing_a_listed_payload",
    source="TritonDataCenter/node-workflow#50: in-memory backend should copy objects",
)
def lists_share_rows(store: Any) -> None:
    """List returns the same objects each time."""
    keep = live(store)

    def list_(original: Call, **options: Any) -> Any:
        page = original(**options)
        return Page(tuple(map(keep, page.rows)), page.next_cursor)

    around(repositories(store), "list", list_)


@broken(
    killer="aliasing.changing_an_iterated_payload",
    source="microsoft/agent-framework#7686: return caller-owned checkpoints from reads",
)
def iterations_share_rows(store: Any) -> None:
    """Iterate yields the same objects each time."""
    keep = live(store)
    around(repositories(store), "iterate", lambda original, **options: map(keep, original(**options)))


@broken(killer="aliasing.changing_a_claimed_payload", source=LIVE)
def claimed_rows_are_the_stored_ones(store: Any) -> None:
    """Claim returns the objects that list returns afterwards."""
    keep = live(store)

    def claim(original: Call, **options: Any) -> Any:
        return tuple(map(keep, original(**options)))

    def list_(original: Call, **options: Any) -> Any:
        page = original(**options)
        return Page(tuple(map(keep, page.rows)), page.next_cursor)

    for table in _TABLES:
        around(getattr(store, table), "claim", claim)
        around(getattr(store, table), "list", list_)


@broken(killer="aliasing.changing_a_received_payload", source=LIVE)
def received_event_is_the_stored_one(store: Any) -> None:
    """Receive returns the object that list returns afterwards."""
    keep = live(store)

    def receive(original: Call, new: Any) -> Any:
        answer = original(new)
        return Received(keep(answer.event), answer.is_new)

    def list_(original: Call, **options: Any) -> Any:
        page = original(**options)
        return Page(tuple(map(keep, page.rows)), page.next_cursor)

    around(store.webhook_events, "receive", receive)
    around(store.webhook_events, "list", list_)


def kept_documents(store: Any, tables: Any, writes: Any, keep: Callable[[Any], Any]) -> None:
    """Return documents as `keep` made them of the given ones, and not as they were stored."""
    documents: dict[Any, Any] = {}

    def write(original: Call, *arguments: Any) -> Any:
        row = original(*arguments)
        values = arguments[-1].values
        if isinstance(values.get("payload"), dict):
            documents[version(row)] = keep(values["payload"])
        return row

    for table in tables:
        for name in writes:
            around(getattr(store, table), name, write)
    returned(
        store,
        lambda row: replace(row, payload=documents[version(row)]) if version(row) in documents else row,
    )


@broken(
    killer="aliasing.changing_the_input_payload_after_create",
    source="simonlast/node-persist#88: Should an object retrieved with getItem be mutable?",
)
def given_document_is_kept(store: Any) -> None:
    """Create keeps the document that it was given, and not a copy."""
    kept_documents(store, _TABLES, ("create",), lambda document: document)


@broken(
    killer="aliasing.changing_the_input_payload_after_create",
    source="cymoo/lovia#57: production hardening (`_frozen()` copied one level of the state only)",
)
def given_document_is_copied_shallowly(store: Any) -> None:
    """Create copies the outermost level of a document, and shares what is inside."""
    kept_documents(store, _TABLES, ("create",), dict)


@broken(
    killer="aliasing.changing_the_payload_of_a_patch_after_update",
    source="google/adk-python#7213: isolate stored memories from caller mutations",
)
def patched_document_is_kept(store: Any) -> None:
    """Update keeps the document that it was given, and not a copy."""
    kept_documents(store, _TABLES, ("update",), lambda document: document)


@broken(
    killer="ownership.documents_are_copied_on_create[audit_logs]",
    source="cashubtc/coco#473: isolate stored memory repository values from caller mutations",
)
def given_history_is_kept(store: Any) -> None:
    """The audit log keeps the document that it was given, where the other tables copy it."""
    kept_documents(store, ("audit_logs",), ("create",), lambda document: document)


@broken(killer="aliasing.changing_a_given_list_after_create", source=LIVE)
def given_list_is_kept(store: Any) -> None:
    """Create keeps the list of texts that it was given, and not a copy."""
    lists: dict[Any, Any] = {}

    def create(original: Call, new: Any) -> Any:
        row = original(new)
        lists[version(row)] = new.values["interviewer_emails"]
        return row

    around(store.scheduling_requests, "create", create)
    returned(
        store,
        lambda row: (
            replace(row, interviewer_emails=tuple(lists[version(row)])) if version(row) in lists else row
        ),
    )


@broken(
    killer="ownership.no_argument_is_changed",
    source="dynamiq-ai/dynamiq#566: add checkpoints (`save` mutated the object of the caller)",
)
def given_document_is_changed(store: Any) -> None:
    """Create writes a version into the document of the caller."""

    def create(original: Call, new: Any) -> Any:
        row = original(new)
        if isinstance(new.values.get("payload"), dict):
            new.values["payload"].setdefault("_version", 1)
        return row

    around(repositories(store), "create", create)
