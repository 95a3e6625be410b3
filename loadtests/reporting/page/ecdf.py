"""A plot of all response times of an endpoint: which share of the requests was answered within which time."""

from collections.abc import Sequence

from loadtests.records import Arm
from loadtests.reporting.histograms import curve, quantile_ms
from loadtests.reporting.measured import Measured
from loadtests.reporting.numbers import amount
from loadtests.reporting.page.chart import Chart
from loadtests.reporting.page.parts import Markup, figure, legend, table
from loadtests.reporting.page.scales import Scale, logarithmic
from loadtests.verdicts import Judgement

__all__ = ["NOTE", "plot"]

_POINTS = 160
_SHARES = (0.0, 0.5, 0.95)
_QUANTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
NOTE = (
    "All response times (curves): which share of the requests was answered within which time, counted from "
    "the moment at which a request was due, wrong answers included. The axis is logarithmic; the farther "
    "left a curve, the faster. Short upright bars are budgets, at the share of requests that they are about."
)


def plot(measured: Measured, endpoint: str, judged: Sequence[Judgement]) -> Markup | None:
    """Return the plot, a curve per arm; None where nothing was measured."""
    curves = {arm: curve(measured.latency(arm, endpoint), _POINTS) for arm in measured.arms}
    curves = {arm: found for arm, found in curves.items() if found[0].size}
    if not curves:
        return None
    budgets = [
        (arm, one.allowed, _QUANTILES[one.metric])
        for one in judged
        for arm in curves
        if one.endpoint == endpoint
        and one.subject == measured.names[arm]
        and one.metric in _QUANTILES
        and one.allowed is not None
    ]
    axis = logarithmic(
        [*(value for x, _ in curves.values() for value in (x[0], x[-1])), *(at for _, at, _ in budgets)]
    )
    shares = Scale(0.0, 1.0, _SHARES, is_logarithmic=False)
    labels = [f"{100 * share:.0f} %" for share in _SHARES]
    chart = Chart(axis, shares, height=230, x_label="ms", y_labels=labels, gutter=40)
    for arm, (x, y) in curves.items():
        chart.steps(zip(x.tolist(), y.tolist(), strict=True), f"curve {arm}")
    for arm, at, share in budgets:
        chart.rule(at, f"budget {arm}", chart.down(share) - 7, chart.down(share) + 7)
    key = legend((f"curve {arm}", measured.names[arm]) for arm in curves)
    title = _title(measured, endpoint, tuple(curves))
    return figure(title, chart, key=key, numbers=_numbers(measured, endpoint))


def _title(measured: Measured, endpoint: str, arms: Sequence[Arm]) -> str:
    said = " and ".join(
        f"{amount(quantile_ms(measured.latency(arm, endpoint), 0.5), 'ms')} in {measured.names[arm]}"
        for arm in arms
    )
    return f"Half of the requests of {endpoint} were answered within {said}."


def _numbers(measured: Measured, endpoint: str) -> Markup:
    rows = []
    for arm in measured.arms:
        for what, samples in (
            ("since due", measured.latency(arm, endpoint)),
            ("since sent", measured.service(arm, endpoint)),
        ):
            quantiles = (amount(quantile_ms(samples, share), "ms") for share in (0.5, 0.95, 0.99, 1.0))
            rows.append((measured.names[arm], what, *quantiles, f"{samples.counts.sum():,}"))
    return table(("arm", "time", "p50", "p95", "p99", "highest", "requests"), rows, numbers=5)
