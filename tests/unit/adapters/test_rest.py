"""What becomes of answers and errors: those that say nothing are not believed, and none stays in memory."""

import gc
from collections.abc import Callable, Iterator
from contextlib import suppress
from uuid import uuid4

import httpx
import pytest

from harness.adapters.protocol import Actor, Store
from harness.adapters.supabase import SupabaseStore
from harness.errors import OutcomeUnknown, StoreError, Unavailable
from harness.models import NewAuditLog, SyncJobPatch

ANSWERS: dict[str, Callable[[], httpx.Response]] = {
    "empty": lambda: httpx.Response(200),
    "no_content": lambda: httpx.Response(204),
    "page": lambda: httpx.Response(200, text="<html>welcome</html>"),
    "cut": lambda: httpx.Response(201, text='[{"id": "0'),
    "undecodable": lambda: httpx.Response(200, content=b"x", headers={"content-encoding": "gzip"}),
}
each_answer = pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
READS: dict[str, Callable[[Store], object]] = {
    "get": lambda store: store.bookings.get(uuid4()),
    "list": lambda store: store.bookings.list(),
    "iterate": lambda store: list(store.bookings.iterate()),
    "ops_summary": lambda store: store.ops_summary(),
}
WRITES: dict[str, Callable[[Store], object]] = {
    "create": lambda store: store.audit_logs.create(NewAuditLog(action="a", actor_type="system")),
    "update": lambda store: store.sync_jobs.update(uuid4(), SyncJobPatch(last_error="x")),
    "delete": lambda store: store.sync_jobs.delete(uuid4()),
    "claim": lambda store: store.sync_jobs.claim(),
    "complete": lambda store: store.sync_jobs.complete(uuid4(), 1),
    "cancel": lambda store: store.cancel(uuid4(), actor=Actor("system")),
}


@pytest.fixture
def store() -> Iterator[SupabaseStore]:
    with SupabaseStore("http://127.0.0.1:9", "key", timeout_s=1) as opened:
        yield opened


def answering(store: SupabaseStore, answer: Callable[[], httpx.Response]) -> None:
    store._rest._http._transport = httpx.MockTransport(lambda _: answer())


@each_answer
@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_a_read_is_unavailable_and_not_empty(
    store: SupabaseStore, answer: Callable[[], httpx.Response], read: Callable[[Store], object]
) -> None:
    answering(store, answer)
    with pytest.raises(Unavailable, match="the answer cannot be read"):
        read(store)


@each_answer
@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_a_write_may_have_happened(
    store: SupabaseStore, answer: Callable[[], httpx.Response], write: Callable[[Store], object]
) -> None:
    answering(store, answer)
    with pytest.raises(OutcomeUnknown, match="the answer cannot be read"):
        write(store)


def test_a_count_without_a_number_is_unavailable(store: SupabaseStore) -> None:
    answering(store, lambda: httpx.Response(200))
    with pytest.raises(Unavailable, match="the rows were not counted"):
        store.bookings.count()


def test_a_lost_answer_to_the_summary_leaves_nothing_unknown(store: SupabaseStore) -> None:
    answering(store, lambda: httpx.Response(502))
    with pytest.raises(Unavailable):
        store.ops_summary()


def test_a_refusal_that_is_cut_leaves_its_rule_unknown(store: SupabaseStore) -> None:
    answering(store, lambda: httpx.Response(409, text='{"code":"PT409","mess'))
    with pytest.raises(OutcomeUnknown, match="a 409 whose end is missing"):
        store.sync_jobs.complete(uuid4(), 1)


def _broken(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("broken", request=request)


ENDS: dict[str, tuple[Callable[[httpx.Request], httpx.Response], Callable[[Store], object]]] = {
    "rows": (lambda _: httpx.Response(200, json=[]), READS["list"]),
    "count": (
        lambda _: httpx.Response(200, headers={"content-range": "*/7"}),
        lambda store: store.bookings.count(),
    ),
    "refusal": (lambda _: httpx.Response(409, json={"code": "PT409", "message": "x"}), WRITES["complete"]),
    "cut": (lambda _: ANSWERS["cut"](), WRITES["create"]),
    "broken read": (_broken, READS["get"]),
    "broken write": (_broken, WRITES["cancel"]),
}


@pytest.mark.parametrize(("handle", "call"), ENDS.values(), ids=ENDS)
def test_a_call_that_ended_leaves_nothing_to_the_garbage_collector(
    store: SupabaseStore,
    handle: Callable[[httpx.Request], httpx.Response],
    call: Callable[[Store], object],
) -> None:
    store._rest._http._transport = httpx.MockTransport(handle)
    with suppress(StoreError):
        call(store)  # the first call builds what stays
    gc.collect()
    gc.disable()
    try:
        for _ in range(10):
            with suppress(StoreError):
                call(store)
        assert gc.collect() == 0
    finally:
        gc.enable()
