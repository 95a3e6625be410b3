"""Commands in a given project, as the tests that run with every change have them."""

from tests.cli.conftest import start
from tests.cli.external.conftest import empty, filled, guest, servers

__all__ = ["empty", "filled", "guest", "servers", "start"]
