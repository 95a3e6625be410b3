"""What was decided about an endpoint and a metric, and what that makes of the whole run."""

from collections.abc import Iterable
from enum import Enum
from typing import Literal

import msgspec

__all__ = ["Judgement", "Metric", "Unit", "Verdict", "exit_status", "worst"]


class Verdict(Enum):
    """PASS only when the whole interval is inside of what is allowed."""

    PASS = "PASS"  # noqa: S105  # a verdict, no password
    REGRESSED = "REGRESSED"
    INCONCLUSIVE = "INCONCLUSIVE"
    INVALID = "INVALID"


Metric = Literal["p50", "p95", "p99", "errors", "round_trips", "capacity", "answers"]
"""``answers`` is the functional check: each endpoint once, and what it said."""

Unit = Literal["ms", "ratio", "share", "count", "per_s"]


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the result. Only those that `decides` count; the others are advice."""

    endpoint: str
    subject: str
    """``memory`` or ``supabase`` for an absolute budget; ``supabase - memory`` for the allowance;
    ``candidate / base`` for a ratio within one mode; ``now / baseline``."""
    metric: Metric
    verdict: Verdict
    decides: bool
    unit: Unit
    allowed: float | None
    """The margin or budget, in the unit; None for advice."""
    estimate: float | None
    low: float | None
    high: float | None
    """The interval, at the level that was left after the looks and the endpoints were paid for."""
    rounds: int
    samples: int
    reason: str
    """One sentence: what was found with which value, and what to do next."""


def worst(judgements: Iterable[Judgement]) -> Verdict:
    """The verdict of the whole: nothing that decides is INVALID, never PASS.

    REGRESSED beats INVALID beats INCONCLUSIVE beats PASS: a regression that was shown stays one.
    """
    found = {one.verdict for one in judgements if one.decides}
    for verdict in (Verdict.REGRESSED, Verdict.INVALID, Verdict.INCONCLUSIVE, Verdict.PASS):
        if verdict in found:
            return verdict
    return Verdict.INVALID


def exit_status(verdict: Verdict) -> int:
    """0 PASS, 1 REGRESSED, 2 INCONCLUSIVE and INVALID."""
    return {Verdict.PASS: 0, Verdict.REGRESSED: 1}.get(verdict, 2)
