"""``parity-bridge/1`` as JSON Schema (2020-12), derived from the entities: what an implementer reads."""

from collections.abc import Mapping
from typing import Any

from harness.adapters.bridge.faults import KINDS
from harness.adapters.bridge.hello import PROTOCOL
from harness.adapters.capabilities import Capability
from harness.models import ENTITIES, Column, ColumnType, Entity
from harness.models.operations import OPERATIONS, OPTIONAL, Operation, Verb, table_alias

__all__ = ["protocol_schema"]

Schema = dict[str, Any]

_TIME = {"$ref": "#/$defs/time"}
_ID = {"type": "string", "format": "uuid"}
_TYPES: Mapping[ColumnType, Schema] = {
    ColumnType.BOOLEAN: {"type": "boolean"},
    ColumnType.INTEGER: {"type": "integer"},
    ColumnType.JSONB: {},
    ColumnType.TEXT: {"type": "string"},
    ColumnType.TEXT_ARRAY: {"type": "array", "items": {"type": "string"}},
    ColumnType.TIMESTAMPTZ: _TIME,
    ColumnType.UUID: _ID,
}
_ANY_ID = {"description": "An id; what is malformed finds no row.", "type": "string"}
_NUMBER = {"type": "number"}
_ABOUT: Mapping[Verb, str] = {
    Verb.CREATE: "Store one row and return it whole.",
    Verb.GET: "Return a row, or null if there is none or the id is malformed.",
    Verb.LIST: "Return at most `limit` rows in total order, and the cursor to the rows after them.",
    Verb.COUNT: "Count rows exactly. Without it, rows are counted by reading pages.",
    Verb.UPDATE: "Change what the patch names: null clears, an absent column stays. not_found without a row.",
    Verb.DELETE: "Remove a row: true if it existed.",
    Verb.CLAIM: "Take due rows; none goes to two workers.",
    Verb.COMPLETE: "Mark a claimed row as done; `attempts` is the fencing token of the claim.",
    Verb.FAIL: "Give a claimed row back with an error.",
    Verb.GET_BY_TOKEN_HASH: "Return the request with this publicTokenHash, or null.",
    Verb.RECEIVE: "Store a delivery once per (provider, eventId).",
    Verb.BOOK: "Book a slot for a pending request: booking, request, audit entry and sync job, all or none.",
    Verb.RESCHEDULE: "Move an active booking.",
    Verb.CANCEL: "Cancel an active booking and its request.",
    Verb.OPS_SUMMARY: "Count what the operations dashboard shows.",
    Verb.EXPORT: "Return all rows of a table as they are stored. For memory mode.",
    Verb.IMPORT: "Store whole rows, the times that the store assigns included. For memory mode.",
    Verb.RESET: "Begin with empty rows. For memory mode; without it the process is started anew.",
}


def protocol_schema() -> Schema:
    """Return the schema: any line of the protocol is valid, and ``$defs`` holds each part by its name."""
    definitions: Schema = {
        "hello": _hello(),
        "request": {"oneOf": [{"$ref": f"#/$defs/operations/{name}/request"} for name in OPERATIONS]},
        "reply": _reply(),
        "error": _error(),
        "time": {
            "description": "ISO 8601 with offset and at most six fraction digits.",
            "type": "string",
            "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})$",
        },
        "actor": _object({"type": {"type": ["string", "null"]}, "id": {"type": ["string", "null"]}}),
        "rows": {entity.row.__name__: _row(entity) for entity in ENTITIES.values()},
        "operations": {
            name: {
                "description": _ABOUT[operation.verb],
                "optional": name in OPTIONAL,
                "request": _request(operation),
                "result": _result(operation),
            }
            for name, operation in OPERATIONS.items()
        },
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": PROTOCOL,
        "description": (
            "JSON lines in UTF-8, one object a line. The adapter prints its hello, then reads requests on "
            "stdin and prints replies on stdout, in any order; its log goes to stderr. At the end of stdin "
            "it finishes what runs and exits with 0. Its environment holds DB_MODE (memory or supabase); in "
            "supabase mode SUPABASE_URL, SUPABASE_ANON_KEY, SUPABASE_SERVICE_ROLE_KEY and DATABASE_URL; and "
            "PARITY_TIMEOUT_MS, its patience with the server. Arguments are sent as the caller gave them: "
            "to refuse what no row may hold is the adapter's work, so a request may violate this schema "
            "where an argument does. Results never do."
        ),
        "oneOf": [{"$ref": f"#/$defs/{name}"} for name in ("hello", "request", "reply")],
        "$defs": definitions,
    }


