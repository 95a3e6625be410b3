"""One row under a unique key, with two columns that change, without concurrency."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from contracts.histories.model import may_have_changed
from contracts.histories.operation import Answer, Call, Operation, Refused

__all__ = ["Entry", "RecordModel"]


@dataclass(frozen=True)
class Entry:
    """The row that has the key."""

    mark: str
    """Which call created it."""
    left: str
    right: str | None = None
    """Two columns that nothing connects."""

    def __str__(self) -> str:
        return f"{self.mark}[{self.left}, {self.right or '-'}]"


_Outcome = tuple[Answer, Entry | None]


class RecordModel:
    """``create(mark)``, ``left(mark, text)``, ``right(mark, text)``, ``delete(mark)``, ``get(mark)``; `find`.

    `create` stores a row with the key; `left` and `right` patch one column of
    the row with this mark; `find` reads by the key, the others by id.
    """

    start: Entry | None = None
    reads = frozenset({"get", "find"})

    def outcomes(self, state: Entry | None, operation: Operation) -> Iterable[_Outcome]:
        """Return what the call answers, and the row afterwards."""
        return [self._outcome(state, operation.call)]

    def changed(self, operation: Operation) -> bool:
        """Return False for what was answered that nothing changed."""
        return may_have_changed(operation, self.reads) and operation.answer is not False

    def _outcome(self, state: Entry | None, call: Call) -> _Outcome:  # noqa: PLR0911  # one per call
        match call.name, call.args:
            case "find", ():
                return state, state
            case "create", (str(mark),):
                if state is not None:
                    return Refused("conflict"), state
                made = Entry(mark, mark)
                return made, made
        if state is None or state.mark != call.args[0]:
            return {"get": None, "delete": False}.get(call.name, Refused("not_found")), state
        match call.name, call.args:
            case "get", _:
                return state, state
            case "delete", _:
                return True, None
            case "left", (_, str(text)):
                after = replace(state, left=text)
                return after, after
            case "right", (_, text) if text is None or isinstance(text, str):
                after = replace(state, right=text)
                return after, after
        raise ValueError(str(call))
