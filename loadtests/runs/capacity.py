"""What the probes say about the capacity, and about the one that is demanded."""

from harness.settings import DbMode
from loadtests.runs.bisection import Found, Held
from loadtests.verdicts import Judgement, Verdict

__all__ = ["bracket", "judged"]


def bracket(found: Found) -> str:
    """The capacity in words: ``between 110 and 120 requests per second``."""
    if found.low is None and found.high is None:
        return "not known: at no rate did all probes agree"
    if found.low is None:
        lowest = min(one.rate_per_s for one in found.probed)
        return f"less than {lowest:.4g} requests per second, the lowest rate that was probed"
    if found.high is None:
        return f"at least {found.low:.4g} requests per second"
    return f"between {found.low:.4g} and {found.high:.4g} requests per second"


def judged(found: Found, mode: DbMode, demanded: float | None, samples: int) -> Judgement:
    """Judge by ``[budgets.capacity]``: the demanded rate itself was probed; without one, it is advice."""
    verdict, reason = _verdict(found, demanded)
    return Judgement(
        endpoint="all endpoints",
        subject=mode,
        metric="capacity",
        verdict=verdict,
        decides=demanded is not None,
        unit="per_s",
        allowed=demanded,
        estimate=found.low if found.low is not None else 0.0,
        low=found.low if found.low is not None else 0.0,
        high=found.high,
        rounds=len(found.probed),
        samples=samples,
        reason=reason,
    )


def _verdict(found: Found, demanded: float | None) -> tuple[Verdict, str]:
    if found.contradiction is not None:
        return Verdict.INVALID, f"The probes contradict each other: {found.contradiction}."
    carried = bracket(found)
    said = f"{carried[0].upper()}{carried[1:]}"
    limit = "" if found.limit is None else f" At {found.limit:.4g}/s the generator was the limit."
    if demanded is None:
        return Verdict.INCONCLUSIVE, f"{said} are carried within the budgets; no capacity is demanded.{limit}"
    at = found.at(demanded)
    # Where the generator was the limit, nothing was said of the server.
    held = {one.held for one in at} - {Held.LIMITED}
    if held == {Held.HOLDS}:
        return Verdict.PASS, f"{said} are carried within the budgets.{limit}"
    if not held:
        lost = f"{demanded:.4g}/s could not be offered: {at[-1].reason}."
        return Verdict.INVALID, f"{lost} Use a quieter machine, or more --workers."
    if held == {Held.FAILS}:
        return Verdict.REGRESSED, f"At {demanded:.4g}/s, {at[-1].reason}. Carried are {carried}."
    return (
        Verdict.INCONCLUSIVE,
        f"{demanded:.4g}/s was carried by some probes only: {at[-1].reason}. Use longer --probe-seconds.",
    )
