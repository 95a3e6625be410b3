"""A project as a source, read by REST: in the order of its ids, each column as text.

There is no snapshot over REST: each request sees its own moment. So the rows
are counted before and after they were read, both counts and what was read
must agree, and the fingerprint covers every value: whoever reads a segment
that has become another one is told.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
import polars as pl

from harness.errors import ConfigurationError
from harness.models import ENTITIES, Entity, Row
from migrations.rest.client import RestClient, texts_of
from migrations.rest.key import require_service_role
from migrations.rest.paging import pages
from migrations.sources.location import RestAt
from migrations.sources.segment import POSITION, Batch, Segment
from migrations.sources.source import SEGMENT_ROWS, Inventory

__all__ = ["RestSource"]


Texts = dict[str, str | None]


@dataclass(frozen=True)
class RestSource:
    """Rows of a Supabase project, reached by PostgREST with the key of the service role."""

    location: RestAt

    def inspect(self, *, allow_empty: bool = False) -> Inventory:
        """Read and count everything.

        Raises ConfigurationError for a key that may be shown less than all, tables that are not the model's,
        rows that come or go meanwhile, and empty tables unless `allow_empty`.
        """
        counts: dict[str, int] = {}
        fingerprint = hashlib.sha256()
        size = 0
        with RestClient(self.location) as client:
            for entity in ENTITIES.values():
                require_service_role(self.location, client, entity.table)
                _check_columns(self.location, client, entity)
            before = {table: client.count(table) for table in ENTITIES}
            for entity in ENTITIES.values():
                read = 0
                fingerprint.update(f"\n{entity.table}\n".encode())
                for page in pages(client, entity.table, texts_of(entity)):
                    read += len(page)
                    texts = _hashed(entity, page, fingerprint)
                    size += texts
                counts[entity.table] = read
            after = {table: client.count(table) for table in ENTITIES}
        for table, read in counts.items():
            if not before[table] == read == after[table]:
                raise self._changed(
                    f"{table} had {before[table]} rows before, {after[table]} after, and {read} were read"
                )
        if not allow_empty and (empty := [table for table, count in counts.items() if not count]):
            raise ConfigurationError(
                f"{self.location} has no row in {', '.join(empty)}. If that is right, say --allow-empty."
            )
        return Inventory(counts=counts, stated=None, size=size, fingerprint=fingerprint.hexdigest(), files={})

    def segments(self, entity: Entity[Row], *, rows: int = SEGMENT_ROWS) -> Iterator[Segment]:
        """Cut the table by its ids; the server finds each border, and no other row is sent."""
        with RestClient(self.location) as client:
            after: str | None = None
            number = first = 0
            while True:
                beyond = [("id", f"gt.{after}")] if after is not None else []
                border = client.rows(
                    entity.table,
                    [
                        ("select", "id::text"),
                        *beyond,
                        ("order", "id.asc"),
                        ("offset", f"{rows - 1}"),
                        ("limit", "1"),
                    ],
                )
                up_to = border[0]["id"] if border else None
                count = rows if border else client.count(entity.table, beyond)
                if count:
                    yield Segment(
                        table=entity.table, number=number, first=first, rows=count, place=(after, up_to)
                    )
                if up_to is None:
                    return
                after, number, first = up_to, number + 1, first + count

    def read(self, segment: Segment) -> Batch:
        """Read the rows between two ids. Raises ConfigurationError if their number has changed."""
        entity = ENTITIES[segment.table]
        digest = hashlib.sha256()
        rows: list[Texts] = []
        after, up_to = segment.place
        with RestClient(self.location) as client:
            for page in pages(client, entity.table, texts_of(entity), after=after, up_to=up_to):
                _hashed(entity, page, digest)
                rows += page
        if len(rows) != segment.rows:
            raise self._changed(
                f"{segment.table} had {segment.rows} rows behind the id {after or '(the first)'} up to "
                f"{up_to or '(the last)'}, and now {len(rows)}"
            )
        names = [column.name for column in entity.columns]
        frame = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String))
        position = pl.int_range(segment.first, segment.first + segment.rows, dtype=pl.Int64)
        return Batch(
            segment=segment,
            rows=frame.with_columns(position.alias(POSITION)),
            digest=digest.hexdigest(),
        )

    def _changed(self, how: str) -> ConfigurationError:
        return ConfigurationError(
            f"{self.location} changed while it was read: {how}. REST has no view of one moment: stop what "
            "writes there, or name the database itself (postgresql://…), which is read at one moment."
        )


def _hashed(entity: Entity[Any], page: list[Texts], digest: Any) -> int:
    """Add the rows to a digest that does not depend on how they were paged; returns their size in bytes."""
    size = 0
    for row in page:
        text = msgspec.json.encode([row[column.name] for column in entity.columns])
        digest.update(text)
        size += len(text)
    return size


def _check_columns(location: RestAt, client: RestClient, entity: Entity[Any]) -> None:
    found = client.columns(entity.table)
    unknown = sorted((found or frozenset()) - entity.by_name.keys())
    if unknown:
        raise ConfigurationError(
            f"{location} has columns that the model does not know, and that would be lost: "
            f"{', '.join(f'{entity.table}.{name}' for name in unknown)}."
        )
