"""Postgres in a container is stopped and killed, and comes back with what was committed."""

from collections.abc import Iterator

import psycopg
import pytest

from harness.errors import StackError
from harness.settings import Settings
from harness.stack.docker.stack import DockerStack
from harness.stack.launch import Order
from tests.docker.conftest import prepare


@pytest.fixture(scope="module")
def own(settings: Settings) -> Iterator[DockerStack]:
    """A stack whose Postgres may be stopped."""
    with DockerStack.start(settings, prepare=prepare) as running:
        yield running


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_postgres_comes_back_with_what_was_committed(own: DockerStack, end: Order) -> None:
    with own.clone() as database:
        with psycopg.connect(database.coordinates.database_url) as connection:
            connection.execute("INSERT INTO notes VALUES (0, 'kept')")
        own.order_postgres(end)
        problem = database.probe()
        assert problem is not None
        assert problem.startswith("Postgres does not answer")
        assert "postgres (exited)" in problem
        own.order_postgres("start")
        with pytest.raises(StackError, match="runs already"):
            own.order_postgres("start")
        with psycopg.connect(database.coordinates.database_url) as connection:
            assert connection.execute("SELECT body FROM notes WHERE id = 0").fetchone() == ("kept",)
