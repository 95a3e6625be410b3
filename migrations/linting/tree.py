"""The parse tree of Postgres, as libpg_query writes it in JSON, behind a few typed questions.

A node is ``{"Kind": {…}}``. Where a field can only hold one kind, libpg_query leaves the kind out: such a
field is read with `Node.part`, the others with `Node.node` and `Node.nodes`. Fields that are false, zero or
empty are absent. The fields are those of Postgres' own ``parsenodes.h``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Name", "Node", "always_true", "constant", "name_of", "texts", "type_of", "walk"]


@dataclass(frozen=True)
class Node:
    """One node of the tree."""

    kind: str
    fields: Mapping[str, Any]

    def text(self, field: str) -> str:
        """Return a text or the word of an enumeration; empty if there is none."""
        value = self.fields.get(field, "")
        return value if isinstance(value, str) else ""

    def flag(self, field: str) -> bool:
        """Return a boolean."""
        return self.fields.get(field) is True

    def number(self, field: str) -> int:
        """Return an integer; 0 if there is none."""
        value = self.fields.get(field, 0)
        return value if isinstance(value, int) else 0

    def part(self, field: str) -> "Node":
        """Return a field that can only hold one kind of node; one without fields if it is absent."""
        value = self.fields.get(field)
        return Node(field, value if isinstance(value, Mapping) else {})

    def node(self, field: str) -> "Node":
        """Return a field that holds a node of any kind; one without kind if it is absent."""
        return _wrapped(self.fields.get(field))

    def nodes(self, field: str) -> tuple["Node", ...]:
        """Return a list of nodes. A ``List`` that stands for them is looked into."""
        value = self.fields.get(field)
        if isinstance(value, Mapping) and "List" in value:
            value = value["List"].get("items")
        return tuple(map(_wrapped, value)) if isinstance(value, list) else ()

    def options(self, field: str = "options") -> Mapping[str, "Node"]:
        """Return the named options of a list; of options with the same name, the last."""
        return {node.text("defname"): node for node in self.nodes(field) if node.kind == "DefElem"}

    def __bool__(self) -> bool:
        return bool(self.kind and self.fields)


@dataclass(frozen=True, order=True)
class Name:
    """The name of a table, a view or a function, with its schema."""

    schema: str
    name: str

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}"


def name_of(relation: Node, default_schema: str) -> Name:
    """Return the name of a ``RangeVar``."""
    return Name(relation.text("schemaname") or default_schema, relation.text("relname"))


def texts(nodes: tuple[Node, ...]) -> tuple[str, ...]:
    """Return the texts of a list of ``String`` nodes."""
    return tuple(node.text("sval") for node in nodes if node.kind == "String")


def constant(node: Node) -> str | int | bool | None:
    """Return the value of a constant, also of an option; None for anything else."""
    match node.kind:
        case "A_Const":
            return _literal(node)
        case "String":
            return node.text("sval")
        case "Boolean":
            return node.flag("boolval")
        case "Integer":
            return node.number("ival")
        case "TypeName":  # an option such as `on` is read as the name of a type
            return ".".join(texts(node.nodes("names")))
    return None


def _literal(node: Node) -> str | int | bool | None:
    if "sval" in node.fields:
        return node.part("sval").text("sval")
    if "boolval" in node.fields:
        return node.part("boolval").flag("boolval")
    return node.part("ival").number("ival") if "ival" in node.fields else None


def always_true(condition: Node) -> bool:
    """Return whether a condition is TRUE, or two equal constants such as 1 = 1."""
    if constant(condition) is True:
        return True
    left, right = constant(condition.node("lexpr")), constant(condition.node("rexpr"))
    is_equality = condition.kind == "A_Expr" and texts(condition.nodes("name")) == ("=",)
    return is_equality and left is not None and left == right


def type_of(node: Node) -> str:
    """Return a type in one spelling: ``int4``, ``varchar(20)``, ``text[]``, without pg_catalog and public."""
    names = texts(node.nodes("names"))
    base = ".".join(name for at, name in enumerate(names) if at or name not in {"pg_catalog", "public"})
    modifiers = [str(constant(one)) for one in node.nodes("typmods")]
    size = f"({','.join(modifiers)})" if modifiers else ""
    return f"{base}{size}{'[]' * len(node.nodes('arrayBounds'))}"


def walk(value: Any) -> Iterator[Node]:
    """Return every node below a value of the tree, the outer ones first."""
    if isinstance(value, Node):
        if value.kind[:1].isupper():
            yield value
        yield from walk(value.fields)
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            if key[:1].isupper() and isinstance(inner, Mapping):
                yield Node(key, inner)
            yield from walk(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from walk(inner)


def _wrapped(value: Any) -> Node:
    if isinstance(value, Mapping) and len(value) == 1:
        ((kind, fields),) = value.items()
        if isinstance(fields, Mapping):
            return Node(kind, fields)
    return Node("", {})
