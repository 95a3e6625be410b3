"""What a replay found on one adapter: the counts, and what is to be told of single calls."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from contracts.plan import Level
from harness.models.outcome import Counts, Status

__all__ = ["KEPT", "Finding", "Replayed", "status_of"]

KEPT = 1000
"""Differences of one adapter after which its replay ends, and calls that are kept with their reason."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One call that was answered otherwise than in the recording, or that could not be checked."""

    n: int
    line: int
    operation: str
    call: str
    """The operation with its arguments, shortened."""
    at: str
    """When it was recorded."""
    level: Level = "core"
    expected: str = ""
    actual: str = ""
    reason: str | None = None
    """Why it is no difference but unchecked, as half a sentence; None for a difference."""
    follows: int | None = None
    """An earlier call that differs on the same row, if there is one."""

    @property
    def id(self) -> str:
        """The stable name of it."""
        return f"replay.{self.n}.{self.operation}"


@dataclass(kw_only=True)
class Replayed:
    """One adapter. Filled while the calls are replayed; the number of calls is known from the start."""

    adapter: str
    calls: int
    passed: int = 0
    failed: int = 0
    unchecked: int = 0
    findings: list[Finding] = field(default_factory=list)
    """Differences, at most `KEPT`."""
    doubtful: list[Finding] = field(default_factory=list)
    """Unchecked calls, the first `KEPT` of them."""
    reasons: list[str] = field(default_factory=list)
    """Why the replay could not begin, or ended early; sentences."""
    operations: Counter[str] = field(default_factory=Counter)
    """How many calls of which operations were replayed."""

    @property
    def counts(self) -> Counts:
        """What became of the calls; those that the replay did not reach are unchecked."""
        executed = self.passed + self.failed
        return Counts(
            expected=self.calls,
            executed=executed,
            passed=self.passed,
            failed=self.failed,
            unchecked=self.calls - executed,
        )

    def differs(self, finding: Finding) -> None:
        """Note a difference."""
        self.failed += 1
        self.findings.append(finding)

    def doubts(self, finding: Finding) -> None:
        """Note a call that could not be checked."""
        self.unchecked += 1
        if len(self.doubtful) < KEPT:
            self.doubtful.append(finding)


def status_of(counts: Mapping[str, Counts], reasons: object) -> Status:
    """Failed beats unchecked beats passed; a reason to doubt the whole is unchecked."""
    statuses = [Status.UNCHECKED] if reasons else []
    for count in counts.values():
        if count.failed:
            statuses.append(Status.FAILED)
        statuses.append(Status.PASSED if count.complete and not count.unchecked else Status.UNCHECKED)
    return Status.worst(statuses)
