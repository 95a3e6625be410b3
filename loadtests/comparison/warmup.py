"""When is a server warm? When it has stopped getting faster.

That the end of a warm-up has to be seen, and cannot be assumed, is in E. Barrett et al., "Virtual machine
warmup blows hot and cold", OOPSLA 2017.
"""

import math
from collections.abc import Mapping, Sequence
from statistics import fmean, median

from loadtests.records import WindowRecord
from loadtests.statistics.histograms import decode, quantile

__all__ = ["FEWEST_WINDOWS", "is_warm", "level", "level_of"]

_COMPARED = 3
"""Windows on either side of the comparison: a single slow one does not move their median."""
FEWEST_WINDOWS = 2 * _COMPARED
_STILL_FASTER = 0.15
"""A fall by a larger share is warming up: compilers and pools change times by a factor, while the medians of
three short windows waver by about 0.05 on a quiet machine of two cores, and by 0.1 on a busy one."""


def is_warm(levels_us: Sequence[float]) -> bool:
    """True if the last three windows of an arm were not faster than the three before by more than a seventh.

    Only faster counts: a server that becomes slower under load is what is to be measured, in both arms alike.
    False with fewer windows, and after one without an answer.
    """
    if len(levels_us) < FEWEST_WINDOWS or any(map(math.isnan, levels_us[-FEWEST_WINDOWS:])):
        return False
    before, last = levels_us[-FEWEST_WINDOWS:-_COMPARED], levels_us[-_COMPARED:]
    return median(last) >= (1 - _STILL_FASTER) * median(before)


def level_of(window: WindowRecord) -> float:
    """The typical response time of a window in microseconds; NaN if nothing answered."""
    medians = {}
    for name, record in window.endpoints.items():
        samples = decode(record.service)
        if samples.size:
            medians[name] = quantile(samples, 0.5)
    return level(medians)


def level(medians_us: Mapping[str, float]) -> float:
    """The geometric mean of the medians of the endpoints; NaN if there is none.

    Each endpoint weighs the same: the mix of a short window is a matter of chance, and their medians differ
    by a factor of ten.
    """
    known = [math.log(value) for value in medians_us.values() if value > 0]
    return math.exp(fmean(known)) if known else math.nan
