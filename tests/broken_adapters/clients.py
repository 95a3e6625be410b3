"""Mistakes with several clients and threads at once."""

import threading
from typing import Any

from contracts.selfcheck.wrapping import broken
from harness.errors import OutcomeUnknown, Unavailable

from ._helpers import Call, around, mutable, repositories, round_trip
from ._sending import Request, sent


@broken(
    killer="crud_clients.updates_of_different_columns_are_all_kept",
    source="langchain-ai/langgraph#8810: can overwrite a newer checkpoint after cancellation",
)
def update_writes_the_whole_row(store: Any) -> None:
    """Update reads the row, changes it, and writes all its columns."""

    def update(original: Call, id: Any, patch: Any) -> Any:
        row = original.__self__.get(id)  # type: ignore[attr-defined]
        if row is None or not patch.values:
            return original(id, patch)
        round_trip()
        own = {"id", *patch.entity.assigned}
        names = [column.name for column in patch.entity.columns if column.name not in own]
        return original(id, type(patch)(**{**{name: getattr(row, name) for name in names}, **patch.values}))

    around(mutable(store), "update", update)


@broken(killer="crud_clients.one_of_many_deletes_wins", source="plan: delete reads, so that it can answer")
def delete_looks_first(store: Any) -> None:
    """Delete looks whether the row exists, and says so, whoever removed it meanwhile."""

    def delete(original: Call, id: Any) -> bool:
        found = original.__self__.get(id) is not None  # type: ignore[attr-defined]
        round_trip()
        original(id)
        return found

    around(mutable(store), "delete", delete)


@broken(
    killer="crud_clients.store_is_shared_between_threads",
    source="facts: one shared sync client over HTTP/2 failed 7 times in 18,000 calls from threads",
)
def last_answer_is_kept_on_the_client(store: Any) -> None:
    """The client keeps its last row in an attribute, which another thread may have replaced."""

    def create(original: Call, new: Any) -> Any:
        store.last = original(new)
        round_trip()
        return store.last

    around(repositories(store), "create", create)


@broken(
    killer="crud_clients.store_is_shared_between_threads",
    source="Python manual: sqlite3, check_same_thread",
)
def client_belongs_to_its_thread(store: Any) -> None:
    """A client refuses to work in a thread that did not open it."""
    owner = threading.get_ident()

    def check(original: Call, *arguments: Any, **options: Any) -> Any:
        if threading.get_ident() != owner:
            raise Unavailable("this client belongs to another thread")
        return original(*arguments, **options)

    for name in ("create", "get", "update"):
        around(repositories(store), name, check)


@broken(killer="crud_clients.closing_twice_is_harmless", source="plan: close() ends the pool")
def closing_twice_raises(store: Any) -> None:
    """A client that is closed already raises when it is closed again."""
    closed: list[bool] = []

    def close(original: Call) -> None:
        if closed:
            raise Unavailable("the client is closed")
        closed.append(True)
        original()

    around(store, "close", close)


@broken(
    killer="ownership.closing_one_client_leaves_the_others",
    source="plan: the clients of a process share one pool, which close() ends",
)
def close_ends_the_pool_of_all(store: Any) -> None:
    """Closing a client closes the connections of the others, too."""
    pool = vars(store.database).setdefault("pool", set())

    def close(original: Call) -> None:
        pool.add("closed")
        original()

    def check(original: Call, *arguments: Any, **options: Any) -> Any:
        if pool:
            raise Unavailable("the pool is closed")
        return original(*arguments, **options)

    def clear(original: Call) -> None:
        pool.clear()
        original()

    around(store, "close", close)
    around(store.database, "clear", clear)
    for name in ("create", "get", "update", "list"):
        around(repositories(store), name, check)


@broken(
    killer="reads.no_read_narrows_the_next",
    source="supabase/postgrest-py#550: Query builder queries are not immutable",
    on="supabase",
)
def builders_are_reused(store: Any) -> None:
    """A client keeps one query builder per table, on which the filters of all its queries add up."""
    builders: dict[Any, Any] = {}

    class Reused:
        def __init__(self, table: str, builder: Any) -> None:
            self._table = table
            self._builder = builder

        def select(self, *columns: str, **options: Any) -> Any:
            key = self._table, columns, str(options)
            return builders.setdefault(key, self._builder.select(*columns, **options))

        def __getattr__(self, name: str) -> Any:
            return getattr(self._builder, name)

    around(store._rest, "table", lambda original, table: Reused(table, original(table)))


@broken(
    killer="faults_pool.more_callers_than_connections",
    source="encode/httpx#1171: PoolTimeout when num tasks in asyncio.gather() exceeds client max_connections",
    on="supabase",
)
def crowded_clients_are_unknown(store: Any) -> None:
    """A call that finds all 32 connections of its client taken is told as one that may have happened."""
    free = threading.Semaphore(32)

    def send(request: Request) -> Any:
        if not free.acquire(blocking=False):
            raise OutcomeUnknown("PoolTimeout")
        try:
            return request.send()
        finally:
            free.release()

    sent(store, send)
