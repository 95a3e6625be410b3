"""The adapters that the contract judges, each on rows of its own."""

from typing import TYPE_CHECKING, Any

from contracts.subjects.memory import MemorySubject
from contracts.subjects.store import Fresh, Rows, StoreSubject

if TYPE_CHECKING:
    from contracts.subjects.supabase import SupabaseSubject

__all__ = ["Fresh", "MemorySubject", "Rows", "StoreSubject", "SupabaseSubject"]


def __getattr__(name: str) -> Any:
    """Import the adapter of Supabase at its first use: its client takes longer than all else together."""
    if name != "SupabaseSubject":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from contracts.subjects.supabase import SupabaseSubject  # noqa: PLC0415  # see above

    return SupabaseSubject
