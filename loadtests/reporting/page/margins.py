"""Plots of what decides: each estimate with its interval, and the limit, endpoint by endpoint."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence

from loadtests.reporting.numbers import counted, limit
from loadtests.reporting.page.chart import Chart
from loadtests.reporting.page.parts import MARKS, Markup, figure
from loadtests.reporting.page.scales import linear
from loadtests.reporting.wording import called, found
from loadtests.verdicts import Judgement, Verdict

__all__ = ["in_plot", "margins"]

_FEW = 3
"""Plots that are shown whatever they show."""
_ROW = 56
_CUT = 3
"""What is beyond so many times the largest limit is drawn at the edge: the others stay readable."""
_LEFT, _RIGHT = 0.1, 0.9
"""Where the limit's label must not be centred, or it would be cut."""
_NOTE = (
    "Dot: what was found. Line: its interval. Upright bar: the limit, with what is not allowed shaded. "
    "An arrow at the edge: it lies beyond."
)


def margins(judgements: Sequence[Judgement]) -> tuple[list[Markup], list[Markup]]:
    """Return a plot for each subject and metric that was estimated and has limits: first ones, and others.

    Comparisons are first, and whatever regressed or is undecided; if there are few, all of them.
    """
    # Of "not a single wrong answer" there is nothing to draw: any upper bound lies beyond it.
    limited = [one for one in judgements if one.unit != "count" and one.allowed]
    groups: dict[tuple[str, str], list[Judgement]] = {}
    for one in limited:
        if one.estimate is not None:
            groups.setdefault((one.subject, one.metric), []).append(one)
    unmeasured: Counter[tuple[str, str]] = Counter(
        (one.subject, one.metric) for one in limited if one.estimate is None
    )
    first: list[Markup] = []
    others: list[Markup] = []
    for (subject, metric), group in sorted(groups.items(), key=lambda item: not _is_comparison(item[0][0])):
        open_questions = {one.verdict for one in group} & {Verdict.REGRESSED, Verdict.INCONCLUSIVE}
        is_first = _is_comparison(subject) or open_questions or len(groups) <= _FEW
        (first if is_first else others).append(_plot(group, unmeasured[subject, metric]))
    return first, others


def in_plot(one: Judgement, value: float | None) -> float | None:
    """Return a value as it is drawn: ratios and shares as percent; None for what has no place."""
    if value is None or not math.isfinite(value):
        return None
    return {"ratio": 100 * (value - 1), "share": 100 * value}.get(one.unit, value)


def _unit(one: Judgement) -> str:
    """Return what the axis counts."""
    first, is_difference, second = one.subject.partition(" - ")
    numerator, is_ratio, denominator = one.subject.partition(" / ")
    if is_ratio and one.unit == "ratio":
        return f"% by which {numerator} is above {denominator}"
    if is_difference:
        return f"ms by which {first} is above {second}"
    return {"ms": "ms", "share": "% of the answers", "per_s": "requests per second"}.get(one.unit, one.unit)


def _is_comparison(subject: str) -> bool:
    return " - " in subject or " / " in subject


def _plot(group: Sequence[Judgement], unmeasured: int) -> Markup:
    limits = [value for one in group if (value := in_plot(one, one.allowed)) is not None]
    farthest = _CUT * max(map(abs, limits), default=0.0)
    ends = [value for one in group for value in _ends(one)]
    far = any(abs(value) > farthest for value in ends)
    axis = linear(
        [*limits, *(max(min(value, farthest), -farthest) for value in ends)] if far else [*limits, *ends]
    )
    chart = Chart(axis, None, height=_ROW * len(group) + 48, x_label=_unit(group[0]))
    for number, one in enumerate(group):
        _row(chart, one, 26 + _ROW * number)
    return figure(_title(group, unmeasured), chart, note=_NOTE)


def _ends(one: Judgement) -> Iterable[float]:
    values = (in_plot(one, value) for value in (one.estimate, one.low, one.high))
    return [value for value in values if value is not None]


def _row(chart: Chart, one: Judgement, top: float) -> None:
    kind, sign = MARKS[one.verdict]
    middle = top + 12
    axis = chart.x
    at, value = in_plot(one, one.allowed), in_plot(one, one.estimate)
    if at is not None:
        chart.line(at, middle, axis.low if one.metric == "capacity" else axis.high, middle, "beyond")
        chart.rule(at, "limit", middle - 9, middle + 9)
        side = "start" if axis.place(at) < _LEFT else "end" if axis.place(at) > _RIGHT else "middle"
        chart.text(at, middle + 20, limit(one.allowed, one.unit), "tick", side)
    if one.low is not None or one.high is not None:
        low, high = in_plot(one, one.low), in_plot(one, one.high)
        ends = (axis.low if low is None else low, axis.high if high is None else high)
        chart.line(ends[0], middle, ends[1], middle, f"interval {kind}")
    if value is not None and value <= axis.high:
        chart.dot(value, middle, f"dot {kind}{' hollow' if one.verdict is not Verdict.PASS else ''}")
    elif value is not None:
        chart.remark(middle + 5, "\N{BLACK RIGHT-POINTING POINTER}", f"arrow {kind}")
    chart.heading(top - 4, one.endpoint)
    chart.remark(top - 4, f"{sign} {found(one)}", f"value {kind}")


def _title(group: Sequence[Judgement], unmeasured: int) -> str:
    told = [
        f"{words} for {len(such)}"
        for verdict, words in (
            (Verdict.REGRESSED, "beyond it"),
            (Verdict.INCONCLUSIVE, "undecided"),
            (Verdict.INVALID, "not shown"),
        )
        if (such := [one for one in group if one.verdict is verdict])
    ]
    told += [f"without a value for {unmeasured}"] if unmeasured else []
    good = sum(one.verdict is Verdict.PASS for one in group)
    subject = f"{called(group[0])}, {group[0].subject}"
    rest = f"; {', '.join(told)}" if told else ""
    return f"{subject}: within the limit for {good} of {counted(len(group) + unmeasured, 'endpoint')}{rest}."
