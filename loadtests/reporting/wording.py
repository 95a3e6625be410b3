"""What was decided, in sentences that a person understands who has never seen a report of this kind."""

from collections.abc import Sequence

from harness.reports.status_line import duration
from loadtests.reporting.numbers import counted, estimate, limit
from loadtests.result import Result
from loadtests.verdicts import Judgement, Verdict

__all__ = [
    "MEANING",
    "READING",
    "RULES",
    "allowed",
    "called",
    "caution",
    "found",
    "ground",
    "next_step",
    "reasons",
    "sentence",
    "some",
    "statement",
]

MEANING = {
    Verdict.PASS: "the whole interval is within what is allowed",
    Verdict.REGRESSED: "the whole interval is outside of what is allowed",
    Verdict.INCONCLUSIVE: "the interval reaches across the limit: neither is shown",
    Verdict.INVALID: "the run is not fit to show anything",
}
RULES = "; ".join(f"{verdict.value}: {meaning}" for verdict, meaning in MEANING.items())
READING = (
    "In brackets: the range of values that the data allow. The whole range decides, never the single value."
)
_NEXT = {
    Verdict.PASS: "",
    Verdict.REGRESSED: "Find out what made it slower, or state in [budgets] what it may cost.",
    Verdict.INCONCLUSIVE: "Measure longer (more --rounds, more --seconds), or on a quieter machine.",
    Verdict.INVALID: "",  # each reason says itself what to do
}
_NAMED = 4
"""So many are named that share a reason; the others are in the table."""
_FIRST = ("answers", "errors", "round_trips", "capacity")
"""Metrics that are told before any time: how fast a wrong answer comes says nothing."""


def sentence(result: Result) -> str:
    """Return the last line of every report: the verdict, its main ground, and what to do next."""
    return " ".join(part for part in (f"{result.verdict.value}:", ground(result), next_step(result)) if part)


def ground(result: Result) -> str:
    """Return the main ground of the verdict, as one sentence, and how many others there are."""
    verdict = result.verdict
    interrupted = not result.complete
    if verdict is Verdict.PASS:
        return _all_hold(result)
    if interrupted or (verdict is Verdict.INVALID and result.unfit):
        return _and_more(result.unfit[0], len(result.unfit) - 1, "in the report")
    such = [one for one in result.deciding if one.verdict is verdict]
    if not such:
        return "Nothing was judged: [budgets] names nothing that decides."
    first = min(such, key=_rank)
    said = first.reason.rstrip(".") if verdict is Verdict.INVALID else statement(first)
    about = "" if verdict is not Verdict.INVALID or first.estimate is None else f"{_where(first)}: "
    return _and_more(f"{about}{said}.", len(such) - 1, f"{verdict.value} in the report")


def next_step(result: Result) -> str:
    """Return what to do now; empty where the ground says it already."""
    return result.next_step if result.next_step is not None else _NEXT[result.verdict]


def statement(one: Judgement) -> str:
    """Say what was found, without a full stop: ``book p50 in memory is 3.2 ms [2.9, 3.5], allowed 4 ms``."""
    if one.metric == "answers" or one.estimate is None:
        return f"{_where(one)}: {one.reason.rstrip('.')}"
    return f"{_found(one)}{_allowed(one)}"


def called(one: Judgement) -> str:
    """Return the metric in words."""
    return one.metric.replace("_", " ")


def found(one: Judgement) -> str:
    """Return the value with its interval; a difference with its sign: ``+5.00 ms [4.10, 5.90]``."""
    if one.metric == "round_trips" and one.estimate is None and one.verdict is Verdict.PASS:
        return limit(one.allowed, one.unit)  # each of them, exactly
    if one.metric == "answers" and one.estimate is None:
        return {Verdict.PASS: "right", Verdict.REGRESSED: "wrong"}.get(one.verdict, "-")
    sign = "+" if " - " in one.subject and one.estimate is not None and one.estimate > 0 else ""
    return sign + estimate(one.estimate, one.low, one.high, one.unit)


def allowed(one: Judgement) -> str:
    """Return what is allowed: ``<= 8 ms``, ``= 2``, ``>= 100 /s``; ``-`` for advice."""
    if one.allowed is None:
        return limit(None, one.unit)
    relation = {"round_trips": "=", "capacity": ">="}.get(one.metric, "<=")
    return f"{relation} {limit(one.allowed, one.unit)}"


