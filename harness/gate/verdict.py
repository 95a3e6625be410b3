"""The verdict, as a pure function: failed beats unchecked beats passed, and absence is unchecked."""

from collections.abc import Mapping, Sequence
from typing import Any

from harness.gate.steps import CHECK_PREFIX, CONTRACT, LOAD, MIGRATION, SUBJECT
from harness.models.outcome import Finding, Outcome, Status
from harness.models.verdict import ACCEPTED_LEVEL, ADVICE_LEVEL, UNCHECKED_LEVEL, Row, Verdict
from harness.revision import described

__all__ = ["judge"]

_GAP = "gap."
"""Begins the id of a finding about an operation that the user's adapter lacks."""
_JUDGED_THERE = "supabase"
"""The reference adapter that meets the servers."""
_NOT_REHEARSED = "; the migration of the data was not rehearsed"
_NOT_MEASURED = "; response times were not judged"


def judge(expected: Sequence[str], outcomes: Sequence[Outcome]) -> Verdict:
    """Judge the outcomes of one run. `expected` names every step that must be there, each exactly once."""
    rows = [_row(step, [outcome for outcome in outcomes if outcome.step == step]) for step in expected]
    rows += [
        Row(
            step=outcome.step,
            status=Status.worst([_status(outcome), Status.UNCHECKED]),
            duration_s=outcome.duration_s,
            counts=outcome.counts,
            reason=f"there is a result of {outcome.step}, which is no step of this run.",
        )
        for outcome in outcomes
        if outcome.step not in expected
    ]
    if reason := _disagreement(outcomes):
        rows.append(Row(step="agreement", status=Status.UNCHECKED, duration_s=0.0, counts={}, reason=reason))
    findings = [finding for outcome in outcomes for finding in outcome.findings]
    blocking = tuple(finding for finding in findings if _blocks(finding))
    silent = sum(
        outcome.status is Status.FAILED and not any(map(_blocks, outcome.findings)) for outcome in outcomes
    )
    checks = [row for row in rows if row.step.startswith(CHECK_PREFIX)]
    own = next((outcome for outcome in outcomes if outcome.step == SUBJECT), None)
    gaps = tuple(finding for finding in findings if _is_gap(finding))
    accepted = sum(finding.level == ACCEPTED_LEVEL for finding in gaps)
    return Verdict(
        status=Status.worst([row.status for row in rows]),
        subject=(_subject(checks) if SUBJECT not in expected else _application(own, checks, accepted))
        + ("" if MIGRATION in expected else _NOT_REHEARSED)
        + (_measured(outcomes) if LOAD in expected else _NOT_MEASURED)
        + _left_out(outcomes),
        rows=tuple(rows),
        findings=blocking,
        failures=len(blocking) + silent,
        advice=tuple(finding for finding in findings if finding.level == ADVICE_LEVEL),
        gaps=gaps,
        application=None if SUBJECT not in expected else described(_app(own)),
    )


def _row(step: str, found: list[Outcome]) -> Row:
    if not found:
        return Row(
            step=step,
            status=Status.UNCHECKED,
            duration_s=0.0,
            counts={},
            reason=f"there is no result of {step}.",
        )
    status = Status.worst([_status(outcome) for outcome in found])
    reasons = [
        finding.message
        for outcome in found
        for finding in outcome.findings
        if finding.level == UNCHECKED_LEVEL
    ]
    if len(found) > 1:
        status = Status.worst([status, Status.UNCHECKED])
        reasons.insert(0, f"there are {len(found)} results of {step}.")
    if not reasons and any(outcome.status is Status.UNCHECKED for outcome in found):
        reasons.append(f"{step} could not be checked, and does not say why.")
    return Row(
        step=step,
        status=status,
        duration_s=sum(outcome.duration_s for outcome in found),
        counts=found[0].counts,
        reason=_joined(reasons),
    )


def _status(outcome: Outcome) -> Status:
    """The outcome's own status, unless its findings say worse."""
    stated = [outcome.status]
    if any(map(_blocks, outcome.findings)):
        stated.append(Status.FAILED)
    if any(finding.level == UNCHECKED_LEVEL for finding in outcome.findings):
        stated.append(Status.UNCHECKED)
    return Status.worst(stated)


