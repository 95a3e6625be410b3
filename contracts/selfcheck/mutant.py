"""One broken adapter, as a value."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from contracts.subject import Subject

__all__ = ["Mutant"]


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """An adapter with one mistake, which the contract must reject."""

    id: str
    """Stable: the module or table that describes it, then its name."""
    mistake: str
    """What it does wrong, in one sentence."""
    source: str
    """Where this mistake is known from: a tracker, a manual, a measurement."""
    killer: str
    """The case that rejects it, tried before all others."""
    needs_stack: bool
    open: Callable[[Path | None], Subject]
    """Makes the subject of one worker from the record of the running stack."""
