"""The reason of a judgement, in one sentence: what was found with which value, and what to do next."""

from loadtests.budgeting.question import Question
from loadtests.verdicts import Judgement, Verdict

__all__ = ["sentence", "shown"]

_WHAT = {"p50": "the median", "p95": "p95", "p99": "p99", "errors": "the share of wrong answers"}


def sentence(judged: Judgement, asked: Question, *, last: bool) -> str:
    """Say why, for a judgement whose reason is still empty."""
    what = f"{_WHAT.get(judged.metric, judged.metric)} of {judged.endpoint} ({judged.subject})"
    found = f"{what} is {_interval(judged)}"
    if not judged.decides:
        return _sentence(f"{found}; no budget decides about it")
    settled = asked.known.reason if asked.known is not None else asked.doubt
    if settled is not None and (asked.known is not None or judged.verdict is Verdict.INVALID):
        return settled
    limit = shown(judged.allowed, judged.unit)
    if judged.verdict is Verdict.PASS:
        return _sentence(f"{found}, all of it within {limit}")
    if judged.verdict is Verdict.REGRESSED:
        return _sentence(f"{found}, all of it beyond {limit}: find out what made it slower or wrong")
    more = "offer a higher rate or more rounds" if last else "the next round may tell"
    if asked.lacking is not None:
        return _sentence(f"{what} has {asked.lacking}; {more}")
    return _sentence(f"{found}, which contains {limit}; {more}")


def shown(value: float | None, unit: str) -> str:
    """A value with its unit, to three digits."""
    if value is None:
        return "unbounded"
    if unit == "share":
        return f"{100 * value:.3g} %"
    if unit == "ms":
        return f"{value:.3g} ms" if value < 1000 else f"{value:.0f} ms"
    if unit == "ratio":
        return f"{value:.3f}"
    return f"{value:g}"


def _interval(judged: Judgement) -> str:
    if judged.estimate is None:
        return "not known"
    low, high = shown(judged.low, judged.unit), shown(judged.high, judged.unit)
    return f"{shown(judged.estimate, judged.unit)} (between {low} and {high})"


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."
