"""The state machine: some rows to begin with, any operation of the protocol, and moving house."""

from collections.abc import Callable
from functools import partial
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from contracts.agreement import operations, steps
from contracts.agreement.arguments import Arguments
from contracts.agreement.operations import OPERATIONS, Make
from contracts.agreement.pair import Pair
from contracts.agreement.steps import Step
from contracts.expect import Divergence
from harness.adapters.capabilities import Capability
from harness.models import ENTITIES, Booking, Entity

__all__ = ["Broken", "Ended", "Machine"]

Ended = Callable[[Pair, Divergence | None], None]
"""Is told when a sequence is over, and how."""
_FEW = st.integers(0, 2)
_MOVES = 2
"""Most exports of a sequence: each reads and writes everything."""


class Broken(BaseException):
    """Something failed, the cause, that is neither of the two sides. Hypothesis lets it pass."""


@st.composite
def _a_step(draw: st.DrawFn, machine: "Machine", make: Make) -> Step:
    return make(Arguments(draw, machine.pair, machine.capabilities, machine.focus))


def _any_operation(a: Arguments) -> Step:
    """Draw a call, mostly of an operation that has something to do.

    One rule draws them all: Hypothesis switches rules off for whole sequences, and flows or queues without
    the operations that feed them only ever fail.
    """
    return a.one([make for make in OPERATIONS for _ in range(operations.weight(make, a))])(a)


class Machine(RuleBasedStateMachine):
    """One sequence. What it does, and what comes of it, happens in its `Pair`."""

    def __init__(
        self,
        pair: Pair,
        capabilities: frozenset[Capability],
        ended: Ended,
        without: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__()
        self.pair = pair
        self.capabilities = capabilities
        self.focus: Entity[Any] | None = None
        """The table that the sequence is most about, if it is about one."""
        self._ended = ended
        self._without = without
        self._divergence: Divergence | None = None
        self.pair.__enter__()

    def teardown(self) -> None:
        """Compare everything that is stored, unless a step failed already.

        Before that, each client reads once more what it has read: it must not answer from memory.
        """
        try:
            if self._divergence is None:
                reads = [step for step in self.pair.steps if step.operation.endswith(".get")]
                for operation, args, client in dict.fromkeys((s.operation, s.args, s.client) for s in reads):
                    self._step(Step(operation, args, client=client))
                self._step(Step(steps.SETTLE))
        finally:
            self.pair.__exit__()
            self._ended(self.pair, self._divergence)

    @initialize(data=st.data(), focus=st.sampled_from([None, *ENTITIES]))
    def populate(self, data: st.DataObject, focus: str | None) -> None:
        """Begin with some rows, most of the table that the sequence is about."""
        self.focus = None if focus is None else ENTITIES[focus]
        for entity in ENTITIES.values():
            if entity.row is not Booking:
                few = data.draw(_FEW) + (entity is self.focus)
                for number in range(few):
                    self._take(data, partial(operations.a_row, entity, number))
        if any(map(operations.is_bookable, self.pair.rows("scheduling_requests"))) and data.draw(_FEW):
            self._take(data, operations.book)

    @rule(data=st.data())
    def call(self, data: st.DataObject) -> None:
        """Make a call."""
        self._take(data, _any_operation)

    @precondition(lambda self: self.pair.moves < _MOVES and len(self.pair.steps) % 8 == 7)
    @rule(data=st.data())
    def carry_over(self, data: st.DataObject) -> None:
        """Export the rows of one side, import them into the other, and go on there."""
        ways = [steps.TO_REFERENCE] + [steps.TO_SUBJECT] * (Capability.WHOLE_ROWS in self.capabilities)
        self._take(data, lambda a: Step(a.one(ways)))

    def _take(self, data: st.DataObject, make: Make) -> None:
        step = data.draw(_a_step(self, make))
        if step.operation not in self._without and self.pair.is_comparable(step):
            self._step(step)

    def _step(self, step: Step) -> None:
        try:
            self.pair.take(step)
        except Divergence as divergence:
            self._divergence = divergence
            raise
        except Exception as error:
            raise Broken from error
