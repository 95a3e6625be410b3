"""From the judgement to the Outcome that the gate reads. Pure."""

from datetime import datetime

from contracts.judgement import Judgement
from contracts.report.divergences import failed_cases, last_operation
from contracts.report.gaps import finding
from contracts.report.summary import unchecked_lines
from harness.models.operations import required
from harness.models.outcome import Artifact, Finding, Outcome, Subject
from harness.models.verdict import ADVICE_LEVEL

__all__ = ["STEP", "SUBJECT_STEP", "covered", "findings", "outcome"]

STEP = "contract"
SUBJECT_STEP = "contract subject"
"""The step that judges the application of a configuration."""


def outcome(
    judgement: Judgement,
    *,
    run_id: str,
    started_at: datetime,
    duration_s: float,
    subject: Subject,
    step: str = STEP,
    artifacts: tuple[Artifact, ...] = (),
) -> Outcome:
    """Put the result of a run into its documented form."""
    return Outcome(
        run_id=run_id,
        step=step,
        status=judgement.status,
        started_at=started_at,
        duration_s=round(duration_s, 3),
        subject=subject,
        counts=judgement.counts,
        findings=findings(judgement),
        artifacts=artifacts,
    )


def covered(judgement: Judgement) -> dict[str, str]:
    """Say how many of the needed operations the adapters behind a bridge have, if there are any."""
    if not judgement.heard:
        return {}
    needed = frozenset(required())
    had = needed.intersection(*(one.by_all for one in judgement.heard.values()))
    return {"operations": f"{len(had)} of {len(needed)}"}


def findings(judgement: Judgement) -> tuple[Finding, ...]:
    """One finding per failed case, reason of the run, unchecked case, and exempt case that passes."""
    found = [
        Finding(
            id=case.id,
            level=case.level,
            where=f"{adapter} {last_operation(run)}",
            expected=problem.expected,
            actual=problem.actual,
            message=f"{run.proves or case.id} {adapter} does not keep this: see {problem.where}.",
            detail=problem.detail,
        )
        for case in failed_cases(judgement)
        for adapter, run, problem in case.failures
    ]
    found += [
        Finding(
            id=result.entry.id,
            level=ADVICE_LEVEL,
            where=result.adapter,
            expected=f"a failure without {result.reason}",
            actual="passed",
            message=f"The case is exempt as {result.adapter} lacks {result.reason}, and passes without it: "
            "declare the capability, or keep the lack if others of its cases fail.",
        )
        for result in judgement.results
        if result.would_pass
    ]
    found += [_unchecked(STEP, STEP, reason) for reason in judgement.reasons]
    found += [finding(lack) for lack in judgement.lacks]
    for line in unchecked_lines(judgement):
        place, _, reason = line.partition(": ")
        id_, _, adapter = place.rpartition(" on ")
        found.append(_unchecked(id_, adapter, reason))
    return tuple(found)


def _unchecked(id_: str, where: str, reason: str) -> Finding:
    return Finding(id=id_, level="unchecked", where=where, expected="a result", actual="none", message=reason)
