"""Servers of the reference API in both modes, and what stands behind the one of supabase."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest
from psycopg import sql

from harness.models import ENTITIES
from harness.settings import Settings
from harness.stack.coordinates import Coordinates
from harness.stack.embedded import EmbeddedStack
from tests.serving import Server, clean_environ, serving

MODES = ("memory", "supabase")


@pytest.fixture(scope="session")
def stack() -> Iterator[EmbeddedStack]:
    """Servers with all migrations."""
    with EmbeddedStack.start(Settings.from_environ(clean_environ({}))) as running:
        yield running


@pytest.fixture(scope="session")
def database(stack: EmbeddedStack) -> Iterator[Coordinates]:
    """One database: another takes longer than emptying this one."""
    with stack.clone() as made:
        yield made.coordinates


def emptied(database: Coordinates) -> Coordinates:
    """Remove all rows."""
    tables = sql.SQL(", ").join(map(sql.Identifier, ENTITIES))
    with psycopg.connect(database.database_url) as connection:
        connection.execute(sql.SQL("TRUNCATE {}").format(tables))
    return database


@pytest.fixture
def project(database: Coordinates) -> Coordinates:
    """The database without any rows, as an application is given it."""
    return emptied(database)


@pytest.fixture(params=MODES)
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    """A server in each mode, with empty tables."""
    mode = str(request.param)
    environ = {} if mode == "memory" else request.getfixturevalue("project").environ()
    with serving(mode, tmp_path, environ) as running:
        assert running.mode == mode
        yield running


class RoundTrips:
    """What the gateway of a project counted."""

    def __init__(self, project: Coordinates) -> None:
        self._url = f"{project.supabase_url}/_harness/round-trips"

    def total(self) -> int:
        """Since the project was made."""
        return int(httpx.get(self._url, trust_env=False).json()["total"])
