"""The highest rate that a server carries, by a bounded number of probes; pure: a probe is a function.

The rate doubles from the lowest until it is no longer carried, so that a server is never
offered many times what it can take; then the last step is bisected on a logarithmic scale.
Bisection believes that a server which carries a rate carries each lower one. Two further
probes ask whether that is true here, and what contradicts it is said, not averaged away.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

__all__ = ["Found", "Held", "Probed", "most_probes", "search"]

_STEP = 2.0
"""By which the rate grows while it is carried."""
_ABOVE = 1.5
"""So far above the lowest rate that failed the check looks for one that is carried again."""


class Held(Enum):
    """What the repetitions at one rate said."""

    HOLDS = "holds"
    """Each one kept all budgets."""
    FAILS = "fails"
    """Not a single one did."""
    MIXED = "mixed"
    """Some did: the rate is neither carried nor refused."""
    LIMITED = "limited"
    """The generator could not offer the rate as planned: nothing is known of the server."""


@dataclass(frozen=True)
class Probed:
    """One rate, and what was found."""

    rate_per_s: float
    held: Held
    reason: str
    """One sentence: the first budget that was broken, or that all were kept."""


@dataclass(frozen=True)
class Found:
    """The bracket around the capacity: what was shown to be carried, and what was shown not to be."""

    probed: tuple[Probed, ...]
    """In the order in which they ran; a rate may stand there twice."""

    @property
    def low(self) -> float | None:
        """The highest rate that held each time; None if none did."""
        return max((rate for rate in self._rates(Held.HOLDS) if self._only(rate, Held.HOLDS)), default=None)

    @property
    def high(self) -> float | None:
        """The lowest rate that failed each time; None if none did."""
        return min((rate for rate in self._rates(Held.FAILS) if self._only(rate, Held.FAILS)), default=None)

    @property
    def limit(self) -> float | None:
        """The lowest rate that the generator could never offer; None if there was none."""
        return min(
            (rate for rate in self._rates(Held.LIMITED) if self._only(rate, Held.LIMITED)), default=None
        )

    @property
    def contradiction(self) -> str | None:
        """Why no bracket can be believed, in a sentence; None if the probes agree with each other."""
        if self.low is not None and self.high is not None and self.high < self.low:
            return (
                f"{self.high:.4g}/s was not carried, and {self.low:.4g}/s was: "
                "what is measured is not the capacity, but something that changes meanwhile"
            )
        for rate in sorted(self._rates(Held.HOLDS) & self._rates(Held.FAILS)):
            return f"{rate:.4g}/s was carried by one probe and not by another: longer probes are needed"
        return None

    def at(self, rate_per_s: float) -> tuple[Probed, ...]:
        """What was found at a rate, in the order of the probes."""
        return tuple(one for one in self.probed if one.rate_per_s == rate_per_s)

    def _rates(self, held: Held) -> set[float]:
        return {one.rate_per_s for one in self.probed if one.held is held}

    def _only(self, rate: float, held: Held) -> bool:
        # Where the generator was the limit, nothing was said of the server.
        return all(one.held in {held, Held.LIMITED} for one in self.at(rate))


def most_probes(lowest: float, highest: float, resolution: float) -> int:
    """The number of probes that `search` never exceeds.

    One for the demanded rate, those of the doubling, those of the bisection within one doubling,
    and two checks.
    """
    doublings = math.ceil(math.log(highest / lowest, _STEP)) + 1
    halvings = max(0, math.ceil(math.log2(math.log(_STEP) / math.log1p(resolution))))
    return 1 + doublings + halvings + 2


def search(
    probe: Callable[[float], Probed],
    *,
    lowest: float,
    highest: float,
    resolution: float,
    demanded: float | None = None,
) -> Found:
    """Find the capacity between two rates, to a share of it (`resolution`, 0.1 is 10 %).

    `demanded` is probed itself, so that it is decided whatever the bracket is. Raises ValueError unless
    0 < lowest <= demanded <= highest and 0 < resolution.
    """
    if not 0 < lowest <= (demanded or lowest) <= highest or not resolution > 0:
        raise ValueError(f"{lowest}, {demanded}, {highest} and {resolution} are no rates to search between")
    probed: list[Probed] = []

    def holds(rate: float) -> bool:
        probed.append(probe(rate))
        return probed[-1].held is Held.HOLDS

    low, high = _widen(holds, lowest, highest, demanded)
    while low is not None and high is not None and high > low * (1 + resolution):
        middle = math.sqrt(low * high)
        if holds(middle):
            low = middle
        else:
            high = middle
    if low is not None:
        holds(low)
    above = Found(tuple(probed)).high
    if above is not None and above < highest:
        holds(min(highest, above * _ABOVE))
    return Found(tuple(probed))


def _widen(
    holds: Callable[[float], bool], lowest: float, highest: float, demanded: float | None
) -> tuple[float | None, float | None]:
    """A rate that holds, and one within a doubling that does not; None where there is none."""
    low: float | None = None
    ceiling: float | None = None
    if demanded is not None:
        if holds(demanded):
            low = demanded
        else:
            ceiling = demanded
    rate = lowest if low is None else min(highest, low * _STEP)
    while rate not in {low, ceiling}:
        if not holds(rate):
            return low, rate
        low = rate
        rate = min(highest if ceiling is None else ceiling, rate * _STEP)
    return low, ceiling
