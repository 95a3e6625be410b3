"""A workload whose calls need nothing: generator processes import it through PYTHONPATH."""

from collections.abc import Mapping

import msgspec

from loadtests.records import Arm
from loadtests.scenarios.call import Answer, Call, OutOfSubjects, Send, Workload

__all__ = ["Spec", "open_workload"]


class Spec(msgspec.Struct, frozen=True, kw_only=True):
    """Endpoints by name, each with its path; and how to misbehave."""

    paths: Mapping[str, str] = msgspec.field(default_factory=lambda: {"ping": "/ping"})
    expects: str = "pong"


class Pinging:
    """Every right answer is 200 and the expected text."""

    def __init__(self, spec: Spec) -> None:
        self.endpoints = tuple(spec.paths)
        self._spec = spec
        self._left: dict[str, int] = {}
        self._made = 0

    def prepare(self, needs: Mapping[str, int], send: Send) -> None:
        for endpoint, count in needs.items():
            self._left[endpoint] = self._left.get(endpoint, 0) + count
            send(
                Call(
                    endpoint=endpoint, method="POST", path=f"/made/{count}", headers={}, body=b"{}", check=ok
                )
            )
            self._made += 1

    def next(self, endpoint: str) -> Call:
        if not self._left.get(endpoint):
            raise OutOfSubjects(endpoint)
        self._left[endpoint] -= 1
        path = self._spec.paths[endpoint]
        return Call(endpoint=endpoint, method="GET", path=path, headers={}, body=None, check=self._check)

    def clean(self, send: Send) -> tuple[str, ...]:
        for _ in range(self._made):
            send(Call(endpoint="made", method="DELETE", path="/made", headers={}, body=None, check=ok))
        return (f"{sum(self._left.values())} calls",) if any(self._left.values()) else ()

    def _check(self, answer: Answer) -> str | None:
        if answer.status != 200:
            return f"status {answer.status}"
        return None if answer.body == self._spec.expects.encode() else "other text"


def ok(_: Answer) -> None:
    """Nothing is wrong with it."""


def open_workload(spec: Spec, *, arm: Arm, worker: int, workers: int) -> Workload:  # noqa: ARG001  # the signature of all factories
    return Pinging(spec)
