"""What the tests of a copy share: one call that copies, and what is in the target afterwards."""

from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from harness.models import ENTITIES
from migrations.loading.copying import copy_rows
from migrations.loading.plan import LoadPlan
from migrations.loading.postgres import PostgresTarget
from migrations.loading.result import CopyResult
from migrations.sources.location import DatabaseAt
from migrations.sources.source import Source

Copy = Callable[..., CopyResult]
Table = list[tuple[Any, ...]]


@pytest.fixture
def copy(dsn: str, tmp_path: Path) -> Copy:
    """Copy a source into the test's database, by default in segments of ten rows."""

    def copy(
        source: Source, *, executor: Executor | None = None, to: str | None = None, **options: Any
    ) -> CopyResult:
        plan = LoadPlan(**{"rows_per_segment": 10, **options})
        at = DatabaseAt(to or dsn)
        with ThreadPoolExecutor(2) as threads:
            return copy_rows(
                source,
                source.inspect(),
                PostgresTarget(at),
                at,
                plan,
                executor=executor or threads,
                window=3,
                quarantine=lambda run_id: tmp_path / f"{run_id}.jsonl",
            )

    return copy


@pytest.fixture
def contents(dsn: str) -> Callable[[], dict[str, Table]]:
    """All rows of all tables as Postgres prints them, with the transaction that wrote each."""

    def contents() -> dict[str, Table]:
        with psycopg.connect(dsn) as connection:
            return {
                table: connection.execute(
                    sql.SQL("SELECT t.*::text, t.xmin::text FROM {} AS t ORDER BY id").format(
                        sql.Identifier("public", table)
                    )
                ).fetchall()
                for table in ENTITIES
            }

    return contents
