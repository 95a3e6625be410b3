"""Row level security: tables without it, where it is disabled, and policies that let everybody in."""

from collections.abc import Iterator

from harness.models import ENTITIES
from migrations.linting.roles import OPEN_TO_ALL, outsiders, roles
from migrations.linting.schema import API_SCHEMA, PUBLIC, Kind, Schema, Table
from migrations.linting.statement import Hit, Parsed
from migrations.linting.tree import always_true, name_of
from migrations.requirements import OUTSIDERS

__all__ = ["judge_file", "judge_statement"]


def judge_statement(statement: Parsed, schema: Schema) -> Iterator[Hit]:
    """Judge what a statement does to policies and to row level security."""
    match statement.node.kind:
        case "AlterTableStmt":
            yield from _disabled(statement, schema)
        case "CreatePolicyStmt" | "AlterPolicyStmt":
            yield from _policy(statement, schema)


def judge_file(file: str, schema: Schema) -> Iterator[Hit]:
    """Judge the tables that a file created, or moved into a schema that the API serves, when it is done."""
    for table in schema.tables.values():
        if table.where.file != file or table.is_temporary or table.name.schema not in schema.exposed:
            continue
        if table.kind is not Kind.TABLE:
            yield from _unprotectable(table)
        elif not table.row_security:
            yield Hit(
                rule="PH010",
                where=table.where,
                about=str(table.name),
                what=f"Table {table.name} has no row level security when {file} is done.",
                fix=f"Add to the same file: ALTER TABLE {table.name} ENABLE ROW LEVEL SECURITY;",
            )


def _unprotectable(table: Table) -> Iterator[Hit]:
    if not table.closed_to >= set(OUTSIDERS):
        yield Hit(
            rule="PH013",
            where=table.where,
            about=str(table.name),
            what=f"The {table.kind.value} {table.name} stands in schema {table.name.schema}, which the API "
            "serves.",
        )


def _disabled(statement: Parsed, schema: Schema) -> Iterator[Hit]:
    name = name_of(statement.node.part("relation"), schema.default_schema)
    for command in statement.node.nodes("cmds"):
        if command.text("subtype") == "AT_DisableRowSecurity":
            yield Hit(
                rule="PH011",
                where=statement.where,
                about=str(name),
                what=f"Row level security of table {name} is disabled.",
            )


def _policy(statement: Parsed, schema: Schema) -> Iterator[Hit]:
    node = statement.node
    name = name_of(node.part("table"), schema.default_schema)
    is_new = node.kind == "CreatePolicyStmt"
    if is_new and not node.flag("permissive"):
        return  # a restrictive policy only takes away
    named = outsiders(roles(node.nodes("roles")) or ((PUBLIC,) if is_new else ()))
    is_ours = name.schema == API_SCHEMA and name.name in ENTITIES
    if not is_new and not named and is_ours:
        named = (PUBLIC,)  # whom it was created for, the statement does not say
    conditions = [one for one in (node.node("qual"), node.node("with_check")) if one]
    is_open = not conditions or any(map(always_true, conditions))
    everybody = tuple(role for role in named if role in OPEN_TO_ALL)
    if (is_ours and named) or (is_open and everybody):
        policy = node.text("policy_name")
        condition = "for all rows" if is_open else "for some rows"
        yield Hit(
            rule="PH012",
            where=statement.where,
            about=f"{name} policy {policy}",
            what=f"Policy {policy} on table {name} lets {', '.join(named)} in, {condition}.",
        )
