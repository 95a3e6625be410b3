"""Where the schema comes from: a database that is named, or one made of migrations for this."""

from dataclasses import dataclass
from pathlib import Path

from harness.settings import Settings
from harness.stack.opening import own_kind, start
from migrations.apply import apply
from migrations.typescript.facts import Schema, read_schema

__all__ = ["Source", "from_database", "from_migrations"]


@dataclass(frozen=True, kw_only=True)
class Source:
    """A schema, and what is known about where it was read."""

    schema: Schema
    postgrest: str | None
    """The version that serves it; None for a database of which only the Postgres is known."""
    migrations_hash: str | None


def from_database(dsn: str) -> Source:
    """Read a database that is there. Raises ConfigurationError, StackError."""
    return Source(schema=read_schema(dsn), postgrest=None, migrations_hash=None)


def from_migrations(settings: Settings, directory: Path) -> Source:
    """Apply migrations to a database of our own, which ends with this. Raises MigrationError, StackError."""
    found: list[Schema] = []

    def prepare(dsn: str) -> str:
        applied = apply(dsn, directory)
        found.append(read_schema(dsn))
        return applied.migrations_hash

    with start(settings, own_kind(settings), prepare=prepare) as stack:
        return Source(
            schema=found[0], postgrest=stack.postgrest_version, migrations_hash=stack.migrations_hash
        )
