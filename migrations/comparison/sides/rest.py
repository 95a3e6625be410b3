"""A project that is reached by REST only as a side: each row as it is at the moment of its request.

There is no view of one moment over REST. Rows that differ are read again
before that is reported, as with every live side.
"""

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import polars as pl

from harness.errors import ConfigurationError
from harness.models import ENTITIES, Entity
from migrations.comparison.naming import IDENTITY, Naming, TableNaming
from migrations.comparison.sides.side import SEGMENT_ROWS, Content, KeyRange
from migrations.comparison.values.frame import from_texts
from migrations.comparison.values.transforms import applied
from migrations.rest.client import RestClient
from migrations.rest.key import require_service_role
from migrations.rest.paging import pages
from migrations.sources.location import RestAt

__all__ = ["RestSide"]

_IDS = 150
"""Ids of one request: some 6 kB of URL."""


class RestSide:
    """All tables of a project. A context manager."""

    live = True

    def __init__(self, location: RestAt, naming: Naming = IDENTITY) -> None:
        self.label = str(location)
        self._naming = naming
        self._client = RestClient(location)
        try:
            for entity in ENTITIES.values():
                if entity.table in naming.tables:
                    require_service_role(location, self._client, naming.of(entity).table)
                    self._check(naming.of(entity))
        except BaseException:
            self.close()
            raise

    def content(self, entity: Entity[Any]) -> Content:
        """Count the rows."""
        return Content(rows=self._client.count(self._naming.of(entity).table))

    def cuts(self, entity: Entity[Any]) -> Sequence[str]:
        """Name ids between which there are SEGMENT_ROWS rows."""
        names = self._naming.of(entity)
        key = names.columns["id"]
        cuts: list[str] = []
        while True:
            beyond = [(key, f"gt.{cuts[-1]}")] if cuts else []
            place = [("order", f"{key}.asc"), ("offset", str(SEGMENT_ROWS - 1)), ("limit", "1")]
            found = self._client.rows(names.table, [("select", f"id:{key}::text"), *beyond, *place])
            if not found or found[0]["id"] is None:
                return cuts
            cuts.append(found[0]["id"])

    def read(self, entity: Entity[Any], keys: KeyRange) -> pl.DataFrame:
        """Read a segment."""
        names = self._naming.of(entity)
        read = pages(
            self._client,
            names.table,
            _select(names),
            key=names.columns["id"],
            after=keys.low,
            up_to=keys.high,
        )
        return self._frame(entity, [row for page in read for row in page])

    def fetch(self, entity: Entity[Any], ids: Sequence[str]) -> pl.DataFrame:
        """Read rows by their ids as they are now."""
        names = self._naming.of(entity)
        rows: list[dict[str, str | None]] = []
        for at in range(0, len(ids), _IDS):
            wanted = (names.columns["id"], f"in.({','.join(ids[at : at + _IDS])})")
            rows += self._client.rows(names.table, [("select", _select(names)), wanted])
        return self._frame(entity, rows)

    def unread(self) -> Mapping[str, Sequence[str]]:
        """Name the columns that the mapping says to ignore."""
        return {table: sorted(names.ignored) for table, names in self._naming.tables.items()}

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _frame(self, entity: Entity[Any], rows: Sequence[Mapping[str, str | None]]) -> pl.DataFrame:
        names = [column for column in entity.by_name if column in self._naming.of(entity).columns]
        texts = {name: pl.Series(name, [row[name] for row in rows], pl.String) for name in names}
        return applied(from_texts(pl.DataFrame(texts), entity), entity, self._naming.of(entity))

    def _check(self, names: TableNaming) -> None:
        found = self._client.columns(names.table)
        unknown = sorted((found or frozenset()) - set(names.columns.values()) - names.ignored)
        if unknown:
            raise ConfigurationError(
                f"{names.table} of {self.label} has {', '.join(unknown)}, which the model does not know, so "
                "that they would not be compared. If that is meant, ignore them in the mapping file."
            )


def _select(names: TableNaming) -> str:
    return ",".join(f"{column}:{there}::text" for column, there in names.columns.items())
