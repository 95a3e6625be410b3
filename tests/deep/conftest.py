"""The command line, and the TypeScript example, as the tests that run with every change have them."""

from tests.cli.conftest import harness
from tests.integration.example_app.conftest import packages, project

__all__ = ["harness", "packages", "project"]
