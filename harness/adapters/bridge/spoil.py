"""What a careless caller does to values after a call: a store that shares them shows it later."""

from typing import Any

__all__ = ["SPOILT", "spoil"]

SPOILT = "spoilt"


def spoil(value: Any) -> None:
    """Change every list and dict in a value, deep ones first, in place."""
    match value:
        case list():
            for item in value:
                spoil(item)
            value.append(SPOILT)
        case dict():
            for item in value.values():
                spoil(item)
            value[SPOILT] = SPOILT
        case tuple():
            for item in value:
                spoil(item)
        case _:
            pass
