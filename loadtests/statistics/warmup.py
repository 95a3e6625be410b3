"""Is a server warm? Its medians have stopped falling.

By the slope of H. Theil and P. K. Sen ("Estimates of the regression
coefficient based on Kendall's tau", JASA 63, 1968), which a single slow window
does not bend. That a warm-up has to be seen to end, and cannot be assumed, is in
E. Barrett et al., "Virtual machine warmup blows hot and cold", OOPSLA 2017.
"""

from collections.abc import Sequence

import numpy as np
from scipy import stats  # type: ignore[import-untyped]

__all__ = ["FEWEST", "is_flat"]

FEWEST = 6
"""Windows that are looked at, the last ones."""
_DRIFT = 0.1
"""Share of the level that the windows may drift from the first to the last of them."""


def is_flat(medians: Sequence[float]) -> bool:
    """Return whether the last `FEWEST` medians (of windows, in order, any unit) drift by less than a tenth.

    False as long as there are fewer. Rising counts as well: a server that becomes slower is not warm.
    """
    if len(medians) < FEWEST:
        return False
    last = np.asarray(medians[-FEWEST:], dtype=np.float64)
    level = float(np.median(last))
    drift = float(stats.theilslopes(last).slope) * (FEWEST - 1)
    return level > 0 and abs(drift) <= _DRIFT * level
