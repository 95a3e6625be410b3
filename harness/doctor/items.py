"""What the doctor says about one thing."""

from dataclasses import dataclass
from enum import Enum

__all__ = ["Item", "State"]


class State(Enum):
    """How one thing is."""

    OK = "ok"
    OPTIONAL = "optional"
    """Missing, and only some commands need it."""
    PROBLEM = "problem"
    """Nothing can be said about parity until this is solved."""


@dataclass(frozen=True, kw_only=True)
class Item:
    """One thing that was looked at."""

    name: str
    state: State
    fact: str
    """What is there, as a short phrase."""
    remedy: str = ""
    """How to get what is missing, as a sentence; empty if nothing is."""

    @property
    def sentence(self) -> str:
        """The fact and the remedy, for a report that has one line."""
        return f"{self.fact.rstrip('.')}. {self.remedy}".strip()


def ok(name: str, fact: str) -> Item:
    """An item that is as it must be."""
    return Item(name=name, state=State.OK, fact=fact)


def optional(name: str, fact: str, remedy: str) -> Item:
    """An item that is missing, and only some commands need it."""
    return Item(name=name, state=State.OPTIONAL, fact=fact, remedy=remedy)


def problem(name: str, fact: str, remedy: str) -> Item:
    """An item that must be solved first."""
    return Item(name=name, state=State.PROBLEM, fact=fact, remedy=remedy)
