"""What every test here answers, whatever it is made of: two p-values and two bounds."""

from typing import Protocol

__all__ = ["Evidence"]


class Evidence(Protocol):
    """About one quantity and what is allowed: is it more, is it not more, and where may it lie?

    The bounds agree with the p-values: `low(level)` exceeds what is allowed exactly
    if `p_more` is below the level, and `high(level)` does not exactly if `p_within` is.
    """

    @property
    def estimate(self) -> float:
        """The quantity as measured."""
        ...

    @property
    def p_more(self) -> float:
        """One-sided p-value of "at most what is allowed": small shows a regression."""
        ...

    @property
    def p_within(self) -> float:
        """One-sided p-value of "at least what is allowed": small shows that there is none."""
        ...

    def low(self, level: float) -> float:
        """The one-sided lower confidence bound; `level` is the chance that it is wrong."""
        ...

    def high(self, level: float) -> float:
        """The one-sided upper confidence bound."""
        ...
