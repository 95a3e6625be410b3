"""A patient caller repeats what says that it did nothing, and nothing else."""

from collections.abc import Iterator

import pytest

from contracts.expect import Divergence
from contracts.workers import patiently
from harness.errors import Conflict, OutcomeUnknown, StoreError, Unavailable


class Server:
    """Fails as often as it is told."""

    def __init__(self, *errors: StoreError) -> None:
        self.calls = 0
        self._errors: Iterator[StoreError] = iter(errors)

    def call(self) -> str:
        self.calls += 1
        for error in self._errors:
            raise error
        return "done"


def test_unavailable_is_repeated() -> None:
    server = Server(Unavailable("x"), Unavailable("x"))
    assert patiently(server.call) == "done"
    assert server.calls == 3


@pytest.mark.parametrize("error", [OutcomeUnknown("x"), Conflict("x")])
def test_nothing_else_is_repeated(error: StoreError) -> None:
    server = Server(error)
    with pytest.raises(type(error)):
        patiently(server.call)
    assert server.calls == 1


def test_patience_ends() -> None:
    with pytest.raises(Divergence, match="expected an answer, got unavailable for 0 s"):
        patiently(Server(*[Unavailable("x")] * 3).call, deadline_s=0)
