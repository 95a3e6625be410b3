"""How a statement changes what there is."""

from collections.abc import Callable, Mapping

from migrations.linting.learning_rights import learn_default_privileges, learn_grant
from migrations.linting.options import invoker_after, search_path_after, security_after
from migrations.linting.schema import EVERYBODY, Function, Kind, Schema, Table, View
from migrations.linting.statement import Parsed, Where
from migrations.linting.tree import Name, Node, constant, name_of, texts, type_of

__all__ = ["function_key", "learn"]


_ELSEWHERE = Where("", 0)
_VIEW_OPTIONS = frozenset({"AT_SetRelOptions", "AT_ResetRelOptions", "AT_ReplaceRelOptions"})


def learn(schema: Schema, statement: Parsed) -> None:
    """Bring the schema up to date with one statement."""
    _learn(schema, statement.node, statement.where)


def _learn(schema: Schema, node: Node, where: Where) -> None:
    learner = _LEARNERS.get(node.kind)
    if learner is not None:
        learner(schema, node, where)


def function_key(schema: Schema, function: Node) -> tuple[Name, tuple[str, ...] | None]:
    """Return name and argument types of an ``ObjectWithArgs``; no types where the statement gives none."""
    name = qualified(texts(function.nodes("objname")), schema.default_schema)
    if function.flag("args_unspecified"):
        return name, None
    return name, tuple(map(type_of, function.nodes("objargs")))


def qualified(parts: tuple[str, ...], default_schema: str) -> Name:
    """Return a name of one or two parts."""
    return Name(parts[-2] if len(parts) > 1 else default_schema, parts[-1] if parts else "")


def _table(schema: Schema, node: Node, where: Where, kind: Kind = Kind.TABLE) -> None:
    relation = node.part("relation")
    _add(schema, node, where, kind, relation)


def _add(schema: Schema, node: Node, where: Where, kind: Kind, relation: Node) -> None:
    name = name_of(relation, schema.default_schema)
    if name in schema.tables and node.flag("if_not_exists"):
        return
    schema.tables[name] = Table(
        name=name,
        where=where,
        kind=kind,
        is_temporary=relation.text("relpersistence") == "t",
        closed_to=set(schema.tables_closed_to),
        columns={
            column.text("colname"): type_of(column.part("typeName"))
            for column in node.nodes("tableElts")
            if column.kind == "ColumnDef"
        },
    )


def _foreign_table(schema: Schema, node: Node, where: Where) -> None:
    _table(schema, node.part("base"), where, Kind.FOREIGN)


def _table_as(schema: Schema, node: Node, where: Where) -> None:
    is_view = node.text("objtype") == "OBJECT_MATVIEW"
    relation = node.part("into").part("rel")
    kind = Kind.MATERIALIZED if is_view else Kind.TABLE
    _add(schema, node, where, kind, relation)


def _select_into(schema: Schema, node: Node, where: Where) -> None:
    relation = node.part("intoClause").part("rel")
    if relation:
        _add(schema, node, where, Kind.TABLE, relation)


def _alter_table(schema: Schema, node: Node, where: Where) -> None:
    name = name_of(node.part("relation"), schema.default_schema)
    table = schema.tables.get(name)
    for command in node.nodes("cmds"):
        kind = command.text("subtype")
        if table is not None:
            _alter_column(table, kind, command)
        elif kind in _VIEW_OPTIONS and node.text("objtype") in {"OBJECT_VIEW", "OBJECT_TABLE"}:
            _alter_view(schema, name, command, where)


def _alter_view(schema: Schema, name: Name, command: Node, where: Where) -> None:
    view = schema.views.get(name)
    if view is None:
        options = {option.text("defname").lower() for option in command.nodes("def")}
        if "security_invoker" not in options:
            return
        view = schema.views.setdefault(name, View(name=name, where=where, is_invoker=True))
    view.is_invoker = invoker_after(command, before=view.is_invoker)
    view.where = where


def _alter_column(table: Table, kind: str, command: Node) -> None:
    column = command.node("def")
    match kind:
        case "AT_EnableRowSecurity":
            table.row_security = True
        case "AT_DisableRowSecurity":
            table.row_security = False
        case "AT_AddColumn":
            table.columns[column.text("colname")] = type_of(column.part("typeName"))
        case "AT_AlterColumnType":
            table.columns[command.text("name")] = type_of(column.part("typeName"))
        case "AT_DropColumn":
            table.columns.pop(command.text("name"), None)


def _drop(schema: Schema, node: Node, _: Where) -> None:
    for dropped in node.nodes("objects"):
        if dropped.kind == "ObjectWithArgs":
            name, arguments = function_key(schema, dropped)
            for function in tuple(schema.overloads(name)):
                if arguments in (None, function.arguments):
                    del schema.functions[name, function.arguments]
        elif dropped.kind == "List":
            name = qualified(texts(dropped.nodes("items")), schema.default_schema)
            schema.tables.pop(name, None)
            schema.views.pop(name, None)


