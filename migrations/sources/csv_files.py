"""CSV as Postgres writes it: an unquoted empty field is NULL, a quoted one is an empty text.

Polars reads the values, because it keeps NULL and ``""`` apart; Python's csv
counts the fields, because Polars fills up short rows without a word.
"""

import csv
import hashlib
import io
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from harness.errors import ConfigurationError
from harness.models import ENTITIES
from migrations.sources.columns import batch_of_columns, batch_of_rows
from migrations.sources.headers import resolve
from migrations.sources.json_files import Indexed
from migrations.sources.segment import Batch, Refused, Segment
from migrations.sources.spans import BOM, Marks, Span, open_file, stamp_of

__all__ = ["index_csv", "read_csv"]

_LINES = 1 << 20
# Python's own limit is 131,072 characters a field.
csv.field_size_limit(min(sys.maxsize, 2**31 - 1))


def index_csv(path: Path, table: str) -> Indexed:
    """Find the records of a CSV file. Raises ConfigurationError for a header that is none of this table."""
    marks = Marks()
    sha = hashlib.sha256()
    header: tuple[str, ...] | None = None
    offset = 0
    with open_file(path) as file:
        stamp = stamp_of(file)
        for record in _records(_lines(file, sha)):
            if header is None:
                header = _header(path, table, record)
            elif not record.isspace():
                marks.row(offset)
            offset += len(record)
    if header is None:
        raise ConfigurationError(f"{path} is empty: its first line must name the columns of {table}.")
    span = Span(path=path, form="csv", rows=marks.rows, stamp=stamp, marks=marks.close(offset), header=header)
    return Indexed(spans={table: span}, sha256=sha.hexdigest(), header={})


def _lines(file: Any, sha: Any) -> Iterator[bytes]:
    while lines := file.readlines(_LINES):
        sha.update(b"".join(lines))
        yield from lines


def _records(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Join the lines of one record: a line end inside of quotes follows an odd number of them."""
    begun: list[bytes] = []
    is_open = False
    for line in lines:
        if line.count(b'"') % 2 == 1:
            is_open = not is_open
        if is_open or begun:
            begun.append(line)
            if is_open:
                continue
            yield b"".join(begun)
            begun = []
        else:
            yield line
    if begun:
        yield b"".join(begun)


def _header(path: Path, table: str, record: bytes) -> tuple[str, ...]:
    if record.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ConfigurationError(f"{path} is UTF-16. Write it again as UTF-8.")
    try:
        (names,) = _fields(record.removeprefix(BOM))
    except (ValueError, csv.Error) as error:
        raise ConfigurationError(f"{path}: the first line is no CSV: {error}.") from error
    return resolve(path, table, names)


def _fields(data: bytes) -> list[list[str]]:
    """Parse CSV. Raises UnicodeDecodeError or csv.Error."""
    return list(csv.reader(io.StringIO(data.decode(), newline=""), strict=True))


def read_csv(span: Span, segment: Segment) -> Batch:
    """Read the batch of a segment. Raises ConfigurationError if the file changed."""
    data, skip = span.read(segment.first, segment.rows)
    records = [record for record in _records(io.BytesIO(data)) if not record.isspace()][
        skip : skip + segment.rows
    ]
    text = b"".join(records)
    rest: dict[str, Any] = {"digest": hashlib.sha256(text).hexdigest()}
    columns = ENTITIES[segment.table].columns
    missing = [column.name for column in columns if column.name not in span.header]
    frame = _frame(span.header, records)
    if frame is not None:
        series = {name: frame[name] for name in span.header}
        empty = pl.repeat(None, segment.rows, dtype=pl.String, eager=True)
        series |= dict.fromkeys(missing, empty)
        absent = dict.fromkeys(missing, segment.rows) if segment.rows else {}
        return batch_of_columns(segment, series, absent=absent, **rest)
    rows: list[tuple[int, dict[str, str | None]]] = []
    refused: list[Refused] = []
    for position, record in enumerate(records, segment.first):
        one = _frame(span.header, [record])
        if one is None:
            refused.append(_refused(segment.table, position, record, len(span.header)))
        else:
            rows.append((position, dict.fromkeys(missing) | one.row(0, named=True)))
    return batch_of_rows(segment, rows, refused, absent=dict.fromkeys(missing, len(rows)), **rest)


def _frame(header: Sequence[str], records: Sequence[bytes]) -> pl.DataFrame | None:
    """Read records, or None if not every one of them has a value for every column."""
    schema = dict.fromkeys(header, pl.String)
    if not records:
        return pl.DataFrame(schema=schema)
    data = b"".join(records)
    try:
        if any(len(fields) != len(header) for fields in _fields(data)):
            return None
        frame = pl.read_csv(io.BytesIO(data), has_header=False, schema=schema)
    except (ValueError, csv.Error, pl.exceptions.PolarsError):
        return None
    return frame if frame.height == len(records) else None


def _refused(table: str, position: int, record: bytes, wanted: int) -> Refused:
    rule, sqlstate = "invalid_csv", "22P04"
    try:
        found = _fields(record)
        reason = f"The row has {sum(map(len, found))} fields instead of {wanted}."
    except UnicodeDecodeError as error:
        rule, sqlstate = "encoding", "22021"
        reason = f"The row is not UTF-8: byte 0x{record[error.start]:02x} at {error.start}."
    except csv.Error as error:
        reason = f"The row is no CSV: {error}."
    return Refused(
        table=table,
        position=position,
        key=None,
        column=None,
        rule=rule,
        reason=reason,
        sqlstate=sqlstate,
        raw=record.decode(errors="backslashreplace"),
    )
