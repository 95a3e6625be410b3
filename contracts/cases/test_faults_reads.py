"""Faults of reads: an answer that is lost is never taken for an empty one."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from itertools import islice

import pytest

from contracts.builders import a_wire
from contracts.case import needs
from contracts.expect import every, one_of, refused
from contracts.faults import AFTER, BEFORE, FAULTS, FOREIGN, SLOW, Ending, Fault, FaultProxy, behind_faults
from contracts.reads import one_get, scenery
from contracts.subject import Subject
from contracts.workers import together
from harness.adapters.capabilities import Capability
from harness.errors import StoreError, Unavailable, UnexpectedResponse
from harness.models import SyncJob

pytestmark = needs(Capability.SERVER)
MORE_THAN_A_PAGE = 1001
"""Rows that no server with the row cap of hosted projects returns in one answer."""
Broken = Callable[[FaultProxy], AbstractContextManager[object]]


def meet(subject: Subject, fault: Broken, expected: type[StoreError] | None, *, turn: int = 0) -> None:
    """Let each read meet the fault, all at once through one client that goes on after it.

    At once, as a client that asks again by itself takes seconds until it gives up.
    """
    there = scenery(subject.store)
    reads = one_get(turn)
    calls = list(reads.values())
    truths = [read(subject.store, there) for read in calls]
    with behind_faults(subject) as (proxy, faulty), every() as about:
        with fault(proxy):
            outcomes = together(len(calls), lambda index: calls[index](faulty, there))
        for name, truth, outcome in zip(reads, truths, outcomes, strict=True):
            with about(name):
                if expected is None:
                    assert outcome == truth
                    continue
                with refused(expected):
                    if isinstance(outcome, StoreError):
                        raise outcome
                assert reads[name](faulty, there) == truth


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_read(subject: Subject, fault: Fault) -> None:
    """A read whose answer is lost is unavailable, whatever the caller could have been told instead."""
    # A read changes nothing, so a client may ask again on its own: the fault lasts until it gives up.
    meet(subject, lambda proxy: proxy.plan(fault, times=None), Unavailable, turn=FAULTS.index(fault))


def test_read_that_worked_before(subject: Subject) -> None:
    """A read that worked a moment ago says that it does not now, and shows nothing that it remembers."""
    there = scenery(subject.store)
    with behind_faults(subject) as (proxy, faulty), every() as about:
        reads = one_get(1)
        truths = {name: read(faulty, there) for name, read in reads.items()}
        for name, read in reads.items():
            with about(name):
                with proxy.plan(BEFORE, times=None), refused(Unavailable):
                    read(faulty, there)
                assert read(faulty, there) == truths[name]


def test_read_answered_by_somebody_else(subject: Subject) -> None:
    """An answer in good JSON that holds no rows is an error, and never taken for none."""
    there = scenery(subject.store)
    with behind_faults(subject) as (proxy, faulty), every() as about:
        for name, read in one_get(2).items():
            with about(name), proxy.plan(FOREIGN, times=None), one_of(Unavailable, UnexpectedResponse):
                read(faulty, there)


def test_read_without_a_server(subject: Subject) -> None:
    """A read that nobody listens to is unavailable, and works once somebody does."""
    meet(subject, lambda proxy: proxy.refusing(), Unavailable)


def test_read_with_a_slow_answer(subject: Subject) -> None:
    """A read whose answer comes slowly returns the whole of it."""
    meet(subject, lambda proxy: proxy.plan(SLOW, times=None), None)


ON_THE_WAY = tuple(fault for fault in FAULTS if fault.ending in {Ending.EMPTY, Ending.CUT, Ending.TRUNCATED})


@pytest.mark.parametrize("fault", [AFTER, *ON_THE_WAY], ids=lambda fault: fault.name)
def test_iterate_in_the_middle(subject: Subject, fault: Fault) -> None:
    """Iterating says that a page was lost, and does not end as if all rows had been read."""
    subject.load(SyncJob, [a_wire(SyncJob) for _ in range(MORE_THAN_A_PAGE)])
    with behind_faults(subject) as (proxy, faulty):
        rows = faulty.sync_jobs.iterate()
        seen = [job.id for job in islice(rows, 1)]
        with proxy.plan(fault, times=None), refused(Unavailable):
            seen += [job.id for job in rows]
        again = [job.id for job in faulty.sync_jobs.iterate()]
    assert len(again) == len(set(again)) == MORE_THAN_A_PAGE
    assert seen == again[: len(seen)]
