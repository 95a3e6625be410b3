"""The step `stack`: servers for this run, started by the gate itself and owned by it."""

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg

from harness.errors import HarnessError
from harness.gate.steps import STACK, unchecked
from harness.models.outcome import Counts, Outcome, Status, Subject
from harness.settings import Settings
from harness.stack.opening import start as start_stack
from harness.stack.protocol import Stack
from harness.stack.template import registered_preparation
from harness.version import version

__all__ = ["Started", "start"]


@dataclass(frozen=True, kw_only=True)
class Started:
    """What the step `stack` leaves to the others."""

    outcome: Outcome
    stack: Stack | None
    """None unless it runs."""
    template_problem: str | None
    """Why clones of the template are of no use: the migrations could not be applied to it."""

    @property
    def subject(self) -> Subject:
        """The servers that are examined."""
        return self.outcome.subject


def start(settings: Settings, run_id: str, on_exit: ExitStack) -> Started:
    """Start the stack of the settings; `on_exit` closes it.

    Migrations that cannot be applied are not this step's finding, but that of the rehearsal: so the stack
    starts with an empty template, and says so.
    """
    started_at = datetime.now(UTC)
    problems: list[str] = []

    def prepare(dsn: str) -> str:
        try:
            return registered_preparation(dsn)
        except (HarnessError, psycopg.Error) as error:
            problems.append(str(error).strip())
            return ""

    try:
        stack = start_stack(settings, settings.stack, prepare=prepare)
    except HarnessError as error:
        reason = str(error)
        return Started(
            outcome=unchecked(
                STACK, reason, run_id=run_id, started_at=started_at, duration_s=_since(started_at)
            ),
            stack=None,
            template_problem=None,
        )
    on_exit.callback(stack.close)
    outcome = Outcome(
        run_id=run_id,
        step=STACK,
        status=Status.PASSED,
        started_at=started_at,
        duration_s=_since(started_at),
        subject=Subject(
            harness={"version": version()},
            target=stack.target,
            migrations_hash=stack.migrations_hash or None,
        ),
        counts={"servers": Counts(expected=2, executed=2, passed=2, failed=0)},
    )
    return Started(outcome=outcome, stack=stack, template_problem=problems[0] if problems else None)


def _since(started_at: datetime) -> float:
    return (datetime.now(UTC) - started_at).total_seconds()
