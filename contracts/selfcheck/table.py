"""The kill table for people, and the Outcome for machines. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from contracts.selfcheck.kills import Fate, KillTable
from harness.models.outcome import Finding, Outcome, Status, Subject

__all__ = ["STEP", "as_json", "outcome", "render"]

STEP = "self-check"
_ADAPTERS = "broken adapters"
_SHOWN = 3
_IDLE_SHOWN = 40


def render(table: KillTable) -> str:
    """Return the table, what survived in full, and the verdict in the last line."""
    width = max((len(fate.mutant.id) for fate in table.fates), default=0)
    blocks = ["\n".join(f"{fate.mutant.id:<{width}}  {_killed_by(fate)}" for fate in table.fates)]
    blocks += [_survivor(fate) for fate in table.fates if fate.survived]
    if table.idle is not None:
        shown = [f"  {case}" for case in table.idle[:_IDLE_SHOWN]]
        rest = [f"  … and {len(table.idle) - _IDLE_SHOWN} more"] if len(table.idle) > _IDLE_SHOWN else []
        head = f"{len(table.idle)} cases reject no broken adapter" + (":" if table.idle else ".")
        blocks.append("\n".join([head, *shown, *rest]))
    notes = [*table.reasons, *(f"{fate.mutant.id}: {fate.unchecked}." for fate in _unchecked(table))]
    if notes:
        blocks.append("\n".join(f"not checked {note}" for note in notes))
    return "\n\n".join([*blocks, last_line(table)])


def last_line(table: KillTable) -> str:
    """Return the verdict."""
    counts = table.counts
    match table.status:
        case Status.PASSED:
            return f"REJECTED: all {counts.expected} broken adapters"
        case Status.FAILED:
            return f"SURVIVED: {counts.failed} of {counts.expected} broken adapters"
        case Status.UNCHECKED:
            reasons = [
                *table.reasons,
                *(f"{fate.mutant.id}: {fate.unchecked}." for fate in _unchecked(table)),
            ]
            return f"COULD NOT CHECK: {reasons[0] if reasons else 'there is no broken adapter.'}"


def outcome(
    table: KillTable, *, run_id: str, started_at: datetime, duration_s: float, subject: Subject
) -> Outcome:
    """Put the result into its documented form: a survivor is a finding."""
    found = [
        Finding(
            id=fate.mutant.id,
            level="core",
            where=f"tests/broken_adapters: {fate.mutant.id}",
            expected="at least one case that rejects it",
            actual="every case passes",
            message=f"{fate.mutant.mistake} No case notices: write one, or remove it if it is equivalent.",
        )
        for fate in table.fates
        if fate.survived
    ]
    found += [_finding(STEP, reason) for reason in table.reasons]
    found += [_finding(fate.mutant.id, f"{fate.unchecked}.") for fate in _unchecked(table)]
    return Outcome(
        run_id=run_id,
        step=STEP,
        status=table.status,
        started_at=started_at,
        duration_s=round(duration_s, 3),
        subject=subject,
        counts={_ADAPTERS: table.counts},
        findings=tuple(found),
    )


def as_json(table: KillTable) -> dict[str, Any]:
    """Return the whole table: mutant, mistake, source, and every case that rejected it."""
    return {
        "mutants": [_row(fate) for fate in table.fates],
        "idle_cases": None if table.idle is None else list(table.idle),
    }


def _row(fate: Fate) -> Mapping[str, Any]:
    return {
        "id": fate.mutant.id,
        "mistake": fate.mutant.mistake,
        "source": fate.mutant.source,
        "killer": fate.mutant.killer,
        "killers": list(fate.killers),
        "unchecked": fate.unchecked,
    }


def _killed_by(fate: Fate) -> str:
    if not fate.killers:
        return "SURVIVED" if fate.survived else "not checked"
    shown = ", ".join(fate.killers[:_SHOWN])
    more = f" and {len(fate.killers) - _SHOWN} more" if len(fate.killers) > _SHOWN else ""
    note = "" if fate.mutant.killer in fate.killers else f" (and not by {fate.mutant.killer}, as it claims)"
    return f"{shown}{more}{note}"


def _survivor(fate: Fate) -> str:
    return "\n".join(
        [
            f"SURVIVOR {fate.mutant.id}",
            f"  mistake    {fate.mutant.mistake}",
            f"  source     {fate.mutant.source}",
            f"  expected   to be rejected by {fate.mutant.killer}, or by any other case",
        ]
    )


def _unchecked(table: KillTable) -> list[Fate]:
    return [fate for fate in table.fates if fate.unchecked is not None and not fate.killers]


def _finding(id_: str, reason: str) -> Finding:
    return Finding(
        id=id_, level="unchecked", where=_ADAPTERS, expected="a result", actual="none", message=reason
    )
