"""What the plugin tells about a run, as JSON lines in one file that all its processes append to.

The verdict rests on this stream alone: it ends with `Ended`, or the run is
not whole.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

__all__ = [
    "Begun",
    "Broke",
    "CaseInfo",
    "Collected",
    "Ended",
    "Event",
    "Finished",
    "Lost",
    "Opened",
    "Operation",
    "Problem",
    "Started",
    "Writer",
    "loads",
]


@dataclass(frozen=True, kw_only=True)
class CaseInfo:
    """A case as it was collected, once per adapter."""

    id: str
    adapter: str
    level: str
    needs: tuple[str, ...]
    heading: str
    where: str


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One call of the adapter under test, and its answer, as short texts."""

    step: int
    call: str
    answer: str


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Why a case did not pass."""

    divergence: bool
    """True if the adapter did something else than the case states; False if nothing can be said."""
    expected: str
    actual: str
    message: str
    where: str
    traceback: str
    script: str | None = None
    """The source of a Python script that shows the divergence."""
    detail: str = ""
    """Lines that a report shows below the block of the case."""


@dataclass(frozen=True, kw_only=True)
class Begun:
    """The controller started. The verdict compares the packages with its own."""

    packages: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Collected:
    """What one worker found, after every selection."""

    worker: str
    cases: tuple[CaseInfo, ...]


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A worker made the subject of an adapter."""

    worker: str
    adapter: str
    capabilities: tuple[str, ...]
    seconds: float
    operations: tuple[str, ...] | None = None
    """What it announces; None if it is no bridge, and has everything."""
    lacks: Mapping[str, str] = field(default_factory=dict)
    """Capabilities that it says it lacks, each with its reason."""


@dataclass(frozen=True, kw_only=True)
class Started:
    """A case began."""

    worker: str
    adapter: str
    case: str


@dataclass(frozen=True, kw_only=True)
class Finished:
    """A case ended, in whatever way."""

    worker: str
    adapter: str
    case: str
    level: str
    proves: str
    phases: Mapping[str, str]
    """The outcome of setup, call and teardown, as pytest reported them."""
    steps: int
    operations: tuple[Operation, ...]
    exempt: str | None = None
    """The capability that the adapter lacks."""
    would_pass: bool = False
    """The exempt case was run all the same, and passed."""
    lacks: tuple[str, ...] = ()
    """The operations that the case called and the adapter never announced."""
    problem: Problem | None = None
    skipped: str | None = None
    """The reason, if the case was skipped or expected to fail."""
    down: str | None = None
    """What the probe of the servers said after the case had failed."""
    spoilt: str | None = None
    """Why nothing that the case saw counts, as a sentence of its subject."""
    seconds: float = 0.0
    properties: Mapping[str, str] = field(default_factory=dict)
    """What the case reports of itself, by `record_property`."""


@dataclass(frozen=True, kw_only=True)
class Lost:
    """A worker ended without saying so."""

    worker: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Broke:
    """pytest itself failed, or a module of cases could not be imported."""

    what: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Ended:
    """The controller came to its end."""

    exit_status: int


Event = Begun | Collected | Opened | Started | Finished | Lost | Broke | Ended
_KINDS: Mapping[str, type[Event]] = {
    kind.__name__: kind for kind in (Begun, Collected, Opened, Started, Finished, Lost, Broke, Ended)
}


class Writer:
    """Appends events, each in one write, so that those of several processes never mix."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def __call__(self, event: Event) -> None:
        """Append one event."""
        line = json.dumps({"event": type(event).__name__, **asdict(event)}, ensure_ascii=True)
        os.write(self._file, line.encode() + b"\n")


def loads(line: bytes) -> Event:
    """Read one line back. Raises ValueError, KeyError or TypeError for what is no event."""
    data: dict[str, Any] = json.loads(line)
    kind = _KINDS[data.pop("event")]
    if kind is Collected:
        cases = tuple(CaseInfo(**{**case, "needs": tuple(case["needs"])}) for case in data.pop("cases"))
        return Collected(cases=cases, **data)
    if kind is Finished:
        operations = tuple(Operation(**operation) for operation in data.pop("operations"))
        problem = data.pop("problem")
        return Finished(
            operations=operations,
            lacks=tuple(data.pop("lacks")),
            problem=None if problem is None else Problem(**problem),
            **data,
        )
    for name in ("packages", "capabilities", "operations"):
        if data.get(name) is not None:
            data[name] = tuple(data[name])
    return kind(**data)
