"""What a machine can hold: the noise of A/A runs, and the margins that are detectable in it."""

from collections.abc import Iterator, Mapping, Sequence
from math import exp, sqrt
from typing import Final, Literal

import msgspec

from harness.settings.budgets import Budgets
from harness.settings.environment import DbMode
from loadtests.budgeting.fitness import fit_windows
from loadtests.budgeting.measured import Measured, read
from loadtests.budgeting.questions import judged_arms
from loadtests.budgeting.timing import FEWEST_ROUNDS, RATIOS, SHARES, common_rounds, logarithms
from loadtests.records import Recording
from loadtests.statistics.power import detectable
from loadtests.statistics.scale import from_logarithm
from loadtests.statistics.spending import level_at
from loadtests.verdicts import Metric

__all__ = ["Calibration", "Noise", "calibrated", "unholdable"]

_ALPHA: Final = 0.05


class Noise(msgspec.Struct, frozen=True, kw_only=True):
    """Of one quantile of one endpoint in one mode, between two equal servers."""

    endpoint: str
    mode: DbMode
    metric: Literal["p50", "p95"]
    quantile_ms: float
    """Geometric mean over rounds."""
    deviation: float
    """Standard deviation over rounds of the logarithm of the ratio of both servers."""
    rounds: int
    """From which it was estimated."""
    holdable: float
    """Smallest allowed ratio that an unchanged endpoint is shown to keep, with a power of 90 %."""
    excess: float
    """A regression is shown as often, if the ratio is so many times the allowed one."""


class Calibration(msgspec.Struct, frozen=True, kw_only=True):
    """What A/A runs of one machine with one profile say."""

    schema: Literal["parity-calibration/1"] = "parity-calibration/1"
    profile: str
    rate_per_s: float
    rounds: int
    """Of the comparisons that it is for."""
    noises: tuple[Noise, ...]


def calibrated(recordings: Sequence[Recording], *, rounds: int) -> Calibration:
    """Estimate the noise from comparisons of equal servers in one mode, for comparisons of so many rounds.

    Endpoints with too few samples for a quantile have no noise of it. Raises ValueError if there is no
    recording, one that compares two modes, or fewer than `FEWEST_ROUNDS` rounds.
    """
    if not recordings or rounds < FEWEST_ROUNDS:
        raise ValueError(f"{len(recordings)} recordings do not calibrate {rounds} rounds")
    measured = [read(one, fit_windows(one)) for one in recordings]
    modes = {mode for one in measured for mode in judged_arms(one, "across").values()}
    if len(modes) != 1:
        raise ValueError(f"the recordings are of the modes {sorted(modes)}, and one is calibrated at a time")
    return Calibration(
        profile=recordings[0].fingerprints["a"].profile,
        rate_per_s=recordings[0].load.rate_per_s,
        rounds=rounds,
        noises=tuple(_noises(measured, list(recordings[0].load.weights), modes.pop(), rounds)),
    )


def unholdable(budgets: Budgets, calibration: Calibration) -> Mapping[tuple[str, Metric], str]:
    """Say which ratios cannot be held on this machine, by endpoint and metric: a verdict would be a guess."""
    found: dict[tuple[str, Metric], str] = {}
    for noise in calibration.noises:
        budget = budgets.endpoints.get(noise.endpoint, {}).get(noise.mode)
        if budget is None:
            continue
        given = budget.p50_ratio if noise.metric == "p50" else budget.p95_ratio
        if given is not None and max(given, 1 + budgets.ratio_floor_ms / noise.quantile_ms) < noise.holdable:
            found[noise.endpoint, noise.metric] = (
                f"{noise.metric}_ratio = {given:g} of {noise.endpoint} ({noise.mode}) is less than the"
                f" {noise.holdable:.3f} that {calibration.rounds} rounds can show on this machine;"
                " allow more, or run more rounds or at a higher rate."
            )
    return found


def _noises(measured: Sequence[Measured], names: Sequence[str], mode: DbMode, rounds: int) -> Iterator[Noise]:
    looks = tuple(number / rounds for number in range(FEWEST_ROUNDS, rounds + 1))
    passed = level_at(len(looks), looks, _ALPHA)
    shown = level_at(len(looks), looks, _ALPHA / 2 / (len(names) * len(RATIOS)))
    for name in names:
        for metric in RATIOS:
            ratios, level = _ratios(measured, name, metric)
            if len(ratios) < FEWEST_ROUNDS:
                continue
            deviation = max(sqrt(sum(one**2 for one in ratios) / len(ratios)), 1e-4)
            yield Noise(
                endpoint=name,
                mode=mode,
                metric=metric,
                quantile_ms=level,
                deviation=deviation,
                rounds=len(ratios),
                holdable=from_logarithm(detectable(deviation=deviation, rounds=rounds, level=passed)),
                excess=from_logarithm(detectable(deviation=deviation, rounds=rounds, level=shown)),
            )


def _ratios(measured: Sequence[Measured], name: str, metric: Metric) -> tuple[list[float], float]:
    """The log ratios of all rounds, whose mean is 0 as the servers are equal; and the quantile in ms."""
    ratios: list[float] = []
    levels: list[float] = []
    share = SHARES[metric]
    for one in measured:
        rounds = common_rounds(one.series("a", name), one.series("b", name), share)
        if not rounds:
            continue
        base = logarithms([here for here, _ in rounds], share).statistics
        other = logarithms([there for _, there in rounds], share).statistics
        ratios += [there - here for here, there in zip(base, other, strict=True)]
        levels += [*base, *other]
    return ratios, exp(sum(levels) / len(levels)) / 1000 if levels else 0.0
