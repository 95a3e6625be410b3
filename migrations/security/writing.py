"""The requests that store, change and delete rows, if somebody lets them."""

from collections.abc import Iterator
from typing import Any

import msgspec

from migrations.security.addressing import headers_for_writing, quoted
from migrations.security.objects import Relation
from migrations.security.probe import FILTERED, Ability, Aim, Probe, Request

__all__ = ["writes", "writes_of_stranger"]


def writes(relation: Relation, aim: Aim) -> Iterator[Probe]:
    """Yield what may be tried with a table of the scheduler, whose rows are known."""
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
    yield _write(relation, Ability.UPDATE, "PATCH", where, {column: None}, column=column, suffix=FILTERED)
    yield _write(relation, Ability.DELETE, "DELETE", where, None, column=column, suffix=FILTERED)


def writes_of_stranger(relation: Relation) -> Iterator[Probe]:
    """Yield what may be tried with somebody's own table.

    An INSERT of no row asks for the privilege, and stores nothing whatever the table takes.
    """
    for column in relation.columns:
        columns = (("columns", quoted(column)),)
        yield _write(relation, Ability.INSERT, "POST", columns, [], column=column)
        where = _no_row(column)
        yield _write(relation, Ability.UPDATE, "PATCH", where, {column: None}, column=column)
        yield _write(relation, Ability.DELETE, "DELETE", where, None, column=column)


def _no_row(column: str) -> tuple[tuple[str, str], ...]:
    name = quoted(column)
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
            headers=headers_for_writing(relation, "return=minimal,count=exact"),
            body=None if body is None else msgspec.json.encode(body),
        ),
    )
