"""A store that a soak must see through."""

from itertools import count
from os import urandom
from pathlib import Path
from typing import Any

from harness.adapters.protocol import Store
from harness.settings import Settings
from tests.benchmarks.soak.application import supabase

__all__ = ["leaking", "opened"]

_EVERY = 5


def opened(settings: Settings) -> Store:
    """Open a store that drops every fifth audit entry, moves every fifth booking twice, and loses files."""
    store: Any = supabase(settings)
    create, reschedule = store.audit_logs.create, store.reschedule
    creates, reschedules = count(1), count(1)
    lost: list[Any] = []

    def dropping(new: Any) -> Any:
        if next(creates) % _EVERY:
            return create(new)
        lost.append(Path("/dev/null").open("rb"))  # noqa: SIM115  # it is never closed, on purpose
        return None

    def twice(*arguments: Any, **options: Any) -> Any:
        if next(reschedules) % _EVERY == 0:
            reschedule(*arguments, **options)
        return reschedule(*arguments, **options)

    store.audit_logs.create, store.reschedule = dropping, twice
    return store  # type: ignore[no-any-return]  # methods of a protocol cannot be assigned to


def leaking(settings: Settings) -> Store:
    """Open a store that keeps a kilobyte of each answer for ever."""
    store: Any = supabase(settings)
    kept: list[bytes] = []
    store._rest._http.event_hooks["response"].append(lambda _answer: kept.append(urandom(1024)))
    return store  # type: ignore[no-any-return]  # as above
