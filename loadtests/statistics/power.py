"""What so many rounds of so much noise can tell apart.

The power of the t test by the noncentral t distribution: J. Cohen,
"Statistical power analysis for the behavioral sciences" (1988), section 2.4.
"""

from math import sqrt

from scipy import optimize, stats  # type: ignore[import-untyped]

__all__ = ["detectable", "power"]


def power(distance: float, *, deviation: float, rounds: int, level: float) -> float:
    """Return the chance that a one-sided t test over rounds shows a mean that lies beyond by `distance`.

    `deviation` is the standard deviation of one round's statistic, in the unit of the distance.
    """
    critical = stats.t.isf(level, rounds - 1)
    return float(stats.nct.sf(critical, rounds - 1, distance * sqrt(rounds) / deviation))


def detectable(*, deviation: float, rounds: int, level: float, wanted: float = 0.9) -> float:
    """Return the smallest distance from the margin that is shown with the power `wanted`.

    It is as well the smallest margin within which an unchanged endpoint (distance 0) is shown to be.
    Raises ValueError for fewer than two rounds or no deviation.
    """
    if rounds < 2 or deviation <= 0:
        raise ValueError(f"{rounds} rounds of the deviation {deviation} tell nothing")
    unit = deviation / sqrt(rounds)

    def lacking(distance: float) -> float:
        return power(distance, deviation=deviation, rounds=rounds, level=level) - wanted

    reach = float(stats.t.isf(level, rounds - 1)) * unit
    beyond = reach
    while lacking(beyond) < 0:
        beyond += reach
    return float(optimize.brentq(lacking, 0.0, beyond, xtol=unit * 1e-6))
