"""The project behind the fuzzed server."""

from collections.abc import Iterator

import pytest

from harness.settings import Settings
from harness.stack.coordinates import Coordinates
from harness.stack.embedded import EmbeddedStack
from tests.serving import clean_environ


@pytest.fixture(scope="session")
def project() -> Iterator[Coordinates]:
    """A database with all migrations, and without any rows."""
    with EmbeddedStack.start(Settings.from_environ(clean_environ({}))) as stack, stack.clone() as database:
        yield database.coordinates
