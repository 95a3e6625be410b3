"""One run against earlier ones of the same kind: is it slower than their spread explains?"""

from collections.abc import Iterator, Sequence
from math import exp, inf, log
from typing import Final

import msgspec

from harness.errors import ConfigurationError
from harness.settings.budgets import Budgets, EndpointBudget
from loadtests.budgeting.answering import answered, in_an_unfit_run, nothing_decides
from loadtests.budgeting.errors import worthless
from loadtests.budgeting.fitness import fit_windows, unfit
from loadtests.budgeting.measured import Measured, read
from loadtests.budgeting.names import check_names
from loadtests.budgeting.question import Known, Question
from loadtests.budgeting.questions import judged_arms
from loadtests.budgeting.timing import NOW, SHARES, logarithms
from loadtests.records import Fingerprint, Recording
from loadtests.statistics.histograms import Samples, merged
from loadtests.statistics.rounds import RoundsTest, predicted
from loadtests.statistics.scale import from_logarithm
from loadtests.verdicts import Judgement, Metric, Verdict

__all__ = ["CANARY", "FEWEST", "NOW", "differing", "judge_baselines"]

FEWEST: Final = 5
"""Baselines: fewer do not show how much runs differ from each other."""
CANARY: Final = "health"
"""The endpoint that no change of the application should touch: if it changed, the environment did."""
_CANARY_RATIO: Final = 1.1
"""By so much the canary's median may have changed, up or down."""
_ALPHA: Final = 0.05
_SAMPLES: Final[dict[Metric, int]] = {"p50": 30, "p95": 100}
"""Of each run: so that its quantile is one, and p95 has five responses beyond it."""


def judge_baselines(
    now: Recording, baselines: Sequence[Recording], budgets: Budgets
) -> tuple[Judgement, ...]:
    """Judge a run by the ratios of its quantiles to those of the baselines.

    Raises ConfigurationError for fewer than `FEWEST` baselines, for one that was taken otherwise (naming the
    field), and for a budget on an endpoint that the run does not know.
    """
    if len(baselines) < FEWEST:
        raise ConfigurationError(
            f"{len(baselines)} baselines do not show how much runs differ; add {FEWEST} at least."
        )
    for one in baselines:
        different = differing(now.fingerprints["a"], one.fingerprints["a"])
        if different:
            raise ConfigurationError(
                f"The baseline {one.run_id} cannot be compared with: its {different[0]};"
                " take new baselines, or run as they were."
            )
    check_names(budgets, now.load.weights)
    measured = read(now, fit_windows(now))
    before = [read(one, fit_windows(one)) for one in baselines]
    reasons = [*unfit(now, "single")]
    reasons += [f"The baseline {one.run_id}: {why}" for one in baselines for why in unfit(one, "single")]
    reasons += _canary(measured, before)
    judgements = answered(list(_questions(measured, before, budgets)), _ALPHA, lambda level: level, last=True)
    if not any(one.decides for one in judgements):
        judgements = (nothing_decides(NOW), *judgements)
    if not reasons:
        return judgements
    return tuple(in_an_unfit_run(one, reasons, complete=now.complete) for one in judgements)


def differing(now: Fingerprint, before: Fingerprint) -> tuple[str, ...]:
    """Name the fields in which two runs differ, with both values."""
    here, there = msgspec.to_builtins(now), msgspec.to_builtins(before)
    return tuple(
        f"{name} is {there[name]!r}, and now it is {here[name]!r}"
        for name in here
        if here[name] != there[name]
    )


def _questions(now: Measured, before: Sequence[Measured], budgets: Budgets) -> Iterator[Question]:
    modes = judged_arms(now, "single")
    for name in now.recording.load.weights:
        budget = (
            budgets.endpoints.get(name, {}).get(modes["a"], EndpointBudget()) if modes else EndpointBudget()
        )
        limits: dict[Metric, float | None] = {"p50": budget.p50_ratio, "p95": budget.p95_ratio}
        for metric, allowed in limits.items():
            yield _question(name, metric, now, before, allowed=allowed, floor_ms=budgets.ratio_floor_ms)


def _question(
    name: str,
    metric: Metric,
    now: Measured,
    before: Sequence[Measured],
    *,
    allowed: float | None,
    floor_ms: float,
) -> Question:
    series = [now.series("a", name), *(one.series("a", name) for one in before)]
    whole = [merged(one.samples) for one in series]
    fewest = min(one.size for one in whole)
    evidence, lacking = None, None
    if fewest < _SAMPLES[metric]:
        lacking = f"{fewest} samples in one of the runs, and {_SAMPLES[metric]} are needed at least"
    else:
        evidence = _ratio(whole, metric, allowed, floor_ms)
    wrong = [said for one in series if (said := worthless(one, None)) is not None]
    return Question(
        endpoint=name,
        subject=NOW,
        metric=metric,
        unit="ratio",
        allowed=exp(evidence.margin) if evidence is not None and allowed is not None else allowed,
        rounds=len(before),
        samples=fewest,
        evidence=evidence,
        shown=from_logarithm,
        known=Known(Verdict.INVALID, f"{wrong[0]}.") if wrong else None,
        lacking=lacking,
    )


def _ratio(whole: Sequence[Samples], metric: Metric, allowed: float | None, floor_ms: float) -> RoundsTest:
    """The first is now; a difference below the floor is none."""
    taken = logarithms(whole, SHARES[metric])
    earlier = taken.statistics[1:]
    middle = exp(sum(earlier) / len(earlier))
    margin = log(max(allowed, 1 + 1000 * floor_ms / middle)) if allowed is not None else inf
    return predicted(
        taken.statistics[0],
        earlier,
        margin=margin,
        now_error=taken.errors[0],
        errors=taken.errors[1:],
        resolution=2 * taken.resolution,
    )


def _canary(now: Measured, before: Sequence[Measured]) -> list[str]:
    """Say that the environment changed, if the canary did: then neither slower nor as fast means anything."""
    whole = [merged(one.series("a", CANARY).samples) for one in (now, *before)]
    if min(one.size for one in whole) < _SAMPLES["p50"]:
        return [
            f"The canary {CANARY} has too few samples: nothing tells a regression from a changed environment."
        ]
    test = _ratio(whole, "p50", _CANARY_RATIO, 0.0)
    changed = exp(test.estimate)
    if test.low(_ALPHA) > log(_CANARY_RATIO) or test.high(_ALPHA) < -log(_CANARY_RATIO):
        said = f"The environment changed: the canary {CANARY} takes {changed:.2f} times as long as before"
        return [f"{said}; run again when it is as it was, or take new baselines."]
    return []
