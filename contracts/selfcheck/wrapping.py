"""Broken adapters in Python: a function that spoils a correct store.

::

    @broken(killer="idempotency.redelivery_is_known", source="…")
    def every_delivery_is_new(store: Store) -> None:
        \"\"\"Every delivery is told that it is new.\"\"\"
        receive = store.webhook_events.receive
        store.webhook_events.receive = lambda new: replace(receive(new), is_new=True)

The function is called for every client that a case opens. What clients
share lives in the rows, as it would in an application.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from contracts.collected import first_sentence
from contracts.selfcheck.mutant import Mutant
from contracts.subject import Subject
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
        spoil(subject.store)

    @contextmanager
    def another_client(self) -> Iterator[Store]:
        """Open a second store with the same mistake."""
        with self._subject.another_client() as store:
            self._spoil(store)
            yield store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._subject, name)


def broken(
    *, killer: str, source: str, on: Literal["memory", "supabase"] = "memory"
) -> Callable[[Spoil], Mutant]:
    """Make a broken adapter of a function that spoils a store. Its docstring states the mistake."""

    def mutant(spoil: Spoil) -> Mutant:
        def opened(stack: Path | None) -> Subject:
            correct: Subject = MemorySubject.open(stack) if on == "memory" else SupabaseSubject.open(stack)
            spoiled: Any = BrokenSubject(correct, spoil)
            return spoiled  # type: ignore[no-any-return]  # what it lacks, __getattr__ finds in the correct one

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
