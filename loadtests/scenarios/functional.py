"""The functional check: each endpoint alone, and the journeys, on one server; who started it does not matter.

What it finds comes before any load: an endpoint that answers wrongly has no response time. In supabase mode
it counts the requests to the gateway that each single call makes: the number must be the same each time,
however many rows there are.
"""

import contextlib
from collections import Counter as Counted
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from loadtests.errors import LoadError
from loadtests.scenarios.call import Answer, Call, OutOfSubjects, Send, one_by_one
from loadtests.scenarios.implementation import Ask
from loadtests.scenarios.journeys import JOURNEYS
from loadtests.scenarios.lifecycle import LIFECYCLES
from loadtests.scenarios.sending import WrongPreparation
from loadtests.scenarios.workload import ScenarioWorkload

__all__ = ["Counter", "EndpointResult", "FunctionalResult", "differences", "examine"]

Counter = Callable[[], int]
"""How many requests the gateway has counted by now."""
_TIMES = 2
_SIZES = (1, 20, 200)
_PAGES = 8
"""After so many, a workload has asked for every kind of page."""


@dataclass(kw_only=True)
class EndpointResult:
    """What one endpoint did."""

    calls: int = 0
    problems: list[str] = field(default_factory=list)
    """What was wrong, with the step in which it was; empty if every answer was right."""
    round_trips: list[int] = field(default_factory=list)
    """Requests to the gateway, for each call that was answered rightly; empty without a gateway to ask."""
    shapes: dict[str, str] = field(default_factory=dict)
    """Status, names and kinds of each answer, by the step in which it was, to compare with another mode's."""

    def note(self, problem: str) -> None:
        """Note a problem, once."""
        if problem not in self.problems:
            self.problems.append(problem)


@dataclass(kw_only=True)
class FunctionalResult:
    """What all endpoints did."""

    endpoints: Mapping[str, EndpointResult]
    left_out: Mapping[str, str]
    """Endpoints that were not called, and why."""

    @property
    def problems(self) -> tuple[tuple[str, str], ...]:
        """Endpoint and what was wrong with it; an endpoint that was never called is one of them."""
        found = [(name, problem) for name, one in self.endpoints.items() for problem in one.problems]
        return (
            *found,
            *(
                (name, "was not called: a step before it was wrong, or is left out")
                for name, one in self.endpoints.items()
                if not one.calls and not one.problems
            ),
        )

    @property
    def round_trips(self) -> Mapping[str, tuple[int, ...]]:
        """What the gateway counted for each single call."""
        return {name: tuple(one.round_trips) for name, one in self.endpoints.items()}


def examine(
    send: Send, workload: ScenarioWorkload, counter: Counter | None = None, *, prepared: int = _TIMES
) -> FunctionalResult:
    """Call each endpoint alone, at least `prepared` times, with few rows and with many; walk the journeys.

    Nothing else may use the server meanwhile if `counter` is given. Wrong answers, and no answers, are
    problems of their endpoint and never raised.
    """
    examination = _Examination(send, workload, counter)
    if workload.writes:
        for lifecycle in LIFECYCLES:
            examination.walk(lifecycle.name, lifecycle.steps(workload, examination.number()))
    examination.look("with few rows")
    if workload.writes:
        for journey in JOURNEYS:
            steps = journey.steps(workload.asks, examination.number(), lambda _: True)
            examination.walk(f"journey {journey.name}", steps)
    examination.prepare(prepared)
    for name in workload.endpoints:
        for _ in range(max(prepared, _PAGES) if name == "list_requests" else prepared):
            examination.next(name)
    examination.look("with many rows")
    examination.compare_round_trips()
    left_out = {name: why for name, why in workload.left_out.items() if name not in examination.results}
    return FunctionalResult(endpoints=examination.results, left_out=left_out)


def differences(a: FunctionalResult, b: FunctionalResult) -> tuple[tuple[str, str], ...]:
    """Endpoint and how its answers differ in shape, between two results of the same calls.

    It says nothing beyond their problems while there are some: what follows a wrong answer differs, too.
    """
    return tuple(
        (name, f"{step}: {shape} against {b.endpoints[name].shapes.get(step)}")
        for name in a.endpoints
        for step, shape in a.endpoints[name].shapes.items()
        if not (a.problems or b.problems) and b.endpoints[name].shapes.get(step) != shape
    )