def _rename(schema: Schema, node: Node, _: Where) -> None:
    name = name_of(node.part("relation"), schema.default_schema)
    new = node.text("newname")
    match node.text("renameType"):
        case "OBJECT_TABLE" | "OBJECT_VIEW" | "OBJECT_MATVIEW" | "OBJECT_FOREIGN_TABLE":
            _move(schema, name, Name(name.schema, new))
        case "OBJECT_COLUMN" if name in schema.tables:
            columns = schema.tables[name].columns
            if node.text("subname") in columns:
                columns[new] = columns.pop(node.text("subname"))


def _set_schema(schema: Schema, node: Node, where: Where) -> None:
    relation = node.part("relation")
    if not relation:
        return
    name = name_of(relation, schema.default_schema)
    new = Name(node.text("newschema"), name.name)
    _move(schema, name, new)
    moved = schema.tables.get(new) or schema.views.get(new)
    if moved is not None:
        moved.where = where  # from here on it is exposed, or is not


def _move(schema: Schema, old: Name, new: Name) -> None:
    table = schema.tables.pop(old, None)
    view = schema.views.pop(old, None)
    if table is not None:
        table.name = new
        schema.tables[new] = table
    if view is not None:
        view.name = new
        schema.views[new] = view


def _view(schema: Schema, node: Node, where: Where) -> None:
    name = name_of(node.part("view"), schema.default_schema)
    # CREATE OR REPLACE replaces the options, too.
    schema.views[name] = View(name=name, where=where, is_invoker=invoker_after(node, before=False))


def _function(schema: Schema, node: Node, where: Where) -> None:
    name = qualified(texts(node.nodes("funcname")), schema.default_schema)
    given = {"FUNC_PARAM_OUT", "FUNC_PARAM_TABLE"}
    arguments = tuple(
        type_of(one.part("argType")) for one in node.nodes("parameters") if one.text("mode") not in given
    )
    before = schema.functions.get((name, arguments))
    schema.functions[name, arguments] = Function(
        name=name,
        arguments=arguments,
        created=where if before is None else before.created,
        where=where,
        returns=type_of(node.part("returnType")),
        # Who may call it stays as it was; how it runs does not.
        open_to=set(EVERYBODY - schema.functions_closed_to) if before is None else before.open_to,
        is_definer=security_after(node.nodes("options"), before=False),
        has_search_path=search_path_after(node.nodes("options"), before=False),
    )


def _alter_function(schema: Schema, node: Node, where: Where) -> None:
    name, arguments = function_key(schema, node.part("func"))
    meant = [one for one in schema.overloads(name) if arguments in (None, one.arguments)]
    if not meant:
        # Made by nobody knows which file: how it runs now is known all the same.
        unknown = Function(
            name=name, arguments=arguments or (), created=_ELSEWHERE, where=where, returns="", open_to=set()
        )
        meant = [schema.functions.setdefault((name, unknown.arguments), unknown)]
    actions = node.nodes("actions")
    for function in meant:
        function.is_definer = security_after(actions, before=function.is_definer)
        function.has_search_path = search_path_after(actions, before=function.has_search_path)
        function.where = where


def _set(schema: Schema, node: Node, _: Where) -> None:
    if node.text("name") == "search_path":
        first = next(iter(node.nodes("args")), None)
        value = None if first is None else constant(first)
        schema.default_schema = value if isinstance(value, str) and value else "public"


def _schema(schema: Schema, node: Node, where: Where) -> None:
    outer, schema.default_schema = schema.default_schema, node.text("schemaname")
    for element in node.nodes("schemaElts"):
        _learn(schema, element, where)
    schema.default_schema = outer


_LEARNERS: Mapping[str, Callable[[Schema, Node, Where], None]] = {
    "AlterDefaultPrivilegesStmt": lambda schema, node, _: learn_default_privileges(schema, node),
    "AlterFunctionStmt": _alter_function,
    "AlterObjectSchemaStmt": _set_schema,
    "AlterTableStmt": _alter_table,
    "CreateForeignTableStmt": _foreign_table,
    "CreateFunctionStmt": _function,
    "CreateSchemaStmt": _schema,
    "CreateStmt": _table,
    "CreateTableAsStmt": _table_as,
    "DropStmt": _drop,
    "GrantStmt": lambda schema, node, _: learn_grant(schema, node),
    "RenameStmt": _rename,
    "SelectStmt": _select_into,
    "VariableSetStmt": _set,
    "ViewStmt": _view,
}
