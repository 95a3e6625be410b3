"""Plots over time: each window with its median and 95th percentile, and how late the generator was."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from loadtests.budgeting.fitness import HIGHEST_LAG_MS
from loadtests.reporting.histograms import quantile_ms
from loadtests.reporting.measured import Measured, Window
from loadtests.reporting.numbers import amount
from loadtests.reporting.page.chart import Chart, number
from loadtests.reporting.page.parts import Markup, figure, legend, table
from loadtests.reporting.page.scales import linear, logarithmic
from loadtests.statistics.histograms import Samples, merged

__all__ = ["NOTE", "lag", "plot"]

NOTE = (
    "Over time (stripes): each shaded stripe is a window, in which one arm gets all the traffic. Large mark: "
    "its median; small mark: its 95th percentile. Grey stripe: the generator stood still, so the window does "
    "not count. The pauses between rounds, for restarts and warm-up, are cut short."
)
_LAG_NOTE = (
    "By how much the generator itself started requests late. Large mark: the median of a window; small mark: "
    "its 99th percentile. Thick line: a window whose 99th percentile is above does not count. "
    "The lag is part of every response time here: were it large, the generator would have been measured."
)
_MANY_ROUNDS = 8


@dataclass(frozen=True)
class _Course:
    """What is drawn for each window: a median and a higher quantile."""

    samples: Callable[[Window], Samples]
    high: float
    height: int
    note: str
    limit: float | None = None
    """A value in ms above which a window does not count."""

    def points(self, measured: Measured) -> list[tuple[Window, float, float]]:
        """Return the windows that have values, with both quantiles in ms."""
        return [
            (window, median, high)
            for window in measured.windows
            if (median := quantile_ms(self.samples(window), 0.5)) is not None
            and (high := quantile_ms(self.samples(window), self.high)) is not None
        ]


def plot(measured: Measured, endpoint: str | None = None) -> Markup | None:
    """Return the plot of an endpoint, or of all together; None where nothing was measured."""
    if endpoint is None:
        course = _Course(lambda window: merged(window.latency.values()), 0.95, 260, NOTE)
    else:
        course = _Course(lambda window: window.latency.get(endpoint, merged(())), 0.95, 180, "")
    points = course.points(measured)
    if not points:
        return None
    medians = {
        arm: [median for window, median, _ in points if window.arm == arm]
        for arm in measured.arms
        if any(window.arm == arm for window, _, _ in points)
    }
    said = " and ".join(
        f"from {amount(min(values), 'ms')} to {amount(max(values), 'ms')} in {measured.names[arm]}"
        for arm, values in medians.items()
    )
    title = f"From window to window, the median of {endpoint or 'all requests'} went {said}."
    return _over_time(measured, course, points, title, _numbers(measured, points, course.high))


def lag(measured: Measured) -> Markup | None:
    """Return the plot of the schedule lag, with what else makes a round fit; None without windows."""
    course = _Course(lambda window: window.lag, 0.99, 200, _LAG_NOTE, HIGHEST_LAG_MS)
    points = course.points(measured)
    if not points:
        return None
    late = amount(quantile_ms(merged(window.lag for window in measured.windows), 0.99), "ms")
    title = f"The generator started 99 % of the requests within {late} of the time that was planned."
    return _over_time(measured, course, points, title, _fitness(measured))


def _over_time(
    measured: Measured,
    course: _Course,
    points: Sequence[tuple[Window, float, float]],
    title: str,
    numbers: str,
) -> Markup:
    last = measured.windows[-1]
    time = linear([0.0, last.start_s + last.record.duration_s], ticks=8)
    values = [value for _, median, high in points for value in (median, high)]
    scale = logarithmic(values if course.limit is None else [*values, 2 * course.limit])
    labels = [f"{number(tick)} ms" for tick in scale.ticks]
    label = "seconds, pauses between rounds cut short"
    chart = Chart(time, scale, height=course.height, x_label=label, y_labels=labels, gutter=52)
    for arm in measured.arms:
        spans = [
            (window.start_s, window.start_s + window.record.duration_s)
            for window in measured.windows
            if window.arm == arm
        ]
        chart.bands(spans, f"window {arm}")
    left_out = [window for window in measured.windows if not window.fit]
    chart.bands(
        ((window.start_s, window.start_s + window.record.duration_s) for window in left_out), "window unfit"
    )
    _mark_rounds(chart, measured)
    if course.limit is not None:
        chart.line(time.low, chart.down(course.limit), time.high, chart.down(course.limit), "limit")
    for arm in measured.arms:
        of_arm = [(window.middle_s, median, high) for window, median, high in points if window.arm == arm]
        chart.dots(((at, high) for at, _, high in of_arm), f"small {arm}")
        chart.dots(((at, median) for at, median, _ in of_arm), f"large {arm}")
    key = legend((f"large {arm}", measured.names[arm]) for arm in measured.arms)
    return figure(title, chart, note=course.note, key=key, numbers=numbers)


def _mark_rounds(chart: Chart, measured: Measured) -> None:
    many = len(measured.rounds) > _MANY_ROUNDS
    for place in measured.rounds:
        first = next(window for window in measured.windows if window.record.round == place)
        chart.rule(first.start_s, "round")
        chart.text(first.start_s, 18, f"{place + 1}" if many else f"round {place + 1}", "tick")


def _numbers(measured: Measured, points: Sequence[tuple[Window, float, float]], high: float) -> Markup:
    """Per round and arm: hundreds of windows are in the recording."""
    rows = []
    for place, arm in dict.fromkeys((window.record.round, window.arm) for window, _, _ in points):
        such = [
            (median, tail)
            for window, median, tail in points
            if (window.record.round, window.arm) == (place, arm)
        ]
        medians, tails = zip(*such, strict=True)
        rows.append(
            (
                str(place + 1),
                measured.names[arm],
                str(len(such)),
                f"{min(medians):.3f} to {max(medians):.3f}",
                f"{min(tails):.3f} to {max(tails):.3f}",
            )
        )
    head = ("round", "arm", "windows", "medians, ms", f"p{100 * high:.0f}, ms")
    return table(head, rows, numbers=3)


def _fitness(measured: Measured) -> Markup:
    rows = []
    for place in measured.rounds:
        windows = [window for window in measured.windows if window.record.round == place]
        offered = sum(window.record.offered for window in windows)
        achieved = sum(window.record.achieved for window in windows)
        late = merged(window.lag for window in windows)
        rows.append(
            (
                str(place + 1),
                f"{offered:,}",
                f"{achieved:,}",
                amount(achieved / offered if offered else None, "share"),
                amount(quantile_ms(late, 0.5), "ms"),
                amount(quantile_ms(late, 0.99), "ms"),
                amount(max(window.record.generator_cpu for window in windows), "share"),
            )
        )
    head = ("round", "offered", "achieved", "share", "lag p50", "lag p99", "busiest core")
    return table(head, rows, numbers=6)
