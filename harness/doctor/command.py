"""``harness doctor``: one line for each thing that a run needs.

Exit status 0, or 2 if something is missing.
"""

import json
import uuid
from datetime import UTC, datetime
from pathlib import Path

import click

from harness.doctor import environment, machine, servers
from harness.doctor.containers import containers
from harness.doctor.items import Item, State, ok, problem
from harness.errors import HarnessError
from harness.models.outcome import Counts, Finding, Outcome, Status, Subject
from harness.models.verdict import UNCHECKED_LEVEL
from harness.redact import redact
from harness.reports.files import remove, write_json
from harness.settings import Settings, inherited, secrets
from harness.stack.account import Account
from harness.stack.install import installation
from harness.version import version

__all__ = ["doctor"]

_SIGN = {State.OK: "ok", State.OPTIONAL: "--", State.PROBLEM: "!!"}
_TEMP_MB = 100


@click.command()
@click.option("--json", "json_path", metavar="PATH", help="Write the outcome as JSON; - is stdout.")
@click.option("--config", type=click.Path(path_type=Path), help="Use this file instead of ./parity.toml.")
def doctor(json_path: str | None, config: Path | None) -> int:
    """Say what is there, what is missing, and how to get it."""
    started_at = datetime.now(UTC)
    if json_path not in {None, "-"}:
        remove(Path(str(json_path)))
    items = _examine(config)
    outcome = outcome_of(items, started_at=started_at, ended_at=datetime.now(UTC), run_id=_run_id())
    for item in items:
        line = redact(f"{_SIGN[item.state]} {item.name:<10} {item.sentence}", secrets())
        click.echo(line, err=json_path == "-")
    if json_path == "-":
        click.echo(json.dumps(outcome.to_json(), indent=2, ensure_ascii=False))
    elif json_path is not None:
        write_json(Path(json_path), outcome.to_json())
    if outcome.exit_status:
        click.echo(redact(f"Error: {_first_problem(items)}", secrets()), err=True)
    return outcome.exit_status


def outcome_of(items: list[Item], *, started_at: datetime, ended_at: datetime, run_id: str) -> Outcome:
    """The outcome of the step `doctor`: a problem is unchecked, as nothing can be said until it is solved."""
    problems = [item for item in items if item.state is State.PROBLEM]
    return Outcome(
        run_id=run_id,
        step="doctor",
        status=Status.UNCHECKED if problems else Status.PASSED,
        started_at=started_at,
        duration_s=(ended_at - started_at).total_seconds(),
        subject=Subject(harness={"version": version()}),
        counts={
            "needs": Counts(
                expected=len(items),
                executed=len(items),
                passed=len(items) - len(problems),
                failed=0,
                unchecked=len(problems),
            )
        },
        findings=tuple(
            Finding(
                id=f"doctor.{item.name}",
                level=UNCHECKED_LEVEL,
                where=item.name,
                expected="present",
                actual=item.fact,
                message=item.sentence,
            )
            for item in problems
        ),
    )


def _examine(config: Path | None) -> list[Item]:
    items = [
        machine.python(),
        machine.packages(),
        machine.temporary(_TEMP_MB),
        environment.pytest_options(inherited({}).get("PYTEST_ADDOPTS")),
    ]
    try:
        settings = Settings.from_environ()
    except HarnessError as error:
        return [*items, problem("settings", str(error), "")]
    items += [
        ok("settings", f"stack {settings.stack}, DB_MODE {settings.db_mode or 'not set'}"),
        environment.external(settings),
        environment.parity_toml(config),
    ]
    if settings.stack == "embedded":
        items += _servers(settings, Account.current())
    elif settings.stack == "docker":
        items += containers(settings.docker)
    return items


def _servers(settings: Settings, account: Account) -> list[Item]:
    installed = installation(settings, account)
    items = [
        servers.account(account),
        servers.cache(settings, account, installed=installed is not None),
        servers.node(installed=installed is not None),
    ]
    # What cannot be installed need not be reachable: that question takes seconds.
    if installed is not None or not any(item.state is State.PROBLEM for item in items):
        items.append(servers.servers(installed))
    return items


def _run_id() -> str:
    try:
        return Settings.from_environ().run_id or uuid.uuid4().hex
    except HarnessError:
        return uuid.uuid4().hex


def _first_problem(items: list[Item]) -> str:
    return next(item.sentence for item in items if item.state is State.PROBLEM)
