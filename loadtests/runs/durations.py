"""Lengths of time as options take them, and as sentences say them."""

import re
from typing import Any

import click

__all__ = ["Duration", "in_words"]

_UNITS = {"": 1.0, "s": 1.0, "min": 60.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_WRITTEN = re.compile(r"(\d+(?:\.\d+)?)\s*(s|min|m|h|d)?")


class Duration(click.ParamType[float]):
    """An option's value such as ``90``, ``90s``, ``15min``, ``2h`` or ``1d``; becomes seconds."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the seconds; fails with a usage error."""
        if isinstance(value, int | float):
            return float(value)
        found = _WRITTEN.fullmatch(str(value).strip())
        if found is None:
            self.fail(f"{value!r} is no length of time; write 90s, 15min, 2h or 1d.", param, ctx)
        return float(found[1]) * _UNITS[found[2] or ""]


def in_words(seconds: float) -> str:
    """A length of time for a sentence: seconds, minutes, hours or days."""
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * length or seconds == length:
            return f"{seconds / length:.3g} {unit}"
    return f"{seconds:.3g} s"
