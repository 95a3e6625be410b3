"""The cases are imported here as functions: their marks must be known."""

import pytest


def pytest_configure(config: pytest.Config) -> None:
    for name in ("strict", "needs"):
        config.addinivalue_line("markers", f"{name}: see contracts.case")
