"""The smallest part of a history that no order explains."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Generic

from contracts.histories.checker import search
from contracts.histories.model import Model, State
from contracts.histories.operation import UNKNOWN, Answer, Operation

__all__ = ["Witness", "witness"]


@dataclass(frozen=True, kw_only=True)
class Witness:
    """Operations that cannot all have been answered as they were."""

    operations: tuple[Operation, ...]
    """By their calls. Without what happened later, and without what makes no difference."""
    stuck: Operation
    """The first answer that nothing explains: all answers before it can be."""
    allowed: tuple[Answer, ...]
    """The answers in its place that some order would explain."""
    order: tuple[Operation, ...]
    """Such an order, with `stuck` where the first of them would be the answer."""


def witness(operations: Sequence[Operation], model: Model[State]) -> Witness | None:
    """Return None if the history can be explained. Raises `Undecided` if that cannot be said.

    What can be explained stays so if its end is cut off, and if an operation
    that changed nothing is left out. So the history is cut at the first
    answer with which it cannot be explained any more, and such operations are
    left out while it still cannot.
    """
    if search(operations, model) is not None:
        return None
    part, stuck = _cut(operations, model)
    for operation in reversed(part):
        fewer = tuple(other for other in part if other is not operation)
        if operation is not stuck and not model.changed(operation) and search(fewer, model) is None:
            part = fewer
    asked = _Asked(model, stuck)
    search(part, asked)
    explanations = {
        answer: order
        for answer in asked.answers
        if (order := search(_with(part, stuck, answer), model)) is not None
    }
    order = next(iter(explanations.values()), ())
    return Witness(
        operations=part,
        stuck=stuck,
        allowed=tuple(explanations),
        order=tuple(stuck if _same(operation, stuck) else operation for operation in order),
    )


def _cut(operations: Sequence[Operation], model: Model[State]) -> tuple[tuple[Operation, ...], Operation]:
    """Return the shortest beginning that cannot be explained, and what was answered last in it.

    What was on its way then has no answer.
    """
    answered = sorted((each for each in operations if each.answered), key=lambda each: each.returned)
    for number, last in enumerate(answered):
        done = {id(operation) for operation in answered[: number + 1]}
        part = tuple(
            operation if id(operation) in done else replace(operation, answer=UNKNOWN)
            for operation in operations
            # What was answered later that it changed nothing is not needed now.
            if id(operation) in done or (operation.invoked <= last.returned and model.changed(operation))
        )
        if search(part, model) is None:
            return part, last
    raise ValueError("the history can be explained, and has no witness")


def _with(part: Sequence[Operation], stuck: Operation, answer: Answer) -> tuple[Operation, ...]:
    return tuple(replace(stuck, answer=answer) if operation is stuck else operation for operation in part)


def _same(one: Operation, other: Operation) -> bool:
    return (one.worker, one.invoked) == (other.worker, other.invoked)


class _Asked(Generic[State]):
    """A model that remembers what it would have answered to one operation.

    A search that finds nothing has asked it in every state in which the
    operation could have happened.
    """

    def __init__(self, model: Model[State], operation: Operation) -> None:
        self.start = model.start
        self.reads = model.reads
        self.answers: dict[Answer, None] = {}
        self._model = model
        self._operation = operation

    def outcomes(self, state: State, operation: Operation) -> Iterable[tuple[Answer, State]]:
        """Return what the model returns."""
        outcomes = tuple(self._model.outcomes(state, operation))
        if operation is self._operation:
            self.answers.update(dict.fromkeys(answer for answer, _ in outcomes))
        return outcomes

    def changed(self, operation: Operation) -> bool:
        """Return what the model returns."""
        return self._model.changed(operation)
