"""The cases are imported here as functions: their marks must be known."""

import pytest

from contracts.marks import register_marks


def pytest_configure(config: pytest.Config) -> None:
    register_marks(config)
