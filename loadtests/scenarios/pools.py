"""What calls work on: subjects that are used up, and subjects that may be used again."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from loadtests.scenarios.call import OutOfSubjects

__all__ = ["Booking", "Event", "Job", "Kept", "Pool", "Request", "Subjects"]

S = TypeVar("S")


@dataclass(frozen=True, kw_only=True)
class Request:
    """A scheduling request that is there."""

    id: str
    token: str | None
    expected: dict[str, Any]
    """What is known of it: fields that no call changes."""


@dataclass(frozen=True, kw_only=True)
class Booking:
    """A booking that is there."""

    id: str
    expected: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Event:
    """A delivery that is stored."""

    id: str
    values: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Job:
    """A job that this worker has claimed."""

    id: str
    attempts: int
    queue: str


class Kept(Generic[S]):
    """What the steps of a journey made of one kind."""

    def __init__(self) -> None:
        self.all: list[S] = []

    def __call__(self, subject: S) -> None:
        """Keep one more."""
        self.all.append(subject)

    @property
    def last(self) -> S:
        """As it is now. Raises OutOfSubjects if nothing was made, as the step for it was left out."""
        if not self.all:
            raise OutOfSubjects("nothing was made for the next step")
        return self.all[-1]


class Pool(Generic[S]):
    """Subjects of one kind, in the order in which they were made."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint
        self._held: deque[S] = deque()

    def __len__(self) -> int:
        return len(self._held)

    def add(self, subjects: Iterable[S]) -> None:
        """Put more at the end."""
        self._held.extend(subjects)

    def take(self) -> S:
        """The first, which nobody gets again. Raises OutOfSubjects."""
        if not self._held:
            raise OutOfSubjects(f"{self._endpoint}: everything that was prepared for it is used up")
        return self._held.popleft()

    def turn(self) -> S:
        """The next one in turn, which stays. Raises OutOfSubjects."""
        subject = self.take()
        self._held.append(subject)
        return subject


@dataclass(frozen=True)
class Subjects:
    """All pools of a worker, each of the endpoint that takes from it."""

    read: Pool[Request] = field(default_factory=lambda: Pool("get_request"))
    opened: Pool[Request] = field(default_factory=lambda: Pool("open_link"))
    updated: Pool[Request] = field(default_factory=lambda: Pool("update_request"))
    bookable: Pool[Request] = field(default_factory=lambda: Pool("book"))
    deletable: Pool[Request] = field(default_factory=lambda: Pool("delete_request"))
    booked: Pool[Booking] = field(default_factory=lambda: Pool("get_booking"))
    movable: Pool[Booking] = field(default_factory=lambda: Pool("reschedule"))
    cancellable: Pool[Booking] = field(default_factory=lambda: Pool("cancel"))
    delivered: Pool[Event] = field(default_factory=lambda: Pool("redeliver_webhook"))
    done: Pool[Job] = field(default_factory=lambda: Pool("complete_job"))
    failed: Pool[Job] = field(default_factory=lambda: Pool("fail_job"))
    claims: Pool[int] = field(default_factory=lambda: Pool("claim_jobs"))
    """The limit of each claim for which enough is due."""
