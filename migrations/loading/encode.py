"""Rows as the text that COPY reads: tabs between columns, a line a row, what would mislead escaped."""

import io
from collections.abc import Sequence

import polars as pl

__all__ = ["copy_text"]

_SPECIAL = ("\\", "\n", "\r", "\t")
_ESCAPED = (r"\\", r"\n", r"\r", r"\t")
_ANY_SPECIAL = r"[\\\n\r\t]"
_NULL = r"\N"


def copy_text(rows: pl.DataFrame, columns: Sequence[str]) -> bytes:
    r"""Encode `columns` of `rows`, Strings and integers, in UTF-8; a null becomes ``\N``.

    A text is escaped before nulls are named, so that the text ``\N`` and a
    null stay apart. Source: the PostgreSQL manual, COPY, "Text Format".
    """
    frame = rows.select(columns)
    texts = [name for name, kind in frame.schema.items() if kind == pl.String]
    # Looking first is cheaper than replacing in columns, most of them, that have nothing to replace.
    found = frame.select(pl.col(name).str.contains(_ANY_SPECIAL).any() for name in texts).row(0)
    special = [name for name, is_special in zip(texts, found, strict=True) if is_special]
    buffer = io.BytesIO()
    frame.with_columns(
        pl.col(name).str.replace_many(list(_SPECIAL), list(_ESCAPED)) for name in special
    ).write_csv(
        buffer,
        include_header=False,
        separator="\t",
        line_terminator="\n",
        quote_style="never",
        null_value=_NULL,
    )
    return buffer.getvalue()
