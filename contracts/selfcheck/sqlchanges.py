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

or with ``statement``, and perhaps ``undo``, in place of ``function``, ``old``
and ``new``. What can be undone shares a database with others
(`contracts.selfcheck.sandbox`); a statement without ``undo`` has a clone of its
own, as it must where it changes what the API remembers: types and columns.

With ``each = [{word = "x", other = "y"}, …]`` a table stands for one mutant per
entry: ``{word}`` and ``{other}`` are replaced in all texts, and the values that
are names end the id. ``queues = true`` is short for the three queues with ``{table}``,
``{singular}``, ``{waiting}`` and ``{done}``; there, the table ends the id.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import psycopg

from contracts.selfcheck.mutant import Mutant
from contracts.selfcheck.sandbox import Sandbox
from contracts.subject import Subject
from contracts.subjects import SupabaseSubject
from harness.errors import HarnessError
from harness.models import ENTITIES

__all__ = ["SqlChange", "changes", "read"]

_REQUIRED = frozenset({"name", "mistake", "source", "killer"})
_CHANGES = (
    frozenset({"function", "old", "new"}),
    frozenset({"statement"}),
    frozenset({"statement", "undo"}),
)
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
    undo: str = ""

    @classmethod
    def parsed(cls, table: Mapping[str, Any]) -> Self:
        """Check one table of a file. Raises ValueError with what is wrong."""
        texts = {name: value for name, value in table.items() if name not in {"queues", "each"}}
        change = frozenset(texts) - _REQUIRED
        if not frozenset(texts) >= _REQUIRED or change not in _CHANGES:
            raise ValueError(
                f"{table.get('name', 'a mutant without a name')}: it needs {', '.join(sorted(_REQUIRED))}, "
                "and either function, old and new, or statement and perhaps undo"
            )
        if not all(isinstance(value, str) for value in texts.values()):
            raise ValueError(f"{table['name']}: its values are texts")
        return cls(**{name: value.strip("\n") for name, value in texts.items()})

    @property
    def can_be_undone(self) -> bool:
        """True if the database is as before once `revert` is done."""
        return self.function is not None or bool(self.undo)

    def apply(self, connection: psycopg.Connection[dict[str, Any]]) -> None:
        """Change a database. Raises HarnessError if the change does not fit to it."""
        if self.function is None:
            self._execute(connection, self.statement)
            return
        definition = self._definition(connection)
        if definition.count(self.old) != 1 or self.old == self.new:
            raise HarnessError(
                f"The change {self.name} does not fit: its old text must stand once in {self.function}, "
                f"and stands there {definition.count(self.old)} times."
            )
        self._execute(connection, definition.replace(self.old, self.new))

    def revert(self, connection: psycopg.Connection[dict[str, Any]], original: str | None) -> None:
        """Take the change back, in a database that holds no rows. `original` defines the function."""
        self._execute(connection, self.undo if original is None else original)

    def open(self, stack: Path | None) -> Subject:
        """Make a subject on a changed database. Raises StackError, and HarnessError as `apply` does."""
        if stack is None or not self.can_be_undone:
            return self._on_a_clone(stack)
        originals: list[str | None] = []

        def make(connection: psycopg.Connection[dict[str, Any]]) -> None:
            originals.append(None if self.function is None else self._definition(connection))
            self.apply(connection)

        return _SANDBOX.lend(stack, make, lambda connection: self.revert(connection, originals[0]))

    def _on_a_clone(self, stack: Path | None) -> Subject:
        subject = SupabaseSubject.open(stack)
        try:
            with subject.connect() as connection:
                self.apply(connection)
        except BaseException:
            subject.close()
            raise
        return subject

    def _definition(self, connection: psycopg.Connection[dict[str, Any]]) -> str:
        found = connection.execute(_DEFINITION, (self.function,)).fetchall()
        if len(found) != 1:
            raise HarnessError(f"The change {self.name} is about public.{self.function}, which is not there.")
        definition: str = found[0]["definition"]
        return definition

    def _execute(self, connection: psycopg.Connection[dict[str, Any]], statement: str) -> None:
        try:
            connection.execute(statement.encode())
        except psycopg.Error as error:
            raise HarnessError(f"The change {self.name} cannot be made: {error}") from error


_SANDBOX = Sandbox()


def read(path: Path) -> Iterator[Mutant]:
    """Read the mutants of a file. Raises HarnessError with what is wrong in it."""
    for id_, change in changes(path):
        yield Mutant(
            id=id_,
            mistake=change.mistake,
            source=change.source,
            killer=change.killer,
            needs_stack=True,
            open=change.open,
        )


def changes(path: Path) -> Iterator[tuple[str, SqlChange]]:
    """Read the changes of a file, each with its id. Raises HarnessError with what is wrong in it."""
    try:
        for table in tomllib.loads(path.read_text(encoding="utf-8"))["mutant"]:
            for suffix, words in _entries(table):
                change = SqlChange.parsed(_filled(table, words))
                yield f"{path.stem}.{change.name}{suffix}", change
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise HarnessError(f"{path} does not describe broken adapters: {error}.") from error


def _entries(table: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield what ends the id, and the words to fill in, of each mutant that a table stands for."""
    if table.get("queues", False):
        for words in _queues():
            yield f"[{words['table']}]", words
    elif "each" in table:
        for words in table["each"]:
            names = [word for word in words.values() if word.isidentifier()]
            yield f"[{'.'.join(names)}]", words
    else:
        yield "", {}


def _queues() -> Iterator[Mapping[str, str]]:
    for table, entity in ENTITIES.items():
        if entity.queue is not None:
            yield {
                "table": table,
                "singular": entity.singular,
                "waiting": entity.queue.waiting,
                "done": entity.queue.done,
            }


def _filled(table: Mapping[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    def fill(value: Any) -> Any:
        for name, word in words.items():
            value = value.replace(f"{{{name}}}", word) if isinstance(value, str) else value
        return value

    return {name: fill(value) for name, value in table.items()}
