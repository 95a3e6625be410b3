"""CHECK, FOREIGN KEY and EXCLUDE constraints."""

from collections.abc import Iterator
from typing import Any

from harness.models import Entity
from harness.models.outcome import Finding
from migrations.drift.facts import Catalog, ConstraintFact
from migrations.drift.findings import MISSING, difference, quoted
from migrations.drift.tables import present, retyped

__all__ = ["judge_checks", "judge_foreign_keys"]

_ACTIONS = {"cascade": "CASCADE", "set null": "SET NULL"}


def judge_checks(live: Catalog, expected: Catalog, entity: Entity[Any]) -> Iterator[Finding]:
    """Yield each CHECK that differs, and each extra one: it refuses what the models accept."""
    blurred = retyped(live, expected, entity.table)
    found = {
        fact.name: fact for fact in live.constraints if fact.table == entity.table and fact.type in {"c", "x"}
    }
    wanted = {
        fact.name: fact for fact in expected.constraints if fact.table == entity.table and fact.type == "c"
    }
    extra = {name: fact for name, fact in found.items() if name not in wanted}
    for name, check in wanted.items():
        if blurred.intersection(check.columns):
            continue
        actual = found.get(name)
        if actual is not None and actual.expression == check.expression and actual.validated:
            continue
        if actual is None:
            actual = next((fact for fact in extra.values() if fact.expression == check.expression), None)
            if actual is not None:
                del extra[actual.name]
        yield difference(
            "check",
            entity.table,
            name,
            where=f"constraint {name} on public.{entity.table}",
            expected=check.definition,
            actual=MISSING if actual is None else _named(actual, name),
            todo=_cure(actual, check),
        )
    for fact in extra.values():
        if _concerns(fact, entity) and not blurred.intersection(fact.columns):
            yield _unexpected(fact, "check")


def judge_foreign_keys(live: Catalog, entity: Entity[Any]) -> Iterator[Finding]:
    """Yield each foreign key with another target, action or name, not validated or switched off."""
    extra = {fact.name: fact for fact in live.constraints if fact.table == entity.table and fact.type == "f"}
    columns = {column.name for column in live.columns if column.table == entity.table}
    for column in entity.columns:
        if column.references is None:
            continue
        name = entity.reference_name(column)
        definition = (
            f"FOREIGN KEY ({column.name}) REFERENCES public.{column.references.table}(id) "
            f"ON DELETE {_ACTIONS[column.references.on_delete]}"
        )
        actual = extra.pop(name, None)
        if column.name not in columns or not present(live, column.references.table):
            continue
        if actual is None:
            actual = next((fact for fact in extra.values() if fact.columns == [column.name]), None)
            if actual is not None:
                del extra[actual.name]
        right = actual is not None and actual.name == name and actual.definition == definition
        if actual is not None and right and actual.enforced:
            continue
        yield difference(
            "foreign_key",
            entity.table,
            column.name,
            where=f"foreign key {name} on public.{entity.table}",
            expected=definition,
            actual=MISSING if actual is None else _named(actual, name),
            todo=(
                "enable its triggers on both tables again, and look for orphans written meanwhile"
                if right
                else "add exactly this foreign key under this name"
            ),
        )
    for fact in extra.values():
        if _concerns(fact, entity):
            yield _unexpected(fact, "foreign_key")


def _cure(actual: ConstraintFact | None, check: ConstraintFact) -> str:
    if actual is None or actual.expression != check.expression:
        return "add exactly this constraint under this name"
    table = f"ALTER TABLE public.{check.table}"
    if actual.name != check.name:
        return f"{table} RENAME CONSTRAINT {quoted(actual.name)} TO {check.name}"
    return f"{table} VALIDATE CONSTRAINT {check.name}"


def _named(fact: ConstraintFact, name: str) -> str:
    prefix = "" if fact.name == name else f"{fact.name}: "
    return prefix + fact.definition + ("" if fact.enforced else ", switched off")


def _concerns(fact: ConstraintFact, entity: Entity[Any]) -> bool:
    # A CHECK that names no column, such as CHECK (false), concerns every row.
    return not fact.columns or any(name in entity.by_name for name in fact.columns)


def _unexpected(fact: ConstraintFact, kind: str) -> Finding:
    return difference(
        kind,
        fact.table,
        fact.name,
        where=f"constraint {fact.name} on public.{fact.table}",
        expected="no such constraint",
        actual=fact.definition,
        todo=(
            f"ALTER TABLE public.{fact.table} DROP CONSTRAINT {quoted(fact.name)}, it refuses rows that the "
            "models accept, or describe it in the models"
        ),
    )
