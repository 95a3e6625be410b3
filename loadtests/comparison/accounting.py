"""Does what the gateway counted follow from the requests that were sent? If not, something else happened."""

from collections import Counter
from collections.abc import Mapping, Sequence

from loadtests.records import WindowRecord

__all__ = ["unexplained"]


def unexplained(windows: Sequence[WindowRecord], trips: Mapping[str, tuple[int, ...]]) -> str | None:
    """None if the windows of one arm explain what its gateway counted in all of them, else what is wrong.

    `trips` are the counts of single calls by endpoint; an endpoint whose calls differ among each other
    explains anything between the lowest and the highest. Wrong answers may have had fewer round trips:
    where there are some, only more than expected is a fault. The words go on after the name of the server.
    """
    sent: Counter[str] = Counter()
    wrong = 0
    counted = sum(window.round_trips or 0 for window in windows)
    for window in windows:
        for endpoint, record in window.endpoints.items():
            sent[endpoint] += record.requests + record.in_borders
            wrong += sum(record.errors.values())
    if unknown := sorted(name for name in sent if not trips.get(name)):
        return f"was measured with {', '.join(unknown)}, of which the round trips were never counted."
    lowest = sum(count * min(trips[name]) for name, count in sent.items())
    highest = sum(count * max(trips[name]) for name, count in sent.items())
    if counted > highest or (counted < lowest and not wrong):
        expected = f"{lowest:,}" if lowest == highest else f"{lowest:,} to {highest:,}"
        return (
            f"made {counted:,} round trips to its gateway during the windows, where its {sent.total():,} "
            f"requests explain {expected}: it does something else meanwhile, or not always the same."
        )
    return None
