"""Faults of writes: the error says what is known, and nothing is stored twice or lost."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import pytest

from contracts.case import needs
from contracts.expect import every, one_of, refused
from contracts.faults import AFTER, FAULTS, FOREIGN, SLOW, WRITES, Fault, FaultProxy, behind_faults
from contracts.stored import everything
from contracts.subject import Subject
from contracts.writes import WRITES as OPERATIONS
from contracts.writes import Write, effect_between, one_of_each_kind, total_effect
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Store
from harness.errors import OutcomeUnknown, StoreError, Unavailable, UnexpectedResponse

pytestmark = needs(Capability.SERVER, Capability.CLIENT_IDS)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_write(subject: Subject, fault: Fault) -> None:
    """A write whose request or answer is lost says whether it may have happened, and happens at most once."""
    turn = FAULTS.index(fault)
    # All of them for the classic one; for the others every second kind, in turns, as each costs round trips.
    writes = OPERATIONS if fault is AFTER else one_of_each_kind(turn)[turn // 2 % 2 :: 2]
    meet(
        subject,
        writes,
        lambda proxy: proxy.plan(fault, methods=WRITES, times=fault.times),
        expected=fault.writing,
        reaches=fault.reaches,
    )


def test_write_with_a_slow_answer(subject: Subject) -> None:
    """A write whose answer comes slowly has worked."""
    meet(subject, one_of_each_kind(0)[::2], lambda proxy: proxy.plan(SLOW), expected=None, reaches=True)


def test_write_answered_by_somebody_else(subject: Subject) -> None:
    """A write whose answer holds no row, in good JSON, is an error, and happens at most once."""
    writes = one_of_each_kind(1)
    attempts = {write.name: write.prepare(subject.store) for write in writes}
    before = everything(subject)
    with behind_faults(subject) as (proxy, faulty), every() as about:
        for name, attempt in attempts.items():
            with about(name), proxy.plan(FOREIGN), one_of(OutcomeUnknown, UnexpectedResponse):
                attempt.call(faulty)
    assert effect_between(before, everything(subject)) == total_effect(writes)


def test_write_without_a_server(subject: Subject) -> None:
    """A write that nobody listens to has not happened, and says so."""
    meet(subject, one_of_each_kind(2), lambda proxy: proxy.refusing(), expected=Unavailable, reaches=False)


def meet(
    subject: Subject,
    writes: tuple[Write, ...],
    fault: Callable[[FaultProxy], AbstractContextManager[object]],
    *,
    expected: type[StoreError] | None,
    reaches: bool,
) -> None:
    """Let each write meet the fault once, through one client that goes on after it."""
    with behind_faults(subject) as (proxy, faulty), every() as about:
        for write in writes:
            subject.reset()
            with about(write.name):
                met(subject, faulty, write, lambda: fault(proxy), expected=expected, reaches=reaches)


def met(
    subject: Subject,
    faulty: Store,
    write: Write,
    fault: Callable[[], AbstractContextManager[object]],
    *,
    expected: type[StoreError] | None,
    reaches: bool,
) -> None:
    """Write while the fault is on, look at what is stored, and ask again."""
    attempt = write.prepare(subject.store)
    before = everything(subject)
    with fault(), nullcontext() if expected is None else refused(expected):
        attempt.call(faulty)
    assert effect_between(before, everything(subject)) == (write.effect if reaches else {})
    if reaches:
        attempt.again(faulty)
    else:
        attempt.call(faulty)
    assert effect_between(before, everything(subject)) == write.effect
