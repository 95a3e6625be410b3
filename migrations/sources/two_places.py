"""Whether two locations are one and the same place, which always equals itself."""

from contextlib import closing

from harness.errors import ConfigurationError
from migrations.catalog import query
from migrations.connection import connect
from migrations.sources.location import DatabaseAt, Location, RestAt, SnapshotAt

__all__ = ["require_two_places"]


def require_two_places(source: Location, target: Location) -> None:
    """Raise ConfigurationError if both name the same rows, by whatever words; StackError if one is not there.

    A database is known by the start of its server and its number there, which
    any role may ask for: two addresses of one server are the same, a standby
    is another.
    """
    if _are_one(source, target):
        raise ConfigurationError(
            f"{source} and {target} are the same place, which always equals itself: it would prove nothing. "
            "Name the place that the rows come from, and the one that they are in now."
        )


def _are_one(source: Location, target: Location) -> bool:
    match source, target:
        case SnapshotAt(), SnapshotAt():
            return source.path.exists() and target.path.exists() and source.path.samefile(target.path)
        case RestAt(), RestAt():
            return source.url == target.url
        case DatabaseAt(), DatabaseAt() if source.snapshot == target.snapshot:
            return source.dsn == target.dsn or _identity(source) == _identity(target)
        case _:
            return False


def _identity(database: DatabaseAt) -> tuple[object, ...]:
    with closing(connect(database.dsn, application_name="parity migrate")) as connection:
        row = connection.execute(query("place_identity")).fetchone()
    return () if row is None else tuple(row)
