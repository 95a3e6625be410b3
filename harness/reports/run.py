"""What a report says about the run as a whole."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from harness.models.outcome import Subject
from harness.models.verdict import Verdict

__all__ = ["GateRun"]


@dataclass(frozen=True, kw_only=True)
class GateRun:
    """One gate run, complete with its verdict."""

    run_id: str
    level: str
    started_at: datetime
    duration_s: float
    subject: Subject
    verdict: Verdict
    report: Path | None = None
    """Where the details are; None if they were not asked for."""

    age_s: float | None = None
    """How long ago it was, where that matters: a verdict that is recomputed."""

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        """What was examined, with what: names and values for every form of the report."""
        target = self.subject.target
        versions = (
            f"Postgres {target.get('postgres', 'unknown')}, PostgREST {target.get('postgrest', 'unknown')}"
        )
        migrations = (self.subject.migrations_hash or "unknown")[:12]
        return (
            ("subject", self.verdict.subject),
            ("level", self._levels),
            ("servers", f"{target.get('stack', 'no stack')}: {versions}"),
            ("migrations", migrations),
            ("harness", self.subject.harness.get("version", "unknown")),
            ("run", f"{self.run_id}, {self.started_at:%Y-%m-%d %H:%M:%S} UTC, {self.duration_s:.1f} s"),
            *((("age", _in_words(self.age_s)),) if self.age_s is not None else ()),
        )

    @property
    def _levels(self) -> str:
        own = self.subject.target.get("subject_level")
        return self.level if own is None else f"{own}; {self.level} for the reference adapters"


def _in_words(age_s: float) -> str:
    for unit, length in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if abs(age_s) >= 2 * length:
            return f"{age_s / length:.0f} {unit}"
    return f"{age_s:.0f} s"
