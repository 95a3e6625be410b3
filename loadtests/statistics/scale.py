"""Back from logarithms, in which response times and their ratios are judged."""

from math import exp, inf

__all__ = ["from_logarithm"]

_FARTHEST = 50.0
"""No time in microseconds, and no ratio of two, is beyond it."""


def from_logarithm(value: float) -> float:
    """Return e to the power of `value`; infinite, or 0, where no time and no ratio can be.

    A bound that three rounds allow may be there, at the level of a first look: it bounds nothing.
    """
    if abs(value) > _FARTHEST:
        return inf if value > 0 else 0.0
    return exp(value)
