"""From a migration to its statements, those inside DO blocks and functions included."""

from collections.abc import Iterator
from dataclasses import dataclass

from migrations.files import Migration
from migrations.linting.bodies import Unreadable, inner_statements
from migrations.linting.parser import NotParsed, parse
from migrations.linting.statement import Hit, Origin, Parsed, Where
from migrations.linting.tree import Node, texts
from migrations.statements import Statement

__all__ = ["Read", "read"]


@dataclass(frozen=True, kw_only=True)
class Read:
    """What could be read of one file."""

    statements: tuple[Parsed, ...]
    """In the order in which they run; the statements of a body come after the one that carries it."""
    hits: tuple[Hit, ...]
    """What could not be read, where that matters when the file is applied."""
    notes: tuple[str, ...]
    """What could not be read, of what only runs later."""


def read(migration: Migration) -> Read:
    """Parse a file. Raises ConfigurationError for an unfinished quote or a missing parser."""
    statements: list[Parsed] = []
    hits: list[Hit] = []
    notes: list[str] = []
    for number, statement in enumerate(migration.statements):
        where = Where(migration.file, statement.line, number)
        try:
            nodes = parse(statement.text)
        except NotParsed as error:
            hits.append(_not_parsed(where, error))
            continue
        for node in nodes:
            statements.append(Parsed(where=where, node=node))
            for inner in _inner(node, statement, where):
                if isinstance(inner, Parsed):
                    statements.append(inner)
                elif isinstance(inner, Hit):
                    hits.append(inner)
                else:
                    notes.append(inner)
    return Read(statements=tuple(statements), hits=tuple(hits), notes=tuple(notes))


def _inner(node: Node, statement: Statement, where: Where) -> Iterator[Parsed | Hit | str]:
    if node.kind not in {"DoStmt", "CreateFunctionStmt"}:
        return
    is_block = node.kind == "DoStmt"
    name = "" if is_block else ".".join(texts(node.nodes("funcname")))
    for inner in inner_statements(node, statement.text):
        at = Where(where.file, where.line + inner.line, where.statement)
        if not isinstance(inner, Unreadable):
            yield Parsed(
                where=at,
                node=inner.node,
                origin=Origin.BLOCK if is_block else Origin.FUNCTION,
                inside=name,
            )
        elif is_block:
            yield Hit(
                rule="PH050",
                where=at,
                about="DO block",
                what=f"A DO block was not examined as a whole: {inner.reason}.",
            )
        else:
            yield f"Not examined: a part of function {name} ({at}): {inner.reason}."


def _not_parsed(where: Where, error: NotParsed) -> Hit:
    return Hit(
        rule="PH051",
        where=where,
        about=where.file,
        what=f"The statement is not what Postgres' grammar accepts: {error}.",
        is_unchecked=True,
    )
