"""``harness gate`` and ``harness verdict``: the rim that reads options, prints and writes files."""

import json
import secrets as random
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from harness.errors import ConfigurationError
from harness.gate.recheck import recheck
from harness.gate.runner import Runner
from harness.gate.sequence import Level, Options, Sequence
from harness.gate.steps import GATE
from harness.gate.subject import subject_of
from harness.gate.target import require_same_servers
from harness.gate.verdict import judge
from harness.models.outcome import Finding, Outcome
from harness.models.verdict import UNCHECKED_LEVEL, Row
from harness.redact import redact
from harness.reports import directory, terminal
from harness.reports.files import remove, reserve, write_json
from harness.reports.run import GateRun
from harness.revision import WorkCopy
from harness.settings import Settings, StackKind, export, secrets
from harness.settings.parity_toml import ParityToml, load

__all__ = ["gate", "outcome_of", "verdict"]


class _Path(click.Path):
    """A path, and not an empty one, which is the working directory: ``--sql "$UNSET"`` names none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value == "":
            self.fail("The path is empty.", param, ctx)
        return super().convert(value, param, ctx)


@click.command()
@click.option("--sql", type=_Path(path_type=Path), help="Use this directory of NNN_name.sql migrations.")
@click.option("--level", type=click.Choice(["core", "strict"]), help="The cases to run; default: strict.")
@click.option("--workers", type=click.IntRange(min=1), help="Processes that run the contract.")
@click.option(
    "--json",
    "json_path",
    type=_Path(readable=False),
    metavar="PATH",
    help="Write the outcome as JSON; - is stdout.",
)
@click.option(
    "--report",
    type=_Path(path_type=Path, file_okay=False),
    help="Write every outcome, log and summary there.",
)
@click.option(
    "--stack",
    type=click.Choice(["embedded", "docker", "external"]),
    help="Start servers for this run, or use SUPABASE_URL. Default: external where SUPABASE_URL is set.",
)
@click.option(
    "--allow-writes",
    is_flag=True,
    help="With --stack external: the contract may write rows to its empty tables, and removes them.",
)
@click.option("--config", type=_Path(path_type=Path), help="Use this file instead of ./parity.toml.")
def gate(
    *,
    sql: Path | None,
    level: Level | None,
    workers: int | None,
    json_path: str | None,
    report: Path | None,
    stack: StackKind | None,
    allow_writes: bool,
    config: Path | None,
) -> int:
    """Say READY (0), NOT READY (1) or COULD NOT CHECK (2).

    The last line on stdout is the verdict; it names what was examined.
    """
    started_at = datetime.now(UTC)
    _clear_results(json_path, report)
    settings = _settings(sql, stack)
    if allow_writes and settings.stack != "external":
        raise click.UsageError("--allow-writes goes with --stack external.")
    parity_toml = load(config)
    options = Options(
        level=level,
        workers=workers,
        config=parity_toml,
        config_path=config,
        allow_writes=allow_writes,
        work_copy=_work_copy(parity_toml, json_path, report),
    )
    with tempfile.TemporaryDirectory(prefix="parity-gate-") as private:
        runner = Runner(run_id=_new_run_id(started_at), directory=Path(private))
        sequence = Sequence(settings, options, runner, lambda text: click.echo(text, err=True))
        sequence.run()
        run = GateRun(
            run_id=runner.run_id,
            level=level or "strict",
            started_at=started_at,
            duration_s=(datetime.now(UTC) - started_at).total_seconds(),
            subject=subject_of(sequence.outcomes, level=level or "strict"),
            verdict=judge(sequence.expected, sequence.outcomes),
            report=report,
        )
        outcome = outcome_of(run)
        if report is not None:
            outcome = directory.write(
                report, run, outcome, sequence.outcomes, logs=Path(private), secrets=secrets()
            )
    _print(run, outcome, json_path)
    return outcome.exit_status


@click.command()
@click.option(
    "--report", type=_Path(path_type=Path), required=True, help="The report directory of a gate run."
)
@click.option(
    "--json",
    "json_path",
    type=_Path(allow_dash=True),
    metavar="PATH",
    help="Write the outcome as JSON; - is stdout.",
)
def verdict(*, report: Path, json_path: str | None) -> int:
    """Recompute the verdict of a gate run from the files of its report, and believe nothing else.

    Where SUPABASE_URL names a project, a report that was made on another major of Postgres or PostgREST is
    refused: 2.
    """
    if json_path not in {None, "-"} and Path(str(json_path)).resolve().is_relative_to(report.resolve()):
        raise click.BadParameter(f"{json_path} lies in the report that is to be read.", param_hint="--json")
    _clear_results(json_path, None)
    run = recheck(report, datetime.now(UTC))
    require_same_servers(run.subject.target, Settings.from_environ())
    outcome = outcome_of(run)
    _print(run, outcome, json_path)
    return outcome.exit_status


def _clear_results(json_path: str | None, report: Path | None) -> None:
    """Remove what an earlier run wrote, before anything can fail: an old READY must not survive."""
    path = None if json_path in {None, "-"} else Path(str(json_path))
    try:
        if path is not None:
            remove(path)
    finally:
        if report is not None:
            directory.prepare(report)
    if path is not None:
        reserve(path)


def _settings(sql: Path | None, stack: StackKind | None) -> Settings:
    if sql is not None:
        export("HARNESS_SQL", str(sql.absolute()))
    if stack is not None:
        export("HARNESS_STACK", stack)
    settings = Settings.from_environ()
    if settings.sql_dir is not None and not any(settings.sql_dir.glob("*.sql")):
        raise ConfigurationError(
            f"{settings.sql_dir} is no directory with .sql files; give --sql one of NNN_name.sql files."
        )
    return settings


def _work_copy(config: ParityToml, json_path: str | None, report: Path | None) -> WorkCopy | None:
    """Where the application's commit is read, if its own adapter is to be judged."""
    if config.subject.bridge is None or config.subject.name is None:
        return None
    written = [config.directory / check.junit for check in config.checks]
    written += [] if json_path in {None, "-"} else [Path(str(json_path))]
    written += [] if report is None else [report]
    work_copy = WorkCopy(config.subject.name, config.directory, written)
    work_copy.look()  # what is there before the run is the application's, what comes later is not
    return work_copy


