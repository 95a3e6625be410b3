"""What a user names as a source or a target: a snapshot, a database or a REST interface."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias
from urllib.parse import urlsplit

from harness.errors import ConfigurationError
from harness.redact import redact
from harness.settings import Settings, variable

__all__ = ["DatabaseAt", "Location", "RestAt", "SnapshotAt", "locate", "target_of"]

_BY_VARIABLE = "env:"
_CONNECTION_STRING = re.compile(r"\s*(?:host|hostaddr|port|dbname|user|password|service)\s*=")


@dataclass(frozen=True)
class SnapshotAt:
    """A file, or a directory of one file per entity."""

    path: Path

    def __str__(self) -> str:
        return str(self.path)


@dataclass(frozen=True)
class DatabaseAt:
    """A Postgres that is reached by libpq, in session mode."""

    dsn: str = field(repr=False)
    snapshot: str | None = None
    """The moment to look at, as another session holds and names it (pg_export_snapshot); None is now."""

    def __str__(self) -> str:
        return redact(self.dsn)


@dataclass(frozen=True)
class RestAt:
    """A Supabase project that is reached by PostgREST only, with the key of the service role."""

    url: str
    """The project's URL; ``/rest/v1`` is appended."""
    key: str = field(repr=False)

    def __str__(self) -> str:
        return self.url


Location: TypeAlias = SnapshotAt | DatabaseAt | RestAt


def locate(word: str, settings: Settings) -> Location:
    """Read a location: a path, ``postgresql://…``, ``https://…``, or ``env:NAME`` for a variable with one.

    libpq's other form, ``host=… dbname=…``, is a database, too.

    ``env:NAME`` keeps a password out of the list of processes. A URL of REST is
    taken with SUPABASE_SERVICE_ROLE_KEY. Raises ConfigurationError.
    """
    if word.startswith(_BY_VARIABLE):
        word = variable(word.removeprefix(_BY_VARIABLE))
    scheme = urlsplit(word).scheme.lower() if "://" in word else ""
    if scheme in {"postgres", "postgresql"} or _CONNECTION_STRING.match(word):
        return DatabaseAt(word)
    if scheme in {"http", "https"}:
        if settings.supabase_service_role_key is None:
            raise ConfigurationError(
                f"{word} is reached by REST, which needs SUPABASE_SERVICE_ROLE_KEY; set it, "
                "or name the database itself: postgresql://…"
            )
        return RestAt(word.rstrip("/"), settings.supabase_service_role_key)
    if scheme:
        raise ConfigurationError(
            f"{redact(word)} is no place of rows: {scheme}:// is neither postgresql:// nor https://."
        )
    if word == "memory":
        raise ConfigurationError(
            "A memory adapter keeps its rows inside the process of the application, where nobody else can "
            "read them. Write a snapshot in there with exportSnapshot(db, path), and name that file."
        )
    return SnapshotAt(Path(word).absolute())


def target_of(settings: Settings) -> Location:
    """The place that the environment names: DATABASE_URL, else SUPABASE_URL with the service key."""
    if settings.database_url is not None:
        return DatabaseAt(settings.database_url)
    if settings.supabase_url is not None:
        return locate(settings.supabase_url, settings)
    raise ConfigurationError(
        "No database is named on the command line or in the environment: set DATABASE_URL (in session mode), "
        "or SUPABASE_URL and SUPABASE_SERVICE_ROLE_KEY."
    )
