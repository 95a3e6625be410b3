"""Reads JSON without losing anything of it, and writes it again.

Python's parser is asked for pairs and for the text of numbers, so that
duplicate keys and long numbers are seen instead of resolved.
"""

import json
import re
from typing import Any, NoReturn

__all__ = ["Number", "Pairs", "has_surrogate", "parse", "text_of"]


_SURROGATE = re.compile("[\ud800-\udfff]")


class Number(str):
    """A number as its source writes it."""

    __slots__ = ()


class Pairs(list[tuple[str, Any]]):
    """The members of a JSON object, in their order and with their duplicates."""


def _constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON")


_DECODER = json.JSONDecoder(
    object_pairs_hook=Pairs, parse_int=Number, parse_float=Number, parse_constant=_constant
)


def parse(text: str) -> Any:
    """Parse JSON into texts, `Number`, `Pairs`, lists, booleans, None. Raises ValueError, RecursionError."""
    return _DECODER.decode(text)


def text_of(value: Any) -> str:
    """Write what `parse` returned: the same numbers to the digit, the same keys in the same order."""
    match value:
        case Number():
            return str(value)
        case Pairs():
            return "{" + ",".join(f"{_quoted(key)}:{text_of(item)}" for key, item in value) + "}"
        case list():
            return "[" + ",".join(map(text_of, value)) + "]"
        case str():
            return _quoted(value)
        case _:
            return json.dumps(value)


def _quoted(text: str) -> str:
    # A lone surrogate has no UTF-8; its escape says what the source said.
    return json.dumps(text, ensure_ascii=has_surrogate(text))


def has_surrogate(text: str) -> bool:
    """Say whether a text contains half of a surrogate pair, which has no UTF-8."""
    return _SURROGATE.search(text) is not None