def _new_run_id(now: datetime) -> str:
    return f"{now:%Y%m%dT%H%M%S}-{random.token_hex(4)}"


def outcome_of(run: GateRun) -> Outcome:
    """The outcome of the step ``gate``: everything that the steps counted and found."""
    verdict = run.verdict
    return Outcome(
        run_id=run.run_id,
        step=GATE,
        status=verdict.status,
        started_at=run.started_at,
        duration_s=run.duration_s,
        subject=run.subject,
        counts=verdict.counts,
        findings=(
            *verdict.findings,
            *(_unchecked(row) for row in verdict.rows if row.reason),
            *verdict.gaps,
            *verdict.advice,
        ),
    )


def _unchecked(row: Row) -> Finding:
    return Finding(
        id=f"gate.{row.step.replace(' ', '_')}.unchecked",
        level=UNCHECKED_LEVEL,
        where=row.step,
        expected="a result",
        actual="none, or a part",
        message=row.reason or "",
    )


def _print(run: GateRun, outcome: Outcome, json_path: str | None) -> None:
    text = redact(terminal.render(run), secrets())
    if json_path is not None and json_path != "-":
        write_json(Path(json_path), outcome.to_json())
    if json_path == "-":
        # Data on stdout, talk on stderr.
        click.echo(text, err=True)
        click.echo(_dump(outcome))
    else:
        click.echo(text)


def _dump(outcome: Outcome) -> str:
    return json.dumps(outcome.to_json(), indent=2, ensure_ascii=False)
