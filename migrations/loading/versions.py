"""The versions that took part in a run."""

import platform
from collections.abc import Mapping
from importlib.metadata import version as version_of

from harness.version import version

__all__ = ["versions"]


def versions() -> Mapping[str, str]:
    """Name and version of the harness, of Python, and of what reads and writes rows."""
    return {
        "harness": version(),
        "python": platform.python_version(),
        "psycopg": version_of("psycopg"),
        "polars": version_of("polars"),
    }
