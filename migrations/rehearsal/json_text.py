"""Writes JSON whose numbers have exactly the digits that they were given."""

import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

__all__ = ["object_text", "text_of"]


def text_of(value: Any, *, escaped: bool = False) -> str:
    """Return a value as JSON; `escaped` writes whatever is not ASCII as an escape.

    An int or a Decimal is written with its own digits. Raises TypeError for a
    float, whose digits nobody chose, and for what JSON does not have.
    """
    match value:
        case None | bool() | str() | int():
            return json.dumps(value, ensure_ascii=escaped)
        case Decimal():
            return str(value)
        case list():
            return f"[{','.join(text_of(item, escaped=escaped) for item in value)}]"
        case dict():
            return _object(value.items(), escaped=escaped)
        case _:
            raise TypeError(f"a {type(value).__name__} has no exact JSON text")


def object_text(members: Iterable[tuple[str, str]]) -> str:
    """Return an object of members whose values are JSON texts; a key may come twice."""
    return f"{{{','.join(f'{json.dumps(key, ensure_ascii=False)}:{text}' for key, text in members)}}}"


def _object(items: Iterable[tuple[str, Any]], *, escaped: bool) -> str:
    members = (
        f"{json.dumps(key, ensure_ascii=escaped)}:{text_of(value, escaped=escaped)}" for key, value in items
    )
    return f"{{{','.join(members)}}}"
