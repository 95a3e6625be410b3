"""From values to places on an axis, with ticks at round numbers."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["Scale", "linear", "logarithmic"]

_SMALLEST = 1e-3
"""Below a microsecond nothing was measured: the lowest value in ms on a logarithmic axis."""
_NO_SPAN = 1e-9
"""Values closer to each other and to zero than this are drawn as equal."""


@dataclass(frozen=True)
class Scale:
    """An axis from `low` to `high`; places count from 0 to 1."""

    low: float
    high: float
    ticks: tuple[float, ...]
    is_logarithmic: bool

    def place(self, value: float) -> float:
        """Return where a value is; what is outside of the axis lies at its end."""
        if self.is_logarithmic:
            at = math.log(max(value, _SMALLEST) / self.low) / math.log(self.high / self.low)
        else:
            at = (value - self.low) / (self.high - self.low)
        return min(max(at, 0.0), 1.0)


def linear(values: Iterable[float], *, ticks: int = 5) -> Scale:
    """Return an axis that holds all values and zero, with about so many ticks."""
    known = [value for value in values if math.isfinite(value)]
    low, high = min([0.0, *known]), max([0.0, *known])
    if high - low < _NO_SPAN:
        high = low + 1.0
    margin = 0.04 * (high - low)
    low, high = low - (margin if low < 0 else 0.0), high + margin
    step = _round_up((high - low) / ticks)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return Scale(low, high, tuple(step * number for number in range(first, last + 1)), is_logarithmic=False)


def logarithmic(values: Iterable[float], *, ticks: int = 6) -> Scale:
    """Return an axis that holds all positive values, at least half a decade of them."""
    known = [max(value, _SMALLEST) for value in values if math.isfinite(value)] or [1.0]
    low, high = min(known), max(known)
    if high / low < 3:
        middle = math.sqrt(low * high)
        low, high = min(low, middle / math.sqrt(3)), max(high, middle * math.sqrt(3))
    low, high = low / 1.06, high * 1.06
    exponents = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    found: tuple[float, ...] = ()
    for steps in ((1, 1.5, 2, 3, 4, 5, 7), (1, 2, 5), (1, 3), (1,)):
        found = tuple(
            step * 10.0**exponent
            for exponent in exponents
            for step in steps
            if low <= step * 10.0**exponent <= high
        )
        if len(found) <= ticks:
            break
    return Scale(low, high, found, is_logarithmic=True)


def _round_up(step: float) -> float:
    """Return the next of 1, 2 and 5, and their tenfolds."""
    magnitude = 10.0 ** math.floor(math.log10(step))
    return next((nice * magnitude for nice in (1, 2, 5) if nice * magnitude >= step * 0.999), 10 * magnitude)
