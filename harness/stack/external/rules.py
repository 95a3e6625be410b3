"""What may be sent to a given project: pure, from a request to what it does, or to why it is not sent.

No mutation leaves this machine that does not name its rows by id, or call a
function of the scheduler. In a project that has other rows, too (`Scope.OWN`),
nothing is read but by id either, nothing is claimed, and nothing is made that
the project's own workers would pick up.

What no uuid is, NULL included, is the id of no row: Postgres refuses it. To
send it harms nobody where all rows are of this run, and an adapter may leave
it to the server to say so.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from harness.models import ENTITIES, Booking, SchedulingRequest, WebhookEvent, entity_of

__all__ = ["FUNCTIONS", "PREFIX", "Refused", "Scope", "Sent", "decide"]

PREFIX = "/rest/v1/"
_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_WRITES = frozenset({"POST", "PATCH", "DELETE"})
_REQUESTS, _BOOKINGS, _EVENTS = (entity_of(row).table for row in (SchedulingRequest, Booking, WebhookEvent))
_PARENTS = frozenset({_REQUESTS, _BOOKINGS})
_QUEUES = {table: entity for table, entity in ENTITIES.items() if entity.queue is not None}


class Scope(Enum):
    """Which rows a run may meet."""

    ALL = "the project was empty, so all rows are of this run"
    OWN = "the project has other rows, which this run must not see"


@dataclass(frozen=True)
class Refused:
    """Why a request is not sent, as the rest of a sentence that begins with the request."""

    why: str


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What a request that may be sent does to rows, by table and id."""

    creates: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Rows that it may make."""
    names: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Rows that it reads or changes; each must be of this run, or not be there at all."""
    removes: bool = False
    """It removes what it names, and unties the audit entries that hang on it."""
    adds: bool = False
    """A function: it adds audit entries and jobs whose ids it chooses itself."""


@dataclass(frozen=True, kw_only=True)
class _Function:
    """A function of the scheduler, and which arguments are ids of rows, by table."""

    creates: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    adds: bool = False
    meets_others: bool = False
    """It looks at all rows, or makes work for whoever looks for work."""


@dataclass(frozen=True)
class _Insert:
    table: str
    filters: list[tuple[str, str]]
    headers: Mapping[str, str]
    body: bytes


def _functions() -> Iterator[tuple[str, _Function]]:
    moved = _Function(names={_BOOKINGS: "p_booking_id"}, adds=True, meets_others=True)
    yield (
        "book",
        _Function(
            creates={_BOOKINGS: "p_id"}, names={_REQUESTS: "p_request_id"}, adds=True, meets_others=True
        ),
    )
    yield "reschedule", moved
    yield "cancel", moved
    yield "receive_webhook_event", _Function(creates={_EVENTS: "p_id"}, meets_others=True)
    yield "ops_summary", _Function(meets_others=True)
    for table, entity in _QUEUES.items():
        yield f"claim_{table}", _Function(meets_others=True)
        yield f"complete_{entity.singular}", _Function(names={table: "p_id"})
        yield f"fail_{entity.singular}", _Function(names={table: "p_id"})


_FUNCTIONS = dict(_functions())
FUNCTIONS = tuple(_FUNCTIONS)
"""The functions that an adapter may call, and that PostgREST must know."""


def decide(method: str, target: str, headers: Mapping[str, str], body: bytes, scope: Scope) -> Sent | Refused:
    """Judge one request; `target` is its path with the query, `headers` have lower-case names."""
    path, _, query = target.partition("?")
    profiles = {headers.get(name, "public") for name in ("accept-profile", "content-profile")}
    if not path.startswith(PREFIX) or profiles != {"public"}:
        return Refused(f"goes beyond {PREFIX} of the schema public")
    place = path.removeprefix(PREFIX)
    filters = parse_qsl(query, keep_blank_values=True)
    if place.startswith("rpc/"):
        return _call(method, place.removeprefix("rpc/"), body, scope)
    if method in _READS:
        return _read(place, filters, scope)
    if place not in ENTITIES or method not in _WRITES:
        return Refused(f"is a {method} of {place}, which no adapter needs")
    if method == "POST":
        return _insert(_Insert(place, filters, headers, body), scope)
    return _change(method, place, filters, body, scope)


def _read(table: str, filters: list[tuple[str, str]], scope: Scope) -> Sent | Refused:
    if scope is Scope.ALL:
        return Sent()
    if table not in ENTITIES:
        return Refused(f"reads {table or 'the description of all tables'}")
    if ids := _named(filters, "id"):
        return Sent(names={table: ids})
    for column in ENTITIES[table].columns:
        parents = None if column.references is None else _named(filters, column.name)
        if column.references is not None and parents:
            return Sent(names={column.references.table: parents})
    return Refused(f"looks at all rows of {table}, also at those of others")


