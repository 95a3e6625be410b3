"""A Postgres as a source of rows, all of them of one moment, whoever writes meanwhile."""

import hashlib
import io
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import polars as pl
import psycopg
from psycopg import sql

from harness.errors import ConfigurationError, StackError
from harness.models import ENTITIES, Column, ColumnType, Entity, Row
from migrations.catalog import query
from migrations.pooler import require_session
from migrations.sources.columns import batch_of_columns
from migrations.sources.location import DatabaseAt
from migrations.sources.segment import Batch, Segment
from migrations.sources.sessions import explained, exported, session
from migrations.sources.source import SEGMENT_ROWS, Inventory

__all__ = ["PostgresSource", "opened_postgres"]

_ALSO: Mapping[ColumnType, frozenset[str]] = {
    ColumnType.TEXT: frozenset({"character varying", "uuid"}),
    ColumnType.INTEGER: frozenset({"smallint", "bigint"}),
    ColumnType.JSONB: frozenset({"json"}),
    ColumnType.UUID: frozenset({"text", "character varying"}),
    ColumnType.TEXT_ARRAY: frozenset({"character varying[]"}),
}
"""Types beside the model's own whose text says all that the value is; each row is judged all the same."""


@dataclass(frozen=True, kw_only=True)
class PostgresSource:
    """The rows of a database at an exported moment, which lives as long as the context that opened it."""

    location: DatabaseAt
    moment: str

    def inspect(self, *, allow_empty: bool = False) -> Inventory:
        """Count the rows, and take a fingerprint of all of their values. Raises ConfigurationError."""
        counts: dict[str, int] = {}
        prints: list[tuple[str, ...]] = []
        with session(self.location.dsn, self.moment) as connection, explained():
            for entity in ENTITIES.values():
                found = connection.execute(_fingerprint(entity)).fetchone()
                assert found is not None  # noqa: S101  # an aggregate has one row
                counts[entity.table] = int(found[0])
                prints.append((entity.table, *map(str, found)))
            size = connection.execute(query("source_size"), [list(ENTITIES)]).fetchone()
        empty = [table for table, count in counts.items() if count == 0]
        if empty and not allow_empty:
            raise ConfigurationError(
                f"{self.location} has 0 rows in {', '.join(empty)}. Is it the right database? "
                "If there really are none, give --allow-empty."
            )
        return Inventory(
            counts=counts,
            stated=None,
            size=0 if size is None else int(size[0]),
            fingerprint=hashlib.sha256(json.dumps(prints).encode()).hexdigest(),
            files={},
        )

    def segments(self, entity: Entity[Row], *, rows: int = SEGMENT_ROWS) -> Iterator[Segment]:
        """Cut the table by its ids: a segment holds the ids behind one border, up to and with the next."""
        with session(self.location.dsn, self.moment) as connection, explained():
            borders = connection.execute(_borders(entity), {"rows": rows}).fetchall()
        after, first = None, 0
        for number, (up_to, end) in enumerate(borders):
            yield Segment(
                table=entity.table, number=number, first=first, rows=end - first, place=(after, up_to)
            )
            after, first = up_to, end

    def read(self, segment: Segment) -> Batch:
        """Read the rows of one segment in the order of their ids, each value as Postgres prints it."""
        entity = ENTITIES[segment.table]
        after, up_to = segment.place
        with (
            session(self.location.dsn, self.moment) as connection,
            explained(),
            connection.cursor() as cursor,
            cursor.copy(_copy(entity, after=after is not None), {"after": after, "up_to": up_to}) as copy,
        ):
            data = b"".join(copy)
        frame = _frame(entity, data)
        if frame.height != segment.rows:
            raise StackError(
                f"{segment.table}: {segment.rows} rows were expected up to the id {up_to}, and "
                f"{frame.height} were read. An index of the source may be damaged: check it with amcheck, "
                "or REINDEX."
            )
        columns = {name: frame[name] for name in frame.columns}
        return batch_of_columns(segment, columns, digest=hashlib.sha256(data).hexdigest())


def _frame(entity: Entity[Any], data: bytes) -> pl.DataFrame:
    schema = {column.name: pl.String for column in entity.columns}
    if not data:
        return pl.DataFrame(schema=schema)
    # COPY writes NULL as nothing and an empty text as "", and Polars keeps the two apart.
    return pl.read_csv(io.BytesIO(data), has_header=False, schema=schema)


def _table(entity: Entity[Any]) -> sql.Identifier:
    return sql.Identifier("public", entity.table)


