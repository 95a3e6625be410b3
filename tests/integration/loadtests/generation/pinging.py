"""A workload whose calls need nothing: generator processes import it through PYTHONPATH."""

import sys
from collections.abc import Mapping

import msgspec

from loadtests.records import Arm
from loadtests.scenarios.call import Answer, Call, OutOfSubjects, SendMany, Workload

__all__ = ["Pinging", "Spec", "open_workload"]


class Spec(msgspec.Struct, frozen=True, kw_only=True):
    """Endpoints by name, each with its path."""

    paths: Mapping[str, str] = msgspec.field(default_factory=lambda: {"ping": "/ping"})
    prepares: bool = True
    """False for a server that is not to be asked for anything besides."""


class Pinging:
    """Every right answer is 200 and ``pong``."""

    def __init__(self, spec: Spec) -> None:
        self.endpoints = tuple(spec.paths)
        self.left_out: Mapping[str, str] = {}
        self._spec = spec
        self._left: dict[str, int] = {}
        self._made = 0

    @property
    def weights(self) -> Mapping[str, float]:
        return dict.fromkeys(self.endpoints, 1 / len(self.endpoints))

    def prepare(self, needs: Mapping[str, int], send: SendMany) -> None:
        for endpoint, count in needs.items():
            self._left[endpoint] = self._left.get(endpoint, 0) + count
        if self._spec.prepares:
            call = Call(endpoint="made", method="POST", path="/made", headers={}, body=b"{}", check=anything)
            send([call] * sum(needs.values()))
            self._made += sum(needs.values())

    def next(self, endpoint: str) -> Call:
        if not self._left.get(endpoint):
            raise OutOfSubjects(endpoint)
        self._left[endpoint] -= 1
        path = self._spec.paths[endpoint]
        return Call(endpoint=endpoint, method="GET", path=path, headers={}, body=None, check=is_pong)

    def clean(self, send: SendMany) -> tuple[str, ...]:
        call = Call(endpoint="made", method="DELETE", path="/made", headers={}, body=None, check=anything)
        send([call] * self._made)
        self._made = 0
        return (f"{sum(self._left.values())} calls",) if any(self._left.values()) else ()


def anything(_: Answer) -> None:
    """Nothing is wrong with it."""


def is_pong(answer: Answer) -> str | None:
    if answer.status != 200:
        return f"status {answer.status}"
    return None if answer.body == b"pong" else f"no pong: {answer.body.decode()[:20]}"


def open_workload(spec: Spec, *, arm: Arm, worker: int, workers: int) -> Workload:  # noqa: ARG001  # the signature of all factories
    sys.stdout.write("what a workload prints goes to the log, and not among the reports\n")
    return Pinging(spec)
