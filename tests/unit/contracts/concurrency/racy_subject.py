"""A subject on stores that are right as long as one client at a time uses them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from contracts.subjects.memory import MemorySubject
from harness.adapters.memory import MemoryDatabase, MemoryStore
from harness.adapters.protocol import Store

Make = Callable[[MemoryDatabase], Store]
QUEUES = ("sync_jobs", "webhook_events", "reconciliation_jobs")


class RacySubject(MemorySubject):
    """A subject whose stores are all made by one function."""

    name = "racy"

    def __init__(self, make: Make) -> None:
        super().__init__()
        self._make = make
        self.store = make(self._database)

    @contextmanager
    def another_client(self) -> Iterator[Store]:
        yield self._make(self._database)


class Over:
    """A repository with some operations replaced."""

    def __init__(self, right: Any) -> None:
        self._right = right

    def __getattr__(self, name: str) -> Any:
        return getattr(self._right, name)


class Lockless(MemoryStore):
    """Nobody holds the rows: each operation checks, and then acts."""

    def __init__(self, database: MemoryDatabase) -> None:
        class NoLock:
            def __enter__(self) -> None: ...
            def __exit__(self, *_: object) -> None: ...

        database._lock = NoLock()  # type: ignore[assignment]  # that is what is wrong with it
        super().__init__(database=database)
