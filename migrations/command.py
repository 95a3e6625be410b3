"""``harness schema``: applies the migrations to DATABASE_URL, and checks the result against the models.

Exit status: 0 applied, or as the models say; 1 a migration fails or an object differs; 2 could not check.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import click

from harness.errors import ConfigurationError
from harness.models.outcome import Counts, Finding, Outcome, Status, Subject
from harness.redact import redact
from harness.reports.files import remove, write_json
from harness.settings import Settings, StackKind, export, secrets
from harness.version import version
from migrations.apply import STATEMENT_TIMEOUT_S
from migrations.apply import apply as apply_migrations
from migrations.check import examine
from migrations.errors import MigrationError
from migrations.files import PACKAGED, hash_of, read_directory
from migrations.provenance import judge_ledger, proven_hash

__all__ = ["schema"]


def _options(command: Callable[..., int]) -> Callable[..., int]:
    for option in (
        click.option("--json", "json_path", metavar="PATH", help="Write the outcome as JSON; - is stdout."),
        click.option(
            "--stack",
            type=click.Choice(["embedded", "docker", "external"]),
            help="What DATABASE_URL belongs to, for the report. Default: HARNESS_STACK.",
        ),
        click.option("--database-url", metavar="URL", help="Default: DATABASE_URL. In session mode."),
        click.option(
            "--sql", type=click.Path(path_type=Path), help="Use this directory of NNN_name.sql migrations."
        ),
    ):
        command = option(command)
    return command


@click.group()
def schema() -> None:
    """Apply and check the migrations of the database that DATABASE_URL names."""


@schema.command()
@_options
@click.option("--include-all", is_flag=True, help="Apply new files also if later ones are applied already.")
@click.option(
    "--statement-timeout",
    type=click.IntRange(min=0),
    default=STATEMENT_TIMEOUT_S,
    show_default=True,
    metavar="SECONDS",
    help="How long one statement may take, to build an index on a large table, say; 0 is no limit.",
)
def apply(
    *,
    sql: Path | None,
    database_url: str | None,
    stack: StackKind | None,
    json_path: str | None,
    include_all: bool,
    statement_timeout: int,
) -> int:
    """Apply what is missing, each file once and in a transaction of its own."""
    run = _Run.begin("schema apply", sql, database_url, stack, json_path)
    migrations = read_directory(run.directory)
    total = len(migrations)
    try:
        done = apply_migrations(
            run.dsn, run.directory, include_all=include_all, statement_timeout_s=statement_timeout
        )
    except MigrationError as error:
        place = error.file if error.line is None else f"{error.file}, line {error.line}"
        finding = Finding(
            id=f"migration.{error.file}",
            level="core",
            where=place,
            expected="applied",
            actual="refused",
            message=str(error),
        )
        counts = Counts(expected=total, executed=1, passed=0, failed=1, unchecked=total - 1)
        return run.end({"migrations": counts}, (finding,), None, migrations_hash=hash_of(migrations))
    for note in done.notes:
        click.echo(redact(note, secrets()), err=True)
    counts = Counts(expected=total, executed=total, passed=total, failed=0)
    said = f"{', '.join(done.applied)} applied" if done.applied else "nothing to apply"
    return run.end(
        {"migrations": counts},
        (),
        f"OK: {said}; the database has all {total} migrations.",
        migrations_hash=done.migrations_hash,
    )


@schema.command()
@_options
def check(
    *, sql: Path | None, database_url: str | None, stack: StackKind | None, json_path: str | None
) -> int:
    """Compare the database with the models, object by object."""
    run = _Run.begin("schema check", sql, database_url, stack, json_path)
    migrations = read_directory(run.directory)
    result = examine(run.dsn)
    # A database made from other files than the packaged ones is nothing special, unless we are told which.
    late = judge_ledger(run.dsn, migrations) if run.directory != PACKAGED else ()
    findings = (*late, *result.findings)
    total = sum(result.examined.values())
    failed = min(len(findings), total)
    examined = ", ".join(f"{number} {kind}" for kind, number in result.examined.items())
    return run.end(
        {"objects": Counts(expected=total, executed=total, passed=total - failed, failed=failed)},
        findings,
        f"OK: as the models say ({examined}).",
        migrations_hash=proven_hash(run.dsn, migrations),
        target={"postgres": result.postgres},
    )


@dataclass(frozen=True, kw_only=True)
class _Run:
    """What both commands have in common: where they begin, and how they end."""

    step: str
    settings: Settings
    dsn: str
    directory: Path
    json_path: str | None
    started_at: datetime

    @classmethod
    def begin(
        cls,
        step: str,
        sql: Path | None,
        database_url: str | None,
        stack: StackKind | None,
        json_path: str | None,
    ) -> "_Run":
        """Read the settings. Raises ConfigurationError, with the way out, if no database is named."""
        started_at = datetime.now(UTC)
        if json_path not in {None, "-"}:
            remove(Path(str(json_path)))
        if stack is not None:
            export("HARNESS_STACK", stack)
        if database_url is not None:
            # Where what is printed looks for passwords.
            export("DATABASE_URL", database_url)
        settings = Settings.from_environ()
        if settings.database_url is None:
            raise ConfigurationError(
                "DATABASE_URL is not set. Set it to the database to work on, in session mode, or start one: "
                'harness stack up; eval "$(harness stack env)"'
            )
        return cls(
            step=step,
            settings=settings,
            dsn=settings.database_url,
            directory=(sql.absolute() if sql is not None else None) or settings.sql_dir or PACKAGED,
            json_path=json_path,
            started_at=started_at,
        )

    def end(
        self,
        counts: Mapping[str, Counts],
        findings: tuple[Finding, ...],
        good: str | None,
        *,
        migrations_hash: str | None,
        target: Mapping[str, str] | None = None,
    ) -> int:
        """Print and write the outcome; returns the exit status."""
        outcome = Outcome(
            run_id=self.settings.run_id or uuid4().hex,
            step=self.step,
            status=Status.FAILED if findings else Status.PASSED,
            started_at=self.started_at,
            duration_s=(datetime.now(UTC) - self.started_at).total_seconds(),
            subject=Subject(
                harness={"version": version()},
                target={"stack": self.settings.stack, **(target or {})},
                migrations_hash=migrations_hash,
            ),
            counts=counts,
            findings=findings,
        )
        # With --json -, the only thing on stdout is the JSON.
        talk = self.json_path == "-"
        for finding in findings:
            click.echo(redact(_text(finding), secrets()), err=talk)
        if not findings and good is not None:
            click.echo(good, err=talk)
        elif findings:
            noun = "finding" if len(findings) == 1 else "findings"
            click.echo(f"FAILED: {len(findings)} {noun}.", err=talk)
        if talk:
            click.echo(_dump(outcome.to_json()))
        elif self.json_path is not None:
            write_json(Path(self.json_path), outcome.to_json())
        return outcome.exit_status


def _text(finding: Finding) -> str:
    return f"{finding.id}: {finding.message}\n  expected: {finding.expected}\n  actual:   {finding.actual}"


def _dump(value: Any) -> str:
    return redact(json.dumps(value, indent=2, ensure_ascii=False), secrets())
