"""Servers that hang: a call ends when its client's patience ends, and says what is known."""

from collections import Counter
from collections.abc import Callable

import pytest

from contracts.builders import a_sync_job
from contracts.case import needs
from contracts.expect import every
from contracts.faults import HANG_AFTER, HANG_BEFORE, WRITES, Fault, FaultProxy
from contracts.stored import everything
from contracts.subject import Subject
from contracts.workers import eventually, together
from contracts.writes import effect_between, one_of_each_kind
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Store
from harness.errors import OutcomeUnknown, StoreError, Unavailable

pytestmark = needs(Capability.SERVER, Capability.CLIENT_IDS)
PATIENCE_S = 0.3
each_hang = pytest.mark.parametrize("fault", [HANG_BEFORE, HANG_AFTER], ids=lambda fault: fault.name)


def recovers(store: Store) -> None:
    """Expect that the client that gave up works again; a busy machine may need more than its patience."""

    def counted() -> bool:
        try:
            return store.sync_jobs.count() >= 0
        except Unavailable:
            return False

    eventually(counted, "an answer to the next call")


@each_hang
def test_hanging_writes(subject: Subject, fault: Fault) -> None:
    """Writes whose answer does not come in time may have happened, and happen at most once."""
    writes = one_of_each_kind(1)
    attempts = [write.prepare(subject.store) for write in writes]
    before = everything(subject)
    with (
        FaultProxy(subject.coordinates.supabase_url) as proxy,
        subject.client_of(url=proxy.url, timeout_s=PATIENCE_S) as faulty,
    ):
        with proxy.plan(fault, methods=WRITES, times=len(writes)) as planned:
            outcomes = together(len(writes), lambda index: attempts[index].call(faulty))
            planned.wait(len(writes))
        recovers(faulty)
    with every() as about:
        for write, outcome in zip(writes, outcomes, strict=True):
            with about(write.name):
                assert kind(outcome) == OutcomeUnknown.kind
    expected: dict[str, Counter[int]] = {}
    if fault.reaches:
        for write in writes:
            for table, change in write.effect.items():
                expected.setdefault(table, Counter()).update(dict(enumerate(change)))
    found = effect_between(before, everything(subject))
    assert found == {table: (total[0], total[1], total[2]) for table, total in expected.items()}
    with every() as about:
        for write, attempt in zip(writes, attempts, strict=True):
            with about(write.name):
                if fault.reaches:
                    attempt.again(subject.store)
                else:
                    attempt.call(subject.store)


@each_hang
def test_hanging_reads(subject: Subject, fault: Fault) -> None:
    """Reads whose answer does not come in time are unavailable."""
    job = subject.store.sync_jobs.create(a_sync_job())
    reads: dict[str, Callable[[Store], object]] = {
        "get": lambda store: store.sync_jobs.get(job.id),
        "list": lambda store: store.sync_jobs.list(),
        "iterate": lambda store: list(store.sync_jobs.iterate()),
        "count": lambda store: store.sync_jobs.count(),
        "ops_summary": lambda store: store.ops_summary(),
    }
    calls = list(reads.values())
    with (
        FaultProxy(subject.coordinates.supabase_url) as proxy,
        subject.client_of(url=proxy.url, timeout_s=PATIENCE_S) as faulty,
    ):
        with proxy.plan(fault, times=None) as planned:
            outcomes = together(len(calls), lambda index: calls[index](faulty))
            planned.wait(len(calls))
        recovers(faulty)
    with every() as about:
        for name, outcome in zip(reads, outcomes, strict=True):
            with about(name):
                assert kind(outcome) == Unavailable.kind


def kind(outcome: object) -> str:
    """Name the error, or say that there was none."""
    return outcome.kind if isinstance(outcome, StoreError) else "success"