def _blocks(finding: Finding) -> bool:
    return finding.level not in {UNCHECKED_LEVEL, ADVICE_LEVEL, ACCEPTED_LEVEL}


def _is_gap(finding: Finding) -> bool:
    is_missing = finding.level == UNCHECKED_LEVEL and finding.id.startswith(_GAP)
    return finding.level == ACCEPTED_LEVEL or is_missing


def _joined(reasons: list[str]) -> str | None:
    if not reasons:
        return None
    more = f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else ""
    return f"{reasons[0]}{more}"


def _disagreement(outcomes: Sequence[Outcome]) -> str | None:
    runs = sorted({outcome.run_id for outcome in outcomes})
    if len(runs) > 1:
        return f"the results belong to different runs: {', '.join(runs)}."
    hashes = sorted(
        {outcome.subject.migrations_hash for outcome in outcomes if outcome.subject.migrations_hash}
    )
    if len(hashes) > 1:
        short = ", ".join(value[:12] for value in hashes)
        return f"the steps judged different migrations: {short}. Run the gate again while nobody edits them."
    return _different_applications(outcomes)


def _different_applications(outcomes: Sequence[Outcome]) -> str | None:
    apps = [outcome.subject.app for outcome in outcomes if outcome.subject.app is not None]
    states = {tuple(str(app.get(key)) for key in ("name", "sha", "dirty", "digest")): app for app in apps}
    if len(states) > 1:
        named = sorted({f"{described(app)}{_note(app)}" for app in states.values()})
        return (
            f"the steps examined different states of the application: {'; '.join(named)}. Run the gate again "
            "while nobody edits it; what tests write should be ignored by git."
        )
    unnamed = [outcome.step for outcome in outcomes if outcome.step == SUBJECT and not outcome.subject.app]
    return f"the result of {unnamed[0]} does not say which application it is about." if unnamed else None


def _note(app: Mapping[str, Any]) -> str:
    return f" ({app['note']})" if app.get("note") else ""


def _app(own: Outcome | None) -> Mapping[str, Any]:
    return {} if own is None or own.subject.app is None else own.subject.app


def _application(own: Outcome | None, checks: list[Row], gaps: int) -> str:
    """Name the application, its commit, and all that limits what a READY says."""
    target = {} if own is None else own.subject.target
    parts = [f"{described(_app(own))}, level {target.get('level', 'unknown')}"]
    had, _, needed = target.get("operations", "").partition(" of ")
    if had != needed:
        parts.append(f"{had} of {needed} operations")
    parts.append(f"checks {', '.join(map(_name, checks))}" if checks else "no checks")
    if gaps:
        parts.append(f"{gaps} accepted gap{'' if gaps == 1 else 's'}")
    return "; ".join(parts)


def _subject(checks: list[Row]) -> str:
    names = ", ".join(_name(row) for row in checks)
    if names:
        return f"reference adapters and your checks: {names}; your adapter was not examined"
    return "reference adapters; your application was not examined"


def _measured(outcomes: Sequence[Outcome]) -> str:
    """Whose response times were judged: those of the reference API say nothing about another one."""
    found = [outcome.subject.target.get("api") for outcome in outcomes if outcome.step == LOAD]
    name = found[0] if found else None
    return f"; response times of {'the reference API' if name in {None, 'reference'} else name}"


def _left_out(outcomes: Sequence[Outcome]) -> str:
    """What a given project was spared: nobody stops its servers or changes its schema to see what happens."""
    counts = [
        outcome.counts[_JUDGED_THERE].exempt
        for outcome in outcomes
        if outcome.step == CONTRACT
        and outcome.subject.target.get("stack") == "external"
        and _JUDGED_THERE in outcome.counts
    ]
    return (
        f"; {max(counts)} cases that look into, stop or change servers were left out" if any(counts) else ""
    )


def _name(check: Row) -> str:
    """The name of a check, with its mode if that was the only one: it compares nothing."""
    name = check.step.removeprefix(CHECK_PREFIX)
    return f"{name} ({next(iter(check.counts))} only)" if len(check.counts) == 1 else name
