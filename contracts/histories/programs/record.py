"""What a worker does with one scheduling request that has a certain token hash."""

from contracts.builders import a_request, changes
from contracts.histories.models.record import Entry
from contracts.histories.operation import Call
from contracts.histories.recorder import Notebook
from harness.adapters.protocol import Store
from harness.models import SchedulingRequest

__all__ = ["EDITS", "RecordProgram"]

KEY = "sha256:the-one"
EDITS = {"create": 3, "left": 4, "right": 4, "clear": 1, "find": 2, "get": 2, "delete": 2}
"""Steps and their weights."""


class RecordProgram:
    """Creates, patches one of two columns, looks and deletes. It works on the row that it saw last."""

    def __init__(self, store: Store, notebook: Notebook) -> None:
        self._requests = store.scheduling_requests
        self._notebook = notebook
        self._seen: SchedulingRequest | None = None

    def step(self, name: str) -> None:
        """Do one step. A worker that knows no row looks for one."""
        if name not in {"create", "find"} and self._seen is None:
            name = "find"
        {
            "create": self._create,
            "left": self._left,
            "right": lambda: self._right(self._notebook.mark()),
            "clear": lambda: self._right(None),
            "find": self._find,
            "get": self._get,
            "delete": self._delete,
        }[name]()

    def _create(self) -> None:
        mark = self._notebook.mark()
        new = a_request(req_id=mark, candidate_name=mark, public_token_hash=KEY)
        made = self._notebook.note(Call("create", (mark,)), lambda: self._requests.create(new), _entry)
        self._seen = self._seen if made is None else made

    def _left(self) -> None:
        seen, text = self._known(), self._notebook.mark()
        patch = changes(SchedulingRequest, candidate_name=text)
        self._notebook.note(
            Call("left", (seen.req_id, text)), lambda: self._requests.update(seen.id, patch), _entry
        )

    def _right(self, text: str | None) -> None:
        seen = self._known()
        patch = changes(SchedulingRequest, needs_attention_reason=text)
        self._notebook.note(
            Call("right", (seen.req_id, text)), lambda: self._requests.update(seen.id, patch), _entry
        )

    def _find(self) -> None:
        found = self._notebook.note(
            Call("find"), lambda: self._requests.get_by_token_hash(KEY), _entry_or_none
        )
        self._seen = self._seen if found is None else found

    def _get(self) -> None:
        seen = self._known()
        self._notebook.note(Call("get", (seen.req_id,)), lambda: self._requests.get(seen.id), _entry_or_none)

    def _delete(self) -> None:
        seen = self._known()
        self._notebook.note(
            Call("delete", (seen.req_id,)), lambda: self._requests.delete(seen.id), lambda found: found
        )

    def _known(self) -> SchedulingRequest:
        if self._seen is None:
            raise LookupError("this step works on a row that the worker has seen")
        return self._seen


def _entry(row: SchedulingRequest) -> Entry:
    return Entry(str(row.req_id), row.candidate_name, row.needs_attention_reason)


def _entry_or_none(row: SchedulingRequest | None) -> Entry | None:
    return None if row is None else _entry(row)
