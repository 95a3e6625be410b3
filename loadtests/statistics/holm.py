"""Holm's step-down procedure: many endpoints are judged, and no chance finding is to slip in among them.

S. Holm, "A simple sequentially rejective multiple test procedure",
Scandinavian Journal of Statistics 6 (1979). With looks at the data in between,
each step is tested at the level that its share of alpha has at this look:
W. Maurer and F. Bretz, "Multiple testing in group sequential trials using
graphical approaches", Statistics in Biopharmaceutical Research 5 (2013).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

__all__ = ["Step", "step_down"]


@dataclass(frozen=True)
class Step:
    """What became of one hypothesis."""

    rejected: bool
    level: float
    """Its p-value was compared with this; its confidence bound has the same level."""


def step_down(
    p_values: Sequence[float], alpha: float, at_this_look: Callable[[float], float]
) -> tuple[Step, ...]:
    """Test hypotheses together, so that the chance of a single false rejection is at most `alpha`.

    `at_this_look` turns a share of alpha into the level of the present look. The result is in the order
    of the p-values. All that comes after the first hypothesis that stands, stands at the same level.
    """
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    steps: dict[int, Step] = {}
    stands_at: float | None = None
    for done, index in enumerate(order):
        level = at_this_look(alpha / (len(order) - done)) if stands_at is None else stands_at
        rejected = stands_at is None and p_values[index] <= level
        if not rejected:
            stands_at = level
        steps[index] = Step(rejected, level)
    return tuple(steps[index] for index in range(len(order)))
