"""The result of one step, as a value and as JSON (``parity-outcome/1``).

Each step of the gate is a subprocess that writes one Outcome; the gate reads
them back and believes nothing else: no exit status alone, no text.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Self

from harness.errors import ConfigurationError

__all__ = ["SCHEMA", "Artifact", "Counts", "Finding", "Outcome", "Status", "Subject"]

SCHEMA = "parity-outcome/1"


class Status(Enum):
    """How a step ended. Failed beats unchecked beats passed."""

    PASSED = "passed"
    FAILED = "failed"
    UNCHECKED = "unchecked"

    @property
    def exit_status(self) -> int:
        """0 parity, 1 divergence, 2 could not check."""
        return {Status.PASSED: 0, Status.FAILED: 1, Status.UNCHECKED: 2}[self]

    @classmethod
    def worst(cls, statuses: Sequence["Status"]) -> "Status":
        """Combine the results of several steps. No result at all is unchecked."""
        for status in (cls.FAILED, cls.UNCHECKED):
            if status in statuses:
                return status
        return cls.PASSED if statuses else cls.UNCHECKED


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is not as it must be."""

    id: str
    """Stable: the case or the rule, then what it is about."""
    level: str
    """``core`` or ``strict``; ``unchecked`` for what could not be examined, ``accepted`` and ``advice``."""
    where: str
    """The object: an adapter and operation, a database object, a file and line."""
    expected: str
    actual: str
    message: str
    """One sentence with the next step."""
    detail: str = ""
    """Lines that show more of it: a timeline, a script. Empty for most."""


@dataclass(frozen=True, kw_only=True)
class Counts:
    """What became of the expected cases of one adapter."""

    expected: int
    executed: int
    passed: int
    failed: int
    exempt: int = 0
    unchecked: int = 0

    @classmethod
    def of(cls, total: int, *, failed: int = 0) -> Self:
        """The counts where all of `total` was executed."""
        return cls(expected=total, executed=total, passed=total - failed, failed=failed)

    @property
    def complete(self) -> bool:
        """True if something was expected, all of it was executed or is exempt, and the sums are right."""
        is_whole = (
            self.passed + self.failed == self.executed > 0 and self.executed + self.exempt == self.expected
        )
        return is_whole and min(self.passed, self.failed, self.exempt) >= 0


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What was judged, by which harness, on which servers."""

    app: Mapping[str, Any] | None = None
    """``name``, ``sha`` and ``dirty`` of the user's application; None for the reference adapters."""
    harness: Mapping[str, str] = field(default_factory=dict)
    """``version``."""
    target: Mapping[str, str] = field(default_factory=dict)
    """``stack``, ``postgres``, ``postgrest``."""
    migrations_hash: str | None = None


@dataclass(frozen=True, kw_only=True)
class Artifact:
    """A file that belongs to the result."""

    path: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The result of one step of one run."""

    run_id: str
    step: str
    status: Status
    started_at: datetime
    duration_s: float
    subject: Subject = Subject()
    counts: Mapping[str, Counts] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    artifacts: tuple[Artifact, ...] = ()

    def __post_init__(self) -> None:
        """Refuse the result that must never exist: a pass of something that did not run."""
        if self.status is Status.PASSED and not (
            self.counts
            and all(
                count.complete and not (count.failed or count.unchecked) for count in self.counts.values()
            )
        ):
            raise ValueError(f"step {self.step}: passed, but the counts do not show it: {dict(self.counts)}")

    @property
    def exit_status(self) -> int:
        """0 parity, 1 divergence, 2 could not check."""
        return self.status.exit_status

    def to_json(self) -> dict[str, Any]:
        """Return the documented JSON object."""
        return {
            "schema": SCHEMA,
            "run_id": self.run_id,
            "step": self.step,
            "status": self.status.value,
            "exit_status": self.exit_status,
            "started_at": self.started_at.astimezone(UTC).isoformat(),
            "duration_s": self.duration_s,
            "subject": _plain(self.subject),
            "counts": {adapter: _plain(count) for adapter, count in self.counts.items()},
            "findings": [_plain(finding) for finding in self.findings],
            "artifacts": [_plain(artifact) for artifact in self.artifacts],
        }

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Read an Outcome back. Raises ConfigurationError unless it is whole and consistent."""
        try:
            data = json.loads(text)
            if data["schema"] != SCHEMA:
                raise ConfigurationError(f"the outcome has schema {data['schema']!r}, not {SCHEMA!r}.")
            outcome = cls(
                run_id=data["run_id"],
                step=data["step"],
                status=Status(data["status"]),
                started_at=datetime.fromisoformat(data["started_at"]),
                duration_s=float(data["duration_s"]),
                subject=Subject(**data["subject"]),
                counts={adapter: Counts(**count) for adapter, count in data["counts"].items()},
                findings=tuple(Finding(**finding) for finding in data["findings"]),
                artifacts=tuple(Artifact(**artifact) for artifact in data["artifacts"]),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ConfigurationError(f"this is no whole outcome of a step: {error}") from error
        if data.get("exit_status") != outcome.exit_status:
            raise ConfigurationError(
                f"the outcome says {outcome.status.value}, but exit_status {data.get('exit_status')}."
            )
        return outcome


def _plain(value: Any) -> dict[str, Any]:
    return {item.name: getattr(value, item.name) for item in fields(value)}
