"""What a statement is about, in the words of its tree: for findings that only know the line."""

from migrations.linting.tree import Node, name_of, texts

__all__ = ["subjects"]


def subjects(node: Node, default_schema: str) -> tuple[str, ...]:
    """Return the objects that a statement of DDL names: columns, constraints, indexes, tables."""
    relation = node.part("relation")
    table = str(name_of(relation, default_schema)) if relation else ""
    found: tuple[str, ...] = ()
    match node.kind:
        case "AlterTableStmt":
            named = filter(None, map(_of_command, node.nodes("cmds")))
            found = tuple(f"{table}.{one}" for one in named)
        case "IndexStmt":
            found = (f"{node.text('idxname') or 'an index'} on {table}",)
        case "DropStmt":
            found = tuple(filter(None, map(_of_drop, node.nodes("objects"))))
        case "RenameStmt" if node.text("subname"):
            found = (f"{table}.{node.text('subname')}",)
        case "TruncateStmt":
            found = tuple(str(name_of(one, default_schema)) for one in node.nodes("relations"))
        case "CreateDomainStmt":
            found = (".".join(texts(node.nodes("domainname"))),)
    return found or tuple(filter(None, (table,)))


def _of_command(command: Node) -> str:
    definition = command.node("def")
    return command.text("name") or definition.text("colname") or definition.text("conname")


def _of_drop(dropped: Node) -> str:
    parts = texts((dropped,)) or texts(dropped.nodes("items"))
    return ".".join(parts or texts(dropped.nodes("objname")) or texts(dropped.nodes("names")))
