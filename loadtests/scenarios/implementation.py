"""One implementation of the API: the reference one, or what ``[api]`` of parity.toml makes of it."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from harness.errors import ConfigurationError
from harness.settings.api import Api, EndpointTable
from harness.settings.endpoints import ENDPOINTS
from harness.settings.templates import render, render_path
from loadtests.scenarios.call import Answer, Call
from loadtests.scenarios.endpoints import DESCRIPTIONS, QUEUES, Endpoint
from loadtests.scenarios.reading import Layout, WrongAnswer
from loadtests.scenarios.shapes import Kind, instant, kinds_of

__all__ = ["Ask", "Implementation"]

Got = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Ask:
    """What is asked of an endpoint, and what a right answer to it means."""

    endpoint: str
    values: Mapping[str, Any]
    """For the placeholders; those left out have no value."""
    expected: Mapping[str, Any] = field(default_factory=dict)
    """Fields of the answer that must have exactly this value; times are compared as points in time."""
    means: Callable[[Got], None] | None = None
    """What else must be right; raises WrongAnswer if it is not."""
    then: Callable[[Got], None] | None = None
    """Remembers what later calls need; called for a right answer only."""
    status: tuple[int, ...] | None = None
    """Another status than usual, for a request that must be refused: then nothing else is read."""
    usual: bool = True
    """False for what is not measured: it may take another number of round trips."""
    forged: bool = False
    """True to sign with a wrong secret."""


class Implementation:
    """Makes calls of what is asked."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self._described = {name: _mapped(name, api) for name in DESCRIPTIONS}

    def lacks(self, endpoint: str) -> str | None:
        """Why the application has no such endpoint, if it says so."""
        table = _table(endpoint, self.api)
        return table.lacks

    def answers(self, endpoint: str, field: str) -> bool:
        """True if a field of the answer, or of its rows, is told and checked."""
        layout = self._described[endpoint].layout
        return field in layout.fields or field in (layout.items or {})

    def order(self, endpoint: str) -> tuple[str, bool] | None:
        """The field by which the rows of a list are ordered, and whether it falls; None if nobody says."""
        order = _table(endpoint, self.api).order
        if order is None:
            return ("createdAt", True) if self.api.is_reference else None
        name, _, direction = order.partition(" ")
        return name, direction == "desc"

    def call(self, ask: Ask) -> Call:
        """The request, with the check of its answer."""
        described = self._described[ask.endpoint]
        endpoint = described.endpoint
        values: dict[str, Any] = dict.fromkeys(ENDPOINTS[ask.endpoint].sends) | dict(ask.values)
        body = None if endpoint.body is None else orjson.dumps(render(endpoint.body, values))
        headers = self._headers(endpoint, values, body, forged=ask.forged)
        layout = described.layout
        if self.api.is_reference and "queue" in values:
            layout = _of_queue(layout, values["queue"])
        return Call(
            endpoint=ask.endpoint,
            method=endpoint.method,
            path=render_path(endpoint.path, values),
            headers=headers,
            body=body,
            check=lambda answer: _check(answer, ask, endpoint, layout, described.contains),
        )

    def _headers(
        self, endpoint: Endpoint, values: Mapping[str, Any], body: bytes | None, *, forged: bool
    ) -> dict[str, str]:
        signed: dict[str, Any] = dict(values)
        if ENDPOINTS[endpoint.name].signed:
            secret = self._secret()[::-1] + "x" if forged else self._secret()
            digest = hmac.digest(secret.encode(), body or b"", hashlib.sha256)
            signed |= {"signature": digest.hex(), "signatureBase64": base64.b64encode(digest).decode()}
        named = {"Accept": "application/json"}
        if body is not None:
            named["Content-Type"] = "application/json"
        return _merged(named, {name: str(render(value, signed)) for name, value in endpoint.headers.items()})

    def _secret(self) -> str:
        if self.api.webhook_secret is None:
            raise ConfigurationError(
                "Webhooks are signed, and no secret is given. Set ICIMS_WEBHOOK_SECRET,"
                " or webhook_secret in [api] of parity.toml."
            )
        return self.api.webhook_secret


@dataclass(frozen=True)
class _Described:
    endpoint: Endpoint
    layout: Layout
    contains: tuple[str, ...]


