"""A project as a side that is reached by PostgREST only: every value as the text that Postgres gives it.

There is no view of one moment over REST, so that rows which differ are always read again.
"""

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import polars as pl

from harness.errors import ConfigurationError
from harness.models import Entity
from migrations.comparison.naming import IDENTITY, Naming
from migrations.comparison.sides.side import SEGMENT_ROWS, Content, KeyRange
from migrations.comparison.values.frame import from_texts
from migrations.rest.client import RestClient, texts_of
from migrations.rest.key import require_service_role
from migrations.rest.source import pages
from migrations.sources.location import RestAt

__all__ = ["RestSide"]

_IDS = 100
"""Ids in one request: its URL stays below 4 kB."""


class RestSide:
    """All tables of a project. A context manager."""

    live = True

    def __init__(self, location: RestAt, naming: Naming = IDENTITY) -> None:
        self.label = str(location)
        self._location = location
        self._client = RestClient(location)
        renamed = [table for table, there in naming.tables.items() if there != IDENTITY.tables[table]]
        if renamed:
            self.close()
            raise ConfigurationError(
                f"{self.label} is reached by REST, where {', '.join(renamed)} cannot be mapped. "
                "Name its database instead: postgresql://…"
            )

    def content(self, entity: Entity[Any]) -> Content:
        """Count the rows."""
        require_service_role(self._location, self._client, entity.table)
        self._check_columns(entity)
        return Content(rows=self._client.count(entity.table))

    def cuts(self, entity: Entity[Any]) -> Sequence[str]:
        """Name each SEGMENT_ROWS-th id; the server finds it, and no other row is sent."""
        found: list[str] = []
        while True:
            beyond = [("id", f"gt.{found[-1]}")] if found else []
            place = [("order", "id.asc"), ("offset", str(SEGMENT_ROWS - 1)), ("limit", "1")]
            rows = self._client.rows(entity.table, [("select", "id::text"), *beyond, *place])
            key = rows[0]["id"] if rows else None
            if key is None:
                return found
            found.append(key)

    def read(self, entity: Entity[Any], keys: KeyRange) -> pl.DataFrame:
        """Read a segment, page by page."""
        rows = [row for page in pages(self._client, entity, after=keys.low, up_to=keys.high) for row in page]
        return _frame(rows, entity)

    def fetch(self, entity: Entity[Any], ids: Sequence[str]) -> pl.DataFrame:
        """Read rows by their ids as they are now."""
        rows: list[dict[str, str | None]] = []
        for first in range(0, len(ids), _IDS):
            some = ",".join(ids[first : first + _IDS])
            rows += self._client.rows(entity.table, [("select", texts_of(entity)), ("id", f"in.({some})")])
        return _frame(rows, entity)

    def unread(self) -> Mapping[str, Sequence[str]]:
        """Nothing is left out."""
        return {}

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _check_columns(self, entity: Entity[Any]) -> None:
        unknown = sorted((self._client.columns(entity.table) or frozenset()) - entity.by_name.keys())
        if unknown:
            raise ConfigurationError(
                f"{entity.table} of {self.label} has {', '.join(unknown)}, which the model does not know, so "
                "that they would not be compared. Name its database, and ignore them in a mapping file."
            )


def _frame(rows: Sequence[Mapping[str, str | None]], entity: Entity[Any]) -> pl.DataFrame:
    schema = {column.name: pl.String() for column in entity.columns}
    return from_texts(pl.DataFrame(list(rows), schema=schema, orient="row"), entity)
