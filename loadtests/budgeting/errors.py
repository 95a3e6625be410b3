"""Questions about wrong answers: an exact bound on their share."""

from loadtests.budgeting.measured import Series
from loadtests.budgeting.question import Known, Question, too_few
from loadtests.statistics.shares import ShareTest, highest_share, lowest_share, smallest_size
from loadtests.verdicts import Verdict

__all__ = ["errors", "worthless"]

_SHOWN = 0.05
"""Share of wrong answers that is excluded where none is allowed and none seen: it takes 59 answers."""
_LEVEL = 0.05
_MOST_WRONG = 0.01
"""Share of wrong answers above which the times of an endpoint are not those of right answers."""
_NAMED = 3


def errors(endpoint: str, mode: str, series: Series, allowed: float | None) -> Question:
    """Ask whether the share of wrong answers is at most what is allowed; 0 means: not a single one."""
    known, lacking = None, None
    if allowed == 0.0:
        needed = smallest_size(_SHOWN, _LEVEL)
        if series.wrong:
            known = Known(
                Verdict.REGRESSED,
                f"{series.wrong} of {series.requests} answers were wrong ({_named(series)}),"
                " and not a single one is allowed.",
            )
        elif series.requests >= needed:
            bound = highest_share(0, series.requests, _LEVEL)
            known = Known(
                Verdict.PASS,
                f"None of {series.requests} answers was wrong: with 95 % confidence at most {bound:.2%} are.",
            )
        else:
            lacking = too_few("answers", series.requests, needed, len(series.by_round))
    return Question(
        endpoint=endpoint,
        subject=mode,
        metric="errors",
        unit="share",
        allowed=allowed,
        rounds=len(series.by_round),
        samples=series.requests,
        evidence=ShareTest(series.wrong, series.requests, allowed if allowed is not None else 1.0),
        known=known,
        lacking=lacking,
    )


def worthless(series: Series, allowed: float | None) -> str | None:
    """Say why response times of an endpoint say nothing: too many of its answers were wrong; else None."""
    limit = max(_MOST_WRONG, allowed or 0.0)
    if not series.requests or lowest_share(series.wrong, series.requests, _LEVEL) <= limit / 2:
        return None
    if series.wrong <= limit * series.requests:
        return None
    return (
        f"{series.wrong} of {series.requests} answers were wrong ({_named(series)}):"
        " response times beside them say nothing"
    )


def _named(series: Series) -> str:
    ordered = sorted(series.errors.items(), key=lambda item: -item[1])
    words = [f"{number} times {what}" for what, number in ordered[:_NAMED]]
    return ", ".join(words) + (", …" if len(ordered) > _NAMED else "")
