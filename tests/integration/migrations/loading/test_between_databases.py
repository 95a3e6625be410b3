"""A database is copied as it was at one moment, every value as it is."""

from collections.abc import Callable

import psycopg
from psycopg import sql

from harness.models import ENTITIES
from harness.stack.template import TEMPLATE
from migrations.loading.result import CopyResult
from migrations.sources.location import DatabaseAt
from migrations.sources.opening import opened
from tests.integration.migrations.conftest import copy as copy_of
from tests.integration.migrations.loading.rows import HandMade, rows_of

Copy = Callable[..., CopyResult]
ALL = HandMade({table: rows_of(table, 25) for table in ENTITIES})


def printed(dsn: str) -> dict[str, list[tuple[str]]]:
    with psycopg.connect(dsn) as connection:
        return {
            table: connection.execute(
                sql.SQL("SELECT t.*::text FROM {} AS t ORDER BY id").format(sql.Identifier("public", table))
            ).fetchall()
            for table in ENTITIES
        }


def test_a_database_is_copied_whole(copy: Copy, dsn: str, cluster: str) -> None:
    copy(ALL)
    other = copy_of(cluster, TEMPLATE)
    with opened(DatabaseAt(dsn)) as source:
        result = copy(source, to=other)
    assert (result.read, result.inserted) == (150, 150)
    assert printed(other) == printed(dsn)


def test_rows_that_are_written_meanwhile_are_not_copied(copy: Copy, dsn: str, cluster: str) -> None:
    copy(ALL)
    other = copy_of(cluster, TEMPLATE)
    before = printed(dsn)
    with opened(DatabaseAt(dsn)) as source:
        source.inspect()
        with psycopg.connect(dsn) as writer:
            writer.execute("UPDATE public.sync_jobs SET last_error = 'later'")
            writer.execute("DELETE FROM public.webhook_events")
        assert copy(source, to=other).inserted == 150
    assert printed(other) == before
