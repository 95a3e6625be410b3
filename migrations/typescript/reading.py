"""Reads the declarations of types in a TypeScript file, with tree-sitter's grammar of the language."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import tree_sitter_typescript
from tree_sitter import Language, Node, Parser

from migrations.typescript.errors import TypesFileError
from migrations.typescript.expressions import Text, object_of, type_of
from migrations.typescript.syntax import Both, Object, Place, Type

__all__ = ["Declaration", "TypesFile", "read_types_file", "read_types_text"]

# The grammar takes a name at the start of a line for an operator or a modifier if it begins with one of these
# words, and columns may be called in_progress. In quotes, which take the place of two blanks, it is a name.
_MISREAD = re.compile(
    rb"^([ \t]*?)[ \t]{0,2}(in(?:stanceof)?(?:[0-9_$][\w$]*)?|abstract)(?=\??[ \t]*:)", re.MULTILINE
)

_TYPESCRIPT = Language(tree_sitter_typescript.language_typescript())


@dataclass(frozen=True)
class Declaration:
    """``type NAME<PARAMETERS> = TYPE``, or an interface."""

    name: str
    parameters: tuple[tuple[str, Type | None], ...]
    """Their names and defaults."""
    type: Type
    place: Place


@dataclass(frozen=True, kw_only=True)
class TypesFile:
    """The types that a file declares, by name, and what it takes from elsewhere."""

    path: str
    declarations: Mapping[str, Declaration]
    imports: Mapping[str, str]
    """By local name: the module that it comes from."""

    def error(self, place: Place | None, reason: str) -> TypesFileError:
        """Return an error about a place in this file."""
        return TypesFileError(self.path, place, reason)


def read_types_file(path: Path) -> TypesFile:
    """Read a file. Raises TypesFileError, with line and column, for what is no TypeScript in UTF-8."""
    try:
        content = path.read_bytes()
    except OSError as cause:
        raise TypesFileError(
            str(path), None, f"the types file cannot be read: {cause.strerror}. Check --types."
        ) from cause
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as cause:
        line = content.count(b"\n", 0, cause.start) + 1
        raise TypesFileError(
            str(path), Place(line, 1), "this is not UTF-8; save the file as UTF-8."
        ) from cause
    return read_types_text(text, str(path))


def read_types_text(text: str, path: str) -> TypesFile:
    """Read the text of a file; `path` is for messages. Raises TypesFileError."""
    source = Text(path, text.encode())
    root = Parser(_TYPESCRIPT).parse(source.content).root_node
    if root.has_error:
        source = Text(path, _MISREAD.sub(rb'\1"\2"', source.content))
        root = Parser(_TYPESCRIPT).parse(source.content).root_node
    if root.has_error:
        raise _syntax_error(source, root)
    try:
        return _declarations(source, root)
    except RecursionError as cause:
        raise source.error(root, "its types are nested too deeply to be those of a generator.") from cause


def _declarations(source: Text, root: Node) -> TypesFile:
    declarations: dict[str, Declaration] = {}
    imports: dict[str, str] = {}
    for statement in root.named_children:
        imports.update(_imported(source, statement))
        for node in (statement, *statement.children_by_field_name("declaration")):
            declared = _declared(source, node)
            if declared is not None:
                declarations[declared.name] = _merged(source, node, declarations.get(declared.name), declared)
    return TypesFile(path=source.path, declarations=declarations, imports=imports)


def _syntax_error(source: Text, root: Node) -> TypesFileError:
    """Say where the file stops being TypeScript."""
    node = min(_broken(root), key=lambda node: node.end_byte - node.start_byte, default=root)
    advice = "Repair the file, or write it again with harness schema types --out."
    first, last = node.start_point[0], node.end_point[0]
    if not node.is_missing and first != last and not source.content[node.end_byte :].strip():
        reason = f"the file ends inside of what begins in line {first + 1}. {advice}"
        return source.error(node, reason, at_end=True)
    what = (
        f"{node.type!r} is missing here" if node.is_missing else f"{source.start_of(node)!r} was not expected"
    )
    return source.error(node, f"this is no TypeScript: {what}. {advice}")


def _broken(node: Node) -> Iterator[Node]:
    """Yield what the grammar could not read, in order."""
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if part.is_error or part.is_missing:
            yield part
        waiting += [child for child in reversed(part.children) if child.has_error or child.is_missing]


def _declared(source: Text, node: Node) -> Declaration | None:
    name = node.child_by_field_name("name")
    if name is None or node.type not in {"type_alias_declaration", "interface_declaration"}:
        return None
    parameters = tuple(_parameters(source, node.child_by_field_name("type_parameters")))
    if node.type == "interface_declaration":
        value = _interface(source, node)
    else:
        value = type_of(source, node.child_by_field_name("value"))
    return Declaration(source.of(name), parameters, value, source.place(name))


def _interface(source: Text, node: Node) -> Type:
    bases = [
        type_of(source, base)
        for clause in node.named_children
        if clause.type == "extends_type_clause"
        for base in clause.children_by_field_name("type")
    ]
    body = object_of(source, node.child_by_field_name("body") or node)
    return Both((*bases, body)) if bases else body


def _parameters(source: Text, node: Node | None) -> Iterator[tuple[str, Type | None]]:
    for parameter in node.named_children if node is not None else ():
        name, default = parameter.child_by_field_name("name"), parameter.child_by_field_name("value")
        if name is not None:
            yield source.of(name), type_of(source, default.named_children[0]) if default is not None else None


def _merged(source: Text, node: Node, before: Declaration | None, now: Declaration) -> Declaration:
    """Add an interface to the one of the same name, as the language does; nothing else is declared twice."""
    if before is None:
        return now
    if isinstance(before.type, Object) and isinstance(now.type, Object) and node.type.startswith("interface"):
        members = (*before.type.members, *now.type.members)
        return Declaration(now.name, now.parameters, Object(members, place=before.type.place), before.place)
    raise source.error(node, f"{now.name} is declared a second time; remove one of the two.")


def _imported(source: Text, statement: Node) -> Iterator[tuple[str, str]]:
    module = statement.child_by_field_name("source")
    if module is None:
        return
    for name in _local_names(statement):
        yield source.of(name), source.of(module).strip("'\"")


def _local_names(node: Node) -> Iterator[Node]:
    if node.type in {"import_specifier", "export_specifier"}:
        name = node.child_by_field_name("alias") or node.child_by_field_name("name")
        if name is not None:
            yield name
    elif node.type == "identifier":
        yield node
    else:
        for child in node.named_children:
            if child.type != "string":
                yield from _local_names(child)
