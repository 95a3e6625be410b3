"""Says where a database differs from the models.

Everything is read in one transaction, from one snapshot of the catalog, and
the transaction is rolled back: the check leaves nothing behind.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import psycopg

from harness.errors import StackError
from harness.models import ENTITIES
from harness.models.outcome import Finding
from migrations.catalog import query
from migrations.connection import connect, server_version
from migrations.drift.access import judge_access
from migrations.drift.constraints import judge_checks, judge_foreign_keys
from migrations.drift.expected import create_expected
from migrations.drift.exposure import judge_exposure
from migrations.drift.facts import Catalog, read_catalog
from migrations.drift.functions import examined_functions, judge_functions
from migrations.drift.keys import judge_indexes, judge_uniques
from migrations.drift.roles import judge_roles
from migrations.drift.settings import judge_settings
from migrations.drift.tables import judge_columns, judge_table, present
from migrations.drift.triggers import judge_triggers
from migrations.requirements import INDEXES, OUTSIDERS, SERVICE_ROLE

__all__ = ["Examination", "check", "examine", "examine_in"]


@dataclass(frozen=True, kw_only=True)
class Examination:
    """What was looked at, and what was found."""

    findings: tuple[Finding, ...]
    """None of them means that the database is what the models say."""
    examined: Mapping[str, int]
    """How many objects were compared, by kind. Never all zero: the tables are always asked for."""
    postgres: str
    """The version of the server."""


def check(dsn: str) -> tuple[Finding, ...]:
    """Compare a database with the models; an empty result is the only good one. Errors as in `examine`."""
    return examine(dsn).findings


def examine(dsn: str) -> Examination:
    """Compare a database with the models, and count what was compared.

    Tables and functions that the models do not know are nobody's business but their owner's, unless they
    open ours to somebody.

    Raises StackError if the database cannot be reached or this role may not look: connect as the owner of
    the tables, ``postgres`` on hosted projects.
    """
    with connect(dsn, application_name="parity schema check") as connection:
        try:
            return examine_in(connection)
        except psycopg.Error as cause:
            state = cause.sqlstate or "the connection was lost"
            raise StackError(
                "The schema could not be examined: "
                f"{cause.diag.message_primary or type(cause).__name__} ({state}). "
                "Connect as the owner of the tables, to Postgres 15 or newer."
            ) from cause
        finally:
            if not connection.broken:
                connection.rollback()


def examine_in(connection: psycopg.Connection) -> Examination:
    """Compare what a transaction sees, which may have changed it before; the caller rolls it back.

    The transaction must be of level REPEATABLE READ, or not have begun.
    """
    connection.execute(query("drift_begin"))
    create_expected(connection)
    row = connection.execute(query("drift_namespace")).fetchone()
    live_namespace, expected_namespace = row if row is not None else (None, None)
    live = read_catalog(connection, live_namespace)
    expected = read_catalog(connection, expected_namespace)
    return Examination(
        findings=tuple(_compare(connection, live, expected)),
        examined=_count(live, expected),
        postgres=server_version(connection),
    )


def _compare(connection: psycopg.Connection, live: Catalog, expected: Catalog) -> Iterator[Finding]:
    for table, entity in ENTITIES.items():
        yield from judge_table(live, entity)
        if not present(live, table):
            continue  # said once; all that the table would contain follows from it
        yield from judge_columns(live, expected, entity)
        yield from judge_checks(live, expected, entity)
        yield from judge_uniques(live, expected, entity)
        yield from judge_foreign_keys(live, entity)
        yield from judge_indexes(live, expected, entity)
        yield from judge_triggers(connection, live, entity)
        yield from judge_access(live, entity)
    yield from judge_functions(live)
    yield from judge_roles(live)
    yield from judge_settings(live)
    yield from judge_exposure(live)


def _count(live: Catalog, expected: Catalog) -> Mapping[str, int]:
    there = {table: entity for table, entity in ENTITIES.items() if present(live, table)}
    return {
        "tables": len(ENTITIES),
        "columns": sum(column.table in there for column in expected.columns),
        "checks": sum(fact.table in there for fact in expected.constraints),
        "unique keys": sum(fact.table in there and fact.is_unique for fact in expected.indexes),
        "foreign keys": sum(
            column.references is not None for entity in there.values() for column in entity.columns
        ),
        "indexes": sum(index.table in there for index in INDEXES),
        "triggers": sum(entity.updated is not None for entity in there.values()),
        "privileges": len(there) * (len(OUTSIDERS) + len(("PUBLIC", SERVICE_ROLE))),
        "functions": len(examined_functions(live)),
    }
