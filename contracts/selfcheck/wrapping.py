"""Broken adapters in Python: a function that spoils a correct store.

::

    @broken(killer="idempotency.redelivery_is_known", source="…")
    def every_delivery_is_new(store: Store) -> None:
        \"\"\"Every delivery is told that it is new.\"\"\"
        receive = store.webhook_events.receive
        store.webhook_events.receive = lambda new: replace(receive(new), is_new=True)

The function is called for every client that a case opens, on servers of its
own, too. What clients share lives in the rows, as it would in an application.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Literal

from contracts.collected import first_sentence
from contracts.selfcheck.mutant import Mutant
from contracts.subject import OwnServers, Server, Subject
from contracts.subjects import MemorySubject, SupabaseSubject
from harness.adapters.protocol import Store

__all__ = ["BrokenSubject", "broken"]

Spoil = Callable[[Any], None]
"""Changes a store in place. The store is typed Any: methods of a protocol cannot be assigned to."""


class BrokenSubject:
    """A correct subject whose stores are spoiled; what is seen from the side stays the truth."""

    def __init__(self, subject: Subject, spoil: Spoil) -> None:
        self._subject = subject
        self._spoil = spoil
        self._on_own_servers: tuple[Subject, Subject] | None = None
        spoil(subject.store)

    @contextmanager
    def another_client(self) -> Iterator[Store]:
        """Open a second store with the same mistake."""
        with self._subject.another_client() as store:
            self._spoil(store)
            yield store

    @contextmanager
    def client_of(
        self, *, url: str | None = None, key: str | None = None, timeout_s: float | None = None
    ) -> Iterator[Store]:
        """Open a store with the same mistake that is given another URL, another key or less patience."""
        with self._subject.client_of(url=url, key=key, timeout_s=timeout_s) as store:
            self._spoil(store)
            yield store

    @contextmanager
    def another_database(self, *, pool_size: int = 10, pool_wait_s: int = 10) -> Iterator[Subject]:
        """Open the broken adapter on a database of its own."""
        with self._subject.another_database(pool_size=pool_size, pool_wait_s=pool_wait_s) as subject:
            yield BrokenSubject(subject, self._spoil).as_subject()

    @contextmanager
    def own_servers(self) -> Iterator[OwnServers]:
        """Take servers that nobody else works with, and open the broken adapter on them."""
        with self._subject.own_servers() as own:
            # The same subject comes back as long as its servers last: its store is spoiled once.
            if self._on_own_servers is None or self._on_own_servers[0] is not own.subject:
                self._on_own_servers = own.subject, BrokenSubject(own.subject, self._spoil).as_subject()
            yield _Servers(own, self._on_own_servers[1])

    def as_subject(self) -> Subject:
        """Return itself, as what it is: what it lacks, __getattr__ finds in the correct subject."""
        itself: Any = self
        return itself  # type: ignore[no-any-return]  # only __getattr__ knows the rest

    def __getattr__(self, name: str) -> Any:
        return getattr(self._subject, name)


class _Servers:
    """Servers of a case alone, with a broken adapter on them."""

    def __init__(self, own: OwnServers, subject: Subject) -> None:
        self.subject = subject
        self._own = own

    def without(self, server: Server, *, abruptly: bool = False) -> AbstractContextManager[None]:
        """Stop a server, or kill it, and start it again at the end."""
        return self._own.without(server, abruptly=abruptly)


def broken(
    *, killer: str, source: str, on: Literal["memory", "supabase"] = "memory"
) -> Callable[[Spoil], Mutant]:
    """Make a broken adapter of a function that spoils a store. Its docstring states the mistake."""

    def mutant(spoil: Spoil) -> Mutant:
        def opened(stack: Path | None) -> Subject:
            correct: Subject = MemorySubject.open(stack) if on == "memory" else SupabaseSubject.open(stack)
            return BrokenSubject(correct, spoil).as_subject()

        module = spoil.__module__.rpartition(".")[2]
        return Mutant(
            id=f"{module}.{spoil.__name__}",
            mistake=first_sentence(spoil.__doc__),
            source=source,
            killer=killer,
            needs_stack=on == "supabase",
            open=opened,
        )

    return mutant
