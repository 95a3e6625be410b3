"""What can go wrong with one request, and what a store has to say about it."""

from dataclasses import dataclass
from enum import Enum

from harness.errors import OutcomeUnknown, StoreError, Unavailable

__all__ = ["AFTER", "BEFORE", "FAULTS", "FOREIGN", "HANG_AFTER", "HANG_BEFORE", "SLOW", "Ending", "Fault"]


class Ending(Enum):
    """How the exchange ends, as the client sees it."""

    RESET = "the connection is reset"
    CLOSE = "the connection is closed without a word"
    STATUS = "a status without the code of PostgREST or Postgres is answered"
    TRUNCATED = "the body ends before its announced length"
    CUT = "the body ends in the middle, and no length was announced"
    EMPTY = "200 is answered, with an empty body"
    GARBAGE = "200 is answered, with a page for people"
    FOREIGN = "200 is answered, with an object in JSON that is no row"
    HANG = "nothing is answered until the fault is over"
    SLOW = "the answer comes in small pieces"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One fault.

    `reaches` decides what is true afterwards; what the client can know of it
    decides `writing`, the error of a write. A read has no outcome that could
    be unknown: it is always Unavailable, which is safe to repeat.
    """

    name: str
    ending: Ending
    reaches: bool
    """True if the server gets the request, does what it says, and its whole answer was received."""
    status: int = 0
    """The status of Ending.STATUS."""
    writing: type[StoreError] = OutcomeUnknown

    @property
    def times(self) -> int | None:
        """How many requests of a write it should hit; None for all until it is over.

        Where the outcome is unknown, one: a client that sends again behind the caller's back gets through,
        and is caught. What says that nothing was done lasts, so that a client which repeats, as it may, gives
        up.
        """
        return 1 if self.writing is OutcomeUnknown else None


def _before_and_after(name: str, ending: Ending, status: int = 0) -> tuple[Fault, Fault]:
    before, after = (
        Fault(name=f"{name}_{when}", ending=ending, reaches=reaches, status=status)
        for when, reaches in (("before", False), ("after", True))
    )
    return before, after


def _not_begun(status: int) -> Fault:
    """These statuses say that the request was not begun: a gateway is busy, or missed a part or the path."""
    return Fault(
        name=f"status_{status}", ending=Ending.STATUS, reaches=False, status=status, writing=Unavailable
    )


BEFORE, AFTER = _before_and_after("reset", Ending.RESET)
"""The reset that hits the request, and the one that hits the answer: the client cannot tell them apart."""
HANG_BEFORE, HANG_AFTER = _before_and_after("hang", Ending.HANG)
FOREIGN = Fault(name="foreign", ending=Ending.FOREIGN, reaches=True)
"""An answer that can be read, and is none of PostgREST."""
SLOW = Fault(name="slow", ending=Ending.SLOW, reaches=True)
"""No error at all: a slow answer is an answer."""

FAULTS = (
    BEFORE,
    AFTER,
    *_before_and_after("close", Ending.CLOSE),
    *_before_and_after("status_500", Ending.STATUS, 500),
    *_before_and_after("status_502", Ending.STATUS, 502),
    *_before_and_after("status_504", Ending.STATUS, 504),
    Fault(name="truncated", ending=Ending.TRUNCATED, reaches=True),
    Fault(name="cut", ending=Ending.CUT, reaches=True),
    Fault(name="empty", ending=Ending.EMPTY, reaches=True),
    Fault(name="garbage", ending=Ending.GARBAGE, reaches=True),
    _not_begun(503),
    _not_begun(429),
    _not_begun(404),
    _not_begun(408),
)
"""All that end in an error at once. Those that hang take as long as the client's patience."""
