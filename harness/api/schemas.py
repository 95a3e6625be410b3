"""The JSON Schemas (2020-12) of bodies and answers, derived from the entities."""

from collections.abc import Iterable, Mapping
from typing import Any

from harness.api.exchange import HIDDEN
from harness.api.refusals import KINDS
from harness.api.service import Schema
from harness.models import Column, ColumnType, Entity, Row

__all__ = [
    "ERROR",
    "TIME",
    "columns",
    "listing",
    "named",
    "obj",
    "of_column",
    "of_row",
    "reference",
    "row_name",
    "shown",
]

_MINUTE = "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]"
_OFFSET = "(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
TIME: Schema = {
    "type": "string",
    "format": "date-time",
    "pattern": rf"^{_MINUTE}:[0-5][0-9](\.[0-9]{{1,6}})?{_OFFSET}$",
}
SHOWN_TIME: Schema = {**TIME, "pattern": rf"^{_MINUTE}:[0-5][0-9]\.[0-9]{{6}}Z$"}
UUID: Schema = {"type": "string", "format": "uuid"}
# NUL is refused: Postgres cannot store it.
TEXT: Schema = {"type": "string", "pattern": r"^[^\u0000]*$"}
_TYPES: Mapping[ColumnType, Schema] = {
    ColumnType.BOOLEAN: {"type": "boolean"},
    ColumnType.INTEGER: {"type": "integer", "minimum": -(2**31), "maximum": 2**31 - 1},
    ColumnType.JSONB: {},
    ColumnType.TEXT: TEXT,
    ColumnType.TEXT_ARRAY: {"type": "array", "items": TEXT},
    ColumnType.UUID: UUID,
}

ERROR: Schema = {
    "type": "object",
    "properties": {
        "error": {
            "type": "object",
            "properties": {
                "kind": {"enum": [*KINDS]},
                "message": {"type": "string", "description": "Never holds contents of rows or requests."},
                "field": {"type": "string", "description": "The member of the request that is wrong."},
                "constraint": {"type": "string", "description": "The violated constraint or rule."},
            },
            "required": ["kind", "message"],
            "additionalProperties": False,
        }
    },
    "required": ["error"],
    "additionalProperties": False,
}


def obj(properties: Mapping[str, Any], required: Iterable[str] | None = None) -> Schema:
    """The schema of an object with these members and no others; all are required unless `required` says."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": [*properties] if required is None else [*required],
        "additionalProperties": False,
    }


def reference(name: str) -> Schema:
    """Refer to a schema among the document's components."""
    return {"$ref": f"#/components/schemas/{name}"}


def row_name(row: type[Row]) -> Schema:
    """Refer to the schema of a row."""
    return reference(row.__name__)


def listing(row: type[Row]) -> Schema:
    """The schema of an array of rows."""
    return {"type": "array", "items": row_name(row)}


def of_column(column: Column, *, time: Schema = TIME) -> Schema:
    """The schema of one column's values; times as they may be sent, unless `time` says otherwise."""
    schema = dict(time if column.type is ColumnType.TIMESTAMPTZ else _TYPES[column.type])
    if column.choices is not None:
        schema = {"type": "string", "enum": [*column.choices]}
    if column.max_bytes is not None:
        schema["maxLength"] = column.max_bytes
    return {"anyOf": [schema, {"type": "null"}]} if column.nullable else schema


def of_row(entity: Entity[Any]) -> Schema:
    """The schema of a row as an answer shows it: all columns but the hidden ones."""
    return obj(shown(entity, {column.alias: column.name for column in entity.columns}))


def columns(entity: Entity[Any], *, without: Iterable[str]) -> dict[str, str]:
    """The columns that a client may set, by alias: all but those that only the store or a flow sets."""
    hidden = {*entity.assigned, *without}
    return {column.alias: column.name for column in entity.columns if column.name not in hidden}


def shown(entity: Entity[Any], accepted: Mapping[str, str]) -> dict[str, Schema]:
    """The schemas of these columns by alias, as an answer shows them; the hidden ones are left out."""
    return {
        alias: _bounded(entity, name, time=SHOWN_TIME)
        for alias, name in accepted.items()
        if name not in HIDDEN
    }


def named(entity: Entity[Any], accepted: Mapping[str, str]) -> dict[str, Schema]:
    """The schemas of these columns by alias, as they may be sent."""
    return {alias: _bounded(entity, name, time=TIME) for alias, name in accepted.items()}


def _bounded(entity: Entity[Any], name: str, *, time: Schema) -> Schema:
    schema = of_column(entity.by_name[name], time=time)
    is_positive = any(check.sql == f"{name} > 0" for check in entity.checks)
    return {**schema, "minimum": 1} if is_positive else schema
