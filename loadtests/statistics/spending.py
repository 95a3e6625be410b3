"""Alpha spent over looks: who looks at the data again and again finds something sooner or later.

K. K. G. Lan and D. L. DeMets, "Discrete sequential boundaries for clinical
trials", Biometrika 70 (1983), with the spending function of O'Brien-Fleming
type: little early, nearly all at the end. The levels follow from the joint
distribution of the looks by the recursion of P. Armitage, C. K. McPherson and
B. C. Rowe, JRSS A 132 (1969); that they hold for t tests as well, as levels of
their p-values, is in C. Jennison and B. W. Turnbull, "Group sequential methods"
(2000), sections 3.3 and 7.
"""

from functools import lru_cache
from math import sqrt

import numpy as np
from scipy import optimize, stats  # type: ignore[import-untyped]

__all__ = ["level_at", "spent"]

_LOWEST = -9.0
"""Of the grid, in standard deviations: what lies below has no weight."""
_POINTS = 401
_HIGHEST = 38.0
"""Where the normal distribution ends for a computer."""


def spent(fraction: float, alpha: float) -> float:
    """Return how much of a one-sided alpha may be spent when so much of the information is there."""
    return float(2 * stats.norm.sf(stats.norm.isf(alpha / 2) / sqrt(fraction)))


@lru_cache(maxsize=10_000)
def level_at(look: int, fractions: tuple[float, ...], alpha: float) -> float:
    """Return the level of the `look`-th look (from 1), one-sided.

    `fractions` says how much of the information is there at each look; the last is 1. The chance to cross at
    any look is `alpha`. Raises ValueError for a look that is not planned.
    """
    if not 1 <= look <= len(fractions):
        raise ValueError(f"look {look} of {len(fractions)} is not planned")
    bound = float(stats.norm.isf(spent(fractions[0], alpha)))
    grid = density = np.zeros(0)
    for index in range(1, look):
        root, step = sqrt(fractions[index - 1]), sqrt(fractions[index] - fractions[index - 1])
        upper = bound * root
        new = np.linspace(_LOWEST, upper, _POINTS)
        if index == 1:
            density = stats.norm.pdf(new / root) / root
        else:
            before = sqrt(fractions[index - 1] - fractions[index - 2])
            moves = stats.norm.pdf((new[:, None] - grid[None, :]) / before) / before
            density = np.trapezoid(moves * density[None, :], grid, axis=1)
        grid = new
        wanted = spent(fractions[index], alpha) - spent(fractions[index - 1], alpha)
        bound = _bound(grid, density, sqrt(fractions[index]), step, wanted)
    return float(stats.norm.sf(bound))


def _bound(grid: np.ndarray, density: np.ndarray, root: float, step: float, wanted: float) -> float:
    """Where the share `wanted` of all that did not cross before lies beyond."""

    def excess(bound: float) -> float:
        beyond = stats.norm.sf((bound * root - grid) / step)
        return float(np.trapezoid(density * beyond, grid)) - wanted

    return float(optimize.brentq(excess, -2.0, _HIGHEST, xtol=1e-9))
