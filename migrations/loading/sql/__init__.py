"""The SQL that the copy sends, one statement or script per file."""

from functools import cache
from importlib.resources import files

__all__ = ["query"]


@cache
def query(name: str) -> bytes:
    """Return the text of ``NAME.sql``, as psycopg takes it."""
    return files("migrations.loading.sql").joinpath(f"{name}.sql").read_bytes()
