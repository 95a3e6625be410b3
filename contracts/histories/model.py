"""What a sequential model of one key is."""

from collections.abc import Hashable, Iterable
from typing import Protocol, TypeVar

from contracts.histories.operation import Answer, Operation, Refused

__all__ = ["Model", "State", "may_have_changed"]

State = TypeVar("State", bound=Hashable)


class Model(Protocol[State]):
    """One key without concurrency: frozen states, and what each call answers in them.

    Written from the docstrings of `harness.adapters.protocol` alone. Never
    from a store: what a store does is what the model judges.
    """

    start: State
    """The state in which the workers found the key."""
    reads: frozenset[str]
    """The calls that never change the state."""

    def outcomes(self, state: State, operation: Operation) -> Iterable[tuple[Answer, State]]:
        """Return what the operation may answer in this state, each with the state after it.

        Mostly one pair. Of the operation, only the call and ``overlapped``
        count. A refused call leaves the state as it is.
        """
        ...

    def changed(self, operation: Operation) -> bool:
        """Return False if the operation, answered as it was, left the state as it was."""
        ...


def may_have_changed(operation: Operation, reads: frozenset[str]) -> bool:
    """Return False for a read, and for what was refused: a call that raises leaves no trace."""
    return operation.call.name not in reads and not isinstance(operation.answer, Refused)
