"""Opens what a location names as a source of rows."""

from collections.abc import Iterator
from contextlib import contextmanager

from migrations.rest.source import RestSource
from migrations.sources.location import DatabaseAt, Location, RestAt, SnapshotAt
from migrations.sources.postgres import opened_postgres
from migrations.sources.snapshot import open_snapshot
from migrations.sources.source import Source

__all__ = ["opened"]


@contextmanager
def opened(location: Location, *, allow_uncounted: bool = False) -> Iterator[Source]:
    """Open a source: files are searched for rows, a database is held at one moment until the context ends.

    `allow_uncounted` accepts a snapshot without counts. Raises ConfigurationError or StackError, with what to
    do, for what is no source or could hide rows.
    """
    match location:
        case SnapshotAt():
            yield open_snapshot(location, allow_uncounted=allow_uncounted)
        case DatabaseAt():
            with opened_postgres(location) as source:
                yield source
        case RestAt():
            yield RestSource(location)
