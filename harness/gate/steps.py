"""The steps of a gate run, and the outcome of one that gave no result."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from harness.models.outcome import Finding, Outcome, Status, Subject
from harness.models.verdict import UNCHECKED_LEVEL
from harness.settings import StackKind

__all__ = [
    "CHECK_PREFIX",
    "CONTRACT",
    "DOCTOR",
    "GATE",
    "LOAD",
    "MIGRATION",
    "SCHEMA_APPLY",
    "SCHEMA_CHECK",
    "STACK",
    "SUBJECT",
    "Step",
    "expected_steps",
    "unchecked",
]

DOCTOR = "doctor"
STACK = "stack"
SCHEMA_APPLY = "schema apply"
SCHEMA_CHECK = "schema check"
MIGRATION = "migration"
"""The data, there and back, on a scratch database."""
CONTRACT = "contract"
"""On the reference adapters: it shows that servers, migrations and cases are good."""
SUBJECT = "contract subject"
"""On the user's own adapter: what the verdict is about."""
LOAD = "load compare"
"""Response times of both modes, side by side."""
GATE = "gate"
CHECK_PREFIX = "check:"


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step that is a sub-command in a process of its own."""

    name: str
    """The ``step`` that its outcome must carry."""
    command: tuple[str, ...]
    """The arguments after ``python -m harness``."""
    timeout_s: float


def expected_steps(
    stack: StackKind, checks: Iterable[str], *, subject: bool = False, load: bool = False
) -> tuple[str, ...]:
    """The names of all steps that a verdict needs, in order.

    `subject` if an adapter of the user's is named, `load` if response times are to be judged. A given project
    is never migrated by the gate, so its plan has no rehearsal of schema and data.
    """
    schema = (SCHEMA_CHECK,) if stack == "external" else (SCHEMA_APPLY, SCHEMA_CHECK, MIGRATION)
    judged = (CONTRACT, SUBJECT) if subject else (CONTRACT,)
    # Last: it measures, and nothing else shall run beside it.
    measured = (LOAD,) if load else ()
    return (DOCTOR, STACK, *schema, *judged, *(f"{CHECK_PREFIX}{name}" for name in checks), *measured)


def unchecked(
    step: str,
    reason: str,
    *,
    run_id: str,
    started_at: datetime,
    duration_s: float = 0.0,
    subject: Subject = Subject(),  # noqa: B008  # a frozen value
) -> Outcome:
    """The outcome of a step that gave no result; `reason` is one sentence."""
    return Outcome(
        run_id=run_id,
        step=step,
        status=Status.UNCHECKED,
        started_at=started_at,
        duration_s=duration_s,
        subject=subject,
        findings=(
            Finding(
                id=f"gate.{step.replace(' ', '_')}.unchecked",
                level=UNCHECKED_LEVEL,
                where=step,
                expected="a result",
                actual="none",
                message=reason,
            ),
        ),
    )
