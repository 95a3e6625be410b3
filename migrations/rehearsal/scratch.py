"""A database to rehearse in: a copy of the migrated template, gone at the end."""

import io
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from harness.models import ENTITIES
from harness.settings import Settings
from harness.stack.opening import attach, own_kind, start
from migrations.loading.copying import copy_rows
from migrations.loading.plan import LoadPlan
from migrations.loading.progress import Progress
from migrations.loading.result import CopyResult
from migrations.loading.targets import target_at
from migrations.rehearsal.prediction import Prediction, predicted
from migrations.sources.location import DatabaseAt, SnapshotAt
from migrations.sources.opening import opened

__all__ = ["Options", "Scratch", "scratch"]

_WORKERS = 2


@dataclass(frozen=True, kw_only=True)
class Options:
    """How a source is read."""

    allow_empty: bool = False
    allow_uncounted: bool = False


@dataclass(frozen=True, kw_only=True)
class Scratch:
    """The database, and a directory for what the commands write."""

    dsn: str
    directory: Path
    stack: str
    """The kind of the servers."""
    postgres: str
    migrations_hash: str | None

    @property
    def database(self) -> DatabaseAt:
        """The database as a place."""
        return DatabaseAt(self.dsn)

    def copy(self, source: SnapshotAt, options: Options, *, dry_run: bool = False) -> CopyResult:
        """Copy a snapshot into it, as ``harness migrate copy`` does."""
        with (
            opened(source, allow_uncounted=options.allow_uncounted) as rows,
            ThreadPoolExecutor(_WORKERS) as executor,
        ):
            inventory = rows.inspect(allow_empty=options.allow_empty)
            return copy_rows(
                rows,
                inventory,
                target_at(self.database, self.directory),
                self.database,
                LoadPlan(dry_run=dry_run),
                executor=executor,
                window=_WORKERS + 1,
                quarantine=lambda run_id: self.directory / f"quarantine-{run_id}.jsonl",
                progress=Progress(rows=sum(inventory.counts.values()), stream=io.StringIO()),
            )

    def plan(self, source: SnapshotAt, options: Options) -> Prediction:
        """Plan to copy a snapshot into it, as ``harness migrate plan`` does."""
        return predicted(
            source,
            self.database,
            self.directory / f"plan-{source.path.stem}.jsonl",
            allow_empty=options.allow_empty,
            allow_uncounted=options.allow_uncounted,
        )

    def counts(self) -> Mapping[str, int]:
        """Count the rows of each table."""
        with psycopg.connect(self.dsn) as connection:
            return {
                table: connection.execute(
                    sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier("public", table))
                ).fetchone()[0]  # type: ignore[index]  # count(*) always returns a row
                for table in ENTITIES
            }

    def empty(self) -> None:
        """Remove all rows, and all memory of copies."""
        tables = sql.SQL(", ").join(sql.Identifier("public", table) for table in ENTITIES)
        with psycopg.connect(self.dsn) as connection:
            connection.execute(sql.SQL("TRUNCATE {}").format(tables))
            connection.execute("DROP SCHEMA IF EXISTS parity_migration CASCADE")


@contextmanager
def scratch(settings: Settings, directory: Path) -> Iterator[Scratch]:
    """Make one, in the stack that HARNESS_STACK_FILE names, or in one that is started for it.

    Never in a given project: a rehearsal writes and deletes. Raises StackError.
    """
    file = settings.stack_file
    with (
        start(settings, own_kind(settings)) if file is None else attach(file) as stack,
        stack.clone() as database,
    ):
        yield Scratch(
            dsn=database.coordinates.database_url,
            directory=directory,
            stack=stack.kind,
            postgres=stack.postgres_version,
            migrations_hash=stack.migrations_hash or None,
        )
