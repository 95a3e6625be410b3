"""Rights, roles and owners: whatever makes an outsider more than that."""

from collections.abc import Iterator

from harness.models import ENTITIES
from migrations.linting.roles import OPEN_TO_ALL, outsiders, role_of, roles
from migrations.linting.schema import API_SCHEMA, EVERYBODY, Schema
from migrations.linting.statement import Hit, Parsed
from migrations.linting.tree import Node, constant, name_of, texts
from migrations.requirements import FUNCTIONS, OUTSIDERS

__all__ = ["judge_file", "judge_statement"]

_OURS = frozenset({*ENTITIES, *(function.name for function in FUNCTIONS)})
"""What nobody but the server may use, whatever policy there is."""
_KINDS = {
    "OBJECT_TABLE": "table",
    "OBJECT_SEQUENCE": "sequence",
    "OBJECT_FUNCTION": "function",
    "OBJECT_PROCEDURE": "procedure",
    "OBJECT_ROUTINE": "routine",
    "OBJECT_SCHEMA": "schema",
    "OBJECT_DATABASE": "database",
    "OBJECT_TYPE": "type",
    "OBJECT_LARGEOBJECT": "large object",
    "OBJECT_FOREIGN_SERVER": "foreign server",
    "OBJECT_FDW": "foreign-data wrapper",
}
_HARMLESS = frozenset({"OBJECT_TYPE", "OBJECT_DOMAIN", "OBJECT_LANGUAGE"})
"""Without a table or a function there is nothing to do with these."""
_ATTRIBUTES = {
    "bypassrls": "BYPASSRLS",
    "superuser": "SUPERUSER",
    "createrole": "CREATEROLE",
    "createdb": "CREATEDB",
    "canlogin": "LOGIN",
    "isreplication": "REPLICATION",
}


def judge_statement(statement: Parsed, schema: Schema) -> Iterator[Hit]:
    """Judge what a statement gives to outsiders."""
    node = statement.node
    match node.kind:
        case "GrantStmt":
            yield from _grant(statement, schema)
        case "AlterDefaultPrivilegesStmt":
            yield from _by_default(statement)
        case "GrantRoleStmt":
            yield from _membership(statement)
        case "AlterRoleStmt":
            yield from _attributes(statement)
        case "AlterOwnerStmt":
            yield from _owner(statement, node.part("newowner"), node)
        case "AlterTableStmt":
            for command in node.nodes("cmds"):
                if command.text("subtype") == "AT_ChangeOwner":
                    yield from _owner(statement, command.part("newowner"), node)


def judge_file(file: str, schema: Schema) -> Iterator[Hit]:
    """Judge the functions that a file created, when it is done."""
    for function in schema.functions.values():
        if function.created.file != file or function.name.schema not in schema.exposed:
            continue
        open_to = sorted(function.open_to & EVERYBODY)
        # A trigger function cannot be called, and so needs no rights.
        if open_to and function.returns not in {"trigger", "event_trigger"}:
            yield Hit(
                rule="PH021",
                where=function.created,
                about=str(function.name),
                what=f"Function {function.signature} may be called by {' and '.join(open_to)} when {file} "
                "is done.",
                fix=f"Add to the same file: REVOKE ALL ON FUNCTION {function.signature} FROM PUBLIC, anon, "
                "authenticated;",
            )


def _grant(statement: Parsed, schema: Schema) -> Iterator[Hit]:
    node = statement.node
    kind = node.text("objtype")
    named = outsiders(roles(node.nodes("grantees")))
    if not node.flag("is_grant") or not named or kind in _HARMLESS:
        return
    privileges = _privileges(node)
    if kind == "OBJECT_SCHEMA" and privileges == ("USAGE",):
        return  # it opens no table by itself, and PostgREST cannot do without
    is_all = node.text("targtype") == "ACL_TARGET_ALL_IN_SCHEMA"
    for object_ in node.nodes("objects"):
        name = _object(object_, schema)
        is_ours = is_all or name.removeprefix(f"{API_SCHEMA}.") in _OURS or kind == "OBJECT_SCHEMA"
        # Signed-in users may have rights on tables that are not the scheduler's, with policies.
        to = named if is_ours else tuple(role for role in named if role in OPEN_TO_ALL)
        if to:
            what = _KINDS.get(kind, kind.removeprefix("OBJECT_").lower())
            target = f"every {what} of schema {name}" if is_all else f"{what} {name}"
            yield Hit(
                rule="PH020",
                where=statement.where,
                about=name,
                what=f"{', '.join(to)} may do {_said(privileges)} on {target}.",
            )


def _by_default(statement: Parsed) -> Iterator[Hit]:
    action = statement.node.part("action")
    named = outsiders(roles(action.nodes("grantees")))
    if action.flag("is_grant") and named:
        what = action.text("objtype").removeprefix("OBJECT_").lower()
        schemas = statement.node.options().get("schemas")
        where = "" if schemas is None else f" of schema {', '.join(texts(schemas.nodes('arg')))}"
        yield Hit(
            rule="PH022",
            where=statement.where,
            about=f"default privileges on {what}s",
            what=f"{', '.join(named)} may do {_said(_privileges(action))} on every new {what}{where}.",
        )


def _membership(statement: Parsed) -> Iterator[Hit]:
    node = statement.node
    named = outsiders(roles(node.nodes("grantee_roles")))
    if node.flag("is_grant") and named:
        granted = ", ".join(one.text("priv_name") for one in node.nodes("granted_roles"))
        yield _outsider(statement, ", ".join(named), f"{', '.join(named)} becomes a member of {granted}.")


def _attributes(statement: Parsed) -> Iterator[Hit]:
    role = role_of(statement.node.part("role"))
    if role in OUTSIDERS:
        for name, option in statement.node.options().items():
            if name in _ATTRIBUTES and constant(option.node("arg")) is True:
                yield _outsider(statement, role, f"Role {role} gets {_ATTRIBUTES[name]}.")


def _owner(statement: Parsed, owner: Node, node: Node) -> Iterator[Hit]:
    role = role_of(owner)
    if role in OUTSIDERS:
        relation = node.part("relation")
        parts = texts(node.node("object").nodes("objname")) or texts((node.node("object"),))
        name = str(name_of(relation, API_SCHEMA)) if relation else ".".join(parts)
        yield _outsider(statement, name, f"Role {role} becomes the owner of {name}.")


def _outsider(statement: Parsed, about: str, what: str) -> Hit:
    return Hit(rule="PH023", where=statement.where, about=about, what=what)


def _privileges(node: Node) -> tuple[str, ...]:
    found: list[str] = []
    for privilege in node.nodes("privileges"):
        columns = texts(privilege.nodes("cols"))
        name = privilege.text("priv_name").upper() or "ALL"
        found.append(f"{name} of column {', '.join(columns)}" if columns else name)
    return tuple(found)


def _said(privileges: tuple[str, ...]) -> str:
    return " and ".join(privileges) or "ALL"


def _object(node: Node, schema: Schema) -> str:
    match node.kind:
        case "RangeVar":
            return str(name_of(node, schema.default_schema))
        case "ObjectWithArgs":
            parts = texts(node.nodes("objname"))
            return ".".join(parts if len(parts) > 1 else (schema.default_schema, *parts))
    return ".".join(texts((node,)) or texts(node.nodes("items")))