def caution(result: Result) -> str:
    """Return what to say before a table of judgements that do not all count; else nothing."""
    if not result.complete:
        return "What there was until the run was interrupted; none of it counts:"
    return "The run is unfit, so no PASS counts:" if result.unfit else ""


def reasons(judgements: Sequence[Judgement]) -> tuple[tuple[Verdict, str, str], ...]:
    """Return verdict, whom it is about, and why, for all that is not PASS; what has one reason is told once.

    REGRESSED is first, then INVALID, and in each what matters most.
    """
    order = (Verdict.REGRESSED, Verdict.INVALID, Verdict.INCONCLUSIVE)
    such = sorted(
        (one for one in judgements if one.verdict in order),
        key=lambda one: (order.index(one.verdict), _rank(one)),
    )
    groups: dict[tuple[Verdict, str], list[str]] = {}
    for one in such:
        groups.setdefault((one.verdict, one.reason), []).append(
            f"{one.endpoint} {called(one)}, {one.subject}"
        )
    return tuple((verdict, some(names), reason) for (verdict, reason), names in groups.items())


def _where(one: Judgement) -> str:
    return f"{one.endpoint} {called(one)} in {one.subject}"


def some(names: Sequence[str]) -> str:
    """Name them, or the first three and how many more there are."""
    if len(names) <= _NAMED:
        return "; ".join(names)
    return f"{'; '.join(names[: _NAMED - 1])}; and {len(names) - _NAMED + 1} more"


def _and_more(text: str, more: int, what: str) -> str:
    return text if more < 1 else f"{text} And {more:,} more {what}."


def _all_hold(result: Result) -> str:
    deciding = result.deciding
    endpoints = len({one.endpoint for one in deciding})
    requests = (
        sum(record.requests for window in result.recording.windows for record in window.endpoints.values())
        if result.recording is not None
        else 0
    )
    checks = sum(one.metric == "answers" for one in deciding)
    budgets = len(deciding) - checks
    every = "the one budget holds" if budgets == 1 else f"all {budgets:,} budgets hold"
    right = f" and {counted(checks, 'check')} of answers is right" if checks == 1 else ""
    right = f" and all {checks:,} checks of answers are right" if checks > 1 else right
    return (
        f"{every}{right}, of {counted(endpoints, 'endpoint')}, "
        f"shown by {counted(requests, 'request')} in {duration(result.duration_s)}."
    )


def _found(one: Judgement) -> str:
    value = estimate(one.estimate, one.low, one.high, one.unit)
    match one.metric:
        case "errors":
            return f"{one.endpoint} in {one.subject} answers {value} of its requests wrongly"
        case "round_trips":
            return f"{one.endpoint} in {one.subject} makes {value} round trips"
        case "capacity":
            return f"{one.subject} carries {value} within its budgets"
        case _:
            return f"{one.endpoint} {called(one)} {_compared(one, value)}"


def _compared(one: Judgement, value: str) -> str:
    for sign, preposition in ((" - ", "in"), (" / ", "of")):
        subject, is_pair, other = one.subject.partition(sign)
        if is_pair and one.unit == "ratio":
            return f"{preposition} {subject} is {value} that {preposition} {other}"
        if is_pair:
            return f"{preposition} {subject} is {_above(one)} {other}"
    return f"in {one.subject} is {value}"


def _above(one: Judgement) -> str:
    value = one.estimate or 0.0
    if value >= 0:
        return f"{estimate(value, one.low, one.high, one.unit)} above"
    low, high = (None if end is None else -end for end in (one.high, one.low))
    return f"{estimate(-value, low, high, one.unit)} below"


def _allowed(one: Judgement) -> str:
    if one.allowed is None:
        return ""
    if one.metric == "capacity":
        return f", demanded {limit(one.allowed, one.unit)}"
    exactly = "exactly " if one.metric == "round_trips" else ""
    return f", allowed {exactly}{limit(one.allowed, one.unit)}"


def _rank(one: Judgement) -> tuple[int, float]:
    """Wrong answers before slow ones, then the one farthest from its limit."""
    kind = _FIRST.index(one.metric) if one.metric in _FIRST else len(_FIRST)
    if one.estimate is None or not one.allowed:
        return kind, 0.0
    distance = one.estimate / one.allowed
    return kind, distance if one.metric == "capacity" else -distance
