"""Looks for an order of the operations that explains every answer.

The search of Wing and Gong ("Testing and verifying concurrent objects",
Journal of Parallel and Distributed Computing 17, 1993): take any operation
that was called before the first of the others was answered, let the model
answer it, go on if the answers agree, else come back. With the memory of Lowe
("Testing for linearizability", Concurrency and Computation 29(4), 2017): a
set of operations that was taken already and led to the same state is not
taken again. Knossos and Porcupine do the same in Clojure and Go; PyPI has no
package that does, so these sixty lines are our own.
"""

from collections.abc import Iterator, Sequence

from contracts.histories.model import Model, State
from contracts.histories.operation import UNAVAILABLE, Operation
from harness.errors import HarnessError

__all__ = ["BOUND", "Undecided", "search"]

BOUND = 200_000
"""Pairs of a set of operations and a state; four workers with six operations each rarely need a thousand."""


class Undecided(HarnessError):
    """The search was given up. The case is unchecked: nothing was found, and nothing was excluded."""


def search(
    operations: Sequence[Operation], model: Model[State], *, bound: int = BOUND
) -> tuple[Operation, ...] | None:
    """Return an order that explains the history, None if there is none.

    An operation without an answer may stand anywhere after its call, or
    nowhere. Raises `Undecided` after `bound` steps.
    """
    answered = sum(1 << index for index, operation in enumerate(operations) if operation.answered)
    # Popped from the end: (taken as bits, state, order).
    waiting: list[tuple[int, State, tuple[int, ...]]] = [(0, model.start, ())]
    known = {(0, model.start)}
    while waiting:
        taken, state, order = waiting.pop()
        if taken & answered == answered:
            return tuple(operations[index] for index in order)
        for index in _next(operations, taken):
            for after in _after(state, operations[index], model):
                key = (taken | 1 << index, after)
                if key not in known:
                    known.add(key)
                    waiting.append((*key, (*order, index)))
        if len(known) > bound:
            raise Undecided(
                f"{len(operations)} operations took more than {bound:,} steps: record fewer at once."
            )
    return None


def _after(state: State, operation: Operation, model: Model[State]) -> Iterator[State]:
    """Yield the states that the operation may lead to, given its answer."""
    if operation.answer == UNAVAILABLE:
        yield state
        return
    for answer, after in model.outcomes(state, operation):
        if answer == operation.answer or not operation.answered:
            yield after


def _next(operations: Sequence[Operation], taken: int) -> Iterator[int]:
    """Yield the operations that may be the next: called before any that is left was answered.

    The one that was answered first comes last, so that it is tried first.
    """
    left = [index for index in range(len(operations)) if not taken >> index & 1]
    first = min(
        (operations[index].returned for index in left if operations[index].answered), default=float("inf")
    )
    candidates = [index for index in left if operations[index].invoked <= first]
    yield from sorted(candidates, key=lambda index: _end(operations[index]), reverse=True)


def _end(operation: Operation) -> float:
    return operation.returned if operation.answered else float("inf")
