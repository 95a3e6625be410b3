"""Opens the side that a location names."""

from contextlib import AbstractContextManager

from migrations.comparison.naming import Naming
from migrations.comparison.sides.files import FileSide
from migrations.comparison.sides.postgres import PostgresSide
from migrations.comparison.sides.rest import RestSide
from migrations.comparison.sides.side import Side
from migrations.sources.location import DatabaseAt, Location, RestAt, SnapshotAt

__all__ = ["open_side"]


def open_side(location: Location, naming: Naming) -> AbstractContextManager[Side]:
    """Return a context manager. Raises ConfigurationError and StackError."""
    match location:
        case DatabaseAt():
            return PostgresSide(location, naming)
        case SnapshotAt():
            return FileSide(location, naming)
        case RestAt():
            return RestSide(location, naming)
