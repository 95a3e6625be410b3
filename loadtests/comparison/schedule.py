"""How much is measured: the profiles, and how many rounds still fit into the time that there is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Literal

from harness.errors import ConfigurationError
from loadtests.runs.limits import HIGHEST_RATE, LONGEST_S

__all__ = ["FEWEST_ROUNDS", "PROFILES", "Profile", "ProfileName", "rounds_that_fit"]

ProfileName = Literal["ci", "full"]

FEWEST_ROUNDS = 3
"""Before the third there is no interval worth a look: with one degree of freedom it is 6 times as wide."""
_SHORTEST_S = 1.0
"""No round is shorter: servers have to start."""
_SLOWER = 1.1
"""The next round may take so much longer than those until now; one that takes longer still is cut short."""


@dataclass(frozen=True, kw_only=True)
class Profile:
    """How a comparison measures."""

    name: ProfileName
    rate_per_s: float
    """Arrivals per second at the arm that has the traffic."""
    pairs: int
    """Pairs of windows, one of each arm, in a round."""
    window_s: float
    """Seconds of a window, its borders included."""
    warm_window_s: float = 0.3
    """Seconds of a window of the warm-up."""
    rounds: int
    """At most; looks after each from the third on may end it earlier."""
    limit_s: float | None
    """Seconds that the whole command may take, as far as it depends on it; None: as long as it takes."""
    closing_s: float = 8.0
    """Of these, kept free for the verdict and the report."""

    @property
    def windows_s(self) -> float:
        """Seconds of measured traffic in a round, of both arms together."""
        return 2 * self.pairs * self.window_s

    def with_options(
        self, *, rate: float | None = None, rounds: int | None = None, seconds: float | None = None
    ) -> "Profile":
        """The same with what the user asked for instead; `seconds` of traffic for each arm in a round.

        Raises ConfigurationError for what no machine can offer, or nobody would wait for.
        """
        # NaN is not between two numbers, either.
        if rate is not None and not 0 < rate <= HIGHEST_RATE:
            raise ConfigurationError(
                f"--rate {rate:g} is not between 0 and {HIGHEST_RATE:g} requests per second."
            )
        if seconds is not None and not 0 < seconds <= LONGEST_S:
            raise ConfigurationError(f"--seconds {seconds:g} is not between 0 and {LONGEST_S:g} seconds.")
        changed = self
        if rate is not None:
            changed = replace(changed, rate_per_s=rate)
        if rounds is not None:
            changed = replace(changed, rounds=rounds)
        if seconds is not None:
            changed = replace(changed, pairs=max(1, round(seconds / self.window_s)))
        return changed


PROFILES: Mapping[ProfileName, Profile] = {
    "ci": Profile(name="ci", rate_per_s=100, pairs=7, window_s=1.0, rounds=8, limit_s=170),
    "full": Profile(name="full", rate_per_s=100, pairs=20, window_s=1.0, rounds=16, limit_s=None),
}
"""`ci` ends within 3 minutes on 2 cores; `full` is for a decision that may take a quarter of an hour."""


def rounds_that_fit(profile: Profile, elapsed_s: float, durations_s: Sequence[float]) -> int:
    """How many rounds there will be in all, those in `durations_s` included; 0 < it <= profile.rounds.

    `elapsed_s` is the time since the command began. Each further round is taken to last a little longer than
    those until now. It depends on durations alone and never on what was measured: so it may shorten a
    plan without telling the statistics more than that.
    """
    done = len(durations_s)
    if profile.limit_s is None or not durations_s:
        return profile.rounds
    left_s = profile.limit_s - profile.closing_s - elapsed_s
    typical_s = max(fmean(durations_s), _SHORTEST_S)
    further = int(max(0.0, left_s) // (typical_s * _SLOWER))
    return min(profile.rounds, done + further)
