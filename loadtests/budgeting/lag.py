"""How much of a response time is the generator's own: latency counts from the intended start.

It makes times longer, so that a limit that is kept is kept all the more. A difference may come from it
as well as from a server, and a ratio becomes smaller by it.
"""

from collections.abc import Mapping

from harness.settings.environment import DbMode
from loadtests.budgeting.measured import Measured
from loadtests.budgeting.question import Question
from loadtests.budgeting.timing import DIFFERENCE, RATIO, SHARES
from loadtests.records import Arm
from loadtests.statistics.histograms import quantile

__all__ = ["late"]

_MOST_OF_BUDGET = 0.1
"""Share that the lag may be of what is allowed, or of what was found if it is more: no budget is so exact."""
_MOST_OF_BASE = 0.25
"""Share of the base's median that the lag may be: an increase by 15 % then still reads as 12 %."""
_MS = 1000.0


def late(asked: Question, measured: Measured, modes: Mapping[Arm, DbMode]) -> str | None:
    """Say why a time cannot be judged: the generator's lag is too much of it; else None."""
    if asked.allowed is None or asked.evidence is None:
        return None
    share = SHARES[asked.metric]
    lags = {arm: quantile(lag, share) / _MS for arm, lag in measured.lag.items() if lag.size}
    if asked.subject == RATIO:
        base = [one for one in measured.series("a", asked.endpoint).by_round.values() if one.size]
        lag, limit = (
            max(lags.values(), default=0.0),
            _MOST_OF_BASE * min(quantile(one, share) for one in base) / _MS,
        )
    elif asked.subject == DIFFERENCE:
        lag, limit = abs(lags.get("b", 0.0) - lags.get("a", 0.0)), _MOST_OF_BUDGET * asked.allowed
    else:
        arm: Arm = next(arm for arm, mode in modes.items() if mode == asked.subject)
        found = asked.shown(asked.evidence.estimate)
        lag, limit = lags.get(arm, 0.0), _MOST_OF_BUDGET * max(asked.allowed, found)
    if lag <= limit:
        return None
    return (
        f"The generator's own lag is {lag:.2f} ms at {asked.metric}, and {limit:.2f} ms can be borne here;"
        " lower the rate, or generate the load on a quieter machine."
    )
