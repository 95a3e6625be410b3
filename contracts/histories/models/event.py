"""One key of webhook events, (provider, event_id), without concurrency."""

from collections.abc import Iterable
from dataclasses import dataclass

from contracts.histories.model import may_have_changed
from contracts.histories.operation import Answer, Operation, Refused

__all__ = ["Delivered", "Event", "EventModel"]


@dataclass(frozen=True)
class Event:
    """The stored event of the key."""

    mark: str
    """The signature: which delivery was stored."""
    payload_hash: str

    def __str__(self) -> str:
        return f"{self.mark}/{self.payload_hash}"


@dataclass(frozen=True)
class Delivered:
    """The answer to a delivery."""

    event: Event
    is_new: bool

    def __str__(self) -> str:
        return f"{'new' if self.is_new else 'known'} {self.event}"


class EventModel:
    """``receive(mark, hash)``, ``create(mark, hash)``, ``delete(mark)``, ``get(mark)`` and ``find()``.

    `get` and `delete` ask for the id of the event with this mark, `find` for
    the event of the key.
    """

    start: Event | None = None
    reads = frozenset({"find", "get"})

    def outcomes(self, state: Event | None, operation: Operation) -> Iterable[tuple[Answer, Event | None]]:
        """Return what the call answers, and the event that is stored afterwards."""
        name, args = operation.call.name, operation.call.args
        match name:
            case "receive" | "create":
                return [self._stored(state, Event(str(args[0]), str(args[1])), name)]
            case "delete":
                is_there = state is not None and state.mark == args[0]
                return [(is_there, None if is_there else state)]
            case "get":
                return [(state if state is not None and state.mark == args[0] else None, state)]
            case "find":
                return [(state, state)]
        raise ValueError(name)

    def changed(self, operation: Operation) -> bool:
        """Return False for what was answered that nothing changed."""
        return (
            may_have_changed(operation, self.reads)
            and operation.answer is not False
            and not (isinstance(operation.answer, Delivered) and not operation.answer.is_new)
        )

    def _stored(self, state: Event | None, new: Event, name: str) -> tuple[Answer, Event]:
        if state is None:
            return (Delivered(new, is_new=True) if name == "receive" else new), new
        if name == "create" or state.payload_hash != new.payload_hash:
            return Refused("conflict"), state
        return Delivered(state, is_new=False), state
