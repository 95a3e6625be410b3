"""Short forms of long values: bounded in time and length, with the part that differs in sight."""

import dataclasses
from collections.abc import Mapping, Sequence
from itertools import islice, zip_longest
from typing import Any

from harness.models import New, Patch

__all__ = ["difference", "short", "window"]

LIMIT = 200
"""Characters of one value in a report."""
_ITEMS = 20
_DEPTH = 4
_ABSENT = object()


def short(value: object, limit: int = LIMIT) -> str:
    """Return a repr of at most `limit` characters, without building the whole of a long one first."""
    text = _render(value, limit, _DEPTH)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _render(value: object, limit: int, depth: int) -> str:  # noqa: PLR0911  # one per kind of value
    if isinstance(value, str):
        return repr(value) if len(value) <= limit else repr(value[:limit]) + f"… {len(value):,} characters"
    if isinstance(value, bytes):
        return repr(value[:limit])
    if depth == 0:
        return "…"
    if isinstance(value, New | Patch):
        return type(value).__name__ + "{" + _pairs(value.values, limit, depth) + "}"
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {item.name: getattr(value, item.name) for item in dataclasses.fields(value)}
        return type(value).__name__ + "{" + _pairs(fields, limit, depth) + "}"
    if isinstance(value, Mapping):
        return "{" + _pairs(value, limit, depth) + "}"
    if isinstance(value, list | tuple | set | frozenset):
        opened, closed = ("(", ")") if isinstance(value, tuple) else ("[", "]")
        return (
            opened + _joined((_render(item, limit, depth - 1) for item in value), len(value), limit) + closed
        )
    return _leaf(value)


def _leaf(value: object) -> str:
    if value is _ABSENT:
        return "absent"
    if isinstance(value, type):
        return value.__name__
    try:
        return repr(value) if isinstance(value, int | float | bool | None) else _plain(value)
    except Exception as error:  # noqa: BLE001 - a value whose repr fails is still a value to report
        return f"<{type(value).__name__} whose repr raises {type(error).__name__}>"


def _plain(value: object) -> str:
    text = str(value)
    return f"<{type(value).__name__}>" if " object at 0x" in text else text


def _pairs(values: Mapping[Any, Any], limit: int, depth: int) -> str:
    pairs = (f"{key}={_render(value, limit, depth - 1)}" for key, value in values.items())
    return _joined(pairs, len(values), limit)


def _joined(parts: Any, total: int, limit: int) -> str:
    taken: list[str] = []
    length = 0
    for part in islice(parts, _ITEMS):
        taken.append(part)
        length += len(part) + 2
        if length > limit:
            break
    if len(taken) < total:
        taken.append(f"… {total} in all")
    return ", ".join(taken)


def difference(left: object, right: object, path: str = "") -> tuple[str, str]:
    """Return the short forms of the smallest parts in which two values differ, each with its path."""
    for narrowed in (_fields(left, right), _items(left, right)):
        if len(narrowed) == 1:
            ((name, one, other),) = narrowed
            return difference(one, other, f"{path}{name}")
        if 1 < len(narrowed) <= _DEPTH and len(narrowed) < _size(left):
            ones, others = zip(*((_at(n, one), _at(n, other)) for n, one, other in narrowed), strict=True)
            return _prefixed(path, ", ".join(ones)), _prefixed(path, ", ".join(others))
    if isinstance(left, str) and isinstance(right, str):
        return _prefixed(path, window(repr(left), repr(right))), _prefixed(
            path, window(repr(right), repr(left))
        )
    one, other = short(left), short(right)
    if _is_clipped(one) or _is_clipped(other):
        one, other = _first_difference(left, right) or (one, other)
    if one == other:
        one, other = f"{one} ({type(left).__name__})", f"{other} ({type(right).__name__})"
    return _prefixed(path, one), _prefixed(path, other)


def _is_clipped(text: str) -> bool:
    return text.endswith(("in all]", "in all)", "…"))


def _first_difference(left: object, right: object) -> tuple[str, str] | None:
    """Return lengths and first difference of two lists whose short forms are cut; None for other values."""
    if not isinstance(left, list | tuple) or not isinstance(right, list | tuple):
        return None
    if min(len(left), len(right)) < _DEPTH:
        return None  # the few items of one side say more than their number
    pairs = enumerate(zip_longest(left, right, fillvalue=_ABSENT))
    index, sides = next((place, pair) for place, pair in pairs if _differ(*pair))
    told = [
        f"{len(side):,} items, [{index}]={'absent' if item is _ABSENT else short(item, LIMIT // 2)}"
        for side, item in zip((left, right), sides, strict=True)
    ]
    return told[0], told[1]


def _prefixed(path: str, text: str) -> str:
    return f"{path.lstrip('.')}: {text}" if path else text


def _at(name: str, value: object) -> str:
    return f"{name.lstrip('.')}={'absent' if value is _ABSENT else short(value, LIMIT // 2)}"


def _size(value: object) -> int:
    return len(value) if isinstance(value, Mapping | list | tuple) else LIMIT


def _fields(left: object, right: object) -> list[tuple[str, object, object]]:
    """The entries in which two rows or mappings differ; empty if they are no such values."""
    if dataclasses.is_dataclass(left) and type(left) is type(right) and not isinstance(left, type):
        names = [item.name for item in dataclasses.fields(left)]
        pairs = [(f".{name}", getattr(left, name), getattr(right, name)) for name in names]
    elif isinstance(left, Mapping) and isinstance(right, Mapping):
        keys = {**dict.fromkeys(left), **dict.fromkeys(right)}
        pairs = [(f".{key}", left.get(key, _ABSENT), right.get(key, _ABSENT)) for key in keys]
    else:
        return []
    return [pair for pair in pairs if _differ(pair[1], pair[2])]


def _items(left: object, right: object) -> list[tuple[str, object, object]]:
    """The one position in which two sequences of equal length differ; empty for everything else."""
    if not (isinstance(left, list | tuple) and type(left) is type(right)) or not isinstance(right, Sequence):
        return []
    if len(left) != len(right):
        return []
    pairs = zip_longest(left, right)
    return [(f"[{index}]", one, other) for index, (one, other) in enumerate(pairs) if _differ(one, other)][:2]


def _differ(one: object, other: object) -> bool:
    return type(one) is not type(other) or one != other


def window(text: str, other: str, limit: int = LIMIT) -> str:
    """Return the part of a text around its first difference from another one."""
    if len(text) <= limit:
        return text
    start = next(
        (i for i, (a, b) in enumerate(zip(text, other, strict=False)) if a != b), min(len(text), len(other))
    )
    begin = max(0, min(start - limit // 4, len(text) - limit))
    shown = text[begin : begin + limit]
    return ("…" if begin else "") + shown + ("…" if begin + limit < len(text) else "")
