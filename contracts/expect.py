"""Expectations that say what they expected and what came instead."""

from collections.abc import Iterator
from contextlib import contextmanager

from harness.errors import StoreError

__all__ = ["Divergence", "refused"]


class Divergence(AssertionError):
    """The adapter did something else than the case states."""

    def __init__(self, expected: str, actual: str) -> None:
        super().__init__(f"expected {expected}, got {actual}")
        self.expected = expected
        self.actual = actual


@contextmanager
def refused(kind: type[StoreError], subject: str | None = None) -> Iterator[None]:
    """Expect the block to raise this kind of error, naming this field or constraint.

    Any other StoreError, or none, is a Divergence. What is no StoreError is
    left alone: a driver's error that leaks through is reported as it is.
    """
    expected = _describe(kind.kind, subject)
    try:
        yield
    except StoreError as error:
        wrong_subject = subject is not None and error.subject != subject
        if type(error) is not kind or wrong_subject:
            raise Divergence(expected, _describe(error.kind, error.subject)) from error
        return
    raise Divergence(expected, "success")


def _describe(kind: str, subject: str | None) -> str:
    return kind if subject is None else f"{kind}({subject})"
