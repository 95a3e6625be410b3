"""The adapters that the contract judges, each on rows of its own."""

from contracts.subjects.memory import MemorySubject
from contracts.subjects.store import Fresh, Rows, StoreSubject
from contracts.subjects.supabase import SupabaseSubject

__all__ = ["Fresh", "MemorySubject", "Rows", "StoreSubject", "SupabaseSubject"]
