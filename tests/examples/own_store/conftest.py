"""A database with the migrations applied, for the tests of this project."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from harness.settings import Settings
from harness.stack.embedded import EmbeddedStack

pytest_plugins = ["contracts.pytest_suite"]


@pytest.fixture(scope="session")
def database_url() -> Iterator[str]:
    """A database of this process alone, which ends with it."""
    with EmbeddedStack.start(Settings.from_environ()) as stack, stack.clone() as database:
        yield database.coordinates.database_url


@pytest.fixture(scope="session")
def owner(database_url: str) -> Iterator["psycopg.Connection[tuple[Any, ...]]"]:
    """A session that sees and removes all rows."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection
