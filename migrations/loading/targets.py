"""Which kind of target a location is."""

from harness.errors import ConfigurationError
from migrations.loading.postgres import PostgresTarget
from migrations.loading.target import Target
from migrations.sources.location import DatabaseAt, Location, RestAt

__all__ = ["target_at"]


def target_at(location: Location) -> Target:
    """The target at a location. Raises ConfigurationError if rows cannot be copied there."""
    match location:
        case DatabaseAt():
            return PostgresTarget(location)
        case RestAt():
            raise ConfigurationError(
                f"{location} is reached by REST only; name the database itself, by DATABASE_URL."
            )
        case _:
            raise ConfigurationError(
                f"{location} is a snapshot, which is written by harness migrate export, not by copy."
            )
