"""Unique keys, and the indexes that queries need."""

from collections.abc import Iterable, Iterator
from typing import Any

from harness.models import Entity
from harness.models.outcome import Finding
from migrations.drift.facts import Catalog, IndexFact
from migrations.drift.findings import MISSING, difference, quoted
from migrations.drift.tables import retyped
from migrations.requirements import INDEXES
from migrations.statements import words_of

__all__ = ["judge_indexes", "judge_uniques"]


def judge_uniques(live: Catalog, expected: Catalog, entity: Entity[Any]) -> Iterator[Finding]:
    """Yield each unique key that refuses other rows than the model's, or under another name.

    A unique index stands for a constraint: it refuses the same rows, and errors report the same name. A
    deferrable one does not: ON CONFLICT cannot use it.
    """
    blurred = retyped(live, expected, entity.table)
    found = {
        fact.name: fact
        for fact in live.indexes
        if fact.table == entity.table and fact.is_unique and fact.valid
    }
    broken = {
        fact.name for fact in live.indexes if fact.table == entity.table and fact.is_unique and not fact.valid
    }
    wanted = {fact.name: fact for fact in expected.indexes if fact.table == entity.table and fact.is_unique}
    extra = {name: fact for name, fact in found.items() if name not in wanted}
    for name, key in wanted.items():
        if _builds_on(key, blurred):
            continue
        actual = found.get(name)
        if actual is not None and _same_key(actual, key):
            continue
        if actual is None:
            actual = next((fact for fact in extra.values() if _same_key(fact, key)), None)
            if actual is not None:
                del extra[actual.name]
        described = f"{actual.name}: {_describe(actual)}" if actual is not None else MISSING
        yield difference(
            "unique",
            entity.table,
            name,
            where=f"unique key {name} on public.{entity.table}",
            expected=_describe(key),
            actual="an invalid index, left over from a failed build" if name in broken else described,
            todo="create exactly this key under this name, which errors report",
        )
    for fact in extra.values():
        if _refuses_more(fact, wanted.values(), entity) and not _builds_on(fact, blurred):
            yield difference(
                "unique",
                entity.table,
                fact.name,
                where=f"unique key {fact.name} on public.{entity.table}",
                expected="no such key",
                actual=_describe(fact),
                todo=f"{_drop(fact)}, it refuses rows that the models accept, or describe it in the models",
            )


def judge_indexes(live: Catalog, expected: Catalog, entity: Entity[Any]) -> Iterator[Finding]:
    """Yield each index that the queries of the store need and that nothing stands in for."""
    blurred = retyped(live, expected, entity.table)
    forms = {fact.name: fact for fact in expected.indexes}
    candidates = [fact for fact in live.indexes if fact.table == entity.table]
    for number, index in enumerate(INDEXES):
        if index.table != entity.table:
            continue
        form = forms[f"parity_required_{number}"]
        if not _builds_on(form, blurred) and not any(_serves(fact, form) for fact in candidates):
            yield difference(
                "index",
                entity.table,
                index.name,
                where=f"index on public.{entity.table} ({', '.join(index.columns)})",
                expected=_describe(form),
                todo=f"create it, {index.reason}",
            )


def _drop(fact: IndexFact) -> str:
    name = quoted(fact.name)
    if fact.is_constraint:
        return f"ALTER TABLE public.{fact.table} DROP CONSTRAINT {name}"
    return f"DROP INDEX public.{name}"


def _builds_on(fact: IndexFact, columns: frozenset[str]) -> bool:
    return not columns.isdisjoint({*fact.columns, *words_of(fact.predicate or "")})


def _same_key(fact: IndexFact, key: IndexFact) -> bool:
    return (
        set(fact.columns) == set(key.columns)
        and fact.predicate == key.predicate
        and fact.immediate
        and not fact.nulls_equal
        and fact.is_primary >= key.is_primary
    )


def _refuses_more(fact: IndexFact, keys: Iterable[IndexFact], entity: Entity[Any]) -> bool:
    if all(name is not None and name not in entity.by_name for name in fact.columns):
        return False  # only columns of the user's own
    return not any(
        key.predicate is None and not fact.nulls_equal and set(key.columns) < set(fact.columns)
        for key in keys
    )


def _serves(fact: IndexFact, form: IndexFact) -> bool:
    length = len(form.columns)
    return (
        fact.valid
        and fact.method == "btree"
        and fact.default_order
        and fact.columns[:length] == form.columns
        and len(set(fact.descending[:length])) == 1
        and fact.predicate in {None, form.predicate}
    )


def _describe(fact: IndexFact) -> str:
    parts = [
        "PRIMARY KEY" if fact.is_primary else "UNIQUE" if fact.is_unique else "INDEX",
        "" if not fact.nulls_equal else "NULLS NOT DISTINCT",
        f"({', '.join('an expression' if name is None else name for name in fact.columns)})",
        "" if fact.predicate is None else f"WHERE {fact.predicate}",
        "" if fact.immediate else "DEFERRABLE",
    ]
    return " ".join(filter(None, parts))
