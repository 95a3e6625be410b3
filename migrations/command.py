"""``harness schema``: applies the migrations to DATABASE_URL, and checks the result against models and files.

Exit status: 0 applied, or as the models say; 1 a migration fails or an object differs; 2 could not check.
"""

from collections.abc import Callable
from pathlib import Path

import click

from harness.models.outcome import Counts, Finding
from harness.redact import redact
from harness.settings import StackKind, secrets
from migrations import options
from migrations.apply import STATEMENT_TIMEOUT_S
from migrations.apply import apply as apply_migrations
from migrations.errors import MigrationError
from migrations.files import PACKAGED, hash_of, read_directory
from migrations.linting.command import lint
from migrations.run import Run
from migrations.security.command import security
from migrations.three_sides import Request, check_all
from migrations.typescript.command import types

__all__ = ["schema"]


def _options(command: Callable[..., int]) -> Callable[..., int]:
    for option in (
        options.json_path,
        options.stack("DATABASE_URL"),
        click.option("--database-url", metavar="URL", help="Default: DATABASE_URL. In session mode."),
        options.sql,
    ):
        command = option(command)
    return command


@click.group()
def schema() -> None:
    """Apply, check and examine migrations, and write the types of the database that they make."""


schema.add_command(types)
schema.add_command(lint)
schema.add_command(security)


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
    run = Run.begin("schema apply", sql, database_url, stack, json_path)
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
    counts = Counts.of(total)
    said = f"{', '.join(done.applied)} applied" if done.applied else "nothing to apply"
    return run.end(
        {"migrations": counts},
        (),
        f"OK: {said}; the database has all {total} migrations.",
        migrations_hash=done.migrations_hash,
    )


@schema.command()
@_options
@click.option(
    "--types",
    "types_path",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="The application's file with the type Database, to compare it with the models and the database.",
)
@click.option(
    "--models-only",
    is_flag=True,
    help="Compare with the models only: the SQL files are applied to no empty database.",
)
def check(
    *,
    sql: Path | None,
    database_url: str | None,
    stack: StackKind | None,
    json_path: str | None,
    types_path: Path | None,
    models_only: bool,
) -> int:
    """Compare the database, the models and the SQL files with each other, object by object."""
    run = Run.begin("schema check", sql, database_url, stack, json_path)
    # A database made from other files than the packaged ones is nothing special, unless we are told which.
    asked = Request(
        dsn=run.dsn,
        settings=run.settings,
        directory=run.directory,
        named=run.directory != PACKAGED,
        models_only=models_only,
        types=types_path,
    )
    result = check_all(asked)
    return run.end(
        result.counts,
        result.findings,
        f"OK: {result.summary}.",
        migrations_hash=result.migrations_hash,
        target={"postgres": result.postgres},
        notes=result.notes,
    )
