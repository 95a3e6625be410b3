"""From what the replays found to the Outcome. Pure."""

from collections.abc import Sequence
from datetime import datetime

from contracts.replay.found import Finding, Replayed, status_of
from contracts.replay.report import why
from harness.models import outcome as model
from harness.models.outcome import Outcome, Subject

__all__ = ["STEP", "outcome"]

STEP = "replay"


def outcome(
    replays: Sequence[Replayed],
    reasons: Sequence[str],
    *,
    path: str,
    run_id: str,
    started_at: datetime,
    duration_s: float,
    subject: Subject,
) -> Outcome:
    """Put the results into their documented form: one finding per call that differs or is unchecked."""
    counts = {replayed.adapter: replayed.counts for replayed in replays}
    whole = why(replays, reasons)
    findings = [_of(finding, replayed, path) for replayed in replays for finding in replayed.findings]
    findings += [
        model.Finding(
            id=STEP, level="unchecked", where=path, expected="a result", actual="none", message=reason
        )
        for reason in whole
    ]
    findings += [_of(finding, replayed, path) for replayed in replays for finding in replayed.doubtful]
    return Outcome(
        run_id=run_id,
        step=STEP,
        status=status_of(counts, whole),
        started_at=started_at,
        duration_s=round(duration_s, 3),
        subject=subject,
        counts=counts,
        findings=tuple(findings),
    )


def _of(finding: Finding, replayed: Replayed, path: str) -> model.Finding:
    where = f"{replayed.adapter} {path}:{finding.line}"
    if finding.reason is not None:
        return model.Finding(
            id=finding.id,
            level="unchecked",
            where=where,
            expected="an answer that can be compared",
            actual="none",
            message=f"{finding.operation}: {finding.reason}.",
        )
    follows = (
        "" if finding.follows is None else f" It may follow from call {finding.follows}, on the same row."
    )
    return model.Finding(
        id=finding.id,
        level=finding.level,
        where=where,
        expected=finding.expected,
        actual=finding.actual,
        message=f"{replayed.adapter} answers {finding.operation} otherwise than the application that was "
        f"recorded at {finding.at}: see {path}:{finding.line}.{follows}",
        detail=finding.call,
    )
