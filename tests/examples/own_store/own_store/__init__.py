"""The store of another project: the scheduler's database by SQL."""

from .store import OwnStore

__all__ = ["OwnStore"]
