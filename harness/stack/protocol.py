"""What a stack of our own is, whatever its servers run in: everybody but its makers works with this alone."""

from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from harness.settings import StackKind
from harness.stack.coordinates import Coordinates
from harness.stack.launch import Order

__all__ = ["Database", "Stack"]


class Database(Protocol):
    """A copy of a template with a PostgREST and a gateway of its own, until it is closed."""

    @property
    def name(self) -> str:
        """The database's name in its server."""
        ...

    @property
    def coordinates(self) -> Coordinates:
        """The URL, the keys and the direct connection that an application would be given."""
        ...

    @property
    def superuser_url(self) -> str:
        """A libpq URL of the server's superuser, for what no application may do."""
        ...

    def probe(self) -> str | None:
        """None if Postgres, PostgREST and the gateway answer, else one sentence that names what is down."""
        ...

    def said(self, since: float) -> str | None:
        """The last lines that containers have logged about it since a time, in seconds of the epoch.

        None where they said nothing, or are none.
        """
        ...

    def order_api(self, order: Order) -> None:
        """Have its PostgREST stopped, killed or started again. The gateway stays. Raises StackError."""
        ...

    def close(self) -> None:
        """Stop the servers and drop the database. May be repeated."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Stack(Protocol):
    """A running Postgres with a migrated template; owned by who started it, joined by others."""

    @property
    def kind(self) -> StackKind:
        """What the servers run in."""
        ...

    @property
    def record(self) -> Path:
        """A JSON file with everything that another process needs to join; HARNESS_STACK_FILE passes it on."""
        ...

    @property
    def migrations_hash(self) -> str:
        """What the template was made with."""
        ...

    @property
    def postgres_version(self) -> str:
        """As the server says it: ``17.10``."""
        ...

    @property
    def postgrest_version(self) -> str:
        """As the server says it: ``12.0.2``."""
        ...

    @property
    def target(self) -> dict[str, str]:
        """What reports say of the servers: kind and versions."""
        ...

    def clone(self, *, pool_size: int = 10, pool_wait_s: int = 10) -> Database:
        """A fresh copy of the migrated template, with its own PostgREST and gateway. Raises StackError.

        `pool_size` connections serve all its requests; a request waits `pool_wait_s` seconds for one.
        """
        ...

    def empty(self) -> Database:
        """The same with roles and schemas only, to rehearse the migrations. Raises StackError."""
        ...

    def order_postgres(self, order: Order) -> None:
        """Have Postgres stopped, killed or started again, on the same port. Raises StackError.

        Killed, it loses nothing that was committed: it recovers from its log when it is started.
        """
        ...

    def close(self) -> None:
        """End the databases of this object and, if it is the owner, the stack. May be repeated."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