def _table(name: str, api: Api) -> EndpointTable:
    """A delivery and its repetition are the same request, unless both are mapped."""
    if name == "redeliver_webhook" and name not in api.endpoints:
        name = "receive_webhook"
    return api.endpoints.get(name, EndpointTable())


def _mapped(name: str, api: Api) -> _Described:
    endpoint, table = DESCRIPTIONS[name], _table(name, api)
    if name == "health":
        table = _health(api)
    body = endpoint.body if table.body is None else table.body
    mapped = replace(
        endpoint,
        method=table.method or endpoint.method,
        path=table.path or endpoint.path,
        headers=_merged(endpoint.headers, api.headers, table.headers),
        body=None if body is False else body,
        status=table.status or endpoint.status,
    )
    layout = Layout(
        fields=_told(name, endpoint.fields, table.result),
        paths=table.result or {},
        items=None if endpoint.items is None else _told(name, endpoint.items, table.item),
        item_paths=table.item or {},
        exact=endpoint.exact and api.is_reference,
    )
    return _Described(mapped, layout, table.contains)


def _merged(*headers: Mapping[str, str]) -> dict[str, str]:
    """Names of headers are the same in any case: a later one replaces an earlier one."""
    merged: dict[str, tuple[str, str]] = {}
    for some in headers:
        merged |= {name.lower(): (name, value) for name, value in some.items()}
    return dict(merged.values())


def _health(api: Api) -> EndpointTable:
    if api.is_reference:
        return EndpointTable()
    result = {"mode": api.mode_field}
    if api.instance_field is not None:
        result["instance"] = api.instance_field
    return EndpointTable(path=api.health, result=result)


def _told(name: str, fields: Mapping[str, Kind], named: Mapping[str, str] | None) -> Mapping[str, Kind]:
    """The fields to read: all, or where the user names some, those and the ones that are always needed."""
    if named is None:
        return fields
    wanted = set(named) | ENDPOINTS[name].required
    return {field: kind for field, kind in fields.items() if field in wanted}


def _of_queue(layout: Layout, queue: str) -> Layout:
    """The rows of a queue are those of its table, whole."""
    kinds = kinds_of(QUEUES[queue])
    if layout.items is not None:
        return replace(layout, items=kinds, exact=True)
    return replace(layout, fields=kinds, exact=True)


def _check(
    answer: Answer, ask: Ask, endpoint: Endpoint, layout: Layout, contains: tuple[str, ...]
) -> str | None:
    if answer.status not in (ask.status or endpoint.status):
        return f"status {answer.status}"
    if ask.status is not None:
        return None  # it was refused, as it must be
    if ENDPOINTS[ask.endpoint].html:
        return _check_page(answer, contains)
    try:
        got = layout.read(answer.body) if layout.fields else _nothing(answer)
        _refuse_another_meaning(got, ask)
    except WrongAnswer as wrong:
        return str(wrong)
    if ask.then is not None:
        ask.then(got)
    return None


def _nothing(answer: Answer) -> Got:
    """An endpoint of which nothing is read: whatever it says, but with 204 it may say nothing (RFC 9110)."""
    if answer.status == 204 and answer.body:
        raise WrongAnswer("status 204 with a body")
    return {}


def _refuse_another_meaning(got: Got, ask: Ask) -> None:
    for name, value in ask.expected.items():
        if name in got and not _equal(got[name], value):
            raise WrongAnswer(f"{name} is not what it must be")
    if ask.means is not None:
        ask.means(got)


def _check_page(answer: Answer, contains: tuple[str, ...]) -> str | None:
    kind = answer.headers.get("content-type", "")
    if not kind.lower().startswith("text/html"):
        return "is no HTML page"
    if not answer.body.rstrip().lower().endswith(b"</html>"):
        return "the page is not whole"
    if any(text.encode() not in answer.body for text in contains):
        return "the page lacks what it must hold"
    return None


def _equal(got: Any, expected: Any) -> bool:
    if isinstance(expected, str) and isinstance(got, str) and got != expected:
        time = instant(expected)
        return time is not None and instant(got) == time
    # 1 == True in Python, not in JSON.
    return type(got) is type(expected) and bool(got == expected)
