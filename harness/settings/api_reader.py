"""Reads ``[api]`` of parity.toml, and refuses what could not be called or would check nothing."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from math import isfinite
from typing import Any

from harness.settings.api import REFERENCE, Api, EndpointTable, Subjects
from harness.settings.budgets import ALL
from harness.settings.endpoints import ENDPOINTS, SIGNATURE, EndpointShape
from harness.settings.templates import BadTemplate, names
from harness.settings.toml_reader import KeyPath, Reader, suggestion

__all__ = ["read_api", "refuse_unmeasured"]

_PATH: KeyPath = ("api",)
_KEYS = (
    *("name", "start", "health", "mode_field", "instance_field", "ready_timeout_s", "headers"),
    *("webhook_secret", "subjects", "endpoints"),
)
_ENDPOINT_KEYS = (
    *("method", "path", "headers", "body", "status", "result", "item", "contains", "order", "lacks"),
)
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_DOTTED = re.compile(r"[^.\s]+(\.[^.\s]+)*")
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # a token of RFC 9110, 5.6.2
_VARIABLE = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*\}")
_ORDER = re.compile(r"(createdAt|updatedAt|windowStart|windowEnd|expiresAt) (asc|desc)")


def read_api(reader: Reader, data: Mapping[str, Any]) -> Api | None:
    """Read the section; None if it is not there, or empty. Raises ConfigurationError with line and column."""
    table = reader.table(data, (), "api")
    if not table:
        return None
    reader.only(table, _PATH, _KEYS)
    name = reader.line(table, _PATH, "name")
    if name == REFERENCE:
        reader.fail(
            (*_PATH, "name"), f"{REFERENCE!r} is the API that comes with the harness; choose another name"
        )
    optional: dict[str, Any] = {
        key: reader.line(table, _PATH, key) for key in ("start", "webhook_secret") if key in table
    }
    optional |= {
        key: _dotted(reader, table, _PATH, key) for key in ("mode_field", "instance_field") if key in table
    }
    if "health" in table:
        optional["health"] = _path(reader, table, _PATH, "health", frozenset())
    if "ready_timeout_s" in table:
        optional["ready_timeout_s"] = reader.seconds(table, _PATH, "ready_timeout_s")
    endpoints = reader.table(table, _PATH, "endpoints")
    where = (*_PATH, "endpoints")
    if "health" in endpoints:
        reader.fail(
            (*where, "health"), "is mapped by the keys health and mode_field of [api]; write it there"
        )
    reader.only(endpoints, where, tuple(name for name in ENDPOINTS if name != "health"))
    return Api(
        name=name,
        headers=_headers(reader, table, _PATH, frozenset()),
        subjects=_subjects(reader, table),
        endpoints={
            endpoint: _endpoint(reader, reader.table(endpoints, where, endpoint), (*where, endpoint))
            for endpoint in endpoints
        },
        **optional,
    )


def refuse_unmeasured(reader: Reader, api: Api | None, budgeted: tuple[str, ...]) -> None:
    """Refuse a budget of what no run measures. Raises ConfigurationError with line and column."""
    measured = tuple(name for name in ENDPOINTS if ENDPOINTS[name].measured)
    for name in budgeted:
        where = ("budgets", "endpoints", name)
        if name not in (*measured, ALL):
            rest = suggestion(name, measured) or f"; there are {', '.join(measured)}"
            reader.fail(where, f"is a budget of an endpoint that is never measured{rest}")
        lacking = None if api is None else api.endpoints.get(name, EndpointTable()).lacks
        if lacking is not None:
            reader.fail(
                where, f"is a budget of an endpoint that [api] says is not there ({lacking}); remove one"
            )


def _endpoint(reader: Reader, table: Mapping[str, Any], path: KeyPath) -> EndpointTable:
    shape = ENDPOINTS[str(path[-1])]
    reader.only(table, path, _ENDPOINT_KEYS)
    if "lacks" in table:
        if len(table) > 1:
            reader.fail((*path, "lacks"), "says that there is no such endpoint, and stands alone")
        return EndpointTable(lacks=reader.line(table, path, "lacks"))
    sends = shape.sends | (SIGNATURE if shape.signed else frozenset())
    if "method" in table and table["method"] not in _METHODS:
        reader.fail((*path, "method"), f"must be one of {', '.join(_METHODS)}")
    return EndpointTable(
        method=table.get("method"),
        path=_path(reader, table, path, "path", shape.sends) if "path" in table else None,
        headers=_headers(reader, table, path, sends),
        body=_body(reader, table, path, shape.sends),
        status=_status(reader, table, path),
        result=_places(reader, table, path, "result", shape.answers),
        item=_places(reader, table, path, "item", shape.items),
        contains=_contains(reader, table, path, shape),
        order=_order(reader, table, path, shape),
    )


def _path(reader: Reader, table: Mapping[str, Any], path: KeyPath, key: str, known: frozenset[str]) -> str:
    value = reader.line(table, path, key)
    if not value.startswith("/") or value.startswith("//"):
        reader.fail((*path, key), "must be a path on the server, and begin with one /")
    _check_placeholders(reader, value, (*path, key), known)
    return value


def _headers(
    reader: Reader, table: Mapping[str, Any], path: KeyPath, known: frozenset[str]
) -> dict[str, str]:
    headers = reader.table(table, path, "headers")
    where = (*path, "headers")
    for name in headers:
        if _HEADER.fullmatch(name) is None:
            reader.fail((*where, name), "is no name of a header")
        _check_placeholders(reader, reader.line(headers, where, name), (*where, name), known)
    return dict(headers)


def _body(reader: Reader, table: Mapping[str, Any], path: KeyPath, known: frozenset[str]) -> Any:
    body = table.get("body")
    where = (*path, "body")
    if "body" not in table or body is False:
        return body
    if not isinstance(body, dict | list):
        reader.fail(where, "must be a table or a list, or false for a request without a body")
    _check_json(reader, body, where)
    _check_placeholders(reader, body, where, known)
    return body


def _check_json(reader: Reader, value: Any, where: KeyPath) -> None:
    if isinstance(value, date | datetime | time):
        reader.fail(where, "holds a TOML time, which JSON lacks; write it as a string")
    if isinstance(value, float) and not isfinite(value):
        reader.fail(where, "holds a number that JSON lacks")
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _check_json(reader, inner, where)


def _check_placeholders(reader: Reader, template: Any, where: KeyPath, known: frozenset[str]) -> None:
    try:
        used = list(names(_without_variables(template)))
    except BadTemplate as error:
        reader.fail(where, f"cannot be used: {error}")
    for name in used:
        if name not in known:
            rest = f"; it knows {', '.join(sorted(known))}" if known else "; it knows none here"
            reader.fail(
                where, f"has the unknown placeholder {{{name}}}{suggestion(name, sorted(known)) or rest}"
            )


def _without_variables(template: Any) -> Any:
    if isinstance(template, str):
        return _VARIABLE.sub("", template)
    if isinstance(template, dict):
        return {_without_variables(key): _without_variables(value) for key, value in template.items()}
    return [_without_variables(value) for value in template] if isinstance(template, list) else template


def _status(reader: Reader, table: Mapping[str, Any], path: KeyPath) -> tuple[int, ...] | None:
    if "status" not in table:
        return None
    status = table["status"]
    given = status if isinstance(status, list) else [status]
    if not given or any(type(one) is not int or not 200 <= one <= 399 for one in given):
        reader.fail((*path, "status"), "must be a status of success, or a list of them: 200 to 399")
    return tuple(given)


def _places(
    reader: Reader, table: Mapping[str, Any], path: KeyPath, key: str, known: frozenset[str]
) -> dict[str, str] | None:
    if key not in table:
        return None
    where = (*path, key)
    if not known:
        reader.fail(where, "says where fields are, and no field of this endpoint's answer is read")
    places = reader.table(table, path, key)
    reader.only(places, where, sorted(known))
    if not places:
        reader.fail(where, "names no field; leave it out if the fields are where the reference API has them")
    return {field: _dotted(reader, places, where, field) for field in places}


def _dotted(reader: Reader, table: Mapping[str, Any], path: KeyPath, key: str) -> str:
    value = reader.line(table, path, key)
    if _DOTTED.fullmatch(value) is None:
        reader.fail((*path, key), "must be a dotted path into the answer, such as request.id")
    return value


def _contains(
    reader: Reader, table: Mapping[str, Any], path: KeyPath, shape: EndpointShape
) -> tuple[str, ...]:
    if "contains" in table and not shape.html:
        reader.fail((*path, "contains"), "is about a page, and this endpoint answers JSON; use result")
    return _texts(reader, table, path, "contains")


def _order(reader: Reader, table: Mapping[str, Any], path: KeyPath, shape: EndpointShape) -> str | None:
    if "order" not in table:
        return None
    if not shape.items or "limit" not in shape.sends or "cursor" not in shape.sends:
        reader.fail((*path, "order"), "is about a list of requests, and this endpoint answers none")
    order = reader.line(table, path, "order")
    if _ORDER.fullmatch(order) is None:
        reader.fail((*path, "order"), 'must be a time of the rows and asc or desc, such as "createdAt desc"')
    return order


def _subjects(reader: Reader, table: Mapping[str, Any]) -> Subjects:
    subjects = reader.table(table, _PATH, "subjects")
    where = (*_PATH, "subjects")
    reader.only(subjects, where, ("requests", "bookings", "tokens"))
    return Subjects(
        requests=_texts(reader, subjects, where, "requests"),
        bookings=_texts(reader, subjects, where, "bookings"),
        tokens=_texts(reader, subjects, where, "tokens"),
    )


def _texts(reader: Reader, table: Mapping[str, Any], path: KeyPath, key: str) -> tuple[str, ...]:
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
        reader.fail((*path, key), "must be a list of strings that are not empty")
    return tuple(value)
