"""When is a server warm? When it has stopped getting faster."""

import math
from collections.abc import Mapping, Sequence
from statistics import fmean

__all__ = ["is_flat", "level"]

_COMPARED = 2
"""Windows on either side of the comparison."""
_STILL_FASTER = 0.10
"""A fall by more than this share of the median is warming up: compilers and pools change it by a factor,
while the mean over ten endpoints of medians of a few requests wavers by about 0.05 on two busy cores."""


def level(medians_us: Mapping[str, float]) -> float:
    """How fast a window was: the mean of the logarithms of the medians of its endpoints.

    Each endpoint weighs the same: the mix of a short window is a matter of chance, and their medians differ
    by a factor of ten. NaN if there is none.
    """
    known = [math.log(median) for median in medians_us.values() if median > 0]
    return fmean(known) if known else math.nan


def is_flat(levels: Sequence[float]) -> bool:
    """True if the last two windows were not faster than the two before by more than a tenth.

    Only faster counts: a server that gets slower is what is to be measured. `levels` are those of one arm in
    order; fewer than four windows are never flat, and neither is one without an answer.
    """
    if len(levels) < 2 * _COMPARED:
        return False
    before = fmean(levels[-2 * _COMPARED : -_COMPARED])
    last = fmean(levels[-_COMPARED:])
    return last >= before + math.log(1 - _STILL_FASTER)