def _object(properties: Mapping[str, Any], *, required: list[str] | None = None) -> Schema:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties) if required is None else required,
        "additionalProperties": False,
    }


def _hello() -> Schema:
    return _object(
        {
            "protocol": {"const": PROTOCOL},
            "name": {"type": "string", "minLength": 1},
            "operations": {
                "type": "array",
                "items": {"enum": [*OPERATIONS]},
                "uniqueItems": True,
                "minItems": 1,
            },
            "capabilities": _object(
                {"time": {"enum": ["us", "ms"]}, "numbers": {"enum": ["exact", "double"]}}, required=[]
            ),
            "spoils": {
                "type": "boolean",
                "description": (
                    'Heeds "spoil": true in a request: once the reply is made, it changes arguments and '
                    "result in place, as a careless caller would. Without it, aliasing cannot be seen."
                ),
            },
            "lacks": {
                "description": "Capabilities that the adapter does not have, each with the reason.",
                "type": "object",
                "propertyNames": {"enum": sorted(one.value for one in Capability)},
                "additionalProperties": {"type": "string", "minLength": 1},
            },
        },
        required=["protocol", "name", "operations"],
    )


def _reply() -> Schema:
    number = {"type": ["integer", "null"]}
    return {
        "oneOf": [
            _object({"id": number, "result": {"description": "The result of the operation."}}),
            _object({"id": number, "error": {"$ref": "#/$defs/error"}}),
        ]
    }


def _error() -> Schema:
    return {
        "type": "object",
        "properties": {
            "kind": {
                "enum": [*KINDS],
                "description": (
                    "unavailable: nothing was done, safe to repeat. outcome_unknown: it may have happened. "
                    "unexpected: an exception that nobody mapped, which is a finding."
                ),
            },
            "constraint": {"type": "string", "description": "The constraint or rule, as Postgres names it."},
            "field": {"type": "string", "description": "The column or argument, in camelCase."},
            "table": {"type": "string"},
            "message": {"type": "string", "description": "Never holds contents of rows."},
        },
        "required": ["kind"],
        "additionalProperties": False,
    }


def _column(column: Column) -> Schema:
    schema = dict(_TYPES[column.type])
    if column.choices is not None:
        schema["enum"] = list(column.choices)
    if column.nullable:
        return {"anyOf": [schema, {"type": "null"}]}
    return schema


def _row(entity: Entity[Any]) -> Schema:
    return _object({column.alias: _column(column) for column in entity.columns})


def _new(entity: Entity[Any]) -> Schema:
    columns = [column for column in entity.columns if column.name not in entity.assigned]
    needed = [column.alias for column in columns if not column.nullable and column.default is None]
    return _object({column.alias: _column(column) for column in columns}, required=needed)


def _patch(entity: Entity[Any]) -> Schema:
    columns = [column for column in entity.columns if column.name not in {*entity.assigned, "id"}]
    return {**_object({column.alias: _column(column) for column in columns}, required=[]), "minProperties": 1}


