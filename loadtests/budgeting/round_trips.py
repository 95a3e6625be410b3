"""Questions about round trips: exact numbers, one by one and in total."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from loadtests.budgeting.question import Known, Question
from loadtests.records import Arm, Recording, WindowRecord
from loadtests.verdicts import Verdict

__all__ = ["Surplus", "round_trips", "surplus", "surplus_question", "unexplained_total"]

_NEAR = 0.1
"""Share of the surplus that a culprit may leave unexplained: requests in flight at the end of a round."""


def round_trips(endpoint: str, mode: str, counted: Sequence[int], allowed: int | None) -> Question:
    """Ask whether each single execution took exactly so many round trips."""
    return Question(
        endpoint=endpoint,
        subject=mode,
        metric="round_trips",
        unit="count",
        allowed=allowed,
        rounds=1,
        samples=len(counted),
        known=_compared(endpoint, counted, allowed) if allowed is not None else None,
    )


@dataclass(frozen=True)
class Surplus:
    """What the gateway counted during the windows beyond the sum over the requests."""

    counted: int
    expected: int
    endpoint: str | None
    """Whose requests explain the difference; None if no single endpoint does."""
    each: float
    """How many more each request of that endpoint takes."""


def surplus(recording: Recording, arm: Arm) -> Surplus | None:
    """Compare the gateway's totals with the sum over the requests; None if they agree or are not known.

    Requests that went wrong may not have come that far, and explain round trips that are missing.
    """
    windows = [window for window in recording.windows if window.arm == arm and window.round_trips is not None]
    single = recording.round_trips.get(arm, {})
    if not windows or not single or not all(_comparable(window, single) for window in windows):
        return None
    cost = {endpoint: max(counts) for endpoint, counts in single.items() if counts}
    calls = [{name: record.sent for name, record in window.endpoints.items()} for window in windows]
    expected = [sum(number * cost[name] for name, number in sent.items() if number) for sent in calls]
    differences = [
        (window.round_trips or 0) - number for window, number in zip(windows, expected, strict=True)
    ]
    rounds = [window.round for window in windows]
    wrong = sum(sum(record.errors.values()) for window in windows for record in window.endpoints.values())
    missing = wrong * max(cost.values(), default=0)
    if all(-missing <= found <= 0 for found in _per_round(differences, rounds).values()):
        return None
    endpoint, each = _culprit(differences, calls, rounds)
    total = sum(expected)
    return Surplus(total + sum(differences), total, endpoint, each)


def surplus_question(mode: str, found: Surplus, allowed: int | None) -> Question:
    """Report a surplus that one endpoint explains: under load it takes more round trips than alone."""
    return Question(
        endpoint=found.endpoint or "",
        subject=mode,
        metric="round_trips",
        unit="count",
        allowed=allowed,
        rounds=1,
        samples=found.expected,
        known=Known(
            Verdict.REGRESSED,
            f"{unexplained_total(found)}: {found.each:+.2f} per request of {found.endpoint} under load.",
        ),
    )


def unexplained_total(found: Surplus) -> str:
    """Say that the totals do not agree; without a full stop."""
    return (
        f"The gateway counted {found.counted} round trips during the windows,"
        f" and the requests explain {found.expected}"
    )


def _compared(endpoint: str, counted: Sequence[int], allowed: int) -> Known:
    if not counted:
        return Known(
            Verdict.INVALID, f"The round trips of {endpoint} were not counted; is the gateway in between?"
        )
    if all(count == allowed for count in counted):
        return Known(Verdict.PASS, f"Each of {len(counted)} executions took exactly {allowed} round trips.")
    took = ", ".join(str(count) for count in sorted(set(counted)))
    return Known(
        Verdict.REGRESSED,
        f"{endpoint} took {took} round trips, and the budget says {allowed};"
        " remove what was added, or change the budget if it is meant to be so.",
    )


def _comparable(window: WindowRecord, single: Mapping[str, Sequence[int]]) -> bool:
    """What each request costs is known, and always the same."""
    return all(
        record.sent == 0 or len(set(single.get(name, ()))) == 1 for name, record in window.endpoints.items()
    )


def _culprit(
    differences: Sequence[int], calls: Sequence[Mapping[str, int]], rounds: Sequence[int]
) -> tuple[str | None, float]:
    """The endpoint whose calls per window explain the differences best, by least squares.

    What goes on in each window alike, whoever calls, may explain them better than any endpoint. Requests in
    flight count for the next window, so that only whole rounds must be explained.
    """
    best, name = _rest(differences, [1] * len(calls)), ""
    for candidate in sorted({name for sent in calls for name in sent}):
        numbers = [sent.get(candidate, 0) for sent in calls]
        if any(numbers) and _rest(differences, numbers) < best:
            best, name = _rest(differences, numbers), candidate
    if not name:
        return None, 0.0
    numbers = [sent.get(name, 0) for sent in calls]
    each = sum(differences) / sum(numbers)
    whole, of_rounds = _per_round(differences, rounds), _per_round(numbers, rounds)
    rest = sum((whole[number] - each * of_rounds[number]) ** 2 for number in whole)
    return (name, each) if rest <= _NEAR**2 * sum(value**2 for value in whole.values()) else (None, 0.0)


def _rest(differences: Sequence[int], numbers: Sequence[int]) -> float:
    """What is left of the squares if the differences are taken to be proportional to the numbers."""
    pairs = list(zip(differences, numbers, strict=True))
    each = sum(found * number for found, number in pairs) / sum(number**2 for number in numbers)
    return sum((found - each * number) ** 2 for found, number in pairs)


def _per_round(values: Sequence[int], rounds: Sequence[int]) -> dict[int, int]:
    sums: dict[int, int] = {}
    for value, number in zip(values, rounds, strict=True):
        sums[number] = sums.get(number, 0) + value
    return sums
