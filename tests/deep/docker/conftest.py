"""The engine and the images of the tests that run with every change."""

from tests.docker.conftest import engine, owner, settings, variables

__all__ = ["engine", "owner", "settings", "variables"]