def _listing(entity: Entity[Any], *, pages: bool) -> Schema:
    operators = {"enum": ["eq", "in", "is_null", "lt", "lte", "gt", "gte"]}
    field = {"enum": [column.alias for column in entity.columns]}
    properties: Schema = {"where": {"type": "array", "items": _tuple(field, operators, {})}}
    if pages:
        direction = {"enum": ["asc", "desc"]}
        properties |= {
            "order": {"type": "array", "minItems": 1, "maxItems": 1, "items": _tuple(field, direction)},
            "limit": {"type": "integer", "minimum": 0},
            "cursor": {"type": "string"},
        }
    return _object(properties, required=["where", "limit"] if pages else ["where"])


def _tuple(*items: Schema) -> Schema:
    return {"type": "array", "prefixItems": list(items), "minItems": len(items), "maxItems": len(items)}


def _request(operation: Operation) -> Schema:
    return _object(
        {
            "id": {"type": "integer"},
            "op": {"const": operation.name},
            "args": _tuple(*_arguments(operation)),
            "spoil": {"type": "boolean"},
        },
        required=["id", "op", "args"],
    )


def _arguments(operation: Operation) -> list[Schema]:  # noqa: C901, PLR0911, PLR0912  # one shape each
    entity, actor = operation.entity, {"$ref": "#/$defs/actor"}
    tables = {"enum": [table_alias(one) for one in ENTITIES.values()]}
    match operation.verb:
        case Verb.CREATE | Verb.RECEIVE if entity is not None:
            return [_new(entity)]
        case Verb.LIST | Verb.COUNT if entity is not None:
            return [_listing(entity, pages=operation.verb is Verb.LIST)]
        case Verb.UPDATE if entity is not None:
            return [_ANY_ID, _patch(entity)]
        case Verb.BOOK if entity is not None:
            return [_new(entity), actor]
        case Verb.CLAIM:
            return [_object({"limit": {"type": "integer"}, "leaseS": _NUMBER})]
        case Verb.COMPLETE:
            return [_ANY_ID, {"type": "integer"}]
        case Verb.FAIL:
            return [_ANY_ID, {"type": "integer"}, _object({"error": {"type": "string"}, "retryInS": _NUMBER})]
        case Verb.RESCHEDULE:
            return [_ANY_ID, _object({"scheduledStart": _TIME, "scheduledEnd": _TIME}), actor]
        case Verb.CANCEL:
            return [_ANY_ID, _object({"reason": {"type": ["string", "null"]}}), actor]
        case Verb.EXPORT:
            return [tables]
        case Verb.IMPORT:
            return [tables, {"type": "array", "items": {"type": "object"}}]
        case Verb.GET | Verb.DELETE | Verb.GET_BY_TOKEN_HASH:
            return [_ANY_ID]
        case _:
            return []


def _result(operation: Operation) -> Schema:  # noqa: PLR0911  # one shape each
    entity = operation.entity
    row: Schema = {} if entity is None else {"$ref": f"#/$defs/rows/{entity.row.__name__}"}
    rows = {"type": "array", "items": row}
    counts = {"type": "object", "additionalProperties": {"type": "integer"}}
    match operation.verb:
        case Verb.GET | Verb.GET_BY_TOKEN_HASH:
            return {"anyOf": [row, {"type": "null"}]}
        case Verb.LIST:
            return _object({"rows": rows, "nextCursor": {"type": ["string", "null"]}})
        case Verb.COUNT:
            return {"type": "integer", "minimum": 0}
        case Verb.DELETE:
            return {"type": "boolean"}
        case Verb.CLAIM:
            return rows
        case Verb.RECEIVE:
            return _object({"event": row, "isNew": {"type": "boolean"}})
        case Verb.OPS_SUMMARY:
            return _object(
                {
                    "counts": {"type": "object", "additionalProperties": counts},
                    "needsAttention": {"type": "integer"},
                    "due": counts,
                }
            )
        case Verb.EXPORT:
            return {"type": "array", "items": {"type": "object"}}
        case Verb.IMPORT | Verb.RESET:
            return {"type": "null"}
        case _:
            return row
