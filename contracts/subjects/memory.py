"""The in-memory adapter as a subject."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn
from uuid import UUID

from harness.adapters.codec import Wire
from harness.adapters.memory import MemoryDatabase, MemoryStore
from harness.adapters.protocol import Store
from harness.errors import HarnessError
from harness.models import Row, entity_of

__all__ = ["MemorySubject"]


class MemorySubject:
    """`MemoryStore`, seen from the side through the rows of its `MemoryDatabase`."""

    name = "memory"

    def __init__(self) -> None:
        self._database = MemoryDatabase()
        self._store = MemoryStore(database=self._database)
        self.store: Store = self._store
        self.capabilities = self._store.capabilities

    @classmethod
    def open(cls, stack: Path | None) -> "MemorySubject":
        """Make one for a worker. It needs no stack."""
        del stack
        return cls()

    @contextmanager
    def another_client(self) -> Iterator[Store]:
        """Open a second store on the same rows."""
        with MemoryStore(database=self._database) as store:
            yield store

    def client_of(
        self, *, url: str | None = None, key: str | None = None, timeout_s: float | None = None
    ) -> NoReturn:
        """Refuse: there is no server to reach in another way."""
        del url, key, timeout_s
        raise _no_server("is given another URL or key")

    @property
    def coordinates(self) -> NoReturn:
        """Refuse: there is no server."""
        raise _no_server("asks where it is")

    def stored(self, row: type[Row], id: UUID) -> Wire | None:
        """Read one row past the adapter."""
        return self._database.row(entity_of(row).table, str(id))

    def stored_rows(self, row: type[Row]) -> Iterator[Wire]:
        """Read all rows of a table past the adapter."""
        return self._database.rows(entity_of(row).table)

    def load(self, row: type[Row], wires: Iterable[Wire]) -> None:
        """Store whole rows past the adapter."""
        for wire in wires:
            self._database.load(entity_of(row).table, wire)

    def connect(self, *, superuser: bool = False) -> NoReturn:
        """Refuse: there is no server. Raises HarnessError, so that the case is unchecked and not failed."""
        del superuser
        raise _no_server("connects to it")

    def own_servers(self) -> NoReturn:
        """Refuse: there is no server."""
        raise _no_server("stops it")

    def another_database(self, *, pool_size: int = 10, pool_wait_s: int = 10) -> NoReturn:
        """Refuse: there is no server."""
        del pool_size, pool_wait_s
        raise _no_server("asks for another database")

    def reset(self) -> None:
        """Empty all six tables."""
        self._database.clear()

    def probe(self) -> None:
        """Nothing can be down."""

    def close(self) -> None:
        """Nothing is held."""


def _no_server(what: str) -> HarnessError:
    return HarnessError(f"memory has no server; a case that {what} needs Capability.SERVER.")
