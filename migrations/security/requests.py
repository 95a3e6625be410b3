"""The requests that are sent for each object: the same for everybody, so that answers can be compared.

None of them can do harm. An INSERT repeats an id that is taken, so that at the latest the primary key refuses
it, after every privilege and policy was asked. An UPDATE or DELETE aims at a row made for it; on a project
that is somebody's, its filter contradicts itself and matches no row. A function is called with an
argument that its type refuses, which happens after the privilege was asked and before its body runs; or by
GET, which PostgREST runs in a read-only transaction.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import msgspec

from harness.models import ColumnType
from migrations.security.objects import PUBLIC, Argument, Function, Relation, Surface

__all__ = ["Ability", "Aim", "Probe", "Request", "probes"]


_FILTERED = " filtered by"


class Ability(Enum):
    """What a probe tries to do."""

    READ = "read"
    COUNT = "count"
    INSERT = "insert"
    UPDATE = "update"
    DELETE = "delete"
    CALL = "call"


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request, without the key."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class Aim:
    """What the writing requests for one table are about."""

    values: Mapping[str, Any] = field(repr=False)
    """A valid row whose id is taken, if the table has any row."""
    row: str | None
    """The id of a row that this one may change and delete; None where every row is somebody's."""


@dataclass(frozen=True, kw_only=True)
class Probe:
    """One request, and what it is to show."""

    about: Relation | Function
    ability: Ability
    verb: str
    """The method, and what is special about the request."""
    request: Request
    column: str | None = None
    aims_at_row: bool = False
    """If it is let through, it changes a row that is there."""
    runs: bool = False
    """If it is let through, the body of the function runs."""

    @property
    def is_through_column(self) -> bool:
        """True for a change whose condition names this column and no other."""
        return self.column is not None and self.verb.endswith(_FILTERED)

    @property
    def is_ours(self) -> bool:
        """True if the models say that the object must be there, for the server."""
        return self.about.entity is not None if isinstance(self.about, Relation) else self.about.is_ours

    @property
    def what(self) -> str:
        """The request in words: ``GET public.bookings.id``."""
        column = f".{self.column}" if self.column is not None else ""
        return f"{self.verb} {self.about.object}{column}"


def probes(surface: Surface, aims: Mapping[str, Aim]) -> Iterator[Probe]:
    """Yield every request for every object, in an order that does not depend on `aims`, by table."""
    for relation in surface.relations:
        aim = aims.get(relation.name) if relation.entity is not None else None
        yield from _reads(relation)
        if aim is not None:
            yield from _casts(relation)
            yield from _writes(relation, aim)
        else:
            yield from _writes_of_stranger(relation)
    for function in surface.functions:
        yield from _calls(function)


def _reads(relation: Relation) -> Iterator[Probe]:
    def read(
        verb: str, ability: Ability, *, select: str, prefer: str = "", column: str | None = None
    ) -> Probe:
        return Probe(
            about=relation,
            ability=ability,
            verb=verb,
            column=column,
            request=Request(
                method=verb.split(maxsplit=1)[0],
                path=relation.name,
                query=(("select", select), ("limit", "1")),
                headers=_headers(relation, "Accept-Profile", prefer),
            ),
        )

    yield read("GET", Ability.READ, select="*")
    for column in relation.columns:
        yield read("GET", Ability.READ, select=_quoted(column), column=column)
    yield read("HEAD", Ability.COUNT, select="*", prefer="count=exact")
    yield read("HEAD planned", Ability.COUNT, select="*", prefer="count=planned")


def _casts(relation: Relation) -> Iterator[Probe]:
    """An error of Postgres may quote what it could not convert."""
    columns = relation.entity.columns if relation.entity is not None else ()
    texts = [column.name for column in columns if column.type is ColumnType.TEXT and not column.nullable]
    present = [name for name in texts if name in relation.columns]
    yield Probe(
        about=relation,
        ability=Ability.READ,
        verb="GET cast",
        request=Request(
            method="GET",
            path=relation.name,
            query=(("select", ",".join(f"{name}::int" for name in present)), ("limit", "1")),
            headers=_headers(relation, "Accept-Profile"),
        ),
    )


def _writes(relation: Relation, aim: Aim) -> Iterator[Probe]:
    values = {name: value for name, value in aim.values.items() if name in relation.columns}
    changes = {name: value for name, value in values.items() if name != "id"}
    where = (("id", f"eq.{aim.row}"),) if aim.row is not None else _no_row("id")
    at_row = aim.row is not None
    yield _write(relation, Ability.INSERT, "POST", (), values)
    yield _write(relation, Ability.UPDATE, "PATCH", where, changes, at_row=at_row)
    for column in relation.columns:
        # Other columns lack what they must have: no such row can be stored.
        alone = {column: None}
        yield _write(relation, Ability.INSERT, "POST", (), alone, column=column)
        yield _write(relation, Ability.UPDATE, "PATCH", where, alone, column=column, at_row=at_row)
        if column != "id":
            yield from _through(relation, column)
    yield _write(relation, Ability.DELETE, "DELETE", where, None, at_row=at_row)


