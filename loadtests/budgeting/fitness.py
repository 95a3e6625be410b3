"""Was the run fit to be judged? What was measured by a generator that could not keep up says nothing."""

from collections.abc import Sequence
from typing import Literal

from loadtests.records import Arm, Recording, WindowRecord
from loadtests.statistics.histograms import decode, quantile

__all__ = [
    "HIGHEST_CPU",
    "HIGHEST_LAG_MS",
    "LOWEST_ACHIEVED",
    "Comparison",
    "arms_of",
    "fit_windows",
    "unfit",
]

Comparison = Literal["across", "within", "single"]
"""Memory against supabase; two versions in one mode; or one server against its budgets alone."""

LOWEST_ACHIEVED = 0.99
"""Share of the arrivals that were sent and ended: those that are missing may be the slow ones."""
HIGHEST_LAG_MS = 20.0
"""99 % of a window's requests start later than this at most: else the generator itself stood still."""
HIGHEST_CPU = 0.8
"""Share of a core: above it, a queue in the generator is measured (M/D/1: a wait of two service times)."""
_MOST_UNFIT = 0.2
"""Share of an arm's windows that may be left out because the generator stood still in them."""
_UNLIKELY = 1e-6
"""Chance below which two arms cannot have had the same load."""


def arms_of(comparison: Comparison) -> tuple[Arm, ...]:
    """The arms that a comparison has."""
    return ("a",) if comparison == "single" else ("a", "b")


def fit_windows(recording: Recording) -> tuple[WindowRecord, ...]:
    """Windows whose response times count: those in which the generator did not stand still itself.

    The choice depends on the generator alone, never on a server; wrong answers count in all windows.
    """
    return tuple(window for window in recording.windows if _is_fit(window))


def unfit(recording: Recording, comparison: Comparison) -> tuple[str, ...]:
    """What makes the whole run worthless, in sentences; nothing if it is fit to be judged."""
    found = list(recording.remarks)
    if not recording.complete or not all(window.complete for window in recording.windows):
        found.append("The run was interrupted; let it end.")
    found += _wrong_modes(recording, comparison)
    for arm in arms_of(comparison):
        windows = [window for window in recording.windows if window.arm == arm]
        if not windows:
            found.append(f"Arm {arm} has no window: nothing was measured on it.")
            continue
        found += _overloaded(arm, windows)
    if not found and comparison != "single":
        found += _unequal(recording)
    return tuple(found)


def _wrong_modes(recording: Recording, comparison: Comparison) -> list[str]:
    modes = {arm: one.mode for arm, one in recording.fingerprints.items()}
    missing = [arm for arm in arms_of(comparison) if arm not in modes]
    if missing:
        return [f"Arm {missing[0]} has no fingerprint: nothing proves which server answered."]
    if comparison == "across" and (modes["a"], modes["b"]) != ("memory", "supabase"):
        return [f"The arms ran in the modes {modes['a']} and {modes['b']}, not memory and supabase."]
    if comparison == "within" and modes["a"] != modes["b"]:
        return [f"The arms ran in the modes {modes['a']} and {modes['b']}, and one mode was to be compared."]
    return []


def _overloaded(arm: Arm, windows: Sequence[WindowRecord]) -> list[str]:
    offered = sum(window.offered for window in windows)
    achieved = sum(window.achieved for window in windows)
    if offered == 0:
        return [f"Arm {arm} was offered no request; raise the rate or the duration."]
    found = []
    if achieved / offered < LOWEST_ACHIEVED:
        found.append(
            f"Of {offered} requests to arm {arm} only {achieved} were sent and ended"
            f" ({achieved / offered:.1%}, at least {LOWEST_ACHIEVED:.0%} is needed); lower the rate."
        )
    bad = sum(not _is_fit(window) for window in windows)
    if bad > _MOST_UNFIT * len(windows):
        found.append(
            f"In {bad} of {len(windows)} windows of arm {arm} the generator was late by more than"
            f" {HIGHEST_LAG_MS:g} ms or used more than {HIGHEST_CPU:.0%} of a core;"
            " lower the rate or give it more workers or a quieter machine."
        )
    return found


def _unequal(recording: Recording) -> list[str]:
    """Endpoints that one arm got more often than its time explains.

    J. Przyborowski and H. Wilenski, "Homogeneity of results in testing samples from Poisson series",
    Biometrika 31 (1940).
    """
    from scipy import stats  # type: ignore[import-untyped]  # noqa: PLC0415  # slow to load, for this alone

    time: dict[Arm, float] = dict.fromkeys(arms_of("within"), 0.0)
    requests: dict[str, dict[Arm, int]] = {}
    for window in recording.windows:
        time[window.arm] += window.duration_s
        for endpoint, record in window.endpoints.items():
            counts = requests.setdefault(endpoint, {"a": 0, "b": 0})
            counts[window.arm] += record.sent
    share = time["a"] / (time["a"] + time["b"])
    return [
        f"{endpoint} was called {counts['a']} times on arm a and {counts['b']} times on arm b:"
        " the arms did not have the same load."
        for endpoint, counts in sorted(requests.items())
        if sum(counts.values())
        and stats.binomtest(counts["a"], sum(counts.values()), share).pvalue < _UNLIKELY
    ]


def _is_fit(window: WindowRecord) -> bool:
    if window.generator_cpu > HIGHEST_CPU:
        return False
    lag = decode(window.lag)
    return lag.size == 0 or quantile(lag, 0.99) <= 1000 * HIGHEST_LAG_MS
