"""What a case may use: the adapter under test, and ways to look at it from the side."""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from enum import Enum
from typing import Any, Protocol
from uuid import UUID

import psycopg

from harness.adapters.capabilities import Capability
from harness.adapters.codec import Wire
from harness.adapters.protocol import Store
from harness.models import Row
from harness.stack.coordinates import Coordinates

__all__ = ["OwnServers", "Server", "Subject"]


class Server(Enum):
    """A server that a case may stop, where it belongs to the case alone."""

    DATABASE = "Postgres"
    API = "PostgREST"


class Subject(Protocol):
    """One adapter on one set of rows, empty at the start of each case."""

    name: str
    """How reports call the adapter: ``memory``, ``supabase``, the name a bridge announces."""
    capabilities: frozenset[Capability]
    store: Store

    def another_client(self) -> AbstractContextManager[Store]:
        """Open a second store on the same rows, as another process of the application would."""
        ...

    def client_of(
        self, *, url: str | None = None, key: str | None = None, timeout_s: float | None = None
    ) -> AbstractContextManager[Store]:
        """Open a second store that is given another URL, another key or less patience (needs SERVER)."""
        ...

    @property
    def coordinates(self) -> Coordinates:
        """The URLs and keys that the adapter is given (needs Capability.SERVER)."""
        ...

    def stored(self, row: type[Row], id: UUID) -> Wire | None:
        """Read one row past the adapter, in the codec's wire form; None if it is not there."""
        ...

    def stored_rows(self, row: type[Row]) -> Iterator[Wire]:
        """Read all rows of a table past the adapter, in wire form and in no particular order."""
        ...

    def load(self, row: type[Row], wires: Iterable[Wire]) -> None:
        """Store whole rows past the adapter, in wire form: scenery that no case is about."""
        ...

    def connect(self, *, superuser: bool = False) -> psycopg.Connection[dict[str, Any]]:
        """Open a session of the database owner, or of the superuser (needs SERVER). The caller closes it."""
        ...

    def own_servers(self) -> AbstractContextManager["OwnServers"]:
        """Take servers that nobody else works with, made at the first use (needs Capability.SERVER)."""
        ...

    def another_database(
        self, *, pool_size: int = 10, pool_wait_s: int = 10
    ) -> AbstractContextManager["Subject"]:
        """Open the adapter on a database of its own, behind a pool of so many connections (needs SERVER)."""
        ...

    def reset(self) -> None:
        """Empty all six tables. Clients that were opened before, `store` among them, may not outlive it."""
        ...

    def probe(self) -> str | None:
        """Return None if the servers behind the adapter answer, else a sentence that names what is down."""
        ...

    def close(self) -> None:
        """Give up everything that the subject holds."""
        ...


class OwnServers(Protocol):
    """Servers that belong to one case at a time."""

    subject: Subject
    """The adapter on these servers, on empty tables."""

    def without(self, server: Server, *, abruptly: bool = False) -> AbstractContextManager[None]:
        """Stop a server, or kill it, and start it again at the end; it is ready then.

        Raises HarnessError if it does not come back.
        """
        ...
