"""Stores that a soak must see through: each is right until a fault comes, and then wrong in one way."""

from typing import Any

from harness.adapters.protocol import Store
from harness.errors import OutcomeUnknown, Unavailable
from harness.settings import Settings
from tests.benchmarks.soak.application import supabase

__all__ = ["opened"]


def opened(settings: Settings) -> Store:
    """Open a store that believes lost audit entries to be stored, and sends lost reschedulings again."""
    store: Any = supabase(settings)
    create, reschedule = store.audit_logs.create, store.reschedule

    def believed(new: Any) -> Any:
        try:
            return create(new)
        except (OutcomeUnknown, Unavailable):
            return None

    def sent_again(*arguments: Any, **options: Any) -> Any:
        try:
            return reschedule(*arguments, **options)
        except OutcomeUnknown:
            return reschedule(*arguments, **options)

    store.audit_logs.create, store.reschedule = believed, sent_again
    return store  # type: ignore[no-any-return]  # methods of a protocol cannot be assigned to
