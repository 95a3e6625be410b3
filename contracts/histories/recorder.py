"""Lets workers loose on one key, and writes down what each asked, when, and what it was answered."""

import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeVar

from contracts.expect import Divergence
from contracts.histories.model import Model, State
from contracts.histories.operation import (
    UNAVAILABLE,
    UNKNOWN,
    Answer,
    Call,
    Operation,
    Refused,
    letter,
    overlapping,
)
from contracts.histories.timeline import render, shown
from contracts.histories.witness import witness
from contracts.workers import DEADLINE_S, together
from harness.adapters.protocol import Store
from harness.errors import OutcomeUnknown, StoreError

__all__ = ["Notebook", "Program", "explained", "record"]

T = TypeVar("T")


class Notebook:
    """The operations of one worker."""

    def __init__(self, worker: int) -> None:
        self.worker = worker
        self.operations: list[Operation] = []
        self._marks = 0

    def mark(self) -> str:
        """Return a text that nobody has written yet: who reads it knows who wrote it."""
        self._marks += 1
        return f"{letter(self.worker)}{self._marks}"

    def note(self, call: Call, act: Callable[[], T], answer: Callable[[T], Answer]) -> T | None:
        """Do something, and write it down with the part of the result that the model predicts.

        Returns None if the store refused.
        """
        result: T | None = None
        noted: Answer
        invoked = time.perf_counter_ns()
        try:
            result = act()
            returned = time.perf_counter_ns()
            noted = answer(result)
        except StoreError as error:
            returned = time.perf_counter_ns()
            noted = UNKNOWN if isinstance(error, OutcomeUnknown) else Refused(error.kind)
        self.operations.append(
            Operation(worker=self.worker, call=call, answer=noted, invoked=invoked, returned=returned)
        )
        return result


class Program(Protocol):
    """What one worker can do with the key, and what it remembers of it."""

    def step(self, name: str) -> None:
        """Do one of the named steps, with arguments from what the worker has seen so far."""
        ...


def record(
    stores: Sequence[Store],
    start: Callable[[Store, Notebook], Program],
    steps: Mapping[str, int],
    *,
    length: int,
    rng: random.Random,
) -> tuple[Operation, ...]:
    """Run one program per store at once, of `length` steps each, drawn with the weights in `steps`.

    Before every other step the workers wait for each other, so that they are
    at work at the same time and not one after the other.
    """
    notebooks = [Notebook(worker) for worker in range(len(stores))]
    drawn = [rng.choices(list(steps), list(steps.values()), k=length) for _ in stores]
    meeting = threading.Barrier(len(stores))

    def work(worker: int) -> None:
        program = start(stores[worker], notebooks[worker])
        try:
            for number, name in enumerate(drawn[worker]):
                if number % 2 == 0:
                    meeting.wait(DEADLINE_S)
                program.step(name)
        except threading.BrokenBarrierError:
            # Another worker failed, and says why.
            return
        except BaseException:
            meeting.abort()
            raise

    for outcome in together(len(stores), work):
        if outcome is not None:
            raise outcome
    return tuple(operation for notebook in notebooks for operation in notebook.operations)


def explained(operations: Sequence[Operation], model: Model[State], *, heading: str) -> None:
    """Raise Divergence with the timeline of the smallest witness unless the model explains the history.

    A store that was unavailable for most calls is a Divergence, too. Raises
    `Undecided` if the search was given up.
    """
    gone = sum(operation.answer == UNAVAILABLE for operation in operations)
    if gone * 2 > len(operations):
        # Nothing is proved by a store that mostly does nothing.
        raise Divergence(f"answers to {len(operations)} calls", f"{gone} of them unavailable", detail=heading)
    found = witness(overlapping(operations, model.reads), model)
    if found is None:
        return
    stuck = found.stuck
    raise Divergence(
        f"{stuck.call} of worker {letter(stuck.worker)} answers {' or '.join(map(shown, found.allowed))}",
        f"{shown(stuck.answer)}, which no order of the operations explains",
        detail=f"{heading}\n\n{render(found)}",
    )
