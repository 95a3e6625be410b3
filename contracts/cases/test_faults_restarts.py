"""Faults of a restart: what was acknowledged is stored once, and what was refused is not stored."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from uuid import UUID, uuid4

import pytest

from contracts.builders import a_webhook_event, an_audit_log
from contracts.case import fault, needs
from contracts.expect import every, refused
from contracts.reads import one_get, scenery
from contracts.sabotage import Waiting, waiting_to_commit
from contracts.stored import everything
from contracts.subject import Server, Subject
from contracts.workers import eventually, patiently, started, within
from contracts.writes import WRITES, effect_between, one_of_each_kind, total_effect
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Store
from harness.errors import OutcomeUnknown, StoreError, Unavailable
from harness.models import AuditLog, Row, WebhookEvent

pytestmark = [fault, needs(Capability.SERVER, Capability.DURABLE, Capability.CLIENT_IDS)]
each_server = pytest.mark.parametrize("server", Server, ids=lambda server: server.value)
PAUSE_S = 0.005
COMMITS = {"create", "update", "receive", "claim", "book"}
CREATES: dict[type[Row], Callable[[Store, UUID], object]] = {
    AuditLog: lambda store, id_: store.audit_logs.create(an_audit_log(id=id_)),
    WebhookEvent: lambda store, id_: store.webhook_events.receive(a_webhook_event(id=id_)),
}


@each_server
def test_calls_while_a_server_is_down(subject: Subject, server: Server) -> None:
    """While a server is down, calls say so and do nothing; once it is back, the same calls work."""
    with subject.own_servers() as own:
        store = own.subject.store
        there = scenery(store)
        attempts = {write.name: write.prepare(store) for write in one_of_each_kind(2)}
        before = everything(own.subject)
        with every() as about:
            with own.without(server):
                for name, read in one_get(0).items():
                    with about(name), refused(Unavailable):
                        read(store, there)
                for name, attempt in attempts.items():
                    # A connection that died with its server may take the request and never answer.
                    with about(name), pytest.raises((Unavailable, OutcomeUnknown)):
                        attempt.call(store)
            assert effect_between(before, everything(own.subject)) == {}
            for name, attempt in attempts.items():
                with about(f"{name} afterwards"):
                    patiently(partial(attempt.call, store))


class Writer:
    """Stores one row after the other, each under an id of its own, until it is stopped."""

    def __init__(self, store: Store, row: type[Row]) -> None:
        self.outcomes: dict[UUID, str] = {}
        """What was said of each row: ``stored``, or the kind of the error."""
        self.stopped = threading.Event()
        self._store = store
        self._row = row

    def run(self) -> None:
        """Go on until stopped."""
        while not self.stopped.is_set():
            id_ = uuid4()
            try:
                CREATES[self._row](self._store, id_)
            except StoreError as error:
                self.outcomes[id_] = error.kind
            else:
                self.outcomes[id_] = "stored"
            self.stopped.wait(PAUSE_S)

    @property
    def stored(self) -> int:
        """How many rows were acknowledged so far."""
        return sum(outcome == "stored" for outcome in list(self.outcomes.values()))


@each_server
def test_kill_in_the_middle_of_writes(subject: Subject, server: Server) -> None:
    """Of the rows that were written while a server was killed, what was acknowledged is stored, and once."""
    with subject.own_servers() as own:
        writers = [Writer(own.subject.store, row) for row in CREATES for _ in range(2)]
        running = [started(writer.run) for writer in writers]
        try:
            eventually(lambda: all(writer.stored for writer in writers), "a first row of each writer")
            with own.without(server, abruptly=True):
                pass
            counts = [writer.stored for writer in writers]
            eventually(
                lambda: all(writer.stored > count for writer, count in zip(writers, counts, strict=True)),
                "another row of each writer after the restart",
            )
        finally:
            for writer in writers:
                writer.stopped.set()
        for future in running:
            within(future)
        said = {id_: outcome for writer in writers for id_, outcome in writer.outcomes.items()}
        found = [UUID(wire["id"]) for row in CREATES for wire in own.subject.stored_rows(row)]
    assert set(said.values()) <= {"stored", Unavailable.kind, OutcomeUnknown.kind}
    assert len(found) == len(set(found))
    assert {id_ for id_, outcome in said.items() if outcome == "stored"} - set(found) == set()
    assert {id_ for id_ in found if said[id_] == Unavailable.kind} == set()


def begun(call: Callable[[], object], waiting: Waiting) -> tuple[Future[object], int]:
    """Start a write and wait until it has committed: its future, and the process id of its session."""

    def attempt() -> tuple[Future[object], int]:
        future = started(call)

        def committed() -> int | None:
            if future.done():
                # A session that was ended before may still be in PostgREST's pool: Unavailable, and repeated.
                future.result()
            return waiting.find()

        return future, eventually(committed, "a session that has committed")

    return patiently(attempt)


def test_commit_whose_session_ends(subject: Subject) -> None:
    """A write that was committed when its session ended is not said to be undone, and is there once."""
    with subject.own_servers() as own:
        writes = [write for write in one_of_each_kind(0) if write.kind in COMMITS]
        attempts = [write.prepare(own.subject.store) for write in writes]
        before = everything(own.subject)
        with every() as about, waiting_to_commit(own.subject) as waiting:
            for write, attempt in zip(writes, attempts, strict=True):
                with about(write.name):
                    call, session = begun(partial(attempt.call, own.subject.store), waiting)
                    waiting.end(session)
                    with refused(OutcomeUnknown):
                        within(call)
        assert effect_between(before, everything(own.subject)) == total_effect(writes)
        with every() as about:
            for write, attempt in zip(writes, attempts, strict=True):
                with about(write.name):
                    patiently(partial(attempt.again, own.subject.store))


def test_commit_whose_server_is_killed(subject: Subject) -> None:
    """A flow that was committed when Postgres was killed is not said to be undone, and is there whole."""
    (book,) = (write for write in WRITES if write.kind == "book")
    with subject.own_servers() as own:
        attempt = book.prepare(own.subject.store)
        before = everything(own.subject)
        with waiting_to_commit(own.subject) as waiting:
            call, _ = begun(partial(attempt.call, own.subject.store), waiting)
            with own.without(Server.DATABASE, abruptly=True), refused(OutcomeUnknown):
                within(call)
        assert effect_between(before, everything(own.subject)) == book.effect
        patiently(partial(attempt.again, own.subject.store))
