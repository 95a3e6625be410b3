"""The smallest part of a history that no order explains."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from contracts.histories.checker import Search, search
from contracts.histories.model import Model, State
from contracts.histories.operation import UNKNOWN, Answer, Operation, Refused

__all__ = ["Witness", "witness"]


@dataclass(frozen=True, kw_only=True)
class Witness:
    """Operations that cannot all have been answered as they were."""

    operations: tuple[Operation, ...]
    """By their calls. Without what happened later, and without what makes no difference."""
    order: tuple[Operation, ...]
    """The longest order that explains what it holds."""
    stuck: Operation
    """An operation that cannot follow."""
    allowed: tuple[Answer, ...]
    """What it might have answered there."""


def witness(operations: Sequence[Operation], model: Model[State]) -> Witness | None:
    """Return None if the history can be explained. Raises `Undecided` if that cannot be said.

    What can be explained stays so if its end is cut off, and if an operation
    that changed nothing is left out: a read, or one that was refused. So the
    history is cut at the first answer with which it cannot be explained any
    more, and operations are left out while it still cannot.
    """
    if search(operations, model).explained:
        return None
    part = _cut(operations, model)
    for operation in reversed(part):
        changes_nothing = operation.call.name in model.reads or isinstance(operation.answer, Refused)
        fewer = tuple(other for other in part if other is not operation)
        if changes_nothing and not search(fewer, model).explained:
            part = fewer
    found = search(part, model)
    stuck, allowed = _stuck(found)
    return Witness(operations=part, order=found.order, stuck=stuck, allowed=allowed)


def _cut(operations: Sequence[Operation], model: Model[State]) -> tuple[Operation, ...]:
    """Return the shortest beginning that cannot be explained; what was on its way then has no answer."""
    part: tuple[Operation, ...] = ()
    for moment in sorted(operation.returned for operation in operations if operation.answered):
        part = tuple(
            operation if operation.returned <= moment else replace(operation, answer=UNKNOWN)
            for operation in operations
            # What was refused later did nothing, then and now.
            if operation.invoked <= moment
            and (operation.returned <= moment or not isinstance(operation.answer, Refused))
        )
        if not search(part, model).explained:
            break
    return part


def _stuck(found: Search) -> tuple[Operation, tuple[Answer, ...]]:
    """Of the operations that could come next, the one that was answered first had to."""
    return min(found.blocked, key=lambda pair: pair[0].returned)
