"""The cases are imported here as functions: their marks must be known, and their asserts rewritten."""

import pytest

from contracts.marks import register_marks

pytest.register_assert_rewrite("contracts.cases")


def pytest_configure(config: pytest.Config) -> None:
    register_marks(config)
