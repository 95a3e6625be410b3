"""The API's description (OpenAPI 3.1), from the same values that the server answers by. Pure."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from harness.api.endpoints.workers import QUEUES
from harness.api.refusals import KINDS
from harness.api.schemas import ERROR, of_row, reference
from harness.api.service import Access, Endpoint, Schema
from harness.models import ENTITIES

__all__ = ["description"]

_MEANING: Mapping[int, str] = {
    400: "The request cannot be read.",
    401: "The credentials or the signature are missing or wrong.",
    404: "There is no such row, link or queue.",
    408: "The body did not come in time.",
    409: "It contradicts what is stored: a key that is taken, or a rule of the flow.",
    410: "The link has expired.",
    413: "The body is too large.",
    414: "Path and query are too long.",
    422: "A value, or a name, is not accepted.",
    431: "The headers are too large.",
    502: "The database answered something that this server does not understand.",
    503: "Nothing was done; the request is safe to repeat.",
    504: "It may or may not have happened: read before you repeat it.",
}
_OF_THE_STORE = ("unexpected", "unavailable")
_OF_WRITES = ("outcome_unknown",)
_OF_HEADS = ("uri_too_long", "headers_too_large")
_OF_BODIES = ("malformed", "too_large", "too_slow", "invalid_value")
_ANY_ID: Schema = {"type": "string", "minLength": 1, "description": "What is no UUID names no row."}
_PATH_PARAMETERS: Mapping[str, Schema] = {
    "id": _ANY_ID,
    "token": {"type": "string", "minLength": 1},
    "queue": {"type": "string", "enum": [*QUEUES]},
}


def description(endpoints: Iterable[Endpoint], *, version: str, asks_for_key: bool) -> dict[str, Any]:
    """Describe the endpoints of a server that has an API key, or has none and asks nobody for it."""
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        operation = _operation(endpoint, asks_for_key=asks_for_key)
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Interview scheduler, reference API",
            "version": version,
            "description": (
                "Times are ISO 8601 with an offset on the way in, and UTC with six fraction digits on the "
                "way out."
            ),
        },
        "paths": paths,
        "components": {
            "schemas": {
                "Error": ERROR,
                **{entity.row.__name__: of_row(entity) for entity in ENTITIES.values()},
            },
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "basic": {"type": "http", "scheme": "basic"},
            },
        },
    }


def _operation(endpoint: Endpoint, *, asks_for_key: bool) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": endpoint.name,
        "summary": endpoint.summary,
        "security": _security(endpoint) if asks_for_key else [],
        "parameters": [*_parameters(endpoint)],
        "responses": {str(endpoint.status): _right(endpoint), **_wrong(endpoint)},
    }
    if endpoint.body is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": endpoint.body}},
        }
    return operation


def _security(endpoint: Endpoint) -> list[dict[str, list[str]]]:
    match endpoint.access:
        case Access.INTERNAL:
            return [{"bearer": []}]
        case Access.BROWSER:
            return [{"bearer": []}, {"basic": []}]
        case _:
            return []


def _parameters(endpoint: Endpoint) -> Iterable[dict[str, Any]]:
    for name in re.findall(r"\{(\w+)\}", endpoint.path):
        yield {"name": name, "in": "path", "required": True, "schema": _PATH_PARAMETERS[name]}
    for name, schema in endpoint.query.items():
        yield {"name": name, "in": "query", "required": False, "schema": schema}
    for name, schema in endpoint.header.items():
        yield {"name": name, "in": "header", "required": True, "schema": schema}


def _right(endpoint: Endpoint) -> dict[str, Any]:
    if endpoint.answers is None:
        return {"description": "It is done."}
    answer: dict[str, Any] = {
        "description": "What was asked for.",
        "content": {endpoint.media_type: {"schema": endpoint.answers}},
    }
    if endpoint.links:
        answer["links"] = {
            name: {"operationId": name, "parameters": dict(parameters)}
            for name, parameters in endpoint.links.items()
        }
    return answer


def _wrong(endpoint: Endpoint) -> dict[str, Any]:
    kinds = {*endpoint.refusals, *_OF_THE_STORE, *_OF_HEADS}
    if endpoint.method != "GET":
        kinds |= {*_OF_WRITES}
    if endpoint.body is not None:
        kinds |= {*_OF_BODIES}
    if endpoint.access is not Access.EVERYBODY:
        kinds.add("unauthorized")
    return {
        str(status): {
            "description": _MEANING[status],
            "content": {"application/json": {"schema": reference("Error")}},
        }
        for status in sorted({KINDS[kind] for kind in kinds})
    }
