"""The rows of a project as lines of JSON, for a snapshot.

They are those of one moment if nobody wrote meanwhile, which is checked.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import msgspec

from harness.errors import ConfigurationError
from harness.models import Entity
from migrations.rest.client import RestClient
from migrations.rest.source import RestSource
from migrations.sources.location import RestAt

__all__ = ["RestMoment", "moment_by_rest"]

_ROWS = "5000"


@dataclass(frozen=True, kw_only=True)
class RestMoment:
    """The rows of all tables, as long as they stay what they were when it was opened."""

    location: RestAt
    client: RestClient
    counts: Mapping[str, int]
    """Rows by table."""
    fingerprint: str
    version: str
    """Of PostgREST."""

    def json_lines(self, entity: Entity[Any]) -> Iterator[bytes]:
        """Yield the rows in the order of their ids as JSON by camelCase name, each line with its end.

        The server writes the JSON, and its bytes are passed on: numbers keep all of their digits.
        """
        select = ",".join(f"{column.alias}:{column.name}" for column in entity.columns)
        after: str | None = None
        while True:
            lower = [] if after is None else [("id", f"gt.{after}")]
            order = [("order", "id.asc"), ("limit", _ROWS)]
            page = self.client.raw_rows(entity.table, [("select", select), *lower, *order])
            if not page:
                return
            for row in page:
                # JSON has line ends only between its tokens.
                yield bytes(row).replace(b"\n", b" ") + b"\n"
            after = msgspec.json.decode(page[-1], type=_Id).id

    def flat_lines(self, entity: Entity[Any]) -> Iterator[bytes]:
        """Refuse: these need the database."""
        raise self._refused(entity)

    def csv_lines(self, entity: Entity[Any]) -> Iterator[bytes]:
        """Refuse: PostgREST writes NULL and the empty text alike."""
        raise self._refused(entity)

    def require_unchanged(self) -> None:
        """Read everything again. Raises ConfigurationError if it has changed since it was opened."""
        if RestSource(self.location).inspect(allow_empty=True).fingerprint != self.fingerprint:
            raise ConfigurationError(
                f"{self.location} changed while it was exported. REST has no view of one moment: stop what "
                "writes there, or name the database itself (postgresql://…), which is read at one moment. No "
                "snapshot was written."
            )

    def _refused(self, entity: Entity[Any]) -> ConfigurationError:
        return ConfigurationError(
            f"{entity.table} of {self.location} can be exported as json or jsonl only: by REST, the other "
            "formats would lose what tells NULL from an empty text. Name the database for them."
        )


class _Id(msgspec.Struct):
    id: str


@contextmanager
def moment_by_rest(location: RestAt) -> Iterator[RestMoment]:
    """Open the rows of a project. Raises ConfigurationError and StackError, as `RestSource.inspect` does."""
    inventory = RestSource(location).inspect(allow_empty=True)
    with RestClient(location) as client:
        yield RestMoment(
            location=location,
            client=client,
            counts=inventory.counts,
            fingerprint=inventory.fingerprint,
            version=client.schema().version,
        )