def _texts(entity: Entity[Any]) -> sql.Composed:
    texts = (sql.SQL("{}::text").format(sql.Identifier(column.name)) for column in entity.columns)
    return sql.SQL(", ").join(texts)


def _copy(entity: Entity[Any], *, after: bool) -> sql.Composed:
    lower = sql.SQL("id > %(after)s AND ") if after else sql.SQL("")
    return sql.SQL(
        "COPY (SELECT {texts} FROM {table} WHERE {lower}id <= %(up_to)s ORDER BY id) "
        "TO STDOUT (FORMAT csv, ENCODING 'UTF8')"
    ).format(texts=_texts(entity), table=_table(entity), lower=lower)


def _borders(entity: Entity[Any]) -> sql.Composed:
    return sql.SQL(
        "SELECT id::text, n FROM (SELECT id, row_number() OVER (ORDER BY id) AS n, count(*) OVER () AS total "
        "FROM {}) AS numbered WHERE n %% %(rows)s = 0 OR n = total ORDER BY n"
    ).format(_table(entity))


def _fingerprint(entity: Entity[Any]) -> sql.Composed:
    """Hash each row as one text, then add up: a sum over single columns would not see values swapped."""
    return sql.SQL(
        "SELECT count(*), coalesce(sum(hashtextextended(t, 1)), 0), coalesce(sum(hashtextextended(t, 2)), 0) "
        'FROM (SELECT ROW({texts})::text COLLATE "C" AS t FROM {table} OFFSET 0) AS rows'
    ).format(texts=_texts(entity), table=_table(entity))


@contextmanager
def opened_postgres(location: DatabaseAt) -> Iterator[PostgresSource]:
    """Hold a moment of a database, and make sure that all of its rows can be seen.

    Raises ConfigurationError for a transaction pooler, row level security that
    hides rows, missing rights, and tables that are not as the models say;
    StackError if nobody answers.
    """
    require_session(location.dsn)
    with exported(location.dsn) as (connection, moment):
        with explained():
            _check_encoding(connection)
            _check_tables(connection, location)
            for entity in ENTITIES.values():
                _check_columns(connection, location, entity)
        yield PostgresSource(location=location, moment=moment)


def _check_encoding(connection: psycopg.Connection) -> None:
    encoding = connection.info.parameter_status("server_encoding")
    if encoding == "SQL_ASCII":
        raise ConfigurationError(
            "The source has the encoding SQL_ASCII: nothing says what its bytes above 127 mean. "
            "Convert it to UTF8 first, by a dump and a restore with --encoding."
        )


def _check_tables(connection: psycopg.Connection, location: DatabaseAt) -> None:
    for name, kind, hidden, allowed, unique in connection.execute(query("source_tables"), [list(ENTITIES)]):
        if kind is None:
            raise ConfigurationError(
                f"{location} has no table public.{name}. Is it the right database? `harness schema "
                "apply` makes the tables of a target; rows of a source with fewer tables are copied from a "
                "snapshot, with --allow-empty."
            )
        if kind not in {b"r", "r", b"p", "p"}:
            raise ConfigurationError(
                f"public.{name} of {location} is no table. A view may show less than there is; "
                "name the database that has the table."
            )
        if not allowed:
            raise ConfigurationError(
                f"This role may not read public.{name} of {location}. Use the owner of the tables, "
                f"or GRANT SELECT ON public.{name} TO it."
            )
        if hidden:
            raise ConfigurationError(
                f"Row level security hides rows of public.{name} from this role, and without an error. "
                f"Use the owner of the tables, or a role with BYPASSRLS, for {location}."
            )
        if not unique:
            raise ConfigurationError(
                f"public.{name} of {location} has no unique index on id alone, so that its rows cannot be "
                "counted by their ids. Add the primary key first."
            )


def _check_columns(connection: psycopg.Connection, location: DatabaseAt, entity: Entity[Any]) -> None:
    table = entity.table
    found: dict[str, str] = dict(connection.execute(query("source_columns"), [f"public.{table}"]).fetchall())
    for name in found:
        if name not in entity.by_name:
            raise ConfigurationError(
                f"{location} has the column {table}.{name}, which the model does not know: "
                "its values would be lost. Drop it, or add it to the model and to a migration."
            )
    for column in entity.columns:
        if not _fits(column, found.get(column.name)):
            raise ConfigurationError(
                f"{table}.{column.name} of {location} is {found.get(column.name, 'not there')}, and the "
                f"model says {column.type.value}. Bring the source to the model's schema first; "
                "harness schema check says what differs."
            )


def _fits(column: Column, found: str | None) -> bool:
    return found == column.type.value or found in _ALSO.get(column.type, frozenset())
