"""How one text is read as a value of a column."""

from dataclasses import dataclass
from typing import Any

__all__ = ["Objection", "Reading"]


@dataclass(frozen=True)
class Reading:
    """A value that Postgres takes."""

    text: str
    """What is sent: the same value in its usual spelling."""
    value: Any
    """The value as the constraints compare it; a time is its microseconds since 1970."""
    notes: tuple[tuple[str, str], ...] = ()
    """(rule, sentence) for what somebody else would change, or reads in another spelling."""


@dataclass(frozen=True)
class Objection(Exception):
    """A value that Postgres refuses, or would take and change."""

    rule: str
    reason: str
    sqlstate: str | None = None
    """None for what Postgres would take and change."""
    value: Any = None
    """What Postgres would take it for, where that is known: the constraints compare it."""
