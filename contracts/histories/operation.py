"""What a worker asked, what it was answered, and when. Values only."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

__all__ = [
    "UNAVAILABLE",
    "UNKNOWN",
    "Answer",
    "Call",
    "Operation",
    "Refused",
    "Unknown",
    "letter",
    "overlapping",
]

Answer = Hashable
"""The part of a result that a model can predict: no ids and times that the store assigns."""


class Unknown(Enum):
    """No answer: the operation may have happened, or happens later, or never (`OutcomeUnknown`)."""

    UNKNOWN = "?"

    def __str__(self) -> str:
        return "no answer yet"


UNKNOWN: Final = Unknown.UNKNOWN


@dataclass(frozen=True)
class Refused:
    """An error of the store. Its kind alone counts: exact names of constraints have cases of their own."""

    kind: str

    def __str__(self) -> str:
        return self.kind


UNAVAILABLE: Final = Refused("unavailable")
"""The store did nothing and says so, whatever its state: the protocol allows this answer to every call."""


@dataclass(frozen=True)
class Call:
    """An operation and its arguments, as far as a model needs them."""

    name: str
    args: tuple[Hashable, ...] = ()

    def __str__(self) -> str:
        return f"{self.name}({', '.join(map(str, self.args))})"


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One call of one worker. Times in nanoseconds of one clock."""

    worker: int
    call: Call
    answer: Answer
    """`UNKNOWN`, a `Refused`, or what the model of the key predicts."""
    invoked: int
    returned: int
    overlapped: bool = False
    """True if another worker's writing call was on its way at some moment of this one."""

    @property
    def answered(self) -> bool:
        """False if nobody knows whether it happened."""
        return self.answer is not UNKNOWN


def letter(worker: int) -> str:
    """Return the name of a worker. What it writes begins with it."""
    return chr(ord("a") + worker)


def overlapping(operations: Sequence[Operation], reads: frozenset[str]) -> tuple[Operation, ...]:
    """Sort the operations by their calls, and mark those that met a writing one.

    `reads` are the names of operations that never change anything.
    """
    writes = [operation for operation in operations if operation.call.name not in reads]

    def met(one: Operation) -> bool:
        return any(
            other.worker != one.worker
            and other.invoked <= one.returned
            and (one.invoked <= other.returned or not other.answered)
            for other in writes
        )

    marked = (replace(operation, overlapped=met(operation)) for operation in operations)
    return tuple(sorted(marked, key=lambda operation: (operation.invoked, operation.worker)))
