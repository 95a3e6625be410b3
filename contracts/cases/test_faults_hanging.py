"""Servers that hang: a call ends when its client's patience ends, and says what is known."""

from collections.abc import Callable

import pytest

from contracts.builders import a_sync_job
from contracts.case import needs
from contracts.expect import every
from contracts.faults import HANG_AFTER, HANG_BEFORE, WRITES, Fault, FaultProxy
from contracts.stored import everything
from contracts.subject import Subject
from contracts.workers import patiently, together
from contracts.writes import effect_between, one_of_each_kind, total_effect
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Store
from harness.errors import OutcomeUnknown, StoreError, Unavailable

pytestmark = needs(Capability.SERVER, Capability.CLIENT_IDS)
PATIENCE_S = 0.3
each_hang = pytest.mark.parametrize("fault", [HANG_BEFORE, HANG_AFTER], ids=lambda fault: fault.name)


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
            # First of all: what claims that nothing was sent may never meet the fault.
            with every() as about:
                for write, outcome in zip(writes, outcomes, strict=True):
                    with about(write.name):
                        assert kind(outcome) == OutcomeUnknown.kind
            planned.wait(len(writes))
        # The same client goes on; on a busy machine it may have to try more than once.
        patiently(faulty.sync_jobs.count)
    happened = total_effect(writes) if fault.reaches else {}
    assert effect_between(before, everything(subject)) == happened
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
        # The same client goes on; on a busy machine it may have to try more than once.
        patiently(faulty.sync_jobs.count)
    with every() as about:
        for name, outcome in zip(reads, outcomes, strict=True):
            with about(name):
                assert kind(outcome) == Unavailable.kind


def kind(outcome: object) -> str:
    """Name the error, or say that there was none."""
    return outcome.kind if isinstance(outcome, StoreError) else "success"
