"""The verdict of a gate run, as a value."""

from collections.abc import Mapping
from dataclasses import dataclass

from harness.models.outcome import Counts, Finding, Status

__all__ = ["ACCEPTED_LEVEL", "ADVICE_LEVEL", "UNCHECKED_LEVEL", "Row", "Verdict"]

ACCEPTED_LEVEL = "accepted"
"""The level of a finding that the user has accepted until a day that is not past: it blocks nothing yet."""
ADVICE_LEVEL = "advice"
"""The level of a finding that is worth reading and blocks nothing."""
UNCHECKED_LEVEL = "unchecked"
"""The level of a finding about what could not be examined."""
_LONGEST_REASON = 300


@dataclass(frozen=True, kw_only=True)
class Row:
    """What one step contributes to the verdict."""

    step: str
    status: Status
    duration_s: float
    counts: Mapping[str, Counts]
    reason: str | None
    """Why it, or a part of it, is unchecked, as a sentence; None unless that is so."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The result of a gate run."""

    status: Status
    subject: str
    rows: tuple[Row, ...]
    findings: tuple[Finding, ...]
    """What is not as it must be."""
    failures: int
    """The number of findings; a failed step without any counts as one."""
    advice: tuple[Finding, ...]
    gaps: tuple[Finding, ...] = ()
    """The operations that the user's adapter lacks, accepted or not."""
    application: str | None = None
    """The user's application and its commit; None if its adapter was not to be judged."""

    @property
    def counts(self) -> dict[str, Counts]:
        """What became of all that the steps counted, by ``step:what``."""
        return {f"{row.step}:{name}": count for row in self.rows for name, count in row.counts.items()}

    @property
    def accepted(self) -> tuple[Finding, ...]:
        """What the user's adapter lacks, and may lack for some time yet."""
        return tuple(gap for gap in self.gaps if gap.level == ACCEPTED_LEVEL)

    @property
    def missing(self) -> tuple[Finding, ...]:
        """What it lacks, and may not, or may not any more."""
        return tuple(gap for gap in self.gaps if gap.level != ACCEPTED_LEVEL)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why steps are unchecked, in order."""
        return tuple(row.reason for row in self.rows if row.reason is not None)

    @property
    def sentence(self) -> str:
        """The last line of the report."""
        if self.status is Status.PASSED:
            return f"READY ({self.subject})"
        if self.status is Status.UNCHECKED:
            about = "" if self.application is None else f" ({self.subject})"
            return f"COULD NOT CHECK: {_short(self.reasons[0]) if self.reasons else 'nothing ran.'}{about}"
        found = f"{self.failures} finding{'s' if self.failures != 1 else ''}"
        steps = f"{len(self.reasons)} step{'s' if len(self.reasons) != 1 else ''}"
        rest = f"; {steps} could not be checked: {_short(self.reasons[0])}" if self.reasons else ""
        return f"NOT READY: {found} ({self.subject}){rest}"


def _short(reason: str) -> str:
    """One line that a person reads to its end; the whole reason stands in the report."""
    line = " ".join(reason.split())
    return line if len(line) <= _LONGEST_REASON else f"{line[:_LONGEST_REASON]} ..."
