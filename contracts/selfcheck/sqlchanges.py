"""Broken adapters in SQL: the correct adapter on a database in which one thing was changed.

They stand in ``*.toml`` files, each as one table ``[[mutant]]``::

    [[mutant]]
    name = "unknown_request"
    mistake = "book does not notice that there is no such request."
    source = "…"
    killer = "flows_refused.…"
    function = "book"
    old = "…"      # stands in the body of the function exactly once
    new = "…"

or with ``statement`` in place of ``function``, ``old`` and ``new``. With
``queues = true`` the table stands for three mutants, one per queue:
``{table}``, ``{singular}``, ``{waiting}`` and ``{done}`` are replaced in all
texts, and the name of the table ends the id.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import psycopg

from contracts.selfcheck.mutant import Mutant
from contracts.subject import Subject
from contracts.subjects import SupabaseSubject
from harness.errors import HarnessError
from harness.models import ENTITIES

__all__ = ["SqlChange", "read"]

_REQUIRED = frozenset({"name", "mistake", "source", "killer"})
_CHANGES = (frozenset({"function", "old", "new"}), frozenset({"statement"}))
_DEFINITION = """
    SELECT pg_get_functiondef(pg_proc.oid) AS definition
    FROM pg_proc JOIN pg_namespace ON pg_namespace.oid = pronamespace
    WHERE nspname = 'public' AND proname = %s
"""


@dataclass(frozen=True, kw_only=True)
class SqlChange:
    """A change of the migrated database: a statement, or another text in the body of a function."""

    name: str
    mistake: str
    source: str
    killer: str
    function: str | None = None
    old: str = ""
    new: str = ""
    statement: str = ""

    @classmethod
    def parsed(cls, table: Mapping[str, Any]) -> Self:
        """Check one table of a file. Raises ValueError with what is wrong."""
        texts = {name: value for name, value in table.items() if name != "queues"}
        change = frozenset(texts) - _REQUIRED
        if not frozenset(texts) >= _REQUIRED or change not in _CHANGES:
            raise ValueError(
                f"{table.get('name', 'a mutant without a name')}: it needs {', '.join(sorted(_REQUIRED))}, "
                "and either statement or function, old and new"
            )
        if not all(isinstance(value, str) for value in texts.values()):
            raise ValueError(f"{table['name']}: its values are texts")
        return cls(**{name: value.strip("\n") for name, value in texts.items()})

    def apply(self, connection: psycopg.Connection[dict[str, Any]]) -> None:
        """Change a database. Raises HarnessError if the change does not fit to it."""
        try:
            connection.execute(self._statement(connection).encode())
        except psycopg.Error as error:
            raise HarnessError(f"The change {self.name} cannot be made: {error}") from error

    def _statement(self, connection: psycopg.Connection[dict[str, Any]]) -> str:
        if self.function is None:
            return self.statement
        found = connection.execute(_DEFINITION, (self.function,)).fetchall()
        if len(found) != 1:
            raise HarnessError(f"The change {self.name} is about public.{self.function}, which is not there.")
        definition: str = found[0]["definition"]
        if definition.count(self.old) != 1 or self.old == self.new:
            raise HarnessError(
                f"The change {self.name} does not fit: its old text must stand once in {self.function}, "
                f"and stands there {definition.count(self.old)} times."
            )
        return definition.replace(self.old, self.new)


def read(path: Path) -> Iterator[Mutant]:
    """Read the mutants of a file. Raises HarnessError with what is wrong in it."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))["mutant"]
        for table in tables:
            if table.get("queues", False):
                for suffix, texts in _per_queue():
                    yield _mutant(f"{path.stem}.{table['name']}[{suffix}]", _filled(table, texts))
            else:
                yield _mutant(f"{path.stem}.{table.get('name')}", table)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise HarnessError(f"{path} does not describe broken adapters: {error}.") from error


def _per_queue() -> Iterator[tuple[str, Mapping[str, str]]]:
    for table, entity in ENTITIES.items():
        if entity.queue is not None:
            yield (
                table,
                {
                    "{table}": table,
                    "{singular}": entity.singular,
                    "{waiting}": entity.queue.waiting,
                    "{done}": entity.queue.done,
                },
            )


def _filled(table: Mapping[str, Any], texts: Mapping[str, str]) -> dict[str, Any]:
    def fill(value: Any) -> Any:
        for name, text in texts.items():
            value = value.replace(name, text) if isinstance(value, str) else value
        return value

    return {name: fill(value) for name, value in table.items()}


def _mutant(id_: str, table: Mapping[str, Any]) -> Mutant:
    change = SqlChange.parsed(table)

    def opened(stack: Path | None) -> Subject:
        subject = SupabaseSubject.open(stack)
        try:
            with subject.connect() as connection:
                change.apply(connection)
        except BaseException:
            subject.close()
            raise
        return subject

    return Mutant(
        id=id_,
        mistake=change.mistake,
        source=change.source,
        killer=change.killer,
        needs_stack=True,
        open=opened,
    )
