"""What COPY … TO STDOUT sends in its text form, read into a frame of texts, to the byte."""

from collections.abc import Sequence
from functools import partial
from io import BytesIO

import polars as pl
import psycopg
from psycopg.sql import Composed

__all__ = ["parse_copy", "read_copy"]

_ESCAPES = ["\\\\", "\\b", "\\f", "\\n", "\\r", "\\t", "\\v"]
_ESCAPED = ["\\", "\b", "\f", "\n", "\r", "\t", "\v"]


def read_copy(connection: psycopg.Connection, query: Composed, columns: Sequence[str]) -> pl.DataFrame:
    """Run a COPY … TO STDOUT in the text form into a frame of String columns."""
    text = BytesIO()
    rows = 0
    with connection.cursor().copy(query) as copy:
        for message in copy:
            # libpq hands over one row a message, which tells whether the parser saw the same rows.
            rows += 1
            text.write(message)
    frame = parse_copy(text.getvalue(), columns)
    if frame.height != rows:
        raise AssertionError(f"{rows} rows were sent and {frame.height} were understood")
    return frame


def parse_copy(text: bytes, columns: Sequence[str]) -> pl.DataFrame:
    """Read what COPY writes in its text form into a frame of String columns."""
    schema = dict.fromkeys(columns, pl.String())
    if not text:
        return pl.DataFrame(schema=schema)
    # Fields never hold a tab or a line end: they are written as escapes.
    read = partial(pl.read_csv, has_header=False, separator="\t", quote_char=None, null_values="\\N")
    frame = read(text, schema=schema, empty_string_is_null=False)
    if text.count(b"\\") == text.count(b"\\N"):
        return frame  # no escape but for NULL
    escaped = [name for name in columns if frame[name].str.contains("\\", literal=True).any()]
    return frame.with_columns(pl.col(escaped).str.replace_many(_ESCAPES, _ESCAPED))
