"""A plot of single rounds: is the verdict that of all of them, or of one?"""

from collections.abc import Sequence

from loadtests.reporting.histograms import quantile_ms, standard_error_ms
from loadtests.reporting.measured import Measured
from loadtests.reporting.numbers import amount
from loadtests.reporting.page.chart import Chart
from loadtests.reporting.page.margins import in_plot
from loadtests.reporting.page.parts import MARKS, Markup, figure, table
from loadtests.reporting.page.scales import linear
from loadtests.verdicts import Judgement

__all__ = ["NOTE", "plot"]

_ROW = 18
_RIGHT = 0.8
"""Where the limit's label changes its side."""
NOTE = (
    "Round by round (dots): the median of each round, in which the servers were started anew. The thin line "
    "is two standard errors, as if requests did not depend on each other. The thick line below is the "
    "interval that decides: it comes from how much the rounds differ. The thick upright line is the limit."
)
_Row = tuple[int, float, float]
"""Number of the round, value and two standard errors, as drawn."""


def plot(measured: Measured, endpoint: str, judged: Sequence[Judgement]) -> Markup | None:
    """Return the plot of an endpoint's median per round; None for less than two rounds.

    Of two arms it is their difference in ms, or in percent where a ratio decides; of one its median in ms.
    """
    of_medians = [one for one in judged if one.endpoint == endpoint and one.metric == "p50"]
    is_pair = len(measured.arms) == 2
    chosen = next(
        (one for one in of_medians if (" - " in one.subject or " / " in one.subject) == is_pair),
        None,
    )
    is_ratio = chosen is not None and chosen.unit == "ratio"
    rows = _rows(measured, endpoint, is_ratio=is_ratio and is_pair)
    if len(rows) < 2:
        return None
    limit = None if chosen is None else in_plot(chosen, chosen.allowed)
    ends = (
        ()
        if chosen is None
        else tuple(in_plot(chosen, value) for value in (chosen.estimate, chosen.low, chosen.high))
    )
    values = [value for _, middle, wide in rows for value in (middle - wide, middle + wide)]
    axis = linear([*values, *(value for value in (*ends, limit) if value is not None)])
    unit = "%" if is_ratio and is_pair else "ms"
    label = (
        f"{unit} by which {measured.names['b']} is above {measured.names['a']}" if is_pair else "ms, median"
    )
    height = _ROW * (len(rows) + (chosen is not None)) + 64
    chart = Chart(axis, None, height=height, x_label=label, gutter=58)
    if limit is not None:
        chart.rule(limit, "limit")
        chart.text(limit, 14, "limit", "tick", "end" if axis.place(limit) > _RIGHT else "start")
    for place, (number, middle, wide) in enumerate(rows):
        y = 28 + _ROW * place
        chart.name(y + 4, f"round {number + 1}")
        chart.line(middle - wide, y, middle + wide, y, "thin")
        chart.dot(middle, y, "dot plain", 3.5)
    if chosen is not None and (value := in_plot(chosen, chosen.estimate)) is not None:
        _whole(chart, chosen, value, 32 + _ROW * len(rows))
    return figure(
        _title(measured, endpoint, rows, limit, is_pair=is_pair),
        chart,
        numbers=_numbers(rows, unit),
    )


def _whole(chart: Chart, chosen: Judgement, value: float, y: float) -> None:
    kind, _ = MARKS[chosen.verdict]
    low, high = in_plot(chosen, chosen.low), in_plot(chosen, chosen.high)
    chart.name(y + 4, "all")
    chart.line(
        chart.x.low if low is None else low, y, chart.x.high if high is None else high, y, f"interval {kind}"
    )
    chart.dot(value, y, f"dot {kind}", 5)


def _rows(measured: Measured, endpoint: str, *, is_ratio: bool) -> list[_Row]:
    rows = []
    for number in measured.rounds:
        found = []
        for arm in measured.arms:
            samples = measured.latency(arm, endpoint, number)
            median, error = quantile_ms(samples, 0.5), standard_error_ms(samples, 0.5)
            if median is not None and error is not None:
                found.append((median, error))
        if len(found) < len(measured.arms) or not found:
            continue  # a round that has not all arms compares nothing
        if len(found) == 1:
            rows.append((number, found[0][0], 2 * found[0][1]))
        elif is_ratio:
            (base, base_error), (other, other_error) = found
            ratio = other / base
            wide = ratio * ((base_error / base) ** 2 + (other_error / other) ** 2) ** 0.5
            rows.append((number, 100 * (ratio - 1), 200 * wide))
        else:
            (base, base_error), (other, other_error) = found
            rows.append((number, other - base, 2 * (base_error**2 + other_error**2) ** 0.5))
    return rows


def _title(
    measured: Measured, endpoint: str, rows: Sequence[_Row], limit: float | None, *, is_pair: bool
) -> str:
    line = 0.0 if limit is None else limit
    above = sum(value > line for _, value, _ in rows)
    beyond = "the limit" if limit is not None else measured.names[measured.arms[0]]
    if not is_pair and limit is None:
        low, high = min(value for _, value, _ in rows), max(value for _, value, _ in rows)
        return (
            f"The median of {endpoint} was {amount(low, 'ms')} to {amount(high, 'ms')} from round to round."
        )
    return f"The median of {endpoint} was above {beyond} in {above} of {len(rows)} rounds."


def _numbers(rows: Sequence[_Row], unit: str) -> Markup:
    return table(
        ("round", f"median, {unit}", f"two standard errors, {unit}"),
        [(str(number + 1), f"{value:.3f}", f"{wide:.3f}") for number, value, wide in rows],
        numbers=2,
    )
