"""Statements that lose or change rows."""

from collections.abc import Iterator

from migrations.linting.retyping import loss
from migrations.linting.schema import Schema
from migrations.linting.statement import Hit, Origin, Parsed
from migrations.linting.tree import Name, Node, always_true, name_of, texts, walk

__all__ = ["judge_statement"]

_CHANGES = {"UpdateStmt": "UPDATE", "DeleteStmt": "DELETE"}


def judge_statement(statement: Parsed, schema: Schema) -> Iterator[Hit]:
    """Judge what a statement does to rows that are there already."""
    for node in walk(statement.node):
        yield from _rows(node, statement, schema)
    if statement.origin is Origin.FUNCTION:
        return
    match statement.node.kind:
        case "DropStmt":
            yield from _drop(statement, schema)
        case "DropOwnedStmt":
            owners = ", ".join(one.text("rolename") for one in statement.node.nodes("roles"))
            yield _hit("PH042", statement, owners, f"Everything that {owners} owns is dropped.")
        case "AlterTableStmt":
            yield from _columns(statement, schema)


def _rows(node: Node, statement: Parsed, schema: Schema) -> Iterator[Hit]:
    where = f" in function {statement.inside}" if statement.inside else ""
    if node.kind in _CHANGES:
        name = name_of(node.part("relation"), schema.default_schema)
        condition = node.node("whereClause")
        if (not condition or always_true(condition)) and not _is_temporary(name, schema):
            verb = _CHANGES[node.kind]
            yield _hit("PH040", statement, str(name), f"{verb} changes every row of table {name}{where}.")
    elif node.kind == "TruncateStmt":
        for relation in node.nodes("relations"):
            name = name_of(relation, schema.default_schema)
            if not _is_temporary(name, schema):
                yield _hit("PH041", statement, str(name), f"TRUNCATE empties table {name}{where}.")


def _drop(statement: Parsed, schema: Schema) -> Iterator[Hit]:
    node = statement.node
    kind = node.text("removeType").removeprefix("OBJECT_").lower()
    for dropped in node.nodes("objects"):
        parts = texts((dropped,)) or texts(dropped.nodes("items")) or texts(dropped.nodes("objname"))
        parts = parts or texts(dropped.nodes("names"))
        name = ".".join(parts)
        if kind == "schema":
            yield _hit("PH042", statement, name, f"Schema {name} is dropped with all that it contains.")
        elif kind in {"table", "foreign_table"}:
            table = Name(parts[-2] if len(parts) > 1 else schema.default_schema, parts[-1])
            if not _is_new(table, statement, schema):
                yield _hit("PH042", statement, str(table), f"Table {table} is dropped with all its rows.")
        if node.text("behavior") == "DROP_CASCADE":
            what = kind.replace("_", " ")
            yield _hit(
                "PH045", statement, name, f"{what.capitalize()} {name} is dropped with all that needs it."
            )


def _columns(statement: Parsed, schema: Schema) -> Iterator[Hit]:
    name = name_of(statement.node.part("relation"), schema.default_schema)
    if _is_new(name, statement, schema):
        return
    for command in statement.node.nodes("cmds"):
        column = f"{name}.{command.text('name')}"
        kind = command.text("subtype")
        if kind == "AT_DropColumn":
            yield _hit("PH043", statement, column, f"Column {column} is dropped with all its values.")
        if kind in {"AT_DropColumn", "AT_DropConstraint"} and command.text("behavior") == "DROP_CASCADE":
            yield _hit("PH045", statement, column, f"{column} is dropped with all that needs it.")
        if kind == "AT_AlterColumnType":
            table = schema.tables.get(name)
            before = None if table is None else table.columns.get(command.text("name"))
            lost = loss(before, command.node("def"), command.text("name"))
            if lost is not None:
                yield _hit("PH044", statement, column, f"Column {column} {lost}.")


def _is_temporary(name: Name, schema: Schema) -> bool:
    table = schema.tables.get(name)
    return name.schema == "pg_temp" or (table is not None and table.is_temporary)


def _is_new(name: Name, statement: Parsed, schema: Schema) -> bool:
    """True for a table that this file made: nobody else has seen it yet."""
    table = schema.tables.get(name)
    return table is not None and table.where.file == statement.where.file


def _hit(rule: str, statement: Parsed, about: str, what: str) -> Hit:
    return Hit(rule=rule, where=statement.where, about=about, what=what)
