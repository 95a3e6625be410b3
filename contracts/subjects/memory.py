"""The in-memory adapter as a subject."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from contracts.subjects.serverless import Serverless
from harness.adapters.codec import Wire
from harness.adapters.memory import MemoryDatabase, MemoryStore
from harness.adapters.protocol import Store
from harness.models import Row, entity_of

__all__ = ["MemorySubject"]


class MemorySubject(Serverless):
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

    def reset(self) -> None:
        """Empty all six tables."""
        self._database.clear()

    def probe(self) -> None:
        """Nothing can be down."""

    def close(self) -> None:
        """Nothing is held."""
