"""One request of one actor, judged."""

from dataclasses import dataclass
from enum import Enum

from migrations.security.probe import Probe

__all__ = ["BAD", "Cell", "State"]


class State(Enum):
    """How a request ended."""

    REFUSED = "refused"
    HIDDEN = "hidden"
    """Let through, and shown or allowed to change nothing of what the server sees with the same request."""
    HARMLESS = "harmless"
    """A function that may be called and has the rights of its caller, who has none."""
    OPEN = "OPEN"
    LEAK = "LEAK"
    """Refused, with the contents of a row in the refusal."""
    UNTOLD = "untold"
    """Let through, with nothing there that could have been shown; settled by what else is known."""
    UNCHECKED = "could not check"


BAD = frozenset({State.OPEN, State.LEAK})
"""What is a finding."""


@dataclass(frozen=True, kw_only=True)
class Cell:
    """The judgement."""

    actor: str
    probe: Probe
    state: State
    reason: str = ""
    """What was seen, in words."""
    by_postgres: bool = False
    """Postgres itself answered: whoever asked was let in as some role."""
