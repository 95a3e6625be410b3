"""Turns the nodes of TypeScript's grammar into types."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tree_sitter import Node

from migrations.typescript.errors import TypesFileError
from migrations.typescript.syntax import (
    Array,
    Both,
    Either,
    Generic,
    IndexSignature,
    Literal,
    Lookup,
    Member,
    Name,
    Object,
    Opaque,
    Place,
    Tuple,
    Type,
)

__all__ = ["Text", "object_of", "type_of"]

_ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]+)\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\r\n|[\s\S]))")
_NAMED_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}
_NAMED_ESCAPES |= {"\n": "", "\r": "", "\r\n": "", "\u2028": "", "\u2029": ""}
_SHOWN = 40


@dataclass(frozen=True)
class Text:
    """The bytes of a file, to which nodes refer."""

    path: str
    content: bytes

    def of(self, node: Node) -> str:
        """Return what a node covers."""
        return self.content[node.start_byte : node.end_byte].decode()

    def start_of(self, node: Node) -> str:
        """Return the beginning of that, for a message."""
        return " ".join(self.of(node).split())[:_SHOWN]

    def place(self, node: Node, *, at_end: bool = False) -> Place:
        """Return where a node starts, or ends."""
        (row, column), byte = (
            (node.end_point, node.end_byte) if at_end else (node.start_point, node.start_byte)
        )
        line = self.content[byte - column : byte]
        return Place(row + 1, len(line.decode()) + 1)

    def error(self, node: Node, reason: str, *, at_end: bool = False) -> TypesFileError:
        """Return an error about a node."""
        return TypesFileError(self.path, self.place(node, at_end=at_end), reason)


def type_of(text: Text, node: Node | None) -> Type:  # noqa: C901, PLR0911  # one form per kind of node
    """Return the type that a node stands for; what no generator writes is `Opaque`."""
    if node is None:
        return Opaque("")
    parts = [child for child in node.named_children if child.type != "comment"]
    match node.type:
        case "predefined_type" | "type_identifier" | "identifier":
            return Name(text.of(node), text.place(node))
        case "literal_type":
            return _literal(text, node, parts)
        case "parenthesized_type" | "readonly_type" | "type_annotation" if parts:
            return type_of(text, parts[0])
        case "union_type":
            return _chain(text, node, Either)
        case "intersection_type":
            return _chain(text, node, Both)
        case "array_type":
            return Array(type_of(text, parts[0]))
        case "tuple_type":
            return Tuple(tuple(_element(text, part) for part in parts))
        case "lookup_type":
            return Lookup(type_of(text, parts[0]), type_of(text, parts[1]), text.place(node))
        case "object_type":
            return object_of(text, node)
        case "generic_type":
            arguments = node.child_by_field_name("type_arguments") or parts[-1]
            given = tuple(type_of(text, part) for part in arguments.named_children if part.type != "comment")
            return Generic(text.of(parts[0]), given, text.place(node))
        case _:
            return Opaque(" ".join(text.of(node).split()), text.place(node))


def object_of(text: Text, node: Node) -> Object:
    """Return the members of an object type or of the body of an interface."""
    members: list[Member] = []
    index: IndexSignature | None = None
    for part in node.named_children:
        if part.type == "property_signature":
            members.append(_member(text, part))
        elif part.type == "index_signature":
            index = _index(text, part)
        elif part.type != "comment":
            name = part.child_by_field_name("name")
            shown = text.of(name) if name is not None else text.start_of(part)
            members.append(Member(shown, Opaque(text.start_of(part)), place=text.place(part)))
    return Object(tuple(members), index, place=text.place(node))


def _member(text: Text, node: Node) -> Member:
    name = node.child_by_field_name("name")
    if name is None:
        raise text.error(node, f"{text.start_of(node)!r} has no name.")
    optional = any(child.type == "?" for child in node.children)
    annotation = node.child_by_field_name("type")
    value = type_of(text, annotation) if annotation is not None else Name("any", text.place(node))
    return Member(_key(text, name), value, optional, text.place(name))


def _key(text: Text, node: Node) -> str:
    if node.type == "string":
        return _string(text, node)
    if node.type == "computed_property_name":
        inner = node.named_children[0]
        if inner.type != "string":
            raise text.error(node, f"{text.of(node)} is a computed name; write the name itself.")
        return _string(text, inner)
    return text.of(node)


def _index(text: Text, node: Node) -> IndexSignature:
    mapped = next((child for child in node.named_children if child.type == "mapped_type_clause"), None)
    annotation = node.child_by_field_name("type")
    value = type_of(text, annotation.named_children[0]) if annotation is not None else Name("any")
    if mapped is not None:
        return IndexSignature(" ".join(text.of(mapped).split()), value)
    key = node.child_by_field_name("index_type")
    return IndexSignature(f"key: {text.of(key) if key is not None else 'string'}", value)


def _literal(text: Text, node: Node, parts: list[Node]) -> Type:
    inner = parts[0] if parts else node.children[0]
    match inner.type:
        case "string":
            return Literal(_string(text, inner))
        case "true" | "false":
            return Literal(inner.type == "true")
        case "number" | "unary_expression":
            return Literal(_number(text, inner))
        case _:
            return Name(text.of(inner), text.place(inner))  # null and undefined


def _number(text: Text, node: Node) -> float:
    try:
        number = float(text.of(node).replace("_", "").replace(" ", ""))
        return int(number) if number.is_integer() else number
    except ValueError:
        raise text.error(node, f"{text.of(node)} is written in another way than 1 or 1.5.") from None


def _string(text: Text, node: Node) -> str:
    def decode(match: re.Match[str]) -> str:
        code = match[1] or match[2] or match[3]
        return chr(int(code, 16)) if code else _NAMED_ESCAPES.get(match[4], match[4])

    return _ESCAPE.sub(decode, text.of(node)[1:-1])


def _chain(text: Text, node: Node, kind: type[Either] | type[Both]) -> Type:
    found = tuple(type_of(text, part) for part in _links(node, node.type))
    return found[0] if len(found) == 1 else kind(found)


def _links(node: Node, kind: str) -> Iterator[Node]:
    """Yield the parts of ``A | B | C``, which is a node in a node in a node: an enum may have hundreds."""
    waiting = [node]
    while waiting:
        link = waiting.pop()
        if link.type == kind:
            waiting += [child for child in reversed(link.named_children) if child.type != "comment"]
        else:
            yield link


def _element(text: Text, node: Node) -> Type:
    if node.type in {"required_parameter", "optional_parameter"}:
        annotation = node.child_by_field_name("type")
        if node.type == "required_parameter" and annotation is not None:
            return type_of(text, annotation)
        return Opaque(text.of(node), text.place(node))
    return type_of(text, node)
