"""The marks of the cases: known before `contracts.case` is imported, and so in a module of their own."""

import pytest

__all__ = ["register_marks"]

_MARKS = (
    "strict: input hygiene, exact names, precedence; not part of the core level",
    "needs: the capabilities without which an adapter is exempt",
    "fault: the case breaks the servers and restores them",
)


def register_marks(config: pytest.Config) -> None:
    """Make the marks of the cases known to a run of pytest."""
    for mark in _MARKS:
        config.addinivalue_line("markers", mark)