def _through(relation: Relation, column: str) -> Iterator[Probe]:
    """A condition needs SELECT on what it names: perhaps this column is all that somebody may name."""
    where = _no_row(column)
    yield _write(relation, Ability.UPDATE, "PATCH", where, {column: None}, column=column, suffix=_FILTERED)
    yield _write(relation, Ability.DELETE, "DELETE", where, None, column=column, suffix=_FILTERED)


def _writes_of_stranger(relation: Relation) -> Iterator[Probe]:
    """An INSERT of no row asks for the privilege, and stores nothing whatever the table takes."""
    for column in relation.columns:
        columns = (("columns", _quoted(column)),)
        yield _write(relation, Ability.INSERT, "POST", columns, [], column=column)
        where = _no_row(column)
        yield _write(relation, Ability.UPDATE, "PATCH", where, {column: None}, column=column)
        yield _write(relation, Ability.DELETE, "DELETE", where, None, column=column)


def _no_row(column: str) -> tuple[tuple[str, str], ...]:
    name = _quoted(column)
    return ((name, "is.null"), (name, "not.is.null"))


def _write(
    relation: Relation,
    ability: Ability,
    method: str,
    query: tuple[tuple[str, str], ...],
    body: Any,
    *,
    column: str | None = None,
    at_row: bool = False,
    suffix: str = "",
) -> Probe:
    return Probe(
        about=relation,
        ability=ability,
        verb=f"{method}{suffix}",
        column=column,
        aims_at_row=at_row,
        request=Request(
            method=method,
            path=relation.name,
            query=query,
            headers=_headers(relation, "Content-Profile", "return=minimal,count=exact"),
            body=None if body is None else msgspec.json.encode(body),
        ),
    )


_REFUSED = "no value of this type"
_SAMPLES: Mapping[str, str] = {
    "uuid": "00000000-0000-4000-8000-000000000000",
    "boolean": "true",
    "json": "{}",
    "jsonb": "{}",
    "date": "2026-01-15",
    "timestamp with time zone": "2026-01-15T12:00:00Z",
    "timestamp without time zone": "2026-01-15T12:00:00",
    "text": "parity",
    "character varying": "parity",
    **dict.fromkeys(("integer", "bigint", "smallint", "numeric", "real", "double precision"), "1"),
}
_TAKES_ANYTHING = frozenset({"text", "character varying", "json", "jsonb"})


def _calls(function: Function) -> Iterator[Probe]:
    given = [argument for argument in function.arguments if not argument.optional]
    path = f"rpc/{function.name}"
    if all(argument.type in _SAMPLES and argument.name for argument in given):
        yield Probe(
            about=function,
            ability=Ability.CALL,
            verb="GET",
            runs=True,
            request=Request(
                method="GET",
                path=path,
                query=tuple((argument.name, _SAMPLES[argument.type]) for argument in given),
                headers=_headers(function, "Accept-Profile"),
            ),
        )
    refusing = next((argument for argument in given if _refuses(argument)), None)
    if refusing is not None:
        body = {
            argument.name: _REFUSED if argument is refusing else _SAMPLES.get(argument.type)
            for argument in given
        }
        yield _post(function, path, body, runs=False)
    elif not function.arguments and function.is_ours:
        yield _post(function, path, {}, runs=True)


def _refuses(argument: Argument) -> bool:
    return argument.name != "" and argument.type in _SAMPLES and argument.type not in _TAKES_ANYTHING


def _post(function: Function, path: str, body: Mapping[str, Any], *, runs: bool) -> Probe:
    return Probe(
        about=function,
        ability=Ability.CALL,
        verb="POST",
        runs=runs,
        request=Request(
            method="POST",
            path=path,
            headers=_headers(function, "Content-Profile"),
            body=msgspec.json.encode(body),
        ),
    )


def _headers(about: Relation | Function, profile: str, prefer: str = "") -> Mapping[str, str]:
    headers = {} if about.schema == PUBLIC else {profile: about.schema}
    if profile == "Content-Profile":
        headers["Content-Type"] = "application/json"
    if prefer:
        headers["Prefer"] = prefer
    return headers


def _quoted(column: str) -> str:
    # PostgREST's own way to take a name as it is, whatever characters it has.
    return column if column.isidentifier() and column.isascii() else '"' + column.replace('"', '\\"') + '"'
