"""A row as PostgREST takes it: each value a JSON text for Postgres' input function, a document as it is."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from harness.models import ColumnType, Entity

__all__ = ["Row", "RowProblem", "body_of", "encoded", "requests"]

MAX_BYTES = 2_000_000
"""The longest body of a request, unless one row alone is longer: gateways refuse from some 6 to 100 MB on."""
MAX_ROWS = 1_000
"""The most rows of a request: what is refused is searched by halves, and the answer holds all of them."""


@dataclass(frozen=True)
class Row:
    """A row to be sent."""

    position: int
    """Its place in the source."""
    texts: Mapping[str, str | None]
    """The text of each column; None for NULL."""
    content: bytes
    """The JSON object to send."""
    id: str
    """Its id, in the spelling that Postgres prints."""


@dataclass(frozen=True)
class RowProblem:
    """Why a row cannot be sent by REST."""

    column: str
    rule: str
    reason: str
    sqlstate: str | None


def encoded(entity: Entity[Any], position: int, texts: Mapping[str, str | None]) -> Row | RowProblem:
    """Encode one row, or say why REST cannot carry it unchanged."""
    values: dict[str, Any] = {}
    for column in entity.columns:
        text = texts[column.name]
        if column.type is ColumnType.JSONB and text is not None:
            problem = _problem(column.name, text)
            if problem is not None:
                return problem
            values[column.name] = msgspec.Raw(text.encode())
        else:
            values[column.name] = text
    return Row(position, texts, msgspec.json.encode(values), _spelled(texts["id"] or ""))


def requests(
    rows: Iterable[Row], *, max_rows: int = MAX_ROWS, max_bytes: int = MAX_BYTES
) -> Iterator[list[Row]]:
    """Cut rows into requests, in their order."""
    request: list[Row] = []
    size = 0
    for row in rows:
        if request and (len(request) == max_rows or size + len(row.content) > max_bytes):
            yield request
            request, size = [], 0
        request.append(row)
        size += len(row.content) + 1
    if request:
        yield request


def body_of(rows: Sequence[Row]) -> bytes:
    """The body of a request: an array of the rows."""
    return b"[" + b",".join(row.content for row in rows) + b"]"


def _problem(column: str, text: str) -> RowProblem | None:
    # A text that is no JSON would end its row, and become something else in the middle of the others.
    try:
        document = json.loads(text, parse_int=str, parse_float=str, parse_constant=_refuse)
    except ValueError:
        return RowProblem(column, "invalid_json", "it is no JSON", "22P02")
    except RecursionError:
        return RowProblem(column, "nesting", "it is nested too deeply to be looked through", "54001")
    if document is None:
        return RowProblem(
            column,
            "json_null",
            "PostgREST turns a document that is null into NULL; copy by DATABASE_URL, which keeps it",
            None,
        )
    return None


def _refuse(word: str) -> Any:
    raise ValueError(word)


def _spelled(text: str) -> str:
    bare = text.strip("{}").replace("-", "").lower()
    return f"{bare[:8]}-{bare[8:12]}-{bare[12:16]}-{bare[16:20]}-{bare[20:]}"
