"""A store that is right only in fair weather is rejected, by the case that is about its fault."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from contracts.cases import test_faults_keys as keys
from contracts.cases import test_faults_reads as reads
from contracts.cases import test_faults_server as server
from contracts.cases import test_faults_writes as writes
from contracts.faults import FAULTS
from contracts.subject import Subject
from contracts.subjects import SupabaseSubject
from harness.settings import Settings
from harness.stack.databases import Database
from harness.stack.embedded import EmbeddedStack
from tests.broken_adapters import under_faults as wrong

Case = Callable[[Subject], None]
Servers = tuple[EmbeddedStack, Database]


def write(name: str) -> Case:
    (fault,) = (fault for fault in FAULTS if fault.name == name)
    return lambda subject: writes.test_write(subject, fault)


def read(name: str) -> Case:
    (fault,) = (fault for fault in FAULTS if fault.name == name)
    return lambda subject: reads.test_read(subject, fault)


def key(name: str) -> Case:
    return lambda subject: keys.test_wrong_key(subject, name)


REJECTED: dict[str, tuple[type[SupabaseSubject], Case, str]] = {
    "repeats_writes": (
        wrong.RepeatsWrites,
        write("reset_after"),
        "create bookings: outcome_unknown.*got.*create bookings: conflict",
    ),
    "repeats_claims": (
        wrong.RepeatsWrites,
        write("reset_before"),
        "claim \\w+: outcome_unknown.*got.*claim \\w+: success",
    ),
    "says_undone": (
        wrong.SaysUndone,
        write("status_504_after"),
        "reschedule: outcome_unknown.*got.*reschedule: unavailable",
    ),
    "says_unknown": (
        wrong.SaysUnknown,
        write("status_503"),
        "receive: unavailable.*got.*receive: outcome_unknown",
    ),
    "swallows_reads": (
        wrong.SwallowsReads,
        read("reset_before"),
        "list: unavailable.*got.*list: success",
    ),
    "shows_strangers_nothing": (
        wrong.SwallowsReads,
        key("public"),
        "list: unauthorized.*got.*list: success",
    ),
    "believes_empty": (
        wrong.BelievesEmptyAnswers,
        read("empty"),
        "list: unavailable.*got.*list: success",
    ),
    "believes_empty_writes": (
        wrong.BelievesEmptyAnswers,
        write("empty"),
        "delete \\w+: outcome_unknown.*got.*delete \\w+: success",
    ),
    "never_recovers": (wrong.NeverRecovers, read("close_after"), "the client has been closed"),
    "leaks_driver_errors": (wrong.LeaksDriverErrors, write("truncated"), "peer closed connection"),
    "refusals_are_outages": (
        wrong.RefusalsAreOutages,
        server.test_flow_that_lacks_one_grant,
        "INSERT audit_logs: unauthorized.*got.*INSERT audit_logs: unavailable",
    ),
}
"""A wrong store, the case that rejects it, and what is said of it."""


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    with EmbeddedStack.start(Settings.from_environ()) as stack:
        yield stack, stack.clone()


@contextmanager
def opened(kind: type[SupabaseSubject], servers: Servers) -> Iterator[Subject]:
    """Open a subject that leaves the servers to the others."""
    subject = kind(*servers)
    try:
        subject.reset()
        yield subject
    finally:
        subject.store.close()
        subject._side.close()


@pytest.mark.parametrize("name", REJECTED)
def test_a_wrong_store_is_rejected(servers: Servers, name: str) -> None:
    kind, case, said = REJECTED[name]
    with opened(kind, servers) as subject, pytest.raises(Exception, match=f"(?s){said}"):
        case(subject)
