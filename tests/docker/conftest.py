"""An engine, images that need no registry, and a stack of them. Without an engine these tests fail."""

import os
import secrets
from collections.abc import Iterator, Mapping

import psycopg
import pytest

from harness.settings import Settings
from harness.stack.docker.engine import Engine
from harness.stack.docker.stack import DockerStack
from harness.stack.protocol import Database
from tests.docker.images import build, remove
from tests.docker.owner import OWNER, Owner
from tests.integration.stack.conftest import run_python

MIGRATION = b"""
CREATE TABLE notes (id int PRIMARY KEY, body text);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON notes TO anon;
GRANT ALL ON notes TO service_role;
INSERT INTO notes SELECT n, 'note ' || n FROM generate_series(1, 2500) n;
"""


def prepare(dsn: str) -> str:
    """Stand in for the migrations."""
    with psycopg.connect(dsn) as connection:
        connection.execute(MIGRATION)
    return "hash-of-notes"


@pytest.fixture(scope="session")
def engine() -> Engine:
    return Engine.connect()


@pytest.fixture(scope="session")
def variables(engine: Engine) -> Iterator[Mapping[str, str]]:
    """What makes any command use the images of these tests, in the network of the engine's machine.

    An engine in a sandbox may be able to make no other.
    """
    network = os.environ.get("HARNESS_DOCKER_NETWORK", "host")
    images = build(engine, secrets.token_hex(4))
    yield {**images, "HARNESS_DOCKER_NETWORK": network, "HARNESS_STACK": "docker"}
    remove(engine, [*images.values()])


@pytest.fixture(scope="session")
def settings(variables: Mapping[str, str]) -> Settings:
    return Settings.from_environ({**os.environ, **variables})


@pytest.fixture(scope="session")
def stack(settings: Settings) -> Iterator[DockerStack]:
    with DockerStack.start(settings, prepare=prepare) as running:
        yield running


@pytest.fixture
def owner(engine: Engine, variables: Mapping[str, str]) -> Iterator[Owner]:
    process = run_python(OWNER, variables)
    try:
        yield Owner(engine, process)
    finally:
        process.kill()
        process.communicate()


@pytest.fixture(scope="session")
def database(stack: DockerStack) -> Iterator[Database]:
    """A clone that tests may read."""
    with stack.clone() as clone:
        yield clone
