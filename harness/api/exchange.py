"""One request and its answer, as values: what an endpoint takes and what it returns."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from json import JSONDecoder, dumps
from typing import Any, NoReturn

import orjson

from harness.adapters.bridge.wire import from_column
from harness.api.refusals import invalid, malformed
from harness.models import ENTITIES, ColumnType, Entity, Row

__all__ = ["ALWAYS", "HIDDEN", "Inquiry", "Reply", "document", "json_of", "row_of"]


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")


_DECODER = JSONDecoder(parse_constant=_refuse)


@dataclass(frozen=True, kw_only=True)
class Inquiry:
    """A request, with its body read whole."""

    path: Mapping[str, str] = field(default_factory=dict)
    """The parameters in the path, decoded."""
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    """With names in lower case."""
    body: bytes = b""

    def fields(self, accepted: Mapping[str, Any]) -> dict[str, Any]:
        """Return the members of the body, which is a JSON object with names out of `accepted`.

        Raises Refusal: 400 for what is no JSON object, 422 for an unknown name.
        """
        return _checked(document(self.body), accepted)

    def values(self, entity: Entity[Any], accepted: Mapping[str, str]) -> dict[str, Any]:
        """Return the members of the body as columns of `entity`: `accepted` has their names by alias."""
        return {
            accepted[alias]: from_column(entity.by_name[accepted[alias]], value)
            for alias, value in self.fields(accepted).items()
        }

    def asked(self, accepted: Mapping[str, Any]) -> Mapping[str, str]:
        """Return the query's parameters. Raises Refusal for an unknown one."""
        return _checked(self.query, accepted)


def document(body: bytes) -> dict[str, Any]:
    """Read a body that is one JSON object in UTF-8. Raises Refusal (400); the message quotes nothing."""
    try:
        value = _DECODER.decode(body.decode())
    except RecursionError:
        raise malformed("the body is nested too deeply") from None
    except ValueError:
        # An integer of more digits than Python reads is one, too.
        raise malformed("the body is not JSON in UTF-8") from None
    if not isinstance(value, dict):
        raise malformed("the body is not a JSON object")
    return value


def _checked(given: Mapping[str, Any], accepted: Mapping[str, Any]) -> dict[str, Any]:
    for name in given:
        if name not in accepted:
            raise invalid(
                name, f"is not one of {', '.join(accepted) or 'the names that are accepted: none is'}"
            )
    return dict(given)


@dataclass(frozen=True, kw_only=True)
class Reply:
    """An answer."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] | None = None
    media_type: str = "application/json"


def json_of(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """Answer with a JSON document."""
    try:
        body = orjson.dumps(value)
    except TypeError:
        # An integer of more than 64 bits, which a payload may hold: slower, and exact.
        body = dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
    return Reply(status=status, body=body, headers=headers)


ALWAYS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",  # the path of a public link is a secret
}
"""The headers of every answer."""

HIDDEN = frozenset({"public_token_hash"})
"""Columns that no answer holds."""
_CONVERTED = frozenset({ColumnType.UUID, ColumnType.TIMESTAMPTZ})
_COLUMNS: Mapping[type[Row], tuple[tuple[str, str, bool], ...]] = {
    entity.row: tuple(
        (column.name, column.alias, column.type in _CONVERTED)
        for column in entity.columns
        if column.name not in HIDDEN
    )
    for entity in ENTITIES.values()
}
"""Name, alias, and whether JSON has no such value."""


def row_of(row: Row) -> dict[str, Any]:
    """Return a row as the API shows it: camelCase, times with six digits and ``Z``, ids as text."""
    return {
        alias: _shown(getattr(row, name)) if converts else getattr(row, name)
        for name, alias, converts in _COLUMNS[type(row)]
    }


def _shown(value: Any) -> Any:
    if isinstance(value, datetime):
        # Stores return UTC: the offset is always +00:00.
        return f"{value.isoformat(timespec='microseconds')[:-6]}Z"
    return None if value is None else str(value)
