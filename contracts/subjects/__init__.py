"""The adapters that the contract judges, each on rows of its own."""

from contracts.subjects.memory import MemorySubject
from contracts.subjects.supabase import SupabaseSubject

__all__ = ["MemorySubject", "SupabaseSubject"]
