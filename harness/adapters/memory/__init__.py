"""The in-memory store: the same answers as Postgres, as long as the process lives."""

from harness.adapters.memory.database import MemoryDatabase, utc_now
from harness.adapters.memory.store import MemoryStore

__all__ = ["MemoryDatabase", "MemoryStore", "utc_now"]