def _insert(given: _Insert, scope: Scope) -> Sent | Refused:
    table = given.table
    rows = _parsed(given.body)
    rows = rows if isinstance(rows, list) else [rows]
    given_ids = [row["id"] for row in rows if isinstance(row, dict) and "id" in row]
    ids = _possible(given_ids, scope) if rows and len(given_ids) == len(rows) else None
    # PostgREST takes only these columns from the rows, if they are named.
    taken = dict(given.filters).get("columns")
    if ids is None or (taken is not None and "id" not in taken.replace('"', "").split(",")):
        return Refused(f"adds a row to {table} without naming its id, so that it could not be removed")
    if scope is Scope.OWN:
        if table in _QUEUES:
            return Refused(f"adds work to {table}, which the project's own workers would pick up")
        if "on_conflict" in dict(given.filters) or "resolution" in given.headers.get("prefer", ""):
            return Refused(f"may change a row of {table} that is there already")
    return Sent(creates={table: ids})


def _change(
    method: str, table: str, filters: list[tuple[str, str]], body: bytes, scope: Scope
) -> Sent | Refused:
    ids = _named(filters, "id")
    if not ids and not (scope is Scope.ALL and _names_none(filters)):
        verb = "changes" if method == "PATCH" else "removes"
        return Refused(f"{verb} rows of {table} without naming their ids")
    if method == "DELETE":
        return Sent(names={table: ids}, removes=table in _PARENTS)
    changes = _parsed(body)
    if not isinstance(changes, dict):
        return Refused(f"changes {table} by what is no JSON object")
    if "id" not in changes:
        return Sent(names={table: ids})
    renamed = _possible([changes["id"]], scope)
    if renamed is None:
        return Refused(f"gives a row of {table} an id that is no uuid")
    return Sent(names={table: ids}, creates={table: renamed})


def _call(method: str, name: str, body: bytes, scope: Scope) -> Sent | Refused:
    function = _FUNCTIONS.get(name)
    if function is None:
        return Refused(f"calls {name}, which is no function of the scheduler")
    if method != "POST":
        return Refused(f"calls {name} by {method}")
    if scope is Scope.OWN and function.meets_others:
        return Refused(f"calls {name}, which looks at all rows or makes work for others")
    arguments = _parsed(body or b"{}")
    if not isinstance(arguments, dict):
        return Refused(f"calls {name} with what is no JSON object")
    found: dict[str, dict[str, frozenset[str]]] = {"creates": {}, "names": {}}
    for kind, wanted in (("creates", function.creates), ("names", function.names)):
        for table, argument in wanted.items():
            ids = _possible([arguments[argument]], scope) if argument in arguments else None
            if ids is None:
                return Refused(f"calls {name} without {argument}, or with what is no uuid")
            found[kind][table] = ids
    return Sent(creates=found["creates"], names=found["names"], adds=function.adds)


def _named(filters: list[tuple[str, str]], column: str) -> frozenset[str]:
    """The ids that filters on a column allow at most: ``eq.ID`` or ``in.(ID,ID)``; none if they do not say.

    Filters are joined by AND: each can only narrow what another one names.
    """
    for name, value in filters:
        if name != column:
            continue
        if value.startswith("eq."):
            texts = [value.removeprefix("eq.")]
        elif value.startswith("in.(") and value.endswith(")"):
            texts = [text.strip('"') for text in value[4:-1].split(",")]
        else:
            continue
        if ids := _ids(texts):
            return ids
    return frozenset()


def _names_none(filters: list[tuple[str, str]]) -> bool:
    """True if a filter on the id names a text that is the id of no row."""
    # A NUL would cut the text, and what is left of it could be one.
    return any(
        name == "id" and value.startswith("eq.") and value.isprintable() and _ids([value[3:]]) is None
        for name, value in filters
    )


def _possible(values: Iterable[Any], scope: Scope) -> frozenset[str] | None:
    """The canonical forms of those that a row can have; None if one may not be sent."""
    if scope is Scope.OWN:
        return _ids(values)
    return frozenset[str]().union(*filter(None, (_ids([value]) for value in values)))


def _ids(values: Iterable[Any]) -> frozenset[str] | None:
    """The canonical forms, None if one is no uuid, or there is none: what Postgres takes, this takes, too."""
    found: set[str] = set()
    for value in values:
        try:
            found.add(str(UUID(value)))
        except (ValueError, TypeError, AttributeError):
            return None
    return frozenset(found) or None


def _parsed(body: bytes) -> Any:
    """Read JSON; None for what is none, and for objects that say a thing twice: which one counts is open."""
    try:
        return json.loads(body, object_pairs_hook=_once)
    except ValueError:
        return None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found