class _Examination:
    """One run of the check, as it goes on."""

    def __init__(self, send: Send, workload: ScenarioWorkload, counter: Counter | None) -> None:
        self._send = send
        self._workload = workload
        self._counter = counter
        self._numbers = 0
        self._steps: Counted[tuple[str, str]] = Counted()
        called = [*workload.endpoints]
        if workload.writes and workload.implementation.lacks("delete_request") is None:
            called.append("delete_request")
        self.results = {name: EndpointResult() for name in called}

    def number(self) -> int:
        """A number that was not given before."""
        self._numbers += 1
        return self._numbers

    def walk(self, where: str, steps: Iterator[Ask]) -> None:
        """Take steps until one is answered wrongly, as others depend on it; pass over what is left out."""
        with contextlib.suppress(OutOfSubjects):  # what the step needs is made by one that is left out
            for ask in steps:
                if ask.endpoint in self.results and not self._ask(where, ask):
                    break

    def look(self, where: str) -> None:
        """Read what must cost the same however much there is to read."""
        asks = self._workload.asks
        reads: list[Ask] = [asks.summary(), asks.dashboard()]
        reads += [asks.page(limit=size, status="pending", at_least=0) for size in _SIZES]
        for ask in reads:
            if ask.endpoint in self.results:
                self._ask(where, ask)

    def prepare(self, times: int) -> None:
        """Make subjects for so many calls of each endpoint."""
        needs = dict.fromkeys(self._workload.endpoints, times)
        try:
            self._workload.prepare(needs, one_by_one(self._send))
        except WrongPreparation as error:
            self.results[error.endpoint].problems.append(f"in preparation: {error.problem}")
        except LoadError as error:
            self.results["health"].problems.append(f"in preparation: {error}")

    def next(self, endpoint: str) -> None:
        """Make the next call of an endpoint as under load."""
        try:
            call = self._workload.next(endpoint)
        except OutOfSubjects as error:
            self.results[endpoint].note(str(error))
            return
        self._execute("alone", call, is_usual=True)

    def compare_round_trips(self) -> None:
        """The same number for each call of an endpoint."""
        for result in self.results.values():
            numbers = sorted(set(result.round_trips))
            if len(numbers) > 1:
                counted = " or ".join(str(number) for number in numbers)
                result.problems.append(
                    f"needs {counted} requests to the database for the same call: the number must not depend"
                    " on how many rows there are"
                )

    def _ask(self, where: str, ask: Ask) -> bool:
        return self._execute(where, self._workload.implementation.call(ask), is_usual=ask.usual)

    def _execute(self, where: str, call: Call, *, is_usual: bool) -> bool:
        result = self.results[call.endpoint]
        before = 0 if self._counter is None else self._counter()
        try:
            answer = self._send(call)
        except OSError as error:
            result.note(f"{where}: no answer ({str(error) or type(error).__name__})")
            return False
        trips = None if self._counter is None else self._counter() - before
        result.calls += 1
        self._steps[where, call.endpoint] += 1
        result.shapes[f"{where}, call {self._steps[where, call.endpoint]}"] = _shape(answer)
        problem = call.check(answer)
        if problem is not None:
            result.note(f"{where}: {problem}")
            return False
        if trips is not None and is_usual:
            result.round_trips.append(trips)
        return True


def _shape(answer: Answer) -> str:
    kind = answer.headers.get("content-type", "").partition(";")[0].strip()
    if kind != "application/json":
        return f"{answer.status} {kind or 'nothing'}"
    try:
        return f"{answer.status} {_skeleton(orjson.loads(answer.body))}"
    except orjson.JSONDecodeError:
        return f"{answer.status} no JSON"


def _skeleton(value: Any) -> str:
    """Names and kinds, and how times are written."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_skeleton(inner)}" for name, inner in sorted(value.items())) + "}"
    if isinstance(value, list):
        return "[" + " | ".join(sorted({_skeleton(inner) for inner in value})) + "]"
    if isinstance(value, str):
        return _time_format(value) or "text"
    return {type(None): "null", bool: "flag", int: "integer", float: "number"}[type(value)]


def _time_format(text: str) -> str | None:
    if len(text) < 19 or text[4:5] != "-" or text[10:11] != "T" or not text[:4].isdigit():
        return None
    return "time" + "".join("0" if one.isdigit() else one for one in text[19:])
