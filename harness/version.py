"""Which release of the harness this is."""

from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version

__all__ = ["version"]


def version() -> str:
    """The version of the installed distribution, or ``0+unknown`` for a source tree that is not installed."""
    try:
        return installed_version("parity-harness")
    except PackageNotFoundError:
        return "0+unknown"
