"""``harness schema types``: writes the TypeScript type that supabase-js takes, or checks that a file has it.

Exit status: 0 written, or the file declares the database; 1 it does not; 2 could not look.
"""

from pathlib import Path

import click

from harness.errors import ConfigurationError
from harness.reports.files import write_text
from migrations.run import Run
from migrations.typescript.choices import with_unions
from migrations.typescript.comparison import compare
from migrations.typescript.document import document
from migrations.typescript.judgement import counts_of
from migrations.typescript.reading import read_types_file
from migrations.typescript.sides import Sides, database_side, file_side
from migrations.typescript.source import Source, from_database, from_migrations

__all__ = ["types"]


@click.command()
@click.option(
    "--sql",
    type=click.Path(path_type=Path),
    help="Apply this directory of NNN_name.sql migrations to an embedded database, and read that.",
)
@click.option(
    "--database-url",
    metavar="URL",
    help="Read this database. Default: DATABASE_URL, and without it our own migrations as with --sql.",
)
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Write here. Default: stdout.")
@click.option(
    "--check",
    "checked",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write nothing, and say where FILE differs; formatting and the generator's version do not matter.",
)
@click.option(
    "--postgrest-version",
    metavar="VERSION",
    help="The version to name in the file. Default: that of the embedded stack, none for --database-url.",
)
@click.option(
    "--unions",
    is_flag=True,
    help="Write what a CHECK accepts, 'pending' | 'booked', where the official generator writes string.",
)
@click.option("--json", "json_path", metavar="PATH", help="With --check: write the outcome as JSON.")
def types(
    *,
    sql: Path | None,
    database_url: str | None,
    out: Path | None,
    checked: Path | None,
    postgrest_version: str | None,
    unions: bool,
    json_path: str | None,
) -> int:
    """Write the TypeScript type Database of a database, as `supabase gen types typescript` does."""
    _refuse_contradictions(sql, database_url, out, checked, json_path)
    run = Run.begin("schema types", sql, database_url, None, json_path)
    if checked is not None:
        return _check(run, checked, from_embedded=sql is not None)
    source = _source(run, from_embedded=sql is not None)
    schema = with_unions(source.schema) if unions else source.schema
    text = document(schema, postgrest=postgrest_version or source.postgrest)
    if out is None:
        click.echo(text, nl=False)
        return 0
    write_text(out, text)
    click.echo(
        f"{out}: {len(source.schema.relations)} tables and views, {len(source.schema.functions)} functions.",
        err=True,
    )
    return 0


def _refuse_contradictions(
    sql: Path | None, database_url: str | None, out: Path | None, checked: Path | None, json_path: str | None
) -> None:
    if sql is not None and database_url is not None:
        raise ConfigurationError("--sql and --database-url name two sources; give one of them.")
    if out is not None and checked is not None:
        raise ConfigurationError("--check writes nothing; give --out or --check.")
    if json_path is not None and checked is None:
        raise ConfigurationError(
            "--json is for the outcome of --check; the types go to --out FILE or stdout."
        )


def _source(run: Run, *, from_embedded: bool) -> Source:
    if from_embedded or run.settings.database_url is None:
        return from_migrations(run.settings, run.directory)
    return from_database(run.dsn)


def _check(run: Run, path: Path, *, from_embedded: bool) -> int:
    file = file_side(read_types_file(path))
    source = _source(run, from_embedded=from_embedded)
    sides = Sides(path=str(path), file=file, database=database_side(source.schema), models=None)
    report = compare(sides, strict=True)
    if report.compared == 0:
        raise ConfigurationError(
            f"Schema {source.schema.name} of the database is empty, and so is the one of {path}: "
            "nothing was compared. Apply the migrations first."
        )
    return run.end(
        counts_of(report),
        tuple(report.findings),
        f"OK: {path} declares what the database has ({report.compared} objects compared).",
        migrations_hash=source.migrations_hash,
        target={"postgres": source.schema.postgres},
        notes=tuple(f"Not compared: {note}." for note in report.notes),
    )
