"""What a caller was told of each call, one line of JSON each: the account that the store is held to."""

import json
from dataclasses import dataclass
from enum import Enum
from typing import Self

__all__ = ["Outcome", "Said"]


class Outcome(Enum):
    """How a call ended, as its caller sees it."""

    DONE = "done"
    FOUND = "found"
    """After an answer that was lost, the same call was told that it had happened."""
    STALE = "stale"
    """The lease of the work had ended, and somebody else has it."""
    UNAVAILABLE = "unavailable"
    """Nothing was done."""
    UNKNOWN = "unknown"
    """It may have happened, and may yet: nobody knows how long a request is on its way."""
    WRONG = "wrong"
    """Something that no caller should be told."""


@dataclass(frozen=True)
class Said:
    """One call and its end. A call that is repeated is said once per attempt."""

    what: str
    key: str
    """Of the row or the event that it is about; empty if the caller does not know."""
    outcome: Outcome
    detail: str = ""
    """What was written or returned, or the error."""

    def dumps(self) -> str:
        """Return the line, without its end."""
        return json.dumps([self.what, self.key, self.outcome.value, self.detail])

    @classmethod
    def loads(cls, line: str) -> Self:
        """Read a line."""
        what, key, outcome, detail = json.loads(line)
        return cls(what, key, Outcome(outcome), detail)
