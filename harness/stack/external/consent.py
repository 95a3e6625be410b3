"""What a user allows in a given project."""

from dataclasses import dataclass

__all__ = ["Consent"]


@dataclass(frozen=True, kw_only=True)
class Consent:
    """Nothing, unless it is said."""

    writes: bool = False
    """--allow-writes: rows may be made in empty tables, and must be removed again."""
    isolated_only: bool = False
    """--isolated-only: the project has other rows, which must not be met."""
