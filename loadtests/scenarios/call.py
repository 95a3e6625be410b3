"""One request and what a right answer to it is; and where requests come from."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

__all__ = ["Answer", "Call", "OutOfSubjects", "Send", "SendMany", "Workload", "one_by_one"]


class OutOfSubjects(Exception):
    """An endpoint needs something to work on (a pending request, say), and the prepared ones are used up."""


@dataclass(frozen=True)
class Answer:
    """What the server said."""

    status: int
    headers: Mapping[str, str]
    """With names in lower case."""
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request, ready to be sent to any host."""

    endpoint: str
    method: str
    path: str
    """With the query, without the host."""
    headers: Mapping[str, str]
    body: bytes | None
    check: Callable[[Answer], str | None]
    """None if the answer is right in shape and meaning; else what is wrong, in a few words that many wrong
    answers share (it becomes a key of `EndpointRecord.errors`). It remembers what later calls need."""


Send = Callable[[Call], Answer]
"""Sends one call and returns the answer, whatever its status. Raises OSError if there is none."""

SendMany = Callable[[Sequence[Call]], Sequence[Answer]]
"""Sends calls that do not depend on each other, several at once, and returns the answers in their order.
Raises OSError if there is none to one of them."""


def one_by_one(send: Send) -> SendMany:
    """The plainest way to send many."""
    return lambda calls: [send(call) for call in calls]


class Workload(Protocol):
    """The calls of one arm for one generating process: endpoints by name, subjects from seeded pools.

    Two workloads of the same seed make the same calls in the same order. Not shared between threads;
    greenlets may interleave `next` and `check`.
    """

    endpoints: tuple[str, ...]
    """Names that `next` knows, in the order of reports."""
    left_out: Mapping[str, str]
    """Endpoints that are not called, each with the reason."""

    @property
    def weights(self) -> Mapping[str, float]:
        """The share of each endpoint in the mix; the sum is 1."""
        ...

    def prepare(self, needs: Mapping[str, int], send: SendMany) -> None:
        """Create through the API what so many calls of each endpoint need, and rows for the lists.

        It sends a few batches, one after the other. May be called again: what is needed then comes on top.
        Raises LoadError (exit 2) if the API refuses or does not answer.
        """
        ...

    def next(self, endpoint: str) -> Call:
        """The next call of an endpoint. Raises OutOfSubjects."""
        ...

    def clean(self, send: SendMany) -> tuple[str, ...]:
        """Remove what was created; returns what could not be removed, in words."""
        ...
