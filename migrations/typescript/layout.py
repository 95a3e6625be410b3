"""Lays types out on lines of 80 characters, as Prettier does for ``supabase gen types``.

Only what a ``Database`` type contains is laid out; the rules are those of Prettier 3 without semicolons
(https://prettier.io/docs/rationale).
"""

import json

from migrations.typescript.syntax import (
    Array,
    Both,
    Either,
    Generic,
    Literal,
    Lookup,
    Member,
    Name,
    Object,
    Opaque,
    Tuple,
    Type,
)

__all__ = ["fits", "key_text", "lay_out", "one_line", "string_text"]

WIDTH = 80


def lay_out(value: Type, *, indent: int, column: int, tail: int = 0) -> str:  # noqa: PLR0911  # one form per kind
    """Return the text of a type that starts in `column` of a line indented by `indent`.

    A text that starts with a line end leaves nothing behind the colon before it. `tail` is the length of what
    follows on the last line.
    """
    flat = one_line(value)
    if flat is not None and fits(column, flat, tail):
        return flat
    match value:
        case Object():
            return _object(value, indent)
        case Array(Either() as element):
            options = _options(element, indent)
            return f"({options}\n{' ' * indent})[]"
        case Array(element):
            return lay_out(element, indent=indent, column=column, tail=tail + 2) + "[]"
        case Tuple(elements):
            inner = " " * (indent + 2)
            lines = [
                inner + lay_out(element, indent=indent + 2, column=indent + 2, tail=1) + ","
                for element in elements
            ]
            return "\n".join(["[", *lines, " " * indent + "]"])
        case Either() if _hugs(value):
            return " | ".join(
                lay_out(option, indent=indent, column=column, tail=WIDTH) for option in value.options
            )
        case Either():
            return _options(value, indent)
        case Both(parts):
            return " & ".join(lay_out(part, indent=indent, column=column, tail=WIDTH) for part in parts)
        case _:
            return flat or ""


def fits(column: int, text: str, tail: int) -> bool:
    """True if a text that starts in `column`, with `tail` characters behind it, fits on its line."""
    return column + len(text) + tail <= WIDTH


def one_line(value: Type) -> str | None:  # noqa: C901, PLR0911  # one form per kind of type
    """Return the text of a type on one line, however long; None if a part of it must not be on one."""
    match value:
        case Name(text) | Opaque(text):
            return text
        case Literal(str() as text):
            return string_text(text)
        case Literal(other):
            return json.dumps(other)
        case Generic(name, arguments):
            return _joined(f"{name}<", arguments, ", ", ">")
        case Lookup(base, key):
            return _joined("", (base,), "", _joined("[", (key,), "", "]") or "")
        case Array(element):
            return (
                _joined("(", (element,), "", ")[]")
                if _is_loose(element)
                else _joined("", (element,), "", "[]")
            )
        case Tuple(elements):
            return _joined("[", elements, ", ", "]")
        case Either(options):
            return _joined("", options, " | ", "")
        case Both(parts):
            return _joined("", parts, " & ", "")
        case Object():
            return _flat_object(value)


def string_text(text: str) -> str:
    """Quote a text with the quotes that need fewer escapes; double ones if that is the same."""
    quoted = json.dumps(text, ensure_ascii=False)
    if text.count('"') <= text.count("'"):
        return quoted
    return "'" + quoted[1:-1].replace('\\"', '"').replace("'", "\\'") + "'"


def key_text(name: str) -> str:
    """Write the name of a member, in quotes where it needs them."""
    # Python's identifiers are those of JavaScript, but for the dollar sign.
    return name if name.replace("$", "_").isidentifier() else string_text(name)


def _joined(before: str, parts: tuple[Type, ...], between: str, after: str) -> str | None:
    texts = [one_line(part) for part in parts]
    if None in texts:
        return None
    return before + between.join(filter(None, texts)) + after


def _is_loose(value: Type) -> bool:
    return (
        isinstance(value, Either | Both) and len(getattr(value, "options", getattr(value, "parts", ()))) > 1
    )


def _hugs(value: Either) -> bool:
    objects = [option for option in value.options if isinstance(option, Object)]
    others = [option for option in value.options if not isinstance(option, Object)]
    return len(objects) == 1 and all(other == Name("null") for other in others)


def _options(value: Either, indent: int) -> str:
    inner = " " * (indent + 2)
    return "".join(
        f"\n{inner}| " + lay_out(option, indent=indent + 4, column=indent + 4) for option in value.options
    )


def _flat_object(value: Object) -> str | None:
    if value.index is None and not value.members:
        return "{}"
    if value.broken:
        return None
    parts = []
    for member in value.members:
        text = one_line(member.type)
        if text is None:
            return None
        parts.append(f"{_head(member)} {text}")
    if value.index is not None:
        parts.append(f"[{value.index.key}]: {one_line(value.index.type)}")
    return "{ " + "; ".join(parts) + " }"


def _object(value: Object, indent: int) -> str:
    inner = " " * (indent + 2)
    lines = ["{"]
    for member in value.members:
        head = inner + _head(member)
        text = lay_out(member.type, indent=indent + 2, column=len(head) + 1)
        lines.append(head + text if text.startswith("\n") else f"{head} {text}")
    if value.index is not None:
        lines.append(f"{inner}[{value.index.key}]: {one_line(value.index.type)}")
    return "\n".join([*lines, " " * indent + "}"])


def _head(member: Member) -> str:
    return f"{key_text(member.name)}{'?' if member.optional else ''}:"
