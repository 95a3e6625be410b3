"""What kept a measurement from being made: exit status 2."""

from harness.errors import HarnessError

__all__ = ["LoadError"]


class LoadError(HarnessError):
    """Nothing could be measured, or not all of it; the message says why and what to do next."""
