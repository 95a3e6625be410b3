"""Which kind of target a location is."""

from pathlib import Path

from harness.errors import ConfigurationError
from migrations.loading.postgres import PostgresTarget
from migrations.loading.target import Target
from migrations.rest.target import RestTarget
from migrations.sources.location import DatabaseAt, Location, RestAt

__all__ = ["target_at"]


def target_at(location: Location, directory: Path) -> Target:
    """The target at a location; `directory` keeps what a target that has no ledger writes down.

    Raises ConfigurationError if rows cannot be copied there.
    """
    match location:
        case DatabaseAt():
            return PostgresTarget(location)
        case RestAt():
            return RestTarget(location, directory)
        case _:
            raise ConfigurationError(
                f"{location} is a snapshot, which is written by harness migrate export, not by copy."
            )
