"""Questions about response times: against a budget, between the modes, and within one mode."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, inf, log, sqrt
from typing import Final, Literal

from loadtests.budgeting.measured import Series
from loadtests.budgeting.question import Question, too_few
from loadtests.statistics.evidence import Evidence
from loadtests.statistics.histograms import Samples, quantile, quantile_error, resolution
from loadtests.statistics.quantiles import over_windows
from loadtests.statistics.rounds import over_rounds, shared_noise
from loadtests.statistics.scale import from_logarithm
from loadtests.statistics.shares import smallest_size
from loadtests.verdicts import Metric

__all__ = [
    "DIFFERENCE",
    "FEWEST_ROUNDS",
    "NOW",
    "RATIO",
    "RATIOS",
    "SHARES",
    "PerRound",
    "absolute",
    "common_rounds",
    "difference",
    "logarithms",
    "noise_of_ratios",
    "ratio",
]

DIFFERENCE: Final = "supabase - memory"
RATIO: Final = "candidate / base"
NOW: Final = "now / baseline"
RATIOS: Final[tuple[Literal["p50", "p95"], ...]] = ("p50", "p95")
"""The quantiles of which two servers are compared by their ratio."""
SHARES: Final[Mapping[Metric, float]] = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
FEWEST_ROUNDS = 3
"""Two rounds have a variance of one degree of freedom, which decides nothing."""
_LEVEL = 0.05
_MS = 1000.0


@dataclass(frozen=True)
class PerRound:
    """One statistic per round, its error within the round, and how far rounding may move the mean."""

    statistics: tuple[float, ...]
    errors: tuple[float, ...]
    resolution: float


def absolute(endpoint: str, mode: str, metric: Metric, series: Series, budget_ms: float | None) -> Question:
    """Ask whether a quantile keeps its budget in one mode.

    The median by a t test on the logarithms of the rounds' medians; p95 and p99, of which a round has too few
    requests, by the share of all requests that took longer.
    """
    share = SHARES[metric]
    margin = _MS * budget_ms if budget_ms is not None else inf
    rounds = [one for one in series.by_round.values() if one.size >= _fewest(share)]
    evidence: Evidence | None = None
    if metric == "p50" and len(rounds) >= FEWEST_ROUNDS:
        taken = logarithms(rounds, share)
        evidence = over_rounds(
            taken.statistics, margin=log(margin), errors=taken.errors, resolution=taken.resolution
        )
    elif metric != "p50" and series.size:
        evidence = over_windows(series.samples, series.rounds, share=share, margin=margin)
    return Question(
        endpoint=endpoint,
        subject=mode,
        metric=metric,
        unit="ms",
        allowed=budget_ms,
        rounds=len(series.by_round),
        samples=series.size,
        evidence=evidence,
        shown=_exp_ms if metric == "p50" else _ms,
        lacking=_lacking_samples(series, share) or _lacking_rounds(len(rounds), share, metric == "p50"),
    )


def difference(endpoint: str, a: Series, b: Series, allowed_ms: float | None) -> Question:
    """Ask whether the median on arm b exceeds the one on arm a by at most so many milliseconds."""
    pairs = common_rounds(a, b, 0.5)
    evidence = None
    if len(pairs) >= FEWEST_ROUNDS:
        medians = [(quantile(one, 0.5), quantile(other, 0.5)) for one, other in pairs]
        evidence = over_rounds(
            [there - here for here, there in medians],
            margin=_MS * allowed_ms if allowed_ms is not None else inf,
            errors=[
                sqrt(quantile_error(one, 0.5) ** 2 + quantile_error(other, 0.5) ** 2) for one, other in pairs
            ],
            resolution=max(resolution(here) + resolution(there) for here, there in medians) / 2,
        )
    return Question(
        endpoint=endpoint,
        subject=DIFFERENCE,
        metric="p50",
        unit="ms",
        allowed=allowed_ms,
        rounds=len(pairs),
        samples=min(a.size, b.size),
        evidence=evidence,
        shown=_ms,
        lacking=_lacking_rounds(len(pairs), 0.5, need=True),
    )


def ratio(
    endpoint: str,
    metric: Metric,
    a: Series,
    b: Series,
    *,
    allowed: float | None,
    floor_ms: float,
    noise: float = 1.0,
) -> Question:
    """Ask whether a quantile on arm b is at most so many times the one on arm a.

    A difference of less than `floor_ms` is none: below it, the ratio that it makes of the base is allowed.
    `noise` is what `noise_of_ratios` says of all endpoints.
    """
    share = SHARES[metric]
    pairs = common_rounds(a, b, share)
    evidence = None
    if len(pairs) >= FEWEST_ROUNDS:
        base = logarithms([one for one, _ in pairs], share)
        found = _ratios(base, logarithms([other for _, other in pairs], share))
        if allowed is not None:
            middle = exp(sum(base.statistics) / len(base.statistics))
            allowed = max(allowed, 1 + _MS * floor_ms / middle)
        evidence = over_rounds(
            found.statistics,
            margin=log(allowed) if allowed is not None else inf,
            errors=[noise * error for error in found.errors],
            resolution=found.resolution,
        )
    return Question(
        endpoint=endpoint,
        subject=RATIO,
        metric=metric,
        unit="ratio",
        allowed=allowed,
        rounds=len(pairs),
        samples=min(a.size, b.size),
        evidence=evidence,
        shown=from_logarithm,
        lacking=_lacking_rounds(len(pairs), share, need=True),
    )


def noise_of_ratios(series: Iterable[tuple[Series, Series]], metric: Metric) -> float:
    """By which factor, of at most 1, is the noise of ratios less than the samples of each arm make it?

    `series` are the endpoints of both arms, which had the same arrivals.
    """
    share = SHARES[metric]
    found = []
    for a, b in series:
        if pairs := common_rounds(a, b, share):
            base, candidate = (logarithms(side, share) for side in zip(*pairs, strict=True))
            one = _ratios(base, candidate)
            found.append((one.statistics, one.errors))
    return shared_noise(found)


def _ratios(base: PerRound, candidate: PerRound) -> PerRound:
    """Of each round the logarithm of the ratio, with its error if both arms were independent."""
    return PerRound(
        statistics=tuple(
            there - here for here, there in zip(base.statistics, candidate.statistics, strict=True)
        ),
        errors=tuple(
            sqrt(one**2 + other**2) for one, other in zip(base.errors, candidate.errors, strict=True)
        ),
        resolution=base.resolution + candidate.resolution,
    )


def logarithms(rounds: Sequence[Samples], share: float) -> PerRound:
    """Return the logarithm of each round's quantile; response times scale more than they shift."""
    values = [quantile(one, share) for one in rounds]
    return PerRound(
        statistics=tuple(log(max(value, 0.5)) for value in values),
        errors=tuple(
            quantile_error(one, share) / max(value, 0.5) for one, value in zip(rounds, values, strict=True)
        ),
        resolution=max(resolution(value) / max(value, 0.5) for value in values) / 2,
    )


def common_rounds(a: Series, b: Series, share: float) -> list[tuple[Samples, Samples]]:
    """The rounds in which both arms have enough samples for the quantile."""
    fewest = _fewest(share)
    return [
        (one, b.by_round[number])
        for number, one in a.by_round.items()
        if number in b.by_round and min(one.size, b.by_round[number].size) >= fewest
    ]


def _fewest(share: float) -> int:
    """Samples of a round that make its quantile one: 5 for the median, else one beyond it on average."""
    return max(5, round(1 / (1 - share)))


def _lacking_samples(series: Series, share: float) -> str | None:
    needed = smallest_size(1 - share, _LEVEL)
    return too_few("samples", series.size, needed, len(series.by_round)) if series.size < needed else None


def _lacking_rounds(number: int, share: float, need: bool) -> str | None:  # noqa: FBT001  # of one caller
    if not need or number >= FEWEST_ROUNDS:
        return None
    return f"{number} rounds with {_fewest(share)} samples or more, and {FEWEST_ROUNDS} are needed at least"


def _ms(value: float) -> float:
    return value / _MS


def _exp_ms(value: float) -> float:
    return from_logarithm(value) / _MS
