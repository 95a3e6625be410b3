"""The statements inside DO blocks and function bodies.

A DO block runs with its file: all rules hold for what stands in it. What a function's body does happens
later, and only the rules about rows hold. SQL that is put together while it runs cannot be read from outside;
a constant text can.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from migrations.linting.parser import NotParsed, parse, parse_plpgsql
from migrations.linting.tree import Node, constant, texts

__all__ = ["Body", "Inner", "Unreadable", "body_of", "inner_statements"]

_DYNAMIC = {"PLpgSQL_stmt_dynexecute": "query", "PLpgSQL_stmt_dynfors": "query"}
_DYNAMIC_FIELD = "dynquery"
_NO_FIELD = re.compile(r'"(?P<variable>\w+)\..+" is not a known variable')
_ROW_VARIABLE = r'(\b{}[ \t]+)(?!record\b)[\w."]+(?:%rowtype)?([ \t]*(?:;|:=|=|default\b|not\b))'


@dataclass(frozen=True)
class Inner:
    """A statement inside a body."""

    line: int
    """Lines after the one on which the body starts."""
    node: Node


@dataclass(frozen=True)
class Unreadable:
    """Something inside a body that could not be examined."""

    line: int
    reason: str


@dataclass(frozen=True)
class Body:
    """The text of a body."""

    language: str
    text: str
    line: int
    """Lines between the start of the statement and the body."""


def body_of(node: Node, statement: str) -> Body | None:
    """Return the body that a CREATE FUNCTION or DO carries as a text, or None."""
    options = node.options("args" if node.kind == "DoStmt" else "options")
    source = options.get("as")
    if source is None:
        return None
    parts = texts(source.nodes("arg")) or texts((source.node("arg"),))
    language = options.get("language")
    default = "plpgsql" if node.kind == "DoStmt" else "sql"
    name = default if language is None else str(constant(language.node("arg"))).lower()
    text = parts[0] if parts else ""
    at = statement.find(text) if text else -1
    return Body(name, text, statement.count("\n", 0, at) if at >= 0 else 0)


def inner_statements(node: Node, statement: str) -> Iterator[Inner | Unreadable]:
    """Return the statements of the body, and what of it could not be examined."""
    for inline in node.nodes("sql_body") or (node.node("sql_body"),):
        # BEGIN ATOMIC … END and RETURN are already part of the tree.
        yield from (Inner(0, one) for one in _flat(inline))
    body = body_of(node, statement)
    if body is None:
        return
    match body.language:
        case "sql":
            yield from _sql(body)
        case "plpgsql":
            yield from _plpgsql(body, statement)
        case "c" | "internal":
            return
        case other:
            yield Unreadable(body.line, f"it is written in {other}")


def _flat(node: Node) -> Iterator[Node]:
    inner = node.nodes("items") if node.kind == "List" else ()
    if inner:
        for one in inner:
            yield from _flat(one)
    elif node:
        yield node


def _sql(body: Body) -> Iterator[Inner | Unreadable]:
    try:
        nodes = parse(body.text)
    except NotParsed as error:
        yield Unreadable(body.line, f"its body is no SQL that the parser knows: {error}")
        return
    yield from (Inner(body.line, one) for one in nodes)


def _plpgsql(body: Body, statement: str) -> Iterator[Inner | Unreadable]:
    try:
        tree = _parsed(statement)
    except NotParsed as error:
        yield Unreadable(body.line, f"its body cannot be read: {error}")
        return
    # Lines of a body count from 1, and the first is the one with the opening quote.
    for line, query, is_dynamic in _queries(tree, 1):
        at = body.line + line - 1
        yield from _dynamic(at, query) if is_dynamic else _static(at, query)


def _parsed(statement: str) -> list[Any]:
    """Parse a body. Without a catalog the parser takes a variable of a row type for a scalar: say record."""
    while True:
        try:
            return parse_plpgsql(statement)
        except NotParsed as error:
            named = _NO_FIELD.fullmatch(str(error))
            if named is None:
                raise
            declared = re.compile(_ROW_VARIABLE.format(re.escape(named["variable"])), re.IGNORECASE)
            changed = declared.sub(r"\1record\2", statement, count=1)
            if changed == statement:
                raise
            statement = changed


def _queries(value: Any, line: int, *, dynamic: bool = False) -> Iterator[tuple[int, str, bool]]:
    if isinstance(value, list):
        for one in value:
            yield from _queries(one, line, dynamic=dynamic)
    if not isinstance(value, Mapping):
        return
    for key, inner in value.items():
        if key == "PLpgSQL_expr":
            yield line, str(inner.get("query", "")), dynamic
        elif key in _DYNAMIC:
            at = int(inner.get("lineno", line))
            yield from _queries(inner.get("query"), at, dynamic=True)
            rest = {name: one for name, one in inner.items() if name != "query"}
            yield from _queries(rest, at)
        elif key == _DYNAMIC_FIELD:
            yield from _queries(inner, line, dynamic=True)
        else:
            at = int(inner.get("lineno", line)) if isinstance(inner, Mapping) else line
            yield from _queries(inner, at, dynamic=dynamic)


def _static(line: int, query: str) -> Iterator[Inner | Unreadable]:
    try:
        yield from (Inner(line, one) for one in parse(query))
    except NotParsed:
        # Not a statement: a condition, a bound, or what is assigned. None of these changes rows.
        try:
            parse(f"SELECT {query}")
        except NotParsed as error:
            if not _is_assignment(query):
                yield Unreadable(line, f"a statement in it cannot be read: {error}")


def _is_assignment(query: str) -> bool:
    target, sign, value = query.partition(":=")
    if not sign:
        target, sign, value = query.partition("=")
    try:
        parse(f"SELECT {value}")
    except NotParsed:
        return False
    return bool(sign and target.strip())


def _dynamic(line: int, query: str) -> Iterator[Inner | Unreadable]:
    text = _literal(query)
    if text is None:
        yield Unreadable(line, "it puts SQL together while it runs (EXECUTE)")
        return
    try:
        yield from (Inner(line, one) for one in parse(text))
    except NotParsed as error:
        yield Unreadable(line, f"the text that it executes cannot be read: {error}")


def _literal(query: str) -> str | None:
    """Return the text that an expression is, if it is nothing but a constant."""
    try:
        (select,) = parse(f"SELECT {query}")
    except (NotParsed, ValueError):
        return None
    targets = select.nodes("targetList")
    value = constant(targets[0].node("val")) if len(targets) == 1 else None
    return value if isinstance(value, str) else None
