"""Which changes of a column's type keep every value.

Only those are accepted of which that is certain from the types alone; see "Type Conversion" and the casts in
https://www.postgresql.org/docs/17/datatype.html. How long the change takes is another question.
"""

import re

from migrations.linting.tree import Node, texts, type_of

__all__ = ["keeps_every_value", "loss"]

_TYPE = re.compile(r"(?P<base>[^(\[]+)(?:\((?P<size>[^)]*)\))?(?P<array>(?:\[\])*)")
_INTEGERS = ("int2", "int4", "int8", "numeric")
_WIDER = frozenset(
    {
        *((narrow, wide) for at, narrow in enumerate(_INTEGERS) for wide in _INTEGERS[at + 1 :]),
        *((number, "text") for number in _INTEGERS),
        ("float4", "float8"),
        ("varchar", "text"),
        ("text", "varchar"),
        ("uuid", "text"),
        ("uuid", "varchar"),
        ("bool", "text"),
        ("name", "text"),
        ("json", "text"),
        ("jsonb", "json"),
        ("jsonb", "text"),
        ("date", "timestamp"),
    }
)
_ALIASES = {"smallint": "int2", "int": "int4", "integer": "int4", "bigint": "int8", "decimal": "numeric"}


def loss(before: str | None, column: Node, name: str) -> str | None:
    """Return what becomes of a column, as the end of a sentence, if values may be lost; else None.

    `column` is the definition in the command; its default is the USING expression.
    """
    after = type_of(column.part("typeName"))
    using = column.node("raw_default")
    if using and not _is_plain(using, name):
        return f"becomes {after} by an expression, which need not keep every value"
    if before is None:
        return f"becomes {after}, and these files do not say what it was"
    if keeps_every_value(before, after):
        return None
    return f"becomes {after}; as {before} it may hold values that {after} cannot"


def keeps_every_value(before: str, after: str) -> bool:
    """Return whether each value of a type is one of another, as `tree.type_of` spells them."""
    if before == after:
        return True
    old, new = _TYPE.fullmatch(before), _TYPE.fullmatch(after)
    if old is None or new is None or old["array"] != new["array"]:
        return False
    old_base, new_base = (_ALIASES.get(one["base"], one["base"]) for one in (old, new))
    if old_base != new_base:
        return (old_base, new_base) in _WIDER and (new["size"] is None or _fits(old, new))
    if new["size"] is None:
        return new_base != "bpchar"
    return old["size"] is not None and _fits(old, new)


def _fits(old: re.Match[str], new: re.Match[str]) -> bool:
    try:
        before, after = ([int(one) for one in match["size"].split(",")] for match in (old, new))
    except (AttributeError, ValueError):
        return False
    if old["base"] != "numeric":
        return new["base"] != "numeric" and before[0] <= after[0]
    (before_digits, before_scale), (after_digits, after_scale) = (
        (one[0], one[1] if len(one) > 1 else 0) for one in (before, after)
    )
    return before_scale <= after_scale and before_digits - before_scale <= after_digits - after_scale


def _is_plain(using: Node, name: str) -> bool:
    """True for the column itself, or its cast: what happens without USING, too."""
    if using.kind == "TypeCast":
        using = using.node("arg")
    return using.kind == "ColumnRef" and texts(using.nodes("fields"))[-1:] == (name,)
