"""What a worker does with one key of webhook events."""

from contracts.builders import a_webhook_event
from contracts.histories.models.event import Delivered, Event
from contracts.histories.operation import Call
from contracts.histories.recorder import Notebook
from harness.adapters.protocol import Received, Store
from harness.adapters.queries import where
from harness.models import WebhookEvent

__all__ = ["DELIVERIES", "DISPUTED", "EventProgram"]

KEY = "evt-1"
DELIVERIES = {"receive": 5, "find": 2, "get": 1, "delete": 2, "create": 1}
"""Steps and their weights: everybody delivers the same payload."""
DISPUTED = {"receive": 4, "receive_other": 3, "find": 2, "delete": 2}
"""Steps and their weights: some deliver another payload under the same key."""


class EventProgram:
    """Delivers, looks and deletes. It deletes and gets the event that it saw last, if it saw one."""

    def __init__(self, store: Store, notebook: Notebook) -> None:
        self._events = store.webhook_events
        self._notebook = notebook
        self._seen: WebhookEvent | None = None

    def step(self, name: str) -> None:
        """Do one step."""
        if name in {"get", "delete"} and self._seen is None:
            name = "find"
        {
            "receive": lambda: self._receive("h1"),
            "receive_other": lambda: self._receive("h2"),
            "create": self._create,
            "delete": self._delete,
            "get": self._get,
            "find": self._find,
        }[name]()

    def _receive(self, payload_hash: str) -> None:
        mark = self._notebook.mark()
        new = a_webhook_event(event_id=KEY, signature=mark, payload_hash=payload_hash)
        received = self._notebook.note(
            Call("receive", (mark, payload_hash)), lambda: self._events.receive(new), _delivered
        )
        self._seen = self._seen if received is None else received.event

    def _create(self) -> None:
        mark = self._notebook.mark()
        new = a_webhook_event(event_id=KEY, signature=mark, payload_hash="h1")
        made = self._notebook.note(Call("create", (mark, "h1")), lambda: self._events.create(new), _event)
        self._seen = self._seen if made is None else made

    def _find(self) -> None:
        rows = self._notebook.note(
            Call("find"),
            lambda: self._events.list(where=[where("event_id", "eq", KEY)]).rows,
            # Two rows under one key are no answer that a model gives.
            lambda rows: _event(rows[0]) if len(rows) == 1 else tuple(map(_event, rows)) or None,
        )
        self._seen = rows[0] if rows else self._seen

    def _get(self) -> None:
        seen = self._known()
        self._notebook.note(
            Call("get", (seen.signature,)),
            lambda: self._events.get(seen.id),
            lambda row: None if row is None else _event(row),
        )

    def _delete(self) -> None:
        seen = self._known()
        self._notebook.note(
            Call("delete", (seen.signature,)), lambda: self._events.delete(seen.id), lambda found: found
        )

    def _known(self) -> WebhookEvent:
        if self._seen is None:
            raise LookupError("this step works on an event that the worker has seen")
        return self._seen


def _event(row: WebhookEvent) -> Event:
    return Event(row.signature, row.payload_hash)


def _delivered(received: Received) -> Delivered:
    return Delivered(_event(received.event), is_new=received.is_new)
