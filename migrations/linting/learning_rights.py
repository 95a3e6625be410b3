"""How GRANT and REVOKE change who may do what."""

from migrations.linting.roles import outsiders, roles
from migrations.linting.schema import PUBLIC, Function, Schema, Table
from migrations.linting.tree import Name, Node, name_of, texts, type_of

__all__ = ["learn_default_privileges", "learn_grant"]

_ROUTINES = frozenset({"OBJECT_FUNCTION", "OBJECT_ROUTINE"})


def learn_grant(schema: Schema, node: Node) -> None:
    """Take note of what outsiders get and lose, by a GRANT or REVOKE."""
    named = set(outsiders(roles(node.nodes("grantees"))))
    kind = node.text("objtype")
    is_grant = node.flag("is_grant")
    if not is_grant and node.flag("grant_option"):
        return  # the right stays, only handing it on does not
    if kind == "OBJECT_SCHEMA":
        if is_grant and named:
            schema.exposed |= set(texts(node.nodes("objects")))
    elif kind in _ROUTINES:
        for function in _functions(schema, node):
            function.open_to = function.open_to | named if is_grant else function.open_to - named
    elif kind == "OBJECT_TABLE" and not _has_columns(node):
        for table in _tables(schema, node):
            table.closed_to = table.closed_to - named if is_grant else table.closed_to | named


def learn_default_privileges(schema: Schema, node: Node) -> None:
    """Take note of what outsiders get on objects that are created later."""
    action = node.part("action")
    named = set(outsiders(roles(action.nodes("grantees"))))
    if "schemas" in node.options() and action.text("objtype") in _ROUTINES:
        # What PUBLIC may execute by default can only be taken back for all schemas at once.
        named -= {PUBLIC}
    is_grant = action.flag("is_grant")
    if action.text("objtype") in _ROUTINES:
        before = schema.functions_closed_to
        schema.functions_closed_to = before - named if is_grant else before | named
    elif action.text("objtype") == "OBJECT_TABLE":
        before = schema.tables_closed_to
        schema.tables_closed_to = before - named if is_grant else before | named


def _functions(schema: Schema, node: Node) -> tuple[Function, ...]:
    if node.text("targtype") == "ACL_TARGET_ALL_IN_SCHEMA":
        schemas = set(texts(node.nodes("objects")))
        return tuple(one for one in schema.functions.values() if one.name.schema in schemas)
    found: list[Function] = []
    for named in node.nodes("objects"):
        parts = texts(named.nodes("objname"))
        name = Name(parts[-2] if len(parts) > 1 else schema.default_schema, parts[-1] if parts else "")
        arguments = tuple(map(type_of, named.nodes("objargs")))
        found += (
            one
            for one in schema.overloads(name)
            if named.flag("args_unspecified") or one.arguments == arguments
        )
    return tuple(found)


def _tables(schema: Schema, node: Node) -> tuple[Table, ...]:
    if node.text("targtype") == "ACL_TARGET_ALL_IN_SCHEMA":
        schemas = set(texts(node.nodes("objects")))
        return tuple(one for one in schema.tables.values() if one.name.schema in schemas)
    names = (name_of(one, schema.default_schema) for one in node.nodes("objects"))
    return tuple(schema.tables[name] for name in names if name in schema.tables)


def _has_columns(node: Node) -> bool:
    return any(privilege.nodes("cols") for privilege in node.nodes("privileges"))
